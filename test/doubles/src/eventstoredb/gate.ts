// The advertised address of a cluster member: a TCP proxy in front of its gRPC server. A member can be silent or gone and keep its port.
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Open: forwards. Silent: connections stay open, new ones are accepted, and no byte is forwarded. Closed: open connections and new ones
 * are reset; the port stays bound, so that no other process can take it.
 */
export type GateState = 'open' | 'silent' | 'closed';

type Pair = readonly [client: Socket, upstream: Socket];

export class Gate {
  /** Port of the server on 127.0.0.1 that connections are forwarded to. */
  upstreamPort = 0;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  /** Clients that connected while the gate was silent. */
  readonly #waiting = new Set<Socket>();
  #state: GateState = 'closed';

  /** Listens on a free port of 127.0.0.1, closed at first. */
  static async listen(): Promise<Gate> {
    const gate = new Gate();
    await new Promise<void>((resolve, reject) => gate.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return gate;
  }

  private constructor() {
    this.#server = createServer((client) => this.#accept(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Client connections that are open now. */
  get connections(): number {
    return this.#pairs.size + this.#waiting.size;
  }

  set(state: GateState): void {
    if (state === this.#state) return;
    this.#state = state;
    if (state === 'closed') this.#reset();
    for (const socket of [...this.#pairs].flat()) {
      if (state === 'silent') socket.pause();
      else socket.resume();
    }
    if (state !== 'open') return;
    for (const client of this.#waiting) this.#join(client);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    this.#reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(client: Socket): void {
    client.setNoDelay(true).on('error', () => undefined);
    if (this.#state === 'closed') {
      client.resetAndDestroy();
    } else if (this.#state === 'open') {
      this.#join(client);
    } else {
      client.pause().on('close', () => this.#waiting.delete(client));
      this.#waiting.add(client);
    }
  }

  #join(client: Socket): void {
    const upstream = connect(this.upstreamPort, '127.0.0.1').setNoDelay(true);
    const pair: Pair = [client, upstream];
    this.#pairs.add(pair);
    this.#forward(client, upstream, pair);
    this.#forward(upstream, client, pair);
    client.resume();
  }

  #forward(from: Socket, to: Socket, pair: Pair): void {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (this.#state === 'open') from.resume();
    });
    // 'close' follows.
    from.on('error', () => undefined);
    from.on('close', () => {
      this.#pairs.delete(pair);
      to.destroy();
    });
  }

  #reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
    for (const client of this.#waiting) client.resetAndDestroy();
  }
}
