// The composition root of the embedded mode: every part over the Postgres that main.ts started, all in one process but the projector.
// What is started here is added to `shutdown` at once, so that it is stopped also when a later part fails to start.
import { randomUUID } from 'node:crypto';
import {
  alarmOf,
  watchSeals,
  createApi,
  ensureAdminToken,
  ensureNodeToken,
  environmentFacts,
  keyFilesOf,
  listenAt,
  loadTokens,
  openInstalledLog,
  openLogMark,
  openSealFile,
  openSchemaJudge,
  StatementChoice,
} from '@confledger/api';
import {
  activeByName,
  Authentication,
  createEnvironments,
  createLedgers,
  guardedEventStore,
  observedBy,
  type ApiHeartbeats,
  type EnvironmentsCore,
  type EventStore,
  type InstallationRecord,
  type Keys,
  type LogGuard,
  type LedgersCore,
} from '@confledger/application';
import { ENVIRONMENTS_STREAM, INSTALLATION_STREAM } from '@confledger/domain';
import { createPostgresEventStore } from '@confledger/event-store-postgres';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { createLoggedGuard } from '@confledger/event-stores/guard';
import { createElection, createPool, SchemaTooNew } from '@confledger/postgres';
import { packageVersion } from '@confledger/process';
import { limitedWarnings } from '@confledger/process/warnings';
import {
  createPostgresApiHeartbeats,
  createPostgresInheritanceBlocks,
  createPostgresLayerDocuments,
  createPostgresNodeReports,
  createPostgresReadModel,
  createPostgresSnapshotStore,
  deleteLostLayerDocuments,
  deleteLostSnapshots,
  ensureProjections,
} from '@confledger/read-model-postgres';
import { startRelay } from '@confledger/relay';
import { sealInBackground } from './seal-older.js';
import { openLogs, type Logs } from './logs.js';
import { createNarrator, type Happening } from './narrator.js';
import { StartRefused } from '@confledger/process/start-refused';
import { explained } from './explained.js';
import { noticed } from './noticed.js';
import { migrateWithOwnRoles, type PartUrls } from './own-roles.js';
import { localUrl, refusal } from './port.js';
import { prepareProjector, type WokenProjector } from './projector/woken-projector.js';
import { REFERENCE_NODE, startReferenceNode } from './reference-node.js';
import { startInheriting } from './inheriting.js';
import type { StandaloneConfig } from './config.js';
import type { Shutdown } from '@confledger/process/shutdown';

/** More than a new installation records of itself. */
const FIRST_EVENTS = 20;

const clock = { now: () => Date.now() };
const ids = { next: () => randomUUID() };

export interface ComposeOptions {
  readonly config: StandaloneConfig;
  /** Connection string of the owner of everything; holds a password. */
  readonly postgresUrl: string;
  /** The names of the roles of the parts begin with it. */
  readonly roles: string;
  readonly shutdown: Shutdown;
  /** Receives versions, activations and node swaps; null without a terminal. */
  readonly onHappening: ((happening: Happening) => void) | null;
  /** Receives what a person has to know at once. */
  readonly onNotice: (text: string) => void;
  /** Ends the process, for what is found wrong after the start. */
  readonly onFault: (error: unknown) => void;
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
  /** Connection strings, each with a role that may do what its part needs. */
  readonly urls: PartUrls;
}

/** Starts every part and resolves when all of them work. Throws StartRefused for what people can put right. */
export async function compose(options: ComposeOptions): Promise<Composed> {
  const logs = openLogs(options.config.dataDirectory);
  const { dataDirectory } = options.config;
  const onFault = (error: unknown): void => options.onFault(explained(error, dataDirectory));
  try {
    const urls = await migrateWithOwnRoles({ ...options, logger: logs.of('migrate') });
    return await startParts({ ...options, onFault, logs, urls });
  } catch (error) {
    throw error instanceof SchemaTooNew ? new StartRefused(error.message, { cause: error }) : explained(error, dataDirectory);
  }
}

async function startParts(parts: Parts): Promise<Composed> {
  const { config, urls, shutdown, logs } = parts;
  ensureAdminToken(config.dataDirectory);
  const token = ensureNodeToken(config.dataDirectory, REFERENCE_NODE);
  // Refuses tables of a newer release; those of an older one serve until the projector has rebuilt them.
  await ensureProjections({ connectionString: urls.projector });
  const core = await startCore(parts);
  const isEmpty = await core.store.readAll({ after: 0n, limit: FIRST_EVENTS }).then(
    (events) => events.every(({ stream }) => stream === INSTALLATION_STREAM || stream === ENVIRONMENTS_STREAM),
    () => false,
  );
  const projector = prepareProjector({ ...parts, events: core.store });
  const feed = await startFeed(parts, core);
  const url = await startServing(parts, core, { feed, projector });
  sealInBackground({ ...core, authority: core.keys, publicKey: core.keys.publicKey }, logs.of('core'), shutdown);
  await narrate(parts, core.store);
  const node = await startReferenceNode({ ...parts, url: localUrl(url), token, publicKey: core.keys.publicKey });
  shutdown.add('reference node', () => node.close());
  // Last: loading it would slow down everything before.
  projector.start();
  logs.of('standalone').info({ url, pid: process.pid }, 'ready');
  return { url, node: node.name, empty: isEmpty };
}

interface Core {
  /** Guarded: it serves nothing while the log does not hold what was acknowledged. */
  readonly store: EventStore;
  readonly guard: LogGuard;
  readonly ledgers: LedgersCore;
  readonly environments: EnvironmentsCore;
  readonly heartbeats: ApiHeartbeats;
  readonly installation: string;
  readonly keys: Keys;
  readonly record: InstallationRecord;
  readonly statements: StatementChoice;
  readonly judge: ReturnType<typeof openSchemaJudge>;
  /** For snapshots, node reports and heartbeats. */
  readonly pool: ReturnType<typeof createPool>;
}

async function startCore({ config, urls, logs, shutdown, onNotice, onFault }: Parts): Promise<Core> {
  const logger = logs.of('core');
  const warnings = limitedWarnings(logger);
  const onBroken = (error: unknown): void => warnings.warn({ err: error }, 'an idle connection broke');
  const pool = createPool({ connectionString: urls.api, applicationName: 'confledger standalone' }, onBroken);
  shutdown.add('connections', () => pool.end());
  const kept = openLogMark(config.dataDirectory);
  const guard = createLoggedGuard({
    logger: noticed(logger, onNotice),
    mark: config.acceptedLog === null ? kept.mark : null,
    save: kept.save,
  });
  const faults = { warn: ({ error }: { readonly error: unknown }, message: string) => warnings.warn({ err: error }, message) };
  const opened = createPostgresEventStore({ connectionString: urls.api, wakesOthers: false, checkLog: guard.checkLog, logger: faults });
  const store = guardedEventStore(opened, guard);
  const stopping = new AbortController();
  shutdown.add('event store', () => {
    stopping.abort();
    return store.close();
  });
  const { installation, keys, record } = await openInstalledLog({
    // Tables are laid out by now.
    opening: { store: opened, guard, connect: () => Promise.resolve(), layOut: () => Promise.resolve() },
    store,
    mark: kept.mark,
    sealFile: openSealFile(config.dataDirectory),
    accepted: config.acceptedLog,
    keyFiles: keyFilesOf(config.dataDirectory),
    environments: null,
    ids,
    clock,
    logger: noticed(logger, onNotice),
    signal: stopping.signal,
    onWaiting: (problem) => warnings.warn({ err: problem }, 'the event store cannot be used yet: waiting for it'),
    onFault,
  });
  const seals = watchSeals(record, { warnings, onFault });
  shutdown.add('watch of the seals', () => seals.stop());
  const onSnapshotFault = (error: unknown): void => warnings.warn({ err: error }, 'a snapshot could not be used');
  if (config.acceptedLog !== null)
    for (const deleteLost of [deleteLostSnapshots, deleteLostLayerDocuments]) await deleteLost(pool, store).catch(onSnapshotFault);
  const onBrokenStream = alarmOf(noticed(logger, onNotice));
  const [snapshots, layerDocuments] = [createPostgresSnapshotStore(pool), createPostgresLayerDocuments(pool)];
  const heartbeats = createPostgresApiHeartbeats(pool);
  const reports = createPostgresNodeReports(pool);
  const statements = new StatementChoice({ reports, heartbeats, record, clock, isForced: config.isStatement2Forced });
  const judge = openSchemaJudge(warnings, (close) => shutdown.add('judge of schemas', close));
  const options = { store, snapshots, layerDocuments, clock, ids, signer: keys, seals: record, judge, onSnapshotFault, onBrokenStream };
  const environments = createEnvironments({
    ...{ store, clock, ids, signer: keys, onBrokenStream, authentication: new Authentication({ authority: keys, seals: record }) },
    // One process alone uses the data directory.
    ...environmentFacts({ statements, heartbeats, unseenApisRuledOut: true }),
  });
  const ledgers = createLedgers({ ...options, statementFor: statements.factFor, environments: environments.facts });
  return { store, guard, ledgers, environments, heartbeats, pool, installation, keys, record, statements, judge };
}

interface Feed {
  readonly publisher: HttpFeedPublisher;
  /** The position that the feed is complete up to. */
  readonly position: () => bigint;
}

async function startFeed({ logs, shutdown }: Parts, { store, guard, ledgers, environments, installation }: Core): Promise<Feed> {
  // Unknown while the log cannot be used; the relay says it as soon as it knows.
  const before = await store.lastPosition().catch(() => 0n);
  const publisher = createHttpFeed({ installation, load: (ledger) => activeByName(ledgers, ledger), position: () => before });
  // The relay closes the publisher when it stops.
  const relay = startRelay({ events: store, ledgers: observedBy(ledgers, environments), publisher, logger: logs.of('relay') });
  shutdown.add('relay', () => relay.stop());
  if (guard.problem() === null) await relay.ready;
  return { publisher, position: relay.position };
}

interface Followers {
  readonly feed: Feed;
  readonly projector: WokenProjector;
}

async function startServing(
  { config, urls, logs, shutdown, onNotice }: Parts,
  core: Core,
  { feed, projector }: Followers,
): Promise<string> {
  const logger = logs.of('api');
  const readModel = createPostgresReadModel({ connectionString: urls.api, logger });
  shutdown.add('read model', () => readModel.close());
  const blocks = createPostgresInheritanceBlocks(core.pool);
  const lock = createElection({ connectionString: urls.api }, `inherit ${core.installation}`);
  const inheritance = startInheriting({ ...core, readModel, blocks, lock, ids, clock }, { logs, shutdown });
  const { app } = await createApi({
    inheritance: () => inheritance.standing,
    inheritanceBlocks: blocks,
    ledgers: core.ledgers,
    readModel: projector.awaitedBy(readModel),
    ownParts: [{ name: 'projector', problem: projector.problem }],
    reports: createPostgresNodeReports(core.pool),
    statements: core.statements,
    heartbeats: core.heartbeats,
    eventStore: core.store,
    logGuard: core.guard,
    feed: feed.publisher,
    feedPosition: feed.position,
    judgements: () => core.judge.counts,
    tokens: loadTokens(config.dataDirectory),
    openOperations: [],
    environments: core.environments,
    installation: core.installation,
    signerPublicKey: core.keys,
    authority: core.keys,
    installationRecord: core.record,
    logger,
    clock,
    edgeLimits: config.edgeLimits,
    version: packageVersion(import.meta.url),
  });
  shutdown.add('api', () => app.close());
  try {
    return await listenAt(app, config, noticed(logger, onNotice));
  } catch (error) {
    throw refusal(config.host, config.port, error);
  }
}

/** Narrates what takes effect from now on. */
async function narrate({ onHappening, shutdown, logs }: Parts, store: EventStore): Promise<void> {
  if (onHappening === null) return;
  const after = await store.lastPosition().catch(() => null);
  if (after === null) return;
  const stopping = new AbortController();
  const narrate = createNarrator();
  const follow = async (): Promise<void> => {
    for await (const events of store.subscribe({ after, signal: stopping.signal })) {
      for (const event of events) for (const happening of narrate(event)) onHappening(happening);
    }
  };
  const followed = follow().catch((error: unknown) => logs.of('standalone').warn({ err: error }, 'happenings are no longer shown'));
  shutdown.add('narrator', () => {
    stopping.abort();
    return followed;
  });
}
