// What follows the log as a part of a process: runs until it is stopped, and knows its state, its failures, and what is wrong. Loads nothing.

export type FollowerState = 'starting' | 'standby' | 'active' | 'failing' | 'stopped';

/** An event of the kind `failed` is a failure that is retried. */
export interface FollowerEvent {
  readonly kind: string;
  readonly error?: unknown;
}

/** See `EventStoreCounts` of the port. */
export interface LogCounts {
  readonly serversLeft: number;
  readonly subscriptionsTooSlow: number;
}

/** The log, as far as a status needs it. */
export interface FollowedLog {
  lastPosition(): Promise<bigint>;
  counts?(): LogCounts;
}

export interface FollowerStatus {
  readonly state: FollowerState;
  /** Position of the newest event of the log; null while the log cannot be asked. */
  readonly last: bigint | null;
  /** Failures met by this process. */
  readonly failures: number;
  /** Why it does not do its work, or could not take it over, in a sentence; null when nothing is wrong. */
  readonly problem: string | null;
  /** The log does not hold what was worked off before. */
  readonly isSetBack: boolean;
  /** What the event store has counted; undefined for one that counts nothing. */
  readonly counts: LogCounts | undefined;
}

export interface FollowerOptions<Event extends FollowerEvent> {
  readonly events: FollowedLog;
  /** Runs until `signal` aborts; calls `report` with what happens. Failures are reported and retried: it does not reject. */
  readonly run: (report: (event: Event) => void, signal: AbortSignal) => Promise<void>;
  /** The state that an event leads to; null where it stays as it is. */
  readonly stateAfter: (event: Event) => FollowerState | null;
  readonly onEvent: (event: Event) => void;
  /** Whether a failure says that the log was set back. */
  readonly isSetBack: (problem: unknown) => boolean;
}

export class Follower<Event extends FollowerEvent> {
  readonly #options: FollowerOptions<Event>;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #state: FollowerState = 'starting';
  #problem: unknown = null;
  #failures = 0;

  /** Begins at once. */
  constructor(options: FollowerOptions<Event>) {
    this.#options = options;
    this.#ended = options.run((event) => this.#follow(event), this.#stopping.signal).finally(() => (this.#state = 'stopped'));
  }

  get state(): FollowerState {
    return this.#state;
  }

  /** Takes as long as the log takes to answer. Never rejects. */
  async status(): Promise<FollowerStatus> {
    const { events, isSetBack } = this.#options;
    const { last, fault } = await events.lastPosition().then(
      (position) => ({ last: position, fault: null }),
      (error: unknown) => ({ last: null, fault: error }),
    );
    const problem = this.#problem ?? fault;
    return {
      state: this.#state,
      last,
      failures: this.#failures,
      problem: problem === null ? null : textOf(problem),
      isSetBack: isSetBack(problem),
      counts: events.counts?.(),
    };
  }

  /** What stands in its way, found by other means than its run; null when nothing does. The next event that is no failure ends it. */
  found(problem: unknown): void {
    this.#problem = problem;
  }

  /** Ends after the work under way. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  #follow(event: Event): void {
    this.#state = this.#options.stateAfter(event) ?? this.#state;
    if (event.kind === 'failed') {
      this.#failures += 1;
      this.#problem = event.error;
    } else if (this.#state !== 'failing') this.#problem = null;
    this.#options.onEvent(event);
  }
}

/** How far `position` is behind the log, never below 0; null while the log cannot be asked. */
export function lagBehind(last: bigint | null, position: bigint): bigint | null {
  if (last === null) return null;
  return last > position ? last - position : 0n;
}

/** A position as health pages show it. */
export function positionText(position: bigint | null): string | null {
  return position === null ? null : String(position);
}

function textOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
