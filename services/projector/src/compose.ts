// The composition root of the projector as a process of its own, and of a rebuild by hand: the only place here that knows which adapters
// there are.
import { keptDocumentsOf, readInstallation, type EventStore } from '@confledger/application';
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

export interface ComposedProjector {
  readonly projector: RunningProjector;
  /** Ends the projector after the batch under way and gives every connection back. */
  close(): Promise<void>;
}

/** The wait for the event store. */
interface WaitOptions {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Receives what it waits for, in a sentence without credentials. */
  readonly onWaiting?: (problem: string) => void;
}

/** Puts the projector together and starts it. Tables that an older release laid out are rebuilt first, when Postgres is there. */
export async function compose(config: ProjectorConfig, logger: Logger, wait: WaitOptions = {}): Promise<ComposedProjector> {
  return composed(async (closers) => {
    const warnings = limitedWarnings(logger);
    const onOwner = createOwnerWarning(logger);
    const { store: events, opening } = openEventStore(config.eventStore, { part: 'projector', onOwner, logger });
    closers.push(() => events.close());
    await awaitLog({
      opening,
      // An empty log is projected too.
      installation: async () => (await readInstallation(opening.store)) ?? { installation: '' },
      signal: wait.signal ?? new AbortController().signal,
      warnings,
      onWaiting: wait.onWaiting ?? (() => undefined),
    });
    const { location, documentAt, explain, onError } = openSources(config, events, warnings, closers);
    const prepare = async (signal?: AbortSignal): Promise<void> => {
      await ensureCache(location, 'projector');
      const { isOwner, layout } = await ensureProjections(location);
      if (isOwner) onOwner();
      if (layout !== 'outdated') return;
      logger.info('the read model was laid out by an older release: rebuilding it');
      await rebuildReadModel({ location, events, documentAt, ...(signal && { signal }) });
    };
    const onAway = (error: unknown): void =>
      logger.warn({ problem: explain(error) }, 'the read model is away: projecting begins when it is back');
    const isPrepared = await refusedWhen(() => unlessAway(prepare, onAway), explain);
    const projections = createPostgresProjections(location, onError);
    closers.push(() => projections.close());
    const projector = startProjector({ events, ...projections, documentAt, logger, ...(isPrepared ? {} : { prepare }) });
    closers.push(() => projector.stop());
    return { projector };
  });
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
