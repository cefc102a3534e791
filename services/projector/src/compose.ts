// The composition root of the projector as a process of its own: the only place here that knows which adapters there are.
import { decodeEvent, documentsOf, LedgerReader } from '@confledger/application';
import { openEventStore } from '@confledger/event-stores';
import { connectionProblems, createPool } from '@confledger/postgres';
import { composed, refusedWhen } from '@confledger/process';
import {
  createPostgresProjections,
  createPostgresSnapshotStore,
  migrateReadModel,
  rebuildReadModel,
} from '@confledger/read-model-postgres';
import type { Logger } from 'pino';
import type { ProjectorConfig } from './config.js';
import { startProjector, type RunningProjector } from './start-projector.js';

export interface ComposedProjector {
  readonly projector: RunningProjector;
  /** Ends the projector after the batch under way and gives every connection back. */
  close(): Promise<void>;
}

/** Puts the projector together and starts it. Tables that an older release laid out are rebuilt first. */
export async function compose(config: ProjectorConfig, logger: Logger): Promise<ComposedProjector> {
  return composed(async (closers) => {
    const location = { connectionString: config.readModelUrl };
    const onError = (error: Error): void => logger.warn({ err: error }, 'an idle connection broke');
    const events = await openEventStore(config.eventStore, logger);
    closers.push(() => events.close());
    const readModel = await refusedWhen(
      () => migrateReadModel(location),
      connectionProblems('CONFLEDGER_READ_MODEL_URL', config.readModelUrl),
    );
    const pool = createPool({ ...location, applicationName: 'confledger projector snapshots', connectionsMax: 1 }, onError);
    closers.push(() => pool.end());
    const documentAt = documentsOf(new LedgerReader({ store: events, snapshots: createPostgresSnapshotStore(pool) }));
    if (readModel === 'outdated') {
      logger.info('the read model was laid out by an older release: rebuilding it');
      await rebuildReadModel({ location, events, documentAt, decode: decodeEvent });
    }
    const projections = createPostgresProjections(location, onError);
    closers.push(() => projections.close());
    const projector = startProjector({ events, ...projections, documentAt, decode: decodeEvent, logger });
    closers.push(() => projector.stop());
    return { projector };
  });
}
