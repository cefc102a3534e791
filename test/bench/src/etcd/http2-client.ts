// etcd's gRPC by the HTTP/2 of Node, messages encoded by hand, one session per connection.
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { EtcdConnection } from './connection.js';
import { messages, prefixed } from './messages.js';

export class Http2Connection implements EtcdConnection {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
  }

  static async open(url: string): Promise<Http2Connection> {
    const session = connect(url);
    await new Promise((resolve, reject) => session.once('connect', resolve).once('error', reject));
    return new Http2Connection(session);
  }

  unary(path: string, message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = this.#request(path);
      let status = '';
      stream.on('trailers', (trailers) => (status = String(trailers['grpc-status'])));
      stream.on('end', () => (status === '0' ? resolve() : reject(new Error(`${path} failed with gRPC status '${status}'`))));
      stream.on('error', reject);
      stream.resume();
      stream.end(prefixed(message));
    });
  }

  stream(path: string, message: Buffer, onMessage: (message: Buffer) => void): void {
    const stream = this.#request(path);
    stream.on('data', messages(onMessage));
    stream.on('error', () => undefined); // the session is closed under it
    stream.write(prefixed(message));
  }

  close(): void {
    this.#session.destroy();
  }

  #request(path: string): ClientHttp2Stream {
    return this.#session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' });
  }
}
