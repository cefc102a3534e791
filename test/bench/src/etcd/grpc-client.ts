// etcd's gRPC by @grpc/grpc-js, which users of etcd on Node have; messages encoded by hand, one channel per connection.
import { Client, credentials } from '@grpc/grpc-js';
import type { EtcdConnection } from './connection.js';

const CONNECT_TIMEOUT_MS = 10_000;
const same = (bytes: Buffer): Buffer => bytes;

export class GrpcConnection implements EtcdConnection {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static open(url: string): Promise<GrpcConnection> {
    // Channels to the same server share a connection unless told otherwise.
    const client = new Client(new URL(url).host, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
    return new Promise((resolve, reject) =>
      client.waitForReady(Date.now() + CONNECT_TIMEOUT_MS, (error) => (error ? reject(error) : resolve(new GrpcConnection(client)))),
    );
  }

  unary(path: string, message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(path, same, same, message, (error) => (error ? reject(error) : resolve()));
    });
  }

  stream(path: string, message: Buffer, onMessage: (message: Buffer) => void): void {
    const stream = this.#client.makeBidiStreamRequest(path, same, same);
    stream.on('data', onMessage);
    stream.on('error', () => undefined); // the channel is closed under it
    stream.write(message);
  }

  close(): void {
    this.#client.close();
  }
}
