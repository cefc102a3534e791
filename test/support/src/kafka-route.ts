// A way to a Kafka through proxies, one for each broker: what a test breaks between a client and the brokers it names itself.
import { connect, type Socket } from 'node:net';
import { tcpProxy, type TcpProxy } from './tcp-proxy.js';

export interface KafkaRoute {
  readonly proxies: readonly TcpProxy[];
  /** For kafkajs: brokers are advertised with their own addresses, the sockets take the detour. */
  readonly socketFactory: (to: { readonly host: string; readonly port: number; readonly onConnect: () => void }) => Socket;
  /** Breaks every connection and lets none be made, until `open`. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

/** Through it, exactly these brokers can be reached. */
export async function kafkaRoute(brokers: readonly string[]): Promise<KafkaRoute> {
  const proxies = new Map<string, TcpProxy>();
  for (const broker of brokers) {
    const { hostname: host, port } = new URL(`tcp://${broker}`);
    proxies.set(broker, await tcpProxy({ host, port: Number(port) }));
  }
  const all = [...proxies.values()];
  return {
    proxies: all,
    socketFactory: ({ host, port, onConnect }) => {
      const proxy = proxies.get(`${host}:${port}`);
      if (proxy === undefined) throw new Error(`no proxy leads to ${host}:${port}: name it among the brokers`);
      return connect(proxy.port, proxy.host, onConnect);
    },
    shut: () => {
      for (const proxy of all) proxy.shut();
    },
    open: () => {
      for (const proxy of all) proxy.open();
    },
    close: async () => {
      for (const proxy of all) await proxy.close();
    },
  };
}
