// Notices a log that was set back: an older backup, another database behind the address, a server in memory that was started anew. What
// this process has acknowledged or read, its mark, is looked for in the log; while it is missing, nothing is served and nothing written.
import { EventStoreUnavailable, type CheckLog, type EventPlace, type EventStore, type StoredEvent } from '../ports/event-store.js';

/** Interval between two checks of the mark. */
export const CHECK_INTERVAL_MS = 5_000;
/** A mark that was missing in this many checks, over at least `SET_BACK_AFTER_MS`, is lost. */
export const SET_BACK_CHECKS_MIN = 3;
export const SET_BACK_AFTER_MS = 10_000;

/** The newest event that was acknowledged to a process, or read by it, and the installation that it belongs to. */
export interface LogMark extends EventPlace {
  readonly installation: string;
}

/** How the log stands to what is known of it. */
export type LogStanding =
  /** No server was reached yet. */
  | { readonly kind: 'unchecked' }
  | { readonly kind: 'held' }
  /** The mark is missing, which may be a server that is behind the others: it is looked for again. */
  | { readonly kind: 'in doubt'; readonly missing: EventPlace }
  /** The mark is lost: a person decides. */
  | { readonly kind: 'set back'; readonly missing: EventPlace };

/** The mark is missing. Nothing was written. */
export class LogInDoubt extends EventStoreUnavailable {
  override readonly name = 'LogInDoubt';
}

/** The mark is lost. Nothing was written. */
export class LogSetBack extends EventStoreUnavailable {
  override readonly name = 'LogSetBack';
}

export interface LogGuardOptions {
  /** What an earlier process left; null when there is nothing to compare with. */
  readonly mark?: EventPlace | null;
  /** True: every call is refused until `open`, because whose log it is has to be found out first. */
  readonly startsClosed?: boolean;
  /** Keeps the mark for the next process; called at most every `CHECK_INTERVAL_MS`, and at the end. */
  readonly save?: (mark: LogMark) => Promise<void>;
  readonly onStanding?: (standing: LogStanding) => void;
  /** Default: `performance.now`. */
  readonly nowMs?: () => number;
  readonly intervalMs?: number;
}

interface Known {
  readonly place: EventPlace;
  /** Null until the place was found in the log. */
  readonly position: bigint | null;
}

export class LogGuard {
  readonly #options: LogGuardOptions;
  #standing: LogStanding = { kind: 'unchecked' };
  #newest: Known | null;
  #installation: string | null = null;
  #isOpen: boolean;
  /** Aborts when the mark is missed. */
  #lost = new AbortController();
  #saved: EventPlace | null;
  #doubt = { sinceMs: 0, checks: 0 };
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: LogGuardOptions = {}) {
    this.#options = options;
    const { mark = null, startsClosed = false } = options;
    this.#isOpen = !startsClosed;
    this.#newest = mark === null ? null : { place: placeOf(mark), position: null };
    this.#saved = this.#newest?.place ?? null;
  }

  get standing(): LogStanding {
    return this.#standing;
  }

  /** Aborts when the mark is missed: what follows the log must stop. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** What the log must hold; null while nothing is known of it. */
  get mark(): EventPlace | null {
    return this.#newest?.place ?? null;
  }

  /** For `EventStoreOptions.checkLog`. Rejects with `LogInDoubt` or `LogSetBack`, and as the read does where it cannot be asked. */
  readonly checkLog: CheckLog = async (read) => {
    const place = this.#newest?.place;
    if (place !== undefined) {
      const found = await read(place.stream, place.revision);
      if (found?.id !== place.id) throw this.#missed(place);
      this.#take(found);
    }
    this.#become({ kind: 'held' });
  };

  /** Checks at an interval, on the connection in use, until `close`. */
  watch(store: Pick<EventStore, 'checkLog'>): void {
    const { intervalMs = CHECK_INTERVAL_MS } = this.#options;
    let isChecking = false;
    const check = async (): Promise<void> => {
      void this.#save();
      if (isChecking) return;
      isChecking = true;
      // A store that cannot be asked changes nothing; what is missing has been noted.
      await store.checkLog?.().catch(() => undefined);
      isChecking = false;
    };
    this.#timer = setInterval(() => void check(), intervalMs);
  }

  /** Says whose log it is: calls are served and marks are kept from then on. */
  open(installation: string): void {
    this.#installation = installation;
    this.#isOpen = true;
  }

  /** Notes events that the log's leader has: acknowledged, or read. */
  seen(events: readonly StoredEvent[]): void {
    if (this.#standing.kind !== 'held') return;
    for (const event of events) this.#take(event);
  }

  /** Throws what `problem` answers. */
  assertUsable(): void {
    const problem = this.problem();
    if (problem !== null) throw problem;
  }

  /** The error of every call while the log must not be used; null otherwise. */
  problem(): EventStoreUnavailable | null {
    return (
      this.#doubtProblem() ??
      (this.#isOpen ? null : new EventStoreUnavailable('The event store was not reached since this process was started.'))
    );
  }

  #doubtProblem(): LogInDoubt | LogSetBack | null {
    const standing = this.#standing;
    if (standing.kind === 'in doubt') return new LogInDoubt(`${missingText(standing.missing)} It is looked for again.`);
    if (standing.kind !== 'set back') return null;
    return new LogSetBack(`${missingText(standing.missing)} The log was set back, or another log stands in its place.`);
  }

  /** Ends the checks and keeps the mark. Idempotent. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closed ??= this.#save();
    return this.#closed;
  }

  #take({ stream, revision, id, position }: StoredEvent): void {
    const known = this.#newest;
    // Positions order events of one log; whether it is still that log is never told by them.
    if (known?.position != null && known.position >= position) return;
    this.#newest = { place: { stream, revision, id }, position };
  }

  #missed(place: EventPlace): LogInDoubt | LogSetBack {
    const { nowMs = () => performance.now() } = this.#options;
    const now = nowMs();
    const isNew = this.#standing.kind === 'held' || this.#standing.kind === 'unchecked';
    this.#doubt = isNew ? { sinceMs: now, checks: 1 } : { ...this.#doubt, checks: this.#doubt.checks + 1 };
    const isLost = this.#doubt.checks >= SET_BACK_CHECKS_MIN && now - this.#doubt.sinceMs >= SET_BACK_AFTER_MS;
    if (isLost) this.#become({ kind: 'set back', missing: place });
    else if (isNew) this.#become({ kind: 'in doubt', missing: place });
    return this.#doubtProblem() ?? new LogInDoubt(missingText(place));
  }

  #become(standing: LogStanding): void {
    if (standing.kind === this.#standing.kind) return;
    this.#standing = standing;
    if (standing.kind !== 'held') this.#lost.abort();
    else if (this.#lost.signal.aborted) this.#lost = new AbortController();
    this.#options.onStanding?.(standing);
  }

  #save(): Promise<void> {
    const { save } = this.#options;
    const place = this.#newest?.place;
    if (save === undefined || this.#installation === null || this.#standing.kind !== 'held') return this.#saving;
    if (place === undefined || (place.stream === this.#saved?.stream && place.revision === this.#saved.revision)) return this.#saving;
    this.#saved = place;
    const mark = { installation: this.#installation, ...place };
    this.#saving = this.#saving.then(() => save(mark));
    return this.#saving;
  }
}

function placeOf({ stream, revision, id }: EventPlace): EventPlace {
  return { stream, revision, id };
}

/**
 * Rejects with `LogSetBack` when the log does not hold one of these events, which a follower has worked off: what it derived from them would
 * stand beside other events. `follower` begins a sentence.
 */
export async function assertLogHolds(
  store: Pick<EventStore, 'readStream'>,
  places: readonly EventPlace[],
  follower: string,
): Promise<void> {
  for (const { stream, revision, id } of places) {
    const [found] = await store.readStream(stream, { from: revision, limit: 1 });
    if (found?.id === id && found.revision === revision) continue;
    throw new LogSetBack(
      `${follower} has worked off event ${revision} of ${stream}, which the log does not hold: it was set back, or another log stands in its place.`,
    );
  }
}

function missingText({ stream, revision }: EventPlace): string {
  return `The event store does not hold event ${revision} of ${stream}, which was acknowledged or read before.`;
}
