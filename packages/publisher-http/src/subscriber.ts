// One client of the stream. It is written to and never waited for: one that does not drain is cut, and comes back by itself.
import type { ServerResponse } from 'node:http';
import type { ReadingForm } from './frames.js';

export class Subscriber {
  /** How it takes a reading. */
  readonly form: ReadingForm;
  readonly #response: ServerResponse;
  readonly #bufferedBytesMax: number;
  /** How much may lie unsent now: the limit, and the payload that was begun when nothing lay unsent. */
  #allowanceBytes: number;
  #open = true;

  constructor(response: ServerResponse, form: ReadingForm, bufferedBytesMax: number) {
    this.form = form;
    this.#response = response;
    this.#bufferedBytesMax = bufferedBytesMax;
    this.#allowanceBytes = bufferedBytesMax;
    // Errors of a lost connection end in 'close'; without a listener they would end the process.
    response.on('error', () => this.cut());
  }

  get open(): boolean {
    return this.#open;
  }

  start(): void {
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Reverse proxies that buffer answers would hold activations back.
      'x-accel-buffering': 'no',
    });
    this.#response.flushHeaders();
    this.#response.socket?.setNoDelay(true);
  }

  /** A client that has taken everything may be sent a payload of any size; what comes on top of one that it still takes is limited. */
  send(payload: Buffer): void {
    if (!this.#open) return;
    if (this.#response.writableLength === 0) this.#allowanceBytes = this.#bufferedBytesMax + payload.length;
    this.#response.write(payload);
    if (this.#response.writableLength > this.#allowanceBytes) this.cut();
  }

  /** Drops the connection with whatever it did not take. */
  cut(): void {
    this.#open = false;
    this.#response.destroy();
  }

  end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#response.end();
  }
}
