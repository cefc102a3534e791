// The relay: follows the log and gives the feed each ledger's newest activation, whole, with its document. Used by services/relay
// and by an api that serves the HTTP feed. Whatever goes wrong ends in taking the feed over anew; no writer ever waits for it.
import { LedgerCorrupt } from '@confledger/domain';
import { EventUnreadable, ledgerOfStream } from '../codec.js';
import type { LedgersCore } from '../create-ledgers.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import { FeedFenced } from '../ports/feed.js';
import type { ActiveDocument, FeedPublisher } from '../ports/feed.js';
import type { ProjectorLock } from '../ports/projection-store.js';
import { RETRY_DELAY_MS_DEFAULT, RETRY_DELAY_MS_MAX, pause } from './projector.js';

/** How often the feed shows that it is alive while nothing is activated. */
export const BEAT_INTERVAL_MS = 5_000;

/** What the relay tells its log and its metrics. */
export type RelayEvent =
  | { readonly kind: 'active'; readonly position: bigint }
  /** Another relay has the lock: this one waits for it. */
  | { readonly kind: 'standby' }
  /** The log is carried up to `position`; `activations` is what nodes were given on the way there. */
  | { readonly kind: 'published'; readonly position: bigint; readonly activations: readonly ActiveDocument[] }
  /** Another relay took over: this one is standby again, quietly. */
  | { readonly kind: 'superseded'; readonly position: bigint }
  /** A ledger's history does not add up: its nodes go on with what they run, and the other ledgers go on too. */
  | { readonly kind: 'unreadable'; readonly ledger: string; readonly error: unknown }
  /** Something failed and is tried again after the pause. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly retryInMs: number };

export interface RelayOptions {
  readonly events: EventStore;
  readonly ledgers: Pick<LedgersCore, 'active' | 'observe'>;
  readonly publisher: FeedPublisher;
  /** Elects one relay of several; without it this one is the only writer of its feed. */
  readonly lock?: ProjectorLock;
  readonly onEvent?: (event: RelayEvent) => void;
  readonly beatIntervalMs?: number;
  /** First pause between tries; tests shorten it. */
  readonly retryDelayMs?: number;
}

/** Runs until `signal` aborts: on standby, active, and again. Faults are told and tried again for ever. */
export async function runRelay(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const tell = options.onEvent ?? (() => undefined);
  const firstDelayMs = options.retryDelayMs ?? RETRY_DELAY_MS_DEFAULT;
  let delayMs = firstDelayMs;
  while (!signal.aborted) {
    try {
      await relayWhileActive(options, signal, () => (delayMs = firstDelayMs));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof FeedFenced)) tell({ kind: 'failed', error, retryInMs: delayMs });
      await pause(delayMs, signal);
      delayMs = Math.min(delayMs * 2, Math.max(RETRY_DELAY_MS_MAX, firstDelayMs));
    }
  }
}

async function relayWhileActive(options: RelayOptions, signal: AbortSignal, onProgress: () => void): Promise<void> {
  const lease = (await options.lock?.acquire(signal, () => options.onEvent?.({ kind: 'standby' }))) ?? null;
  if (signal.aborted) {
    await lease?.release();
    return;
  }
  // An elected relay goes on while Postgres is away: the feed's own fencing tells when another took over.
  try {
    await follow(options, signal, onProgress);
  } finally {
    await lease?.release();
  }
}

/** One reign: from taking the feed over to the first fault. */
async function follow(
  { events, ledgers, publisher, onEvent, beatIntervalMs = BEAT_INTERVAL_MS }: RelayOptions,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const resume = await publisher.takeOver(signal);
  const after = resume === 'now' ? await events.lastPosition() : resume;
  const writer = new FeedWriter(publisher, after, beatIntervalMs);
  onEvent?.({ kind: 'active', position: after });
  try {
    for await (const batch of events.subscribe({ after, signal: AbortSignal.any([signal, writer.failed]) })) {
      ledgers.observe(batch);
      const activations = await newestActivations(ledgers, batch, onEvent);
      const position = batch.at(-1)?.position ?? writer.position;
      await writer.write(activations, position);
      onProgress();
      onEvent?.({ kind: 'published', position, activations });
    }
    writer.rethrow();
    if (!signal.aborted) throw new Error("the event store ended the relay's subscription");
  } catch (error) {
    if (error instanceof FeedFenced) onEvent?.({ kind: 'superseded', position: writer.position });
    throw error;
  } finally {
    await writer.stop();
  }
}

/** Publications and beats, one at a time: a beat in between would say that the feed is complete where it is not. */
class FeedWriter {
  position: bigint;
  readonly #publisher: FeedPublisher;
  readonly #timer: NodeJS.Timeout;
  readonly #failure = new AbortController();
  #busy: Promise<void> = Promise.resolve();
  #beatWaits = false;
  #stopped = false;

  constructor(publisher: FeedPublisher, position: bigint, beatIntervalMs: number) {
    this.#publisher = publisher;
    this.position = position;
    this.#timer = setInterval(() => this.#beat(), beatIntervalMs);
    // At once: after a gap that nobody published, a feed that loads what runs waits for the first sign of its relay.
    this.#beat();
  }

  /** Aborts when a beat failed: the reign is over. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  async write(activations: readonly ActiveDocument[], position: bigint): Promise<void> {
    const before = this.#busy;
    const turn = before.then(() => {
      this.rethrow();
      return activations.length > 0 ? this.#publisher.publish(activations, position) : undefined;
    });
    this.#busy = turn.catch(() => undefined);
    await turn;
    this.position = position;
  }

  rethrow(): void {
    if (this.failed.aborted) throw this.failed.reason;
  }

  /** No more beats. Resolves when what is under way is over: afterwards the publisher may be closed, and another elected. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopped = true;
    await this.#busy;
  }

  /** While a publication takes longer than the interval one beat waits for its turn, not one for each interval. */
  #beat(): void {
    if (this.#beatWaits) return;
    this.#beatWaits = true;
    this.#busy = this.#busy
      .then(() => {
        this.#beatWaits = false;
        return this.#stopped ? undefined : this.#publisher.beat(this.position);
      })
      .catch((error: unknown) => this.#failure.abort(error));
  }
}

/** Of each ledger that has an activation among the events, the newest there is by now: older ones are of no use to a node. */
async function newestActivations(
  ledgers: Pick<LedgersCore, 'active'>,
  events: readonly StoredEvent[],
  onEvent: RelayOptions['onEvent'],
): Promise<ActiveDocument[]> {
  const newest = new Map<string, number>();
  for (const { type, stream, revision } of events) {
    const ledger = type === 'VersionActivated' ? ledgerOfStream(stream) : null;
    if (ledger !== null) newest.set(ledger, revision);
  }
  const found = await Promise.all([...newest].map(([ledger, revision]) => activeUnlessUnreadable(ledgers, ledger, revision, onEvent)));
  return found.filter((each) => each !== null);
}

/** A feed that stopped at one broken history would keep every other ledger's activations from their nodes. */
async function activeUnlessUnreadable(
  ledgers: Pick<LedgersCore, 'active'>,
  ledger: string,
  revision: number,
  onEvent: RelayOptions['onEvent'],
): Promise<ActiveDocument | null> {
  try {
    return await ledgers.active(ledger, revision);
  } catch (error) {
    if (!(error instanceof LedgerCorrupt || error instanceof EventUnreadable)) throw error;
    onEvent?.({ kind: 'unreadable', ledger, error });
    return null;
  }
}
