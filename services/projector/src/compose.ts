// The composition root of the projector as a process of its own, and of a rebuild by hand: the only place here that knows which adapters
// there are.
import { keptDocumentsOf, readInstallation, type EventStore, type LogGuard, type ProjectorEvent } from '@confledger/application';
import { awaitLog, openEventStore, openEventStoreNow } from '@confledger/event-stores';
import { connectionProblems, createOwnerWarning, createPool, RoleUnfit, unlessAway } from '@confledger/postgres';
import { type Closer, composed, type FaultLogger, limitedWarnings, refusedWhen } from '@confledger/process';
import {
  createPostgresCache,
  createPostgresProjections,
  ensureCache,
  ensureProjections,
  rebuildReadModel,
  RebuildUnderWay,
  SNAPSHOT_LIMITS,
} from '@confledger/read-model-postgres';
import type { Logger } from 'pino';
import type { ProjectorConfig } from './config.js';
import { startProjector, type RunningProjector } from './start-projector.js';
import { wokenLog, type Wakes } from './woken-log.js';

export interface ComposedProjector {
  readonly projector: RunningProjector;
  /** Ends the projector after the batch under way and gives every connection back. */
  close(): Promise<void>;
}

interface ComposeOptions {
  /** Ends the wait for the event store, and a rebuild before the projector begins. */
  readonly signal?: AbortSignal;
  /** Receives what it waits for, in a sentence without credentials. */
  readonly onWaiting?: (problem: string) => void;
  /** Says how far the log reaches, in place of the event store's own notifications. */
  readonly wakes?: Wakes;
  readonly onEvent?: (event: ProjectorEvent) => void;
}

/** Puts the projector together and starts it. Tables that an older release laid out are rebuilt first, when Postgres is there. */
export async function compose(config: ProjectorConfig, logger: Logger, options: ComposeOptions = {}): Promise<ComposedProjector> {
  return composed(async (closers) => {
    const warnings = limitedWarnings(logger);
    const onOwner = createOwnerWarning(logger);
    const { store: events, guard, opening } = await openEventStore(config.eventStore, { part: 'projector', onOwner, logger });
    closers.push(() => events.close());
    const signal = options.signal ?? new AbortController().signal;
    await awaitLog({
      opening,
      // An empty log is projected too.
      installation: async () => (await readInstallation(opening.store)) ?? { installation: '' },
      signal,
      warnings,
      onWaiting: options.onWaiting ?? (() => undefined),
    });
    const { location, documentAt, explain, onError } = openSources(config, events, warnings, closers);
    const prepare = async (signal: AbortSignal): Promise<void> => {
      await ensureCache(location, 'projector');
      const { isOwner, layout } = await ensureProjections(location);
      if (isOwner) onOwner();
      if (layout !== 'outdated') return;
      logger.info('the read model was laid out by an older release: rebuilding it');
      await rebuildReadModel({ location, events, documentAt, signal });
    };
    const onAway = (error: unknown): void =>
      logger.warn({ problem: explain(error) }, 'the read model is away: projecting begins when it is back');
    const isPrepared = await refusedWhen(() => isPossible(() => unlessAway(() => prepare(signal), onAway)), explain);
    const projections = createPostgresProjections(location, onError);
    closers.push(() => projections.close());
    const log = followedLog({ events, guard, warnings }, options.wakes, closers);
    const { onEvent } = options;
    const projector = startProjector({
      events: log,
      ...projections,
      documentAt,
      logger,
      ...(onEvent && { onEvent }),
      ...(isPrepared ? {} : { prepare }),
    });
    closers.push(() => projector.stop());
    return { projector };
  });
}

/** Answers as `work` does, and false while another process rebuilds the read model: the projector tries again until it can begin. */
async function isPossible(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RebuildUnderWay) return false;
    throw error;
  }
}

/** The log that the projector subscribes to. */
function followedLog(
  { events, guard, warnings }: { readonly events: EventStore; readonly guard: LogGuard; readonly warnings: FaultLogger },
  wakes: Wakes | undefined,
  closers: Closer[],
): EventStore {
  if (wakes === undefined) return events;
  const onReadFailed = (error: unknown): void => warnings.warn({ err: error }, 'the log could not be read: trying again');
  const log = wokenLog({ events, guard, wakes, onReadFailed });
  closers.push(() => log.close());
  return log;
}

/** Interval between two log lines on the progress of a rebuild. */
const PROGRESS_INTERVAL_MS = 5_000;

/**
 * Rebuilds the read model from the log while the old one serves; a projector may run meanwhile. Throws StartRefused while another
 * rebuild is under way, and the abort's reason; the old one serves on then.
 */
export async function rebuild(config: ProjectorConfig, logger: Logger, signal: AbortSignal): Promise<void> {
  const { close } = await composed(async (closers) => {
    const events = await openEventStoreNow(config.eventStore, { part: 'projector', logger });
    closers.push(() => events.close());
    const { location, documentAt, explain } = openSources(config, events, limitedWarnings(logger), closers);
    const prepare = async (): Promise<void> => {
      await ensureCache(location, 'projector');
      await ensureProjections(location);
    };
    await refusedWhen(prepare, explain);
    const last = await events.lastPosition();
    logger.info({ last: String(last) }, 'rebuilding the read model; the old one serves until this is done');
    const onProgress = everyInterval((position) => logger.info({ position: String(position), last: String(last) }, 'rebuilding'));
    const work = () => rebuildReadModel({ location, events, documentAt, onProgress, signal });
    const generation = await refusedWhen(work, refusalOf);
    logger.info({ generation }, 'the read model is rebuilt and serves');
    return {};
  });
  await close();
}

function refusalOf(error: unknown): string | null {
  if (error instanceof RebuildUnderWay) return `${error.message} Wait for it.`;
  return error instanceof RoleUnfit ? `The read model cannot be rebuilt: ${error.message}` : null;
}

function everyInterval(report: (position: bigint) => void): (position: bigint) => void {
  let next = performance.now() + PROGRESS_INTERVAL_MS;
  return (position) => {
    if (performance.now() < next) return;
    next = performance.now() + PROGRESS_INTERVAL_MS;
    report(position);
  };
}

/** What the read model is made from, and where it is. */
function openSources(config: ProjectorConfig, events: EventStore, warnings: FaultLogger, closers: Closer[]) {
  const location = { connectionString: config.readModelUrl };
  const onError = (error: Error): void => warnings.warn({ err: error }, 'an idle connection broke');
  const pool = createPool({ ...location, applicationName: 'confledger projector cache', connectionsMax: 1, ...SNAPSHOT_LIMITS }, onError);
  closers.push(() => pool.end());
  const documentAt = keptDocumentsOf({
    store: events,
    cache: createPostgresCache(pool, { part: 'projector', events }),
    onCacheFault: (error) => warnings.warn({ err: error }, 'the cache of documents could not be used'),
    onCacheRefuted: (ledger) => warnings.warn({ ledger }, 'the cache holds another document than the log: the log was read'),
  });
  const explain = connectionProblems('CONFLEDGER_READ_MODEL_URL', config.readModelUrl);
  return { location, documentAt, explain, onError };
}
