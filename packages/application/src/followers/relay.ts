// The relay: follows the log and gives the feed each ledger's newest activation, whole, with its document. Whatever goes wrong ends in
// taking the feed over anew; no writer ever waits for it.
import { Backoff } from '@confledger/backoff';
import { LedgerId } from '@confledger/domain';
import { isStreamFault } from '../loading/broken-streams.js';
import type { LedgerReads } from '../ledger/create-ledgers.js';
import { LogInDoubt, LogSetBack } from '../guard/log-guard.js';
import { EventStoreUnavailable, type EventStore, type StoredEvent } from '../ports/event-store.js';
import { FeedFenced, type ActiveDocument, type FeedPublisher } from '../ports/feed.js';
import type { ProjectorLock } from '../ports/projection-store.js';
import { carryLog } from './carry-log.js';
import { pause, RETRY_DELAY_MS_DEFAULT, RETRY_DELAY_MS_MAX, runTerms, type TermEvent } from './terms.js';

/** How often the feed shows that it is alive while nothing is activated. */
export const BEAT_INTERVAL_MS = 5_000;

/**
 * Ledgers loaded at once. A relay that takes over may have hundreds to load, each a read for every 500 events. All at once they would wait
 * for the event store's connections beyond its timeout, and the relay would begin again (measured with 200 ledgers of 4,500 events).
 */
const LOADS_AT_ONCE = 8;

/** What the relay tells its log and its metrics. */
export type RelayEvent =
  | TermEvent
  | { readonly kind: 'active'; readonly position: bigint }
  /** The log is carried up to `position`; `activations` is what nodes were given on the way there. */
  | { readonly kind: 'published'; readonly position: bigint; readonly activations: readonly ActiveDocument[] }
  /** Another relay took over: this one is standby again, quietly. */
  | { readonly kind: 'superseded'; readonly position: bigint }
  /** A ledger's history does not add up: its nodes go on with what they run, and the other ledgers go on too. */
  | { readonly kind: 'unreadable'; readonly ledger: string; readonly error: unknown };

export interface RelayOptions {
  readonly events: EventStore;
  readonly ledgers: Pick<LedgerReads, 'active' | 'observe'>;
  readonly publisher: FeedPublisher;
  /** Elects one relay of several; without it this one is the only writer of its feed. */
  readonly lock?: ProjectorLock;
  readonly onEvent?: (event: RelayEvent) => void;
  readonly beatIntervalMs?: number;
  /** First pause between tries; tests shorten it. */
  readonly retryDelayMs?: number;
}

/** Runs until `signal` aborts: on standby, active, and again. Faults are told and tried again for ever. */
export function runRelay(options: RelayOptions, signal: AbortSignal): Promise<void> {
  // An elected relay goes on while Postgres is away: the feed's own fencing tells when another took over.
  return runTerms(options, (_lease, onProgress) => follow(options, signal, onProgress), signal);
}

/** What a stretch of the log brings to the feed: its newest activations, and how far the log is carried with them. */
interface Publication {
  readonly activations: readonly ActiveDocument[];
  readonly upTo: bigint;
}

/** One term: from taking the feed over to the first fault. */
async function follow(
  { events, ledgers, publisher, onEvent, beatIntervalMs = BEAT_INTERVAL_MS }: RelayOptions,
  signal: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  // First of all: a feed is not taken over, and gives no sign of life, while the log cannot be asked or was set back.
  const last = await events.lastPosition();
  const resume = await publisher.takeOver(signal);
  const after = resume === 'now' ? last : resume;
  let position = after;
  onEvent?.({ kind: 'active', position });
  const prepare = async (batch: readonly StoredEvent[], needed: AbortSignal): Promise<Publication> => {
    ledgers.observe(batch);
    const activations = await untilReadable(() => newestActivations(ledgers, batch, onEvent), needed);
    return { activations, upTo: batch.at(-1)?.position ?? after };
  };
  const write = async ({ activations, upTo }: Publication): Promise<void> => {
    if (activations.length > 0) await publisher.publish(activations, upTo);
    position = upTo;
    onProgress();
    onEvent?.({ kind: 'published', position, activations });
  };
  try {
    await carryLog({ events, after, prepare, write, between: () => publisher.beat(position), intervalMs: beatIntervalMs }, signal);
  } catch (error) {
    if (error instanceof FeedFenced) onEvent?.({ kind: 'superseded', position });
    throw error;
  }
}

/**
 * While the log cannot be read, nothing newer can be given to nodes, and what they were given stands: the term goes on, with its signs of
 * life. A log that lost what was read of it ends the term.
 */
async function untilReadable<T>(read: () => Promise<T>, needed: AbortSignal): Promise<T> {
  const backoff = new Backoff(RETRY_DELAY_MS_DEFAULT, RETRY_DELAY_MS_MAX);
  for (;;) {
    try {
      return await read();
    } catch (error) {
      const isAway = error instanceof EventStoreUnavailable && !(error instanceof LogInDoubt) && !(error instanceof LogSetBack);
      if (!isAway || needed.aborted) throw error;
      await pause(backoff.nextMs(), needed);
    }
  }
}

/** Of each ledger that has an activation among the events, the newest there is by now: older ones are of no use to a node. */
async function newestActivations(
  ledgers: Pick<LedgerReads, 'active'>,
  events: readonly StoredEvent[],
  onEvent: RelayOptions['onEvent'],
): Promise<ActiveDocument[]> {
  const newest = new Map<string, number>();
  for (const { type, stream, revision } of events) if (type === 'VersionActivated') newest.set(stream, revision);
  const wanted = Array.from(newest, ([stream, revision]) => ({ stream, revision }));
  const found: ActiveDocument[] = [];
  for (let from = 0; from < wanted.length; from += LOADS_AT_ONCE) {
    const loaded = await Promise.all(
      wanted.slice(from, from + LOADS_AT_ONCE).map((each) => activeUnlessUnreadable(ledgers, each, onEvent)),
    );
    found.push(...loaded.filter((each) => each !== null));
  }
  return found;
}

/** A feed that stopped at one broken history would keep every other ledger's activations from their nodes. */
async function activeUnlessUnreadable(
  ledgers: Pick<LedgerReads, 'active'>,
  { stream, revision }: { readonly stream: string; readonly revision: number },
  onEvent: RelayOptions['onEvent'],
): Promise<ActiveDocument | null> {
  // Streams of other kinds give nodes nothing.
  const id = LedgerId.ofStream(stream);
  if (id === null) return null;
  try {
    return await ledgers.active(id, revision);
  } catch (error) {
    if (!isStreamFault(error)) throw error;
    onEvent?.({ kind: 'unreadable', ledger: id.text, error });
    return null;
  }
}
