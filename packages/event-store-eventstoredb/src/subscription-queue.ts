// What came in on one call of a subscription and was not taken yet. Bounded: beyond its limits the call is not read on, and no writer waits.
import type { StoredEvent } from '@confledger/application';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { storedEvent } from './messages.js';
import { cancel, type ReadStream } from './server-node.js';
import type { StreamNames } from './stream-names.js';

export const QUEUE_EVENTS_MAX = 1_000;
export const QUEUE_BYTES_MAX = 8 * 1024 * 1024;

export class SubscriptionQueue {
  readonly #names: StreamNames;
  readonly #signal: AbortSignal;
  #stream: ReadStream | undefined;
  #events: StoredEvent[] = [];
  #bytes = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** When the newest event came, or reading began; on the clock of `performance.now()`. */
  #fedAtMs = performance.now();
  readonly #abort = (): void => this.#ended({});

  constructor(names: StreamNames, signal: AbortSignal) {
    this.#names = names;
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
  }

  read(stream: ReadStream): void {
    this.#stream = stream;
    this.#fedAtMs = performance.now();
    stream.on('error', (error: unknown) => this.#ended({ error }));
    stream.on('end', () => this.#ended({ error: new Error('The server ended the subscription.') }));
    stream.on('close', () => this.#ended({ error: new Error('The subscription was closed.') }));
    stream.on('data', (answer: streamsPb.ReadResp) => this.#add(answer));
  }

  /** All that is there, at least one event; null once the signal has aborted. Rejects when the call has failed and all was taken. */
  async take(): Promise<readonly StoredEvent[] | null> {
    while (this.#events.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#signal.aborted) return null;
    const events = this.#events;
    if (events.length > 0) {
      this.#events = [];
      this.#bytes = 0;
      if (this.#stream?.isPaused() === true) this.#stream.resume();
      return events;
    }
    throw this.#end?.error;
  }

  /** True when nothing came for `timeMs` and the reader has taken all that had come. */
  isStarving(timeMs: number): boolean {
    return this.#events.length === 0 && this.#end === undefined && performance.now() - this.#fedAtMs >= timeMs;
  }

  /** The server goes on sending, and counting us, until the call is cancelled. */
  cancel(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#events = [];
    if (this.#stream !== undefined) cancel(this.#stream);
  }

  #add(answer: streamsPb.ReadResp): void {
    const event = storedEvent(answer, this.#names);
    if (event === undefined) return;
    this.#fedAtMs = performance.now();
    this.#events.push(event);
    this.#bytes += event.data.length + event.metadata.length;
    if (this.#events.length >= QUEUE_EVENTS_MAX || this.#bytes >= QUEUE_BYTES_MAX) this.#stream?.pause();
    this.#awake();
  }

  #ended(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#awake();
  }

  #awake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
