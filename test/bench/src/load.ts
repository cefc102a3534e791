// An HTTP/1.1 load generator as thin as it can be: one socket a connection, one request under way on each, no parsing
// beyond the end of the answer. What it costs is taken from the server's two cores, so it must cost little.
import { connect, type Socket } from 'node:net';

export interface Answered {
  readonly status: number;
  readonly body: string;
}

export class Connection {
  readonly #socket: Socket;
  readonly #head: string;
  #buffer = '';
  #waiting: ((answer: Answered) => void) | null = null;

  private constructor(socket: Socket, head: string) {
    this.#socket = socket;
    this.#head = head;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => this.#received(String(chunk)));
  }

  static async open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Connection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const head = Object.entries({ host: `${hostname}:${port}`, ...headers })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    return new Connection(socket, head);
  }

  /** Bodies are ASCII JSON. */
  request(method: string, path: string, body = ''): Promise<Answered> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      const entity = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
      this.#socket.write(`${method} ${path} HTTP/1.1\r\n${this.#head}${entity}\r\n${body}`, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #received(chunk: string): void {
    this.#buffer = this.#buffer === '' ? chunk : this.#buffer + chunk;
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#buffer.slice(0, end))?.[1] ?? 0);
    if (this.#buffer.length < end + 4 + length) return;
    const answer = { status: Number(this.#buffer.slice(9, 12)), body: this.#buffer.slice(end + 4, end + 4 + length) };
    this.#buffer = this.#buffer.slice(end + 4 + length);
    this.#waiting?.(answer);
  }
}

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly requests: number;
  /** The request that connection `connection` sends as its `turn`-th. */
  readonly request: (connection: number, turn: number) => { readonly method: string; readonly path: string; readonly body: string };
}

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds, one a request. */
  readonly latencies: readonly number[];
}

/** Runs the load; any answer that is no 2xx ends it with what it said. */
export async function run({ url, headers, connections, requests, request }: Load): Promise<LoadResult> {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(url, headers)));
  const latencies: number[] = [];
  const each = Math.ceil(requests / connections);
  const begin = performance.now();
  await Promise.all(
    open.map(async (connection, index) => {
      for (let turn = 0; turn < each; turn += 1) {
        const { method, path, body } = request(index, turn);
        const sent = performance.now();
        const answer = await connection.request(method, path, body);
        latencies.push(performance.now() - sent);
        if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`);
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  for (const connection of open) connection.close();
  return { perSecond: latencies.length / seconds, latencies };
}

/** One connection: its next request is sent when its last was answered. */
export interface Lane {
  request(turn: number): Promise<void>;
  close(): void;
}

export interface TimedLoad {
  readonly connections: number;
  readonly ms: number;
  open(connection: number): Promise<Lane>;
}

/** Runs the load for a time instead of a number of requests: a slow moment of the machine makes it no longer. */
export async function runFor({ connections, ms, open }: TimedLoad): Promise<LoadResult> {
  const lanes = await Promise.all(Array.from({ length: connections }, (_, connection) => open(connection)));
  const latencies: number[] = [];
  const begin = performance.now();
  await Promise.all(
    lanes.map(async (lane) => {
      for (let turn = 0; performance.now() - begin < ms; turn += 1) {
        const sent = performance.now();
        await lane.request(turn);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  for (const lane of lanes) lane.close();
  return { perSecond: latencies.length / seconds, latencies };
}

/** A connection that sends PUTs; any answer that is no 2xx rejects with what it said. */
export async function putLane(
  url: string,
  headers: Readonly<Record<string, string>>,
  put: () => { readonly path: string; readonly body: string },
): Promise<Lane> {
  const connection = await Connection.open(url, headers);
  return {
    async request() {
      const { path, body } = put();
      const answer = await connection.request('PUT', path, body);
      if (answer.status >= 300) throw new Error(`PUT ${path} answered ${answer.status}: ${answer.body}`);
    },
    close: () => connection.close(),
  };
}
