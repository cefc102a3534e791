// A subscription to our events of the whole log that outlives connections: resumes behind the last event it delivered, for ever.
import type { StoredEvent } from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { Connection, ReadStream } from './connection.js';
import { storedEvent, subscriptionRequest } from './messages.js';
import type { StreamNames } from './stream-names.js';

/** What waits for a slow consumer; beyond it the stream is not read on, and no writer hears of it. */
export const QUEUE_EVENTS_MAX = 1_000;
export const QUEUE_BYTES_MAX = 8 * 1024 * 1024;
export const RETRY_DELAY_MS_FIRST = 50;
export const RETRY_DELAY_MS_MAX = 5_000;

export interface SubscriptionOptions {
  readonly connection: Pick<Connection, 'read'>;
  readonly names: StreamNames;
  /** Exclusive; 0n is the beginning. */
  readonly after: bigint;
  readonly signal: AbortSignal;
  /** Hears of each loss and how long it waits now. */
  readonly onLost: (error: unknown, retryDelayMs: number) => void;
}

/** Each event once, in position order. Returns when `signal` aborts. */
export async function* subscribeToOurs(options: SubscriptionOptions): AsyncGenerator<readonly StoredEvent[]> {
  const { connection, names, signal, onLost } = options;
  // Only ever the position of an event that was delivered. A checkpoint may name an event that is recorded after it (KurrentDB#4970),
  // and resuming there, which is exclusive, would lose that event.
  let last = options.after;
  const backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
  while (!signal.aborted) {
    const queue = new SubscriptionQueue(names, signal);
    try {
      queue.open(connection.read(subscriptionRequest(names.prefixes, last), { requiresLeader: false }));
      for (let events = await queue.take(); events !== null; events = await queue.take()) {
        // What a server sends a second time after a resubscription.
        const next = last;
        const news = events.filter((event) => event.position > next);
        const newest = news.at(-1);
        if (newest === undefined) continue;
        last = newest.position;
        backoff.reset();
        yield news;
      }
    } catch (error) {
      if (signal.aborted) return;
      const delayMs = backoff.nextMs();
      onLost(error, delayMs);
      await untilAborted(signal, delayMs);
    } finally {
      queue.cancel();
    }
  }
}

function untilAborted(signal: AbortSignal, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done);
  });
}

/** What came in on one call and was not taken yet. */
class SubscriptionQueue {
  readonly #names: StreamNames;
  readonly #signal: AbortSignal;
  #stream: ReadStream | undefined;
  #events: StoredEvent[] = [];
  #bytes = 0;
  #cancelled = false;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  readonly #abort = (): void => this.#ended({});

  constructor(names: StreamNames, signal: AbortSignal) {
    this.#names = names;
    this.#signal = signal;
    signal.addEventListener('abort', this.#abort);
  }

  /** Reads the call as soon as it is there; finding a node can take long, and an abort must not wait for it. */
  open(opening: Promise<ReadStream>): void {
    opening.then(
      (stream) => this.#read(stream),
      (error: unknown) => this.#ended({ error }),
    );
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

  /** The server goes on sending, and counting us, until it is told. */
  cancel(): void {
    this.#cancelled = true;
    this.#signal.removeEventListener('abort', this.#abort);
    this.#events = [];
    const stream = this.#stream;
    if (stream === undefined) return;
    stream.removeAllListeners('data');
    // A paused call would never come to its end. And one that was made in this very turn cannot be cancelled yet (grpc-node#1652).
    stream.resume();
    setImmediate(() => stream.cancel());
  }

  #read(stream: ReadStream): void {
    this.#stream = stream;
    stream.on('error', (error: unknown) => this.#ended({ error }));
    stream.on('end', () => this.#ended({ error: new Error('The server ended the subscription.') }));
    if (this.#cancelled) this.cancel();
    else stream.on('data', (answer: streamsPb.ReadResp) => this.#add(answer));
  }

  #add(answer: streamsPb.ReadResp): void {
    const event = storedEvent(answer, this.#names);
    if (event === undefined) return;
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
