// The relay: follows the log and gives the feed each ledger's newest activation, whole, with its document. The feed says
// where to resume; whatever goes wrong ends in taking the feed over anew. A writer never waits for it.
import { ledgerOfStream } from './codec.js';
import type { LedgersCore } from './create-ledgers.js';
import type { EventStore, StoredEvent } from './ports/event-store.js';
import { FeedFenced } from './ports/feed.js';
import type { ActiveDocument, FeedPublisher } from './ports/feed.js';

/** How often the feed shows that it is alive while nothing is activated. */
export const BEAT_INTERVAL_MS = 5_000;

const RETRY_DELAY_MS_MIN = 100;
const RETRY_DELAY_MS_MAX = 5_000;

export type RelayEvent =
  | { readonly type: 'took-over'; readonly after: bigint }
  | { readonly type: 'published'; readonly activations: readonly ActiveDocument[]; readonly upTo: bigint }
  /** Another relay took over; this one is standby again. */
  | { readonly type: 'fenced' }
  | { readonly type: 'failed'; readonly error: unknown; readonly retryInMs: number };

export interface RelayOptions {
  readonly store: EventStore;
  readonly ledgers: Pick<LedgersCore, 'active' | 'observe'>;
  readonly publisher: FeedPublisher;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: RelayEvent) => void;
  readonly beatIntervalMs?: number;
}

/** Runs until `signal` aborts, or until another relay fences this one. Faults are retried with growing delays, for ever. */
export async function runRelay(options: RelayOptions): Promise<'stopped' | 'fenced'> {
  const { signal, onEvent = () => undefined } = options;
  let retryInMs = RETRY_DELAY_MS_MIN;
  while (!signal.aborted) {
    try {
      await follow(options, () => (retryInMs = RETRY_DELAY_MS_MIN));
    } catch (error) {
      if (signal.aborted) break;
      if (error instanceof FeedFenced) {
        onEvent({ type: 'fenced' });
        return 'fenced';
      }
      onEvent({ type: 'failed', error, retryInMs });
      await pause(retryInMs, signal);
      retryInMs = Math.min(retryInMs * 2, RETRY_DELAY_MS_MAX);
    }
  }
  return 'stopped';
}

/** One reign: from taking the feed over to the first fault. Beats and publications never overlap. */
async function follow({ store, ledgers, publisher, signal, onEvent = () => undefined, beatIntervalMs = BEAT_INTERVAL_MS }: RelayOptions, healthy: () => void): Promise<void> {
  const resume = await publisher.takeOver(signal);
  const after = resume === 'now' ? await store.lastPosition() : resume;
  onEvent({ type: 'took-over', after });
  const reign = new AbortController();
  const both = AbortSignal.any([signal, reign.signal]);
  let position = after;
  let busy: Promise<unknown> = Promise.resolve();
  let beatFault: { readonly error: unknown } | null = null;
  const beat = setInterval(() => {
    busy = busy
      .then(() => publisher.beat(position))
      .catch((error: unknown) => {
        beatFault ??= { error };
        reign.abort();
      });
  }, beatIntervalMs);
  try {
    for await (const events of store.subscribe({ after, signal: both })) {
      ledgers.observe(events);
      const upTo = events.at(-1)?.position ?? position;
      const activations = await newestActivations(ledgers, events);
      await busy;
      busy = activations.length > 0 ? publisher.publish(activations, upTo) : Promise.resolve();
      await busy;
      position = upTo;
      healthy();
      if (activations.length > 0) onEvent({ type: 'published', activations, upTo });
    }
  } finally {
    clearInterval(beat);
  }
  rethrow(beatFault);
}

function rethrow(fault: { readonly error: unknown } | null): void {
  if (fault !== null) throw fault.error;
}

/** Of each ledger that has an activation among the events, the newest there is by now: older ones are of no use to a node. */
async function newestActivations(ledgers: Pick<LedgersCore, 'active'>, events: readonly StoredEvent[]): Promise<ActiveDocument[]> {
  const newest = new Map<string, number>();
  for (const { type, stream, revision } of events) {
    const ledger = type === 'VersionActivated' ? ledgerOfStream(stream) : null;
    if (ledger !== null) newest.set(ledger, revision);
  }
  const found = await Promise.all([...newest].map(([ledger, revision]) => ledgers.active(ledger, revision)));
  return found.filter((each) => each !== null);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
