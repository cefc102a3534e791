// The composition root of the embedded mode: every part in one process, over the Postgres that main.ts started.
// What is started here is told to `shutdown` at once, so that it is stopped also when a later part fails to start.
import { randomUUID } from 'node:crypto';
import { createApi, ensureAdminToken, keyFilesOf, KeyUnusable, loadTokens, openKeys, TokenUnusable } from '@confledger/api';
import {
  createLedgers,
  decodeEvent,
  documentsOf,
  ensureInstallation,
  InstallationKeyMismatch,
  type EventStore,
  type LedgersCore,
  type Signer,
} from '@confledger/application';
import { createPostgresEventStore, migrateEventStore } from '@confledger/event-store-postgres';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/feed-http/publisher';
import { createPool, SchemaTooNew } from '@confledger/postgres';
import {
  createPostgresNodeReports,
  createPostgresProjections,
  createPostgresReadModel,
  createPostgresSnapshotStore,
  migrateReadModel,
} from '@confledger/read-model-postgres';
import { startProjector } from '@confledger/projector';
import { startRelay } from '@confledger/relay';
import { openLogs, type Logs } from './logs.js';
import { createNarrator, type Happening } from './narrator.js';
import { refusal } from './port.js';
import { startReferenceNode } from './reference-node.js';
import type { Settings } from './settings.js';
import type { Shutdown } from './shutdown.js';
import { StartRefused } from './start-refused.js';

/** The environments that there are from the start. */
const ENVIRONMENTS = ['development', 'testing', 'staging', 'production'] as const;

const clock = { now: () => Date.now() };
const ids = { next: () => randomUUID() };

export interface ComposeOptions {
  readonly settings: Settings;
  /** Connection string; holds a password. */
  readonly postgresUrl: string;
  readonly shutdown: Shutdown;
  /** Hears of versions, activations and node swaps; null where nobody watches. */
  readonly onHappening: ((happening: Happening) => void) | null;
}

export interface Composed {
  /** Where the api listens. */
  readonly url: string;
  /** The reference node's name. */
  readonly node: string;
  /** The log holds nothing but the installation itself. */
  readonly empty: boolean;
}

/** What the parts are started with. */
interface Parts extends ComposeOptions {
  readonly logs: Logs;
}

/** Starts every part and resolves when all of them work. Throws StartRefused for what people can put right. */
export async function compose(options: ComposeOptions): Promise<Composed> {
  const logs = openLogs(options.settings.dataDirectory);
  options.shutdown.add('logs', () => logs.flush());
  try {
    return await startParts({ ...options, logs });
  } catch (error) {
    if (error instanceof InstallationKeyMismatch) {
      throw new StartRefused(
        `The signing key in ${keyFilesOf(options.settings.dataDirectory).signingKeyFile} is not this installation's. Put the right one back from a backup (${error.message}).`,
        { cause: error },
      );
    }
    if (REFUSALS.some((kind) => error instanceof kind) && error instanceof Error) throw new StartRefused(error.message, { cause: error });
    throw error;
  }
}

const REFUSALS = [KeyUnusable, TokenUnusable, SchemaTooNew];

async function startParts(parts: Parts): Promise<Composed> {
  const { settings, postgresUrl, shutdown, logs } = parts;
  const token = ensureAdminToken(settings.dataDirectory);
  const signer = openKeys(keyFilesOf(settings.dataDirectory));
  await Promise.all([migrateEventStore({ connectionString: postgresUrl }), migrateReadModel({ connectionString: postgresUrl })]);
  const core = await startCore(parts, signer);
  const [, written] = await core.store.readAll({ after: 0n, limit: 2 });
  await startProjections(parts, core);
  const feed = await startFeed(parts, core);
  const url = await startServing(parts, core, feed, signer);
  await narrate(parts, core.store);
  const node = await startReferenceNode({ ...parts, url: localUrl(url), token, publicKey: signer.publicKey });
  shutdown.add('reference node', () => node.close());
  logs.of('standalone').info({ url, pid: process.pid }, 'ready');
  return { url, node: node.name, empty: written === undefined };
}

interface Core {
  readonly store: EventStore;
  readonly ledgers: LedgersCore;
  readonly installation: string;
  /** For snapshots and node reports. */
  readonly pool: ReturnType<typeof createPool>;
}

async function startCore({ postgresUrl, logs, shutdown }: Parts, signer: Signer): Promise<Core> {
  const logger = logs.of('core');
  const pool = createPool({ connectionString: postgresUrl, applicationName: 'confledger standalone' }, (error) =>
    logger.warn({ err: error }, 'an idle connection broke'),
  );
  shutdown.add('connections', () => pool.end());
  const store = createPostgresEventStore({ connectionString: postgresUrl, wakesOthers: false, logger });
  shutdown.add('event store', () => store.close());
  const onSnapshotFault = (error: unknown): void => logger.warn({ err: error }, 'a snapshot could not be used');
  const ledgers = createLedgers({ store, snapshots: createPostgresSnapshotStore(pool), clock, ids, signer, onSnapshotFault });
  return { store, ledgers, pool, installation: await ensureInstallation({ store, signer, ids, clock }) };
}

async function startProjections({ postgresUrl, logs, shutdown }: Parts, { store, ledgers }: Core): Promise<void> {
  const logger = logs.of('projector');
  const projections = createPostgresProjections({ connectionString: postgresUrl }, (error) =>
    logger.warn({ err: error }, 'an idle connection broke'),
  );
  shutdown.add('projections', () => projections.close());
  const projector = startProjector({
    events: store,
    store: projections.store,
    lock: projections.lock,
    documentAt: documentsOf(ledgers.reader),
    decode: decodeEvent,
    logger,
  });
  shutdown.add('projector', () => projector.stop());
}

interface Feed {
  readonly publisher: HttpFeedPublisher;
  /** The position that the feed is complete up to. */
  readonly position: () => bigint;
}

async function startFeed({ logs, shutdown }: Parts, { store, ledgers, installation }: Core): Promise<Feed> {
  const before = await store.lastPosition();
  const publisher = createHttpFeed({ installation, load: (ledger) => ledgers.active(ledger), position: () => before });
  // The relay closes the publisher when it stops.
  const relay = startRelay({ events: store, ledgers, publisher, logger: logs.of('relay') });
  shutdown.add('relay', () => relay.stop());
  await relay.ready;
  return { publisher, position: relay.position };
}

async function startServing(
  { settings, postgresUrl, logs, shutdown }: Parts,
  core: Core,
  feed: Feed,
  signer: Signer,
): Promise<string> {
  const logger = logs.of('api');
  const readModel = createPostgresReadModel({ connectionString: postgresUrl, logger });
  shutdown.add('read model', () => readModel.close());
  const { app } = await createApi({
    ledgers: core.ledgers,
    readModel,
    reports: createPostgresNodeReports(core.pool),
    eventStore: core.store,
    feed: feed.publisher,
    feedPosition: feed.position,
    tokens: loadTokens(settings.dataDirectory),
    environments: ENVIRONMENTS,
    installation: core.installation,
    signerPublicKey: { keyId: signer.keyId, publicKey: signer.publicKey },
    logger,
    clock,
  });
  shutdown.add('api', () => app.close());
  try {
    return await app.listen({ host: settings.host, port: settings.port });
  } catch (error) {
    throw refusal(settings.host, settings.port, error);
  }
}

/** The url that a process on this machine reaches the api at, also where it listens on every address. */
function localUrl(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

/** Tells what takes effect from now on. */
async function narrate({ onHappening, shutdown, logs }: Parts, store: EventStore): Promise<void> {
  if (onHappening === null) return;
  const after = await store.lastPosition();
  const stopping = new AbortController();
  const tell = createNarrator();
  const follow = async (): Promise<void> => {
    for await (const events of store.subscribe({ after, signal: stopping.signal })) {
      for (const event of events) for (const happening of tell(event)) onHappening(happening);
    }
  };
  const followed = follow().catch((error: unknown) => logs.of('standalone').warn({ err: error }, 'happenings are told no more'));
  shutdown.add('narrator', () => {
    stopping.abort();
    return followed;
  });
}
