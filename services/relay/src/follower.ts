// What follows the log and publishes it, as a part of a process: what it is doing, how far it is, what it has done.
import { LogSetBack, type EventStore, type EventStoreCounts } from '@confledger/application';

export interface FollowerStatus {
  readonly state: 'starting' | 'standby' | 'active' | 'failing' | 'stopped';
  /** Everything up to here is published; on standby what it was when this process was active last. */
  readonly position: bigint;
  /** The newest event of the log; null while the log cannot be asked. */
  readonly last: bigint | null;
  /** Activations or events published, and failures met by this process. */
  readonly published: number;
  readonly failures: number;
  /** Why it does not do its work, or could not take it over, in a sentence; null when nothing is wrong. */
  readonly problem: string | null;
  /** The log does not hold what was published before. */
  readonly isSetBack: boolean;
  /** What the event store has counted; undefined for one that counts nothing. */
  readonly counts: EventStoreCounts | undefined;
}

/** What every follower reports. */
type FollowerEvent =
  | { readonly kind: 'active' | 'published' | 'superseded'; readonly position: bigint }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'standby' | 'unreadable' };

/** Interval between two looks of a standby whether it could take over. */
export const PROBE_INTERVAL_MS = 30_000;

export interface FollowerOptions<Event extends FollowerEvent> {
  readonly events: Pick<EventStore, 'lastPosition' | 'counts'>;
  /** `probe` rejects when what it writes to could not be taken over now. */
  readonly publisher: { close(): Promise<void>; probe?(): Promise<void> };
  /** Runs until `signal` aborts; calls `report` with what happens. */
  readonly run: (report: (event: Event) => void, signal: AbortSignal) => Promise<void>;
  /** How much was published with an event. */
  readonly countOf: (event: Event) => number;
  readonly onEvent: (event: Event) => void;
  readonly probeIntervalMs?: number;
}

export interface Follower {
  readonly active: () => boolean;
  readonly position: () => bigint;
  /** Takes as long as the log takes to answer. */
  readonly status: () => Promise<FollowerStatus>;
  /** Ends after the transaction under way, and closes the publisher. */
  stop(): Promise<void>;
}

export function startFollower<Event extends FollowerEvent>(options: FollowerOptions<Event>): Follower {
  const { events, publisher, run, countOf, onEvent } = options;
  const stopping = new AbortController();
  const doing = { position: 0n, published: 0, failures: 0 };
  let state: FollowerStatus['state'] = 'starting';
  let failure: unknown = null;
  const stopProbing = probeOnStandby(
    options,
    () => state === 'standby',
    (error) => (failure = error),
  );
  const follow = (event: Event): void => {
    state = stateAfter(event, state);
    if (event.kind === 'failed') failure = event.error;
    else if (event.kind !== 'unreadable') failure = null;
    doing.published += countOf(event);
    if (event.kind === 'failed') doing.failures += 1;
    if ('position' in event) doing.position = event.position;
    onEvent(event);
  };
  const ended = run(follow, stopping.signal).finally(() => (state = 'stopped'));
  return {
    active: () => state === 'active',
    position: () => doing.position,
    status: async () => {
      let last: bigint | null = null;
      let problem = failure;
      try {
        last = await events.lastPosition();
      } catch (error) {
        problem ??= error;
      }
      return {
        state,
        last,
        problem: problem === null ? null : textOf(problem),
        isSetBack: problem instanceof LogSetBack,
        counts: events.counts?.(),
        ...doing,
      };
    },
    async stop() {
      stopping.abort();
      stopProbing();
      await ended;
      await publisher.close();
    },
  };
}

/** A standby learns before it is needed that its brokers cannot be reached, or refuse it. */
function probeOnStandby<Event extends FollowerEvent>(
  { publisher, probeIntervalMs = PROBE_INTERVAL_MS }: FollowerOptions<Event>,
  standsBy: () => boolean,
  found: (failure: unknown) => void,
): () => void {
  let isProbing = false;
  const probe = async (): Promise<void> => {
    if (isProbing || !standsBy()) return;
    isProbing = true;
    const failure = await (publisher.probe?.() ?? Promise.resolve()).then(
      () => null,
      (error: unknown) => error,
    );
    isProbing = false;
    if (standsBy()) found(failure);
  };
  const timer = setInterval(() => void probe(), probeIntervalMs);
  return () => clearInterval(timer);
}

function textOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}

/** `published` and `active` come from the elected one; one that was superseded stands by. */
function stateAfter({ kind }: FollowerEvent, before: FollowerStatus['state']): FollowerStatus['state'] {
  switch (kind) {
    case 'active':
    case 'published':
      return 'active';
    case 'standby':
    case 'superseded':
      return 'standby';
    case 'failed':
      return 'failing';
    case 'unreadable':
      return before;
  }
}
