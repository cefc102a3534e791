// Finds out, when a process starts, whose log it is, and whether it is the one that is known; waits while the event store is away.
import { pause } from '../followers/terms.js';
import { EventStoreRefused, EventStoreUnavailable, type EventPlace, type EventStore } from '../ports/event-store.js';
import { readInstallation } from '../installation/read-installation.js';
import type { LogGuard } from './log-guard.js';

/** Interval between two attempts to open a log. */
export const OPEN_RETRY_MS = 1_000;
/** In place of an installation's id, where the log holds no installation. */
export const EMPTY_LOG = 'empty';

/** A person accepted another log than the one that is there. */
export class LogNotAccepted extends Error {
  override readonly name = 'LogNotAccepted';
  readonly accepted: string;
  readonly found: string;

  constructor(accepted: string, found: string) {
    super(
      `the log of installation ${accepted} was accepted, but the event store holds ${found === EMPTY_LOG ? 'no installation' : `installation ${found}`}`,
    );
    this.accepted = accepted;
    this.found = found;
  }
}

/** What became of the mark when a person accepted the log. */
export type Acceptance =
  /** The mark is not there, and was given up. */
  | 'given up'
  /** The log holds the mark, or there is none: nothing had to be accepted. */
  | 'not needed';

/** A store whose log is not open yet. */
export interface LogToOpen {
  /** The adapter's store, made with `guard.checkLog`; not the guarded one, which refuses until the log is open. */
  readonly store: EventStore;
  readonly guard: LogGuard;
  /** Reaches the store. Rejects with `EventStoreUnavailable` while it is away, and with what people have to put right. */
  readonly connect: () => Promise<void>;
  /** Makes what a new store needs; done after the mark was looked for, because nothing is written to a log that does not hold it. */
  readonly layOut: () => Promise<void>;
}

export interface OpenLogOptions<Installation extends { readonly installation: string }> extends LogToOpen {
  /** Reads the installation, and makes it where that is this part's to do. */
  readonly installation: () => Promise<Installation>;
}

/** One attempt: the installation that the log belongs to. Rejects with `EventStoreUnavailable` when another attempt may succeed. */
export async function openLog<Installation extends { readonly installation: string }>({
  store,
  guard,
  connect,
  layOut,
  installation,
}: OpenLogOptions<Installation>): Promise<Installation> {
  await connect();
  // Before an installation is made: an emptied log would be made a new one.
  if (guard.mark !== null) await store.checkLog?.();
  await layOut();
  const found = await installation();
  guard.open(found.installation);
  return found;
}

/**
 * What a person decided about a log that was set back: `accepted` is the id of the installation that it holds, or `EMPTY_LOG`. To be called
 * before the guard knows the mark. Rejects with `LogNotAccepted` when the log holds another installation.
 */
export async function acceptLog(store: EventStore, accepted: string, mark: EventPlace | null): Promise<Acceptance> {
  const found = (await readInstallation(store))?.installation ?? EMPTY_LOG;
  if (found !== accepted) throw new LogNotAccepted(accepted, found);
  if (mark === null) return 'not needed';
  const [event] = await store.readStream(mark.stream, { from: mark.revision, limit: 1 });
  return event?.id === mark.id ? 'not needed' : 'given up';
}

/** Tries until it works, every `OPEN_RETRY_MS`; `onWaiting` hears why not. Rejects with the signal's reason, and with what waiting cannot mend. */
export async function untilOpen<T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  onWaiting: (problem: EventStoreUnavailable) => void,
): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable) || error instanceof EventStoreRefused) throw error;
      onWaiting(error);
    }
    await pause(OPEN_RETRY_MS, signal);
  }
}
