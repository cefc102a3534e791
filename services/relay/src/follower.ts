// What follows the log and publishes it, as a part of a process: what it is doing, how far it is, what it has done. Used by relay and changes.
import type { EventStore } from '@confledger/application';

export interface FollowerStatus {
  readonly state: 'starting' | 'standby' | 'active' | 'failing' | 'stopped';
  /** Everything up to here is published; on standby what it was when this process was active last. */
  readonly position: bigint;
  /** The newest event of the log. */
  readonly last: bigint;
  /** Activations or events published, and failures met by this process. */
  readonly published: number;
  readonly failures: number;
}

/** What every follower tells of itself. */
type FollowerEvent =
  | { readonly kind: 'active' | 'published' | 'superseded'; readonly position: bigint }
  | { readonly kind: 'standby' | 'failed' | 'unreadable' };

export interface FollowerOptions<Event extends FollowerEvent> {
  readonly events: Pick<EventStore, 'lastPosition'>;
  readonly publisher: { close(): Promise<void> };
  /** Runs until `signal` aborts, and tells what happens. */
  readonly run: (tell: (event: Event) => void, signal: AbortSignal) => Promise<void>;
  /** How much was published with an event. */
  readonly countOf: (event: Event) => number;
  readonly onEvent: (event: Event) => void;
}

export interface Follower {
  readonly active: () => boolean;
  readonly position: () => bigint;
  /** Rejects when the log cannot be asked. */
  readonly status: () => Promise<FollowerStatus>;
  /** Ends after the transaction under way, and closes the publisher. */
  stop(): Promise<void>;
}

export function startFollower<Event extends FollowerEvent>({ events, publisher, run, countOf, onEvent }: FollowerOptions<Event>): Follower {
  const stopping = new AbortController();
  const doing = { position: 0n, published: 0, failures: 0 };
  let state: FollowerStatus['state'] = 'starting';
  const follow = (event: Event): void => {
    state = stateAfter(event, state);
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
      const last = await events.lastPosition();
      return { state, last, ...doing };
    },
    async stop() {
      stopping.abort();
      await ended;
      await publisher.close();
    },
  };
}

/** `published` and `active` are the doings of the elected one; who was superseded stands by. */
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
