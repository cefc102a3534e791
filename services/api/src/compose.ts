// The composition root of the api as a process of its own: the only place here that knows which adapters there are.
import { randomUUID } from 'node:crypto';
import {
  activeByName,
  Authentication,
  createEnvironments,
  createLedgers,
  observedBy,
  runRelay,
  EventStoreUnavailable,
  type EnvironmentsCore,
  type EventStore,
  type LedgersCore,
} from '@confledger/application';
import { openEventStore, type EventStoreLogger, type OpenedEventStore } from '@confledger/event-stores';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { connectionProblems, createElection, createOwnerWarning, createPool, unlessAway } from '@confledger/postgres';
import {
  composed,
  limitedWarnings,
  listening,
  packageVersion,
  refusedWhen,
  StartRefused,
  type Closer,
  type EventStoreChoice,
  type FaultLogger,
} from '@confledger/process';
import {
  createPostgresApiHeartbeats,
  createPostgresInheritanceBlocks,
  createPostgresLayerDocuments,
  createPostgresNodeReports,
  createPostgresReadModel,
  createPostgresSnapshotStore,
  deleteLostLayerDocuments,
  deleteLostSnapshots,
  ensureReadModel,
  SNAPSHOT_LIMITS,
} from '@confledger/read-model-postgres';
import { createSchemaJudge } from '@confledger/schemas-ajv';
import type { Logger } from 'pino';
import { createApi } from './api.js';
import type { ApiConfig } from './config.js';
import { openInstalledLog, type InstalledLog } from './installed-log.js';
import { keyFilesOf } from './keys.js';
import { environmentFacts } from './ledger/environment-facts.js';
import { StatementChoice } from './ledger/statement-choice.js';
import { openLogMark, type LogMarkFile } from './log-mark-file.js';
import { startInheritance } from './runtime/inheritance.js';
import { listenAt } from './runtime/listen-at.js';
import { MeasuredJudge } from './runtime/measured-judge.js';
import { watchSeals } from './runtime/seal-watch.js';
import { serveWhileWaiting, type WaitingServer } from './runtime/waiting-server.js';
import { openSealFile } from './seal-file.js';
import { alarmOf } from './stream-alarm.js';
import { ensureAdminToken, loadTokens } from './tokens.js';

export interface RunningApi {
  /** Listens, and gives the address. */
  listen(): Promise<string>;
  /** Ends streams, answers what is under way, gives connections back. */
  close(): Promise<void>;
}

/** How long a query of the read model may take: longer, and it is taken for a Postgres that hangs. */
const QUERY_MS_MAX = 5_000;

export interface ComposeContext {
  /** Ends a start that waits. */
  readonly signal?: AbortSignal;
  /** Ends the process, for what is found wrong after the start. */
  readonly onFault?: (error: unknown) => void;
}

const clock = { now: () => Date.now() };
const version = packageVersion(import.meta.url);
const ids = { next: () => randomUUID() };

/** Puts the api together by its configuration. Waits, and answers probes meanwhile, while it is not known which installation it belongs to. */
export async function compose(config: ApiConfig, logger: Logger, context: ComposeContext = {}): Promise<RunningApi> {
  return composed(async (closers) => {
    const ending = new AbortController();
    closers.push(async () => ending.abort());
    ensureAdminToken(config.dataDirectory);
    const warnings = limitedWarnings(logger);
    const onBroken = (error: unknown): void => warnings.warn({ err: error }, 'an idle connection broke');
    const kept = openLogMark(config.dataDirectory);
    const { acceptedLog } = config;
    const onOwner = createOwnerWarning(logger);
    const mark = acceptedLog === null ? kept.mark : null;
    const opened = await openEventStore(config.eventStore, { part: 'api', onOwner, logger, mark, save: kept.save });
    const { store, guard } = opened;
    closers.push(() => store.close());
    const { installation, keys, record } = await installationOf({ config, opened, kept, logger, warnings, context, ending });
    const seals = watchSeals(record, { warnings, onFault: onFaultOf(context, logger) });
    closers.push(() => seals.stop());
    await checkReadModel(config.readModelUrl, logger, onOwner);
    const pool = createPool({ connectionString: config.readModelUrl, applicationName: 'confledger api', ...SNAPSHOT_LIMITS }, onBroken);
    closers.push(() => pool.end());
    const readModel = createPostgresReadModel({ connectionString: config.readModelUrl, statementTimeoutMs: QUERY_MS_MAX });
    closers.push(() => readModel.close());
    const [snapshots, layerDocuments] = [createPostgresSnapshotStore(pool), createPostgresLayerDocuments(pool)];
    const onSnapshotFault = (error: unknown): void => warnings.warn({ err: error }, 'a snapshot could not be used');
    // Of an event that is gone. What is left of them costs time only.
    if (acceptedLog !== null)
      for (const deleteLost of [deleteLostSnapshots, deleteLostLayerDocuments]) await deleteLost(pool, store).catch(onSnapshotFault);
    const [reports, heartbeats] = [createPostgresNodeReports(pool), createPostgresApiHeartbeats(pool)];
    const statements = new StatementChoice({ reports, heartbeats, record, clock, isForced: config.isStatement2Forced });
    const onBrokenStream = alarmOf(logger);
    const environments = createEnvironments({
      ...{ store, clock, ids, signer: keys, onBrokenStream, authentication: new Authentication({ authority: keys, seals: record }) },
      ...environmentFacts({ statements, heartbeats, unseenApisRuledOut: config.allApisKnowEnvironments }),
    });
    const judge = openSchemaJudge(warnings, (close) => closers.push(close));
    const options = { store, snapshots, layerDocuments, clock, ids, signer: keys, seals: record, judge, onSnapshotFault, onBrokenStream };
    const ledgers = createLedgers({ ...options, statementFor: statements.factFor, environments: environments.facts });
    const feed = config.feed === 'http' ? await serveFeed({ store, ledgers, environments, installation, warnings }, closers) : null;
    const blocks = createPostgresInheritanceBlocks(pool);
    const lock = createElection({ connectionString: config.readModelUrl }, `inherit ${installation}`);
    const inheritance = startInheritance({ events: store, ledgers, environments, readModel, blocks, lock, ids, clock, logger });
    closers.push(() => inheritance.stop());
    const { app } = await createApi({
      inheritance: () => inheritance.standing,
      inheritanceBlocks: blocks,
      ledgers,
      readModel,
      reports,
      statements,
      heartbeats,
      eventStore: store,
      logGuard: guard,
      feed: feed?.publisher ?? null,
      feedPosition: feed?.position ?? null,
      judgements: () => judge.counts,
      tokens: loadTokens(config.dataDirectory),
      openOperations: config.openMetrics ? ['metrics'] : [],
      environments,
      installation,
      signerPublicKey: { keyId: keys.keyId, publicKey: keys.publicKey },
      authority: keys,
      installationRecord: record,
      logger,
      clock,
      edgeLimits: { feedClients: config.feedClientsMax },
      version,
    });
    closers.push(() => app.close());
    return { listen: () => listenAt(app, config, logger) };
  });
}

/** The judge of schemas of a process. `onClose` receives what ends it. */
export function openSchemaJudge(warnings: FaultLogger, onClose: (close: Closer) => void): MeasuredJudge {
  const judge = new MeasuredJudge(createSchemaJudge({ onFault: (problem) => warnings.warn({ problem }, 'a judgement by schemas failed') }));
  onClose(() => judge.close());
  return judge;
}

/** An event store for programs that look at the log, or append to it, while no api runs. */
export interface OpenedLog {
  readonly store: EventStore;
  close(): Promise<void>;
}

/** The event store as it is: nothing is laid out in it, and no mark is looked for. Rejects with StartRefused when it cannot be used. */
export async function openLogAsItIs(choice: EventStoreChoice, logger: EventStoreLogger): Promise<OpenedLog> {
  const { store, opening } = await openEventStore(choice, { part: 'api', logger });
  try {
    await opening.connect();
    return { store: opening.store, close: () => store.close() };
  } catch (error) {
    await store.close();
    throw error instanceof EventStoreUnavailable ? new StartRefused(error.message, { cause: error }) : error;
  }
}

interface InstallationParts {
  readonly config: ApiConfig;
  readonly opened: OpenedEventStore;
  readonly kept: LogMarkFile;
  readonly logger: Logger;
  readonly warnings: FaultLogger;
  readonly context: ComposeContext;
  /** Aborts when the api closes, or cannot be started. */
  readonly ending: AbortController;
}

const onFaultOf = ({ onFault }: ComposeContext, logger: Logger): ((error: unknown) => void) =>
  onFault ?? ((error) => logger.error({ err: error }, 'the log cannot be used'));

/** Answers probes while it waits. */
async function installationOf({ config, opened, kept, logger, warnings, context, ending }: InstallationParts): Promise<InstalledLog> {
  const keyFiles = keyFilesOf(config.dataDirectory);
  const at = { host: config.host, port: config.port, version };
  let waiting: Promise<WaitingServer> | undefined;
  const onWaiting = (problem: EventStoreUnavailable): void => {
    warnings.warn({ err: problem }, 'the event store cannot be used yet: waiting for it');
    // An installation that is known serves what it can, health among it.
    if (kept.mark !== null && config.acceptedLog === null) return;
    waiting ??= listening(at, () => serveWhileWaiting(at, clock, () => 'waiting for the event store'));
    // A port that cannot be had ends the start.
    waiting.catch((error: unknown) => ending.abort(error));
  };
  try {
    return await openInstalledLog({
      opening: opened.opening,
      store: opened.store,
      mark: kept.mark,
      sealFile: openSealFile(config.dataDirectory),
      accepted: config.acceptedLog,
      environments: config.environments,
      keyFiles: {
        signingKeyFile: config.signingKeyFile ?? keyFiles.signingKeyFile,
        fingerprintKeyFile: config.fingerprintKeyFile ?? keyFiles.fingerprintKeyFile,
      },
      ids,
      clock,
      logger,
      signal: AbortSignal.any([ending.signal, ...(context.signal === undefined ? [] : [context.signal])]),
      onWaiting,
      onFault: onFaultOf(context, logger),
    });
  } finally {
    await (await waiting)?.close();
  }
}

/** Commands need the event store alone: an api starts without a read model that is away. */
async function checkReadModel(connectionString: string, logger: Logger, onOwner: () => void): Promise<void> {
  const explain = connectionProblems('CONFLEDGER_READ_MODEL_URL', connectionString);
  const onAway = (error: unknown): void =>
    logger.warn({ problem: explain(error) }, 'the read model is away: commands are served, and queries when it is back');
  const check = async (): Promise<void> => {
    if ((await ensureReadModel({ connectionString })).isOwner) onOwner();
  };
  await refusedWhen(() => unlessAway(check, onAway), explain);
}

interface FeedParts {
  readonly store: EventStore;
  readonly ledgers: LedgersCore;
  readonly environments: EnvironmentsCore;
  readonly installation: string;
  readonly warnings: FaultLogger;
}

interface ServedFeed {
  readonly publisher: HttpFeedPublisher;
  /** The feed is complete up to it. */
  readonly position: () => bigint;
}

/** Every api follows the log for its own clients: an HTTP feed needs no election. */
async function serveFeed({ store, ledgers, environments, installation, warnings }: FeedParts, closers: Closer[]): Promise<ServedFeed> {
  // Unknown while the event store is away; the relay says it as soon as it knows.
  let position = await store.lastPosition().catch(() => 0n);
  const publisher = createHttpFeed({ installation, load: (ledger) => activeByName(ledgers, ledger), position: () => position });
  const stopping = new AbortController();
  const relay = runRelay(
    {
      events: store,
      ledgers: observedBy(ledgers, environments),
      publisher,
      onEvent: (event) => {
        if ('position' in event) position = event.position;
        if (event.kind === 'failed') warnings.warn({ err: event.error, retryInMs: event.retryInMs }, 'the feed failed and tries again');
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
