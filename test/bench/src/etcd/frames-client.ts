// etcd's gRPC over a bare socket: HTTP/2 frames made and read by hand, one call under way on a connection. It does as little as load.ts does
// for HTTP/1.1, so that what is measured is the server.
import { connect, type Socket } from 'node:net';
import type { EtcdConnection } from './connection.js';
import { messages, prefixed } from './messages.js';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');
const HEAD_BYTES = 9;
const [DATA, HEADERS, RESET, SETTINGS, PING, GO_AWAY, WINDOW_UPDATE] = [0, 1, 3, 4, 6, 7, 8] as const;
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4] as const;
const WINDOW_BYTES_MAX = 0x7f_ff_ff_ff;
const WINDOW_BYTES_FIRST = 65_535;
const [HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE] = [1, 4] as const;

interface Call {
  readonly received: (chunk: Buffer) => void;
  readonly ended: (trailers: Buffer) => void;
  readonly failed: (error: Error) => void;
}

export class FramesConnection implements EtcdConnection {
  readonly #socket: Socket;
  readonly #authority: string;
  readonly #headers = new Map<string, Buffer>();
  #rest: Buffer = Buffer.alloc(0);
  #stream = -1;
  #call: Call | null = null;

  private constructor(socket: Socket, authority: string) {
    this.#socket = socket;
    this.#authority = authority;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#received(chunk));
    socket.on('close', () => this.#call?.failed(new Error('etcd closed the connection')));
    socket.on('error', () => undefined); // `close` follows
    socket.write(Buffer.concat([PREFACE, settings(), frame(WINDOW_UPDATE, 0, 0, number32(WINDOW_BYTES_MAX - WINDOW_BYTES_FIRST))]));
  }

  static async open(url: string): Promise<FramesConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new FramesConnection(socket, `${hostname}:${port}`);
  }

  /** Where there is no answer gRPC says why in the trailers. */
  unary(path: string, message: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      this.#begin(path, message, END_STREAM, {
        received: () => (isAnswered = true),
        ended: (trailers) => (isAnswered ? resolve() : reject(new Error(`${path} failed: ${trailers.toString('latin1')}`))),
        failed: reject,
      });
    });
  }

  stream(path: string, message: Buffer, onMessage: (message: Buffer) => void): void {
    const fail = (): void => undefined;
    this.#begin(path, message, 0, { received: messages(onMessage), ended: fail, failed: fail });
  }

  close(): void {
    this.#call = null;
    this.#socket.destroy();
  }

  #begin(path: string, message: Buffer, flags: number, call: Call): void {
    this.#stream += 2;
    this.#call = call;
    const head = frame(HEADERS, END_HEADERS, this.#stream, this.#headersOf(path));
    this.#socket.write(Buffer.concat([head, frame(DATA, flags, this.#stream, prefixed(message))]));
  }

  /** Name and value as they are: without an index that both ends would have to keep. */
  #headersOf(path: string): Buffer {
    const known = this.#headers.get(path);
    if (known !== undefined) return known;
    const made = Buffer.concat([
      Buffer.from([0x83, 0x86]), // :method POST, :scheme http
      Buffer.from([0x04]), // :path
      text(path),
      Buffer.from([0x01]), // :authority
      text(this.#authority),
      Buffer.from([0x0f, 0x10]), // content-type
      text('application/grpc'),
      Buffer.from([0x00]),
      text('te'),
      text('trailers'),
    ]);
    this.#headers.set(path, made);
    return made;
  }

  #received(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length >= at + HEAD_BYTES) {
      const end = at + HEAD_BYTES + bytes.readUIntBE(at, 3);
      if (bytes.length < end) break;
      this.#frame(bytes[at + 3] ?? 0, bytes[at + 4] ?? 0, bytes.subarray(at + HEAD_BYTES, end));
      at = end;
    }
    this.#rest = bytes.subarray(at);
  }

  #frame(type: number, flags: number, payload: Buffer): void {
    if (type === DATA) this.#call?.received(payload);
    else if (type === HEADERS && (flags & END_STREAM) !== 0) this.#call?.ended(payload);
    else if (type === RESET || type === GO_AWAY) this.#call?.failed(new Error(`etcd ended the call with frame ${payload.toString('hex')}`));
    else if ((type === SETTINGS || type === PING) && (flags & ACK) === 0)
      this.#socket.write(frame(type, ACK, 0, type === PING ? payload : Buffer.alloc(0)));
  }
}

/** No table of headers, so that those of an answer can be skipped; windows that a benchmark does not fill. */
function settings(): Buffer {
  const setting = (id: number, value: number): Buffer => Buffer.concat([Buffer.from([0, id]), number32(value)]);
  return frame(SETTINGS, 0, 0, Buffer.concat([setting(HEADER_TABLE_SIZE, 0), setting(INITIAL_WINDOW_SIZE, WINDOW_BYTES_MAX)]));
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function number32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Shorter than 127 bytes, not compressed. */
const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, 'latin1')]);
