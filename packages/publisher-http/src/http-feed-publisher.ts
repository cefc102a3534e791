// The embedded feed's hub: the relay publishes into it, the api's route subscribes clients to it. One channel per ledger that is asked for.
import type { ServerResponse } from 'node:http';
import type { ActiveDocument, FeedPublisher } from '@confledger/application';
import { CATCH_UP_TIMEOUT_MS, Channel } from './channel.js';
import { beatFrame } from './frames.js';
import type { WritingTurn } from './readings.js';
import { Subscriber } from './subscriber.js';

/** Interval of the beats to every client. */
export const BEAT_INTERVAL_MS = 5_000;
/** What may lie unsent for one client, beyond a payload that it is taking, before it is cut. */
export const BUFFERED_BYTES_MAX = 1024 * 1024;
/** After this many beats without a word from the relay, clients get no beats either: the feed may be incomplete. */
const BEATS_WITHOUT_RELAY_MAX = 3;

export interface HttpFeedPublisherOptions {
  /** Id of the installation; also the feed's incarnation. */
  readonly installation: string;
  /** What a ledger runs now, read so that everything acknowledged before the call is in it; null when nothing is active. */
  readonly load: (ledger: string) => Promise<ActiveDocument | null>;
  /** Where the log stands, asked until the relay has said it. */
  readonly position: () => bigint;
  readonly beatIntervalMs?: number;
  readonly bufferedBytesMax?: number;
  readonly catchUpTimeoutMs?: number;
}

/** A client of the stream. */
export interface FeedClient {
  readonly response: ServerResponse;
  /** What it has already, as `<origin>:<activation>`. */
  readonly lastEventId: string | null;
  /** It takes a reading as one `document`. Default: as leaves. */
  readonly takesDocument?: boolean;
  readonly signal?: AbortSignal;
  /** Awaited before a document is written for it. Default: written at once. */
  readonly turn?: WritingTurn;
}

export interface HttpFeedPublisher extends FeedPublisher {
  /**
   * Answers a client with the stream of one ledger, head included, until it goes, its `signal` aborts or the feed closes.
   * Resolves when the client is in; rejects, with nothing written, when what runs cannot be loaded.
   */
  subscribe(ledger: string, client: FeedClient): Promise<void>;
  /** How many clients are connected. */
  readonly subscriberCount: number;
}

export function createHttpFeed(options: HttpFeedPublisherOptions): HttpFeedPublisher {
  return new Hub(options);
}

interface HeldChannel {
  readonly channel: Channel;
  holders: number;
}

interface Joined {
  readonly ledger: string;
  readonly held: HeldChannel;
  readonly subscriber: Subscriber;
}

const atOnce: WritingTurn = () => Promise.resolve();

class Hub implements HttpFeedPublisher {
  readonly #options: HttpFeedPublisherOptions;
  readonly #beatIntervalMs: number;
  readonly #channels = new Map<string, HeldChannel>();
  readonly #timer: NodeJS.Timeout;
  #position: bigint | null = null;
  #silentBeats = Number.POSITIVE_INFINITY;
  /** The log resumes after a gap that was not published: what channels hold is loaded again. */
  #reloadDue = false;
  #closed = false;

  constructor(options: HttpFeedPublisherOptions) {
    this.#options = options;
    this.#beatIntervalMs = options.beatIntervalMs ?? BEAT_INTERVAL_MS;
    this.#timer = setInterval(() => this.#tellBeat(), this.#beatIntervalMs);
    this.#timer.unref();
  }

  get subscriberCount(): number {
    let count = 0;
    for (const { channel } of this.#channels.values()) count += channel.subscriberCount;
    return count;
  }

  takeOver(): Promise<'now'> {
    this.#reloadDue = true;
    this.#silentBeats = 0;
    return Promise.resolve('now');
  }

  async publish(activations: readonly ActiveDocument[], upTo: bigint): Promise<void> {
    for (const active of activations) this.#channels.get(active.ledger)?.channel.publish(active);
    await this.beat(upTo);
  }

  async beat(upTo: bigint): Promise<void> {
    this.#position = upTo;
    if (this.#reloadDue) await this.#reloadChannels();
    this.#silentBeats = 0;
  }

  async subscribe(ledger: string, client: FeedClient): Promise<void> {
    if (this.#closed) throw new Error('the feed is closed');
    const { lastEventId, takesDocument = false, response, signal, turn = atOnce } = client;
    const form = takesDocument ? 'document' : 'leaves';
    const held = this.#hold(ledger);
    try {
      await held.channel.ready();
      await held.channel.prepare({ lastEventId, form, turn });
    } catch (error) {
      this.#release(ledger, held);
      throw error;
    }
    if (this.#closed || signal?.aborted === true || response.destroyed) {
      this.#release(ledger, held);
      response.destroy();
      return;
    }
    const subscriber = new Subscriber(response, form, this.#options.bufferedBytesMax ?? BUFFERED_BYTES_MAX);
    this.#releaseOnceGone({ ledger, held, subscriber }, client);
    subscriber.start();
    held.channel.join(subscriber, lastEventId);
  }

  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    for (const { channel } of this.#channels.values()) channel.end();
    this.#channels.clear();
    return Promise.resolve();
  }

  #releaseOnceGone({ ledger, held, subscriber }: Joined, { response, signal }: FeedClient): void {
    const cut = (): void => subscriber.cut();
    signal?.addEventListener('abort', cut, { once: true });
    response.once('close', () => {
      signal?.removeEventListener('abort', cut);
      held.channel.leave(subscriber);
      this.#release(ledger, held);
    });
  }

  /**
   * A channel lives from the first client's call until the last one's connection is gone, the load included: so no publication
   * misses it.
   */
  #hold(ledger: string): HeldChannel {
    let held = this.#channels.get(ledger);
    if (held === undefined) {
      const { installation, load, catchUpTimeoutMs = CATCH_UP_TIMEOUT_MS } = this.#options;
      held = { channel: new Channel({ incarnation: installation, load: () => load(ledger), catchUpTimeoutMs }), holders: 0 };
      this.#channels.set(ledger, held);
    }
    held.holders += 1;
    return held;
  }

  #release(ledger: string, held: HeldChannel): void {
    held.holders -= 1;
    if (held.holders === 0 && this.#channels.get(ledger) === held) this.#channels.delete(ledger);
  }

  async #reloadChannels(): Promise<void> {
    await Promise.all(Array.from(this.#channels.values(), ({ channel }) => channel.reload()));
    this.#reloadDue = false;
  }

  #tellBeat(): void {
    this.#silentBeats += 1;
    if (this.#silentBeats > BEATS_WITHOUT_RELAY_MAX) return;
    const { installation, position } = this.#options;
    const at = this.#position ?? position();
    const time = new Date().toISOString();
    const frame = beatFrame({ installation, incarnation: installation, position: `${installation}:${at}`, time, partitions: 1 });
    for (const { channel } of this.#channels.values()) channel.tellAll(frame);
  }
}
