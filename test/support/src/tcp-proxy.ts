// A TCP proxy that can fall silent or hang up: the faults of a network, for tests of clients and adapters.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** How many client connections are open now. */
  readonly connections: number;
  /** How many client connections there have been. */
  readonly accepted: number;
  /** Stops forwarding, in both directions or one; connections stay open, new ones are accepted and get no answer. */
  pause(direction?: 'both' | 'toClient' | 'toServer'): void;
  /** Forwards again, what was held back first. */
  resume(): void;
  /** Resets every open connection. New ones are served. */
  cut(): void;
  /** Refuses new connections and resets the open ones, until `open`. */
  shut(): void;
  open(): void;
  /** Called for each chunk that the server sent, before it is forwarded; to pause at a certain moment. */
  onAnswer: ((chunk: Buffer) => void) | undefined;
  /** Called for each chunk that a client sent, before it is forwarded. */
  onRequest: ((chunk: Buffer) => void) | undefined;
  close(): Promise<void>;
}

/** One way of one connection: holds chunks back while its direction is paused. */
interface Way {
  readonly direction: 'toClient' | 'toServer';
  readonly to: Socket;
  readonly held: Buffer[];
}

/** Listens on 127.0.0.1 and forwards to `target`. */
export async function tcpProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const ways = new Set<Way>();
  let paused: 'none' | 'both' | 'toClient' | 'toServer' = 'none';
  let shut = false;
  let accepted = 0;

  const forward = (from: Socket, way: Way, seen: (chunk: Buffer) => void): void => {
    ways.add(way);
    from.on('data', (chunk: Buffer) => {
      seen(chunk);
      if (paused === 'both' || paused === way.direction) way.held.push(chunk);
      else way.to.write(chunk);
    });
  };
  const hangUp = (): void => {
    for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
  };

  const server = createServer((client) => {
    if (shut) {
      client.resetAndDestroy();
      return;
    }
    accepted += 1;
    const upstream = connect(target.port, target.host);
    const pair = [client, upstream] as const;
    const toServer: Way = { direction: 'toServer', to: upstream, held: [] };
    const toClient: Way = { direction: 'toClient', to: client, held: [] };
    pairs.add(pair);
    for (const socket of pair) {
      socket.setNoDelay(true);
      // A fault is what this proxy is for; the other end hears of it by the destroy below.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        pairs.delete(pair);
        ways.delete(toServer);
        ways.delete(toClient);
        client.destroy();
        upstream.destroy();
      });
    }
    forward(client, toServer, (chunk) => proxy.onRequest?.(chunk));
    forward(upstream, toClient, (chunk) => proxy.onAnswer?.(chunk));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));

  const proxy: TcpProxy = {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get connections() {
      return pairs.size;
    },
    get accepted() {
      return accepted;
    },
    pause: (direction = 'both') => {
      paused = direction;
    },
    resume: () => {
      paused = 'none';
      for (const way of ways) for (const chunk of way.held.splice(0)) way.to.write(chunk);
    },
    cut: hangUp,
    shut: () => {
      shut = true;
      hangUp();
    },
    open: () => {
      shut = false;
    },
    onAnswer: undefined,
    onRequest: undefined,
    close: async () => {
      hangUp();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}

/** The same connection string through a proxy. */
export function throughProxy(url: string, proxy: TcpProxy): string {
  const through = new URL(url);
  through.hostname = proxy.host;
  through.port = String(proxy.port);
  return through.toString();
}
