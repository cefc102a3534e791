// The projector: one ordered subscription to the log, folded in batches into a projection store. Whatever is killed, each event takes
// effect exactly once: rows and checkpoint go in together, by compare-and-set.
import { assertLogHolds } from '../guard/log-guard.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { DocumentAt, ProjectionStore, ProjectorLock } from '../ports/projection-store.js';
import { chunksOf } from '../projections/chunks.js';
import type { DriverEvent } from '../projections/driver-events.js';
import { LogFolder } from '../projections/log-folder.js';
import { resumeParkedStreams, StuckStreams } from '../projections/resume-parked.js';
import type { StreamUses } from '../projections/projections.js';
import { runTerms, type Term, type TermEvent } from './terms.js';

export interface ProjectorOptions {
  readonly events: EventStore;
  /** Asked at each beginning: after a rebuild was switched to, it answers with other tables. */
  readonly store: () => Promise<ProjectionStore>;
  readonly lock: ProjectorLock;
  readonly documentAt: DocumentAt;
  /** What is done with each stream; default: what this release does. */
  readonly useOf?: StreamUses;
  readonly onEvent?: (event: ProjectorEvent) => void;
  /** First pause between tries; tests shorten it. */
  readonly retryDelayMs?: number;
}

/** What the projector tells its log and its metrics. */
export type ProjectorEvent =
  | TermEvent
  | { readonly kind: 'active'; readonly position: bigint }
  | DriverEvent
  /** Another took over, or a rebuild was switched to: it begins again at the checkpoint. */
  | { readonly kind: 'superseded'; readonly position: bigint };

/** Runs until `signal` aborts: on standby, active, and again. Faults are told and tried again for ever. */
export function runProjector(options: ProjectorOptions, signal: AbortSignal): Promise<void> {
  const stuck = new StuckStreams();
  const project: Term = async (lease, onProgress) => {
    const active = lease === null ? signal : AbortSignal.any([signal, lease.lost]);
    while (!active.aborted) await projectFromCheckpoint(options, stuck, active, onProgress);
  };
  return runTerms(options, project, signal);
}

/** Until superseded, or no longer active. */
async function projectFromCheckpoint(
  options: ProjectorOptions,
  stuck: StuckStreams,
  active: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const { events, documentAt, useOf } = options;
  const tell = onceForEachStream(options.onEvent ?? (() => undefined), stuck);
  const store = await options.store();
  const { position: after, mark } = await store.checkpoint();
  // Before anything is folded beside rows that came from other events.
  await assertLogHolds(events, mark === null ? [] : [mark], 'The read model');
  tell({ kind: 'active', position: after });
  if ((await resumeParkedStreams({ store, events, documentAt, useOf, at: after, stuck, tell }, active)) === 'superseded')
    return tell({ kind: 'superseded', position: after });
  const folder = new LogFolder({ store, documentAt, useOf, at: after, tell });
  const ending = new AbortController();
  const log = events.subscribe({ after, signal: AbortSignal.any([active, ending.signal]) })[Symbol.asyncIterator]();
  try {
    if ((await followLog(log, folder, active, onProgress)) === 'superseded') tell({ kind: 'superseded', position: folder.position });
  } finally {
    // An iterator that waits for events would keep return() waiting too: the abort ends its waiting first.
    ending.abort();
    await log.return?.(undefined);
  }
}

/** A parked stream is named once, however many of its events come. */
function onceForEachStream(tell: (event: ProjectorEvent) => void, stuck: StuckStreams): (event: ProjectorEvent) => void {
  return (event) => {
    if (event.kind !== 'streamParked' || stuck.add(event.stream)) tell(event);
  };
}

/**
 * Folds what has come while what came before is being committed. It waits for more only beside the commit under way, whose failure
 * ends it.
 */
async function followLog(
  log: AsyncIterator<readonly StoredEvent[]>,
  folder: LogFolder,
  active: AbortSignal,
  onProgress: () => void,
): Promise<'superseded' | 'ended'> {
  for (;;) {
    const next = log.next();
    // A commit that fails is told before this is awaited; what becomes of the waiting then is of no interest.
    next.catch(() => undefined);
    const outcome = await Promise.race([next.then(() => 'arrived' as const), folder.flush()]);
    if (outcome === 'superseded') return 'superseded';
    const { done, value: events } = await next;
    if (done === true || active.aborted) return (await folder.flush()) === 'superseded' ? 'superseded' : 'ended';
    for (const chunk of chunksOf(events)) {
      if (active.aborted) break;
      if ((await folder.push(chunk)) === 'superseded') return 'superseded';
      onProgress();
    }
  }
}

/**
 * The log from `after` to where it ends now, once: what rebuild and verify read. The next page is read while the last one is worked off; one
 * that is left over when the reader leaves is thrown away.
 */
export async function* readLog(events: EventStore, after: bigint, limit: number): AsyncGenerator<readonly StoredEvent[]> {
  for (let next = events.readAll({ after, limit }); ;) {
    const page = await next;
    const last = page.at(-1);
    if (!last) return;
    next = events.readAll({ after: last.position, limit });
    // A failure is thrown when its page is asked for.
    next.catch(() => undefined);
    yield page;
  }
}
