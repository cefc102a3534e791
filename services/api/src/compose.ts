// The composition root of the api as a process of its own: the only place here that knows which adapters there are.
import { randomUUID } from 'node:crypto';
import { createLedgers, ensureInstallation, runRelay, type EventStore, type LedgersCore } from '@confledger/application';
import { openEventStore } from '@confledger/event-stores';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/feed-http/publisher';
import { connectionProblems, createPool, unlessAway } from '@confledger/postgres';
import { composed, refusedWhen, type Closer } from '@confledger/process';
import {
  createPostgresNodeReports,
  createPostgresReadModel,
  createPostgresSnapshotStore,
  migrateReadModel,
  SNAPSHOT_LIMITS,
} from '@confledger/read-model-postgres';
import type { Logger } from 'pino';
import { createApi } from './api.js';
import type { ApiConfig } from './config.js';
import { keyFilesOf, openKeys } from './keys.js';
import { ensureAdminToken, loadTokens } from './tokens.js';

export interface RunningApi {
  /** Listens, and gives the address. */
  listen(): Promise<string>;
  /** Ends streams, answers what is under way, gives connections back. */
  close(): Promise<void>;
}

/** How long a query of the read model may take: longer, and it is taken for a Postgres that hangs. */
const QUERY_MS_MAX = 5_000;

/** Puts the api together by its configuration. */
export async function compose(config: ApiConfig, logger: Logger): Promise<RunningApi> {
  return composed(async (closers) => {
    const clock = { now: () => Date.now() };
    const ids = { next: () => randomUUID() };
    ensureAdminToken(config.dataDirectory);
    const keyFiles = keyFilesOf(config.dataDirectory);
    const signer = openKeys({
      signingKeyFile: config.signingKeyFile ?? keyFiles.signingKeyFile,
      fingerprintKeyFile: config.fingerprintKeyFile ?? keyFiles.fingerprintKeyFile,
    });
    const store = await openEventStore(config.eventStore, logger);
    closers.push(() => store.close());
    await layOutReadModel(config.readModelUrl, logger);
    const pool = createPool({ connectionString: config.readModelUrl, applicationName: 'confledger api', ...SNAPSHOT_LIMITS }, (error) =>
      logger.warn({ err: error }, 'an idle connection broke'),
    );
    closers.push(() => pool.end());
    const readModel = createPostgresReadModel({ connectionString: config.readModelUrl, statementTimeoutMs: QUERY_MS_MAX });
    closers.push(() => readModel.close());
    const snapshots = createPostgresSnapshotStore(pool);
    const onSnapshotFault = (error: unknown): void => logger.warn({ err: error }, 'a snapshot could not be used');
    const ledgers = createLedgers({ store, snapshots, clock, ids, signer, onSnapshotFault });
    const installation = await ensureInstallation({ store, signer, ids, clock });
    const feed = config.feed === 'http' ? await serveFeed({ store, ledgers, installation, logger }, closers) : null;
    const { app } = await createApi({
      ledgers,
      readModel,
      reports: createPostgresNodeReports(pool),
      eventStore: store,
      ...(feed === null ? {} : { feed: feed.publisher, feedPosition: feed.position }),
      tokens: loadTokens(config.dataDirectory),
      environments: config.environments,
      installation,
      signerPublicKey: { keyId: signer.keyId, publicKey: signer.publicKey },
      logger,
      openMetrics: config.openMetrics,
    });
    closers.push(() => app.close());
    return { listen: () => app.listen({ host: config.host, port: config.port }) };
  });
}

/** Commands need the event store alone: an api starts without a read model that is away, whose tables the projector lays out too. */
async function layOutReadModel(connectionString: string, logger: Logger): Promise<void> {
  const explain = connectionProblems('CONFLEDGER_READ_MODEL_URL', connectionString);
  const onAway = (error: unknown): void =>
    logger.warn({ problem: explain(error) }, 'the read model is away: commands are served, and queries when it is back');
  await refusedWhen(() => unlessAway(() => migrateReadModel({ connectionString }), onAway), explain);
}

interface FeedParts {
  readonly store: EventStore;
  readonly ledgers: LedgersCore;
  readonly installation: string;
  readonly logger: Logger;
}

interface ServedFeed {
  readonly publisher: HttpFeedPublisher;
  /** The feed is complete up to it. */
  readonly position: () => bigint;
}

/** Every api follows the log for its own clients: an HTTP feed needs no election. */
async function serveFeed({ store, ledgers, installation, logger }: FeedParts, closers: Closer[]): Promise<ServedFeed> {
  let position = await store.lastPosition();
  const publisher = createHttpFeed({ installation, load: (ledger) => ledgers.active(ledger), position: () => position });
  const stopping = new AbortController();
  const relay = runRelay(
    {
      events: store,
      ledgers,
      publisher,
      onEvent: (event) => {
        if ('position' in event) position = event.position;
        if (event.kind === 'failed') logger.warn({ err: event.error, retryInMs: event.retryInMs }, 'the feed failed and tries again');
      },
    },
    stopping.signal,
  );
  closers.push(async () => {
    stopping.abort();
    await relay;
    await publisher.close();
  });
  return { publisher, position: () => position };
}
