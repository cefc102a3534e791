// What follows the log and publishes it, as a part of a process: how far it has published, and whether a standby could take over.
import { LogSetBack, type EventStore } from '@confledger/application';
import { Follower, type FollowerState, type FollowerStatus } from '@confledger/process/follower';

export interface PublishingStatus extends FollowerStatus {
  /** Everything up to here is published; on standby what it was when this process was active last. */
  readonly position: bigint;
  /** Activations or events published by this process. */
  readonly published: number;
}

/** What relay and changes report. */
type PublishingEvent =
  | { readonly kind: 'active' | 'published' | 'superseded'; readonly position: bigint }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'standby' | 'unreadable' };

/** Interval between two probes by a standby whether it could take over. */
export const PROBE_INTERVAL_MS = 30_000;

export interface PublishingOptions<Event extends PublishingEvent> {
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

export interface RunningPublishing {
  readonly active: () => boolean;
  readonly position: () => bigint;
  /** Takes as long as the log takes to answer. */
  readonly status: () => Promise<PublishingStatus>;
  /** Ends after the transaction under way, and closes the publisher. */
  stop(): Promise<void>;
}

export function startPublishing<Event extends PublishingEvent>(options: PublishingOptions<Event>): RunningPublishing {
  const { events, publisher, run, countOf, onEvent } = options;
  const done = { position: 0n, published: 0 };
  const follower = new Follower<Event>({
    events,
    run,
    stateAfter,
    onEvent: (event) => {
      done.published += countOf(event);
      if ('position' in event) done.position = event.position;
      onEvent(event);
    },
    isSetBack: (problem) => problem instanceof LogSetBack,
  });
  const stopProbing = probeOnStandby(follower, options);
  return {
    active: () => follower.state === 'active',
    position: () => done.position,
    status: async () => ({ ...(await follower.status()), ...done }),
    async stop() {
      stopProbing();
      await follower.stop();
      await publisher.close();
    },
  };
}

/** A standby learns before it is needed that its brokers cannot be reached, or refuse it. */
function probeOnStandby<Event extends PublishingEvent>(
  follower: Follower<Event>,
  { publisher, probeIntervalMs = PROBE_INTERVAL_MS }: PublishingOptions<Event>,
): () => void {
  let isProbing = false;
  const probe = async (): Promise<void> => {
    if (isProbing || follower.state !== 'standby') return;
    isProbing = true;
    const problem = await (publisher.probe?.() ?? Promise.resolve()).then(
      () => null,
      (error: unknown) => error,
    );
    isProbing = false;
    if (follower.state === 'standby') follower.found(problem);
  };
  const timer = setInterval(() => void probe(), probeIntervalMs);
  return () => clearInterval(timer);
}

/** `published` and `active` come from the elected one; one that was superseded stands by. */
function stateAfter({ kind }: PublishingEvent): FollowerState | null {
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
      return null;
  }
}
