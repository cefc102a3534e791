// The composition root of the relay as a process of its own: the only place here that knows which adapters there are.
import {
  activeByName,
  assertLogHolds,
  createProvenActives,
  EventStoreUnavailable,
  isStreamFault,
  readInstallation,
  type ActiveDocument,
  type EventStore,
  type LedgerReads,
  type ProjectorLock,
} from '@confledger/application';
import { awaitLog, openEventStore } from '@confledger/event-stores';
import { createKafkaChanges, createKafkaFeed, type FeedAlarm, type KafkaLogLine, type PublisherStep } from '@confledger/publisher-kafka';
import { connectionProblems, createElection, createOwnerWarning, createPool, unlessAway } from '@confledger/postgres';
import { composed, limitedWarnings, refusedWhen } from '@confledger/process';
import { createPostgresCache, ensureCache, SNAPSHOT_LIMITS } from '@confledger/read-model-postgres';
import type { Logger } from 'pino';
import type { RelayConfig } from './config.js';
import type { RunningPublishing } from './publishing.js';
import { startChanges } from './start-changes.js';
import { startRelay } from './start-relay.js';

export interface ComposedRelay {
  readonly relay: RunningPublishing;
  readonly changes: RunningPublishing;
  /** Ends both after the transaction under way and gives every connection back. */
  close(): Promise<void>;
}

export interface ComposeContext {
  /** Receives what the start waits for, in a sentence without credentials. */
  readonly onWaiting?: (problem: string) => void;
  /** Called after each of the relay's steps: for tests that end the process at one. */
  readonly onStep?: (step: PublisherStep) => void;
}

/**
 * Puts the relay and the publishing of changes together and starts them. Waits, until `signal` aborts, for the event store and for the
 * installation that an api makes in it.
 */
export async function compose(
  config: RelayConfig,
  logger: Logger,
  signal: AbortSignal,
  context: ComposeContext = {},
): Promise<ComposedRelay> {
  const { onWaiting = () => undefined, onStep = () => undefined } = context;
  return composed(async (closers) => {
    const warnings = limitedWarnings(logger);
    const onOwner = createOwnerWarning(logger);
    const opened = await openEventStore(config.eventStore, { part: 'relay', onOwner, logger });
    const { store: events, guard } = opened;
    closers.push(() => events.close());
    const { installation, publicKey } = await awaitLog({
      opening: opened.opening,
      installation: () => madeInstallation(opened.opening.store),
      signal,
      warnings,
      onWaiting,
    });
    await checkCache(config.readModelUrl, logger, onOwner);
    const onError = (error: Error): void => warnings.warn({ err: error }, 'an idle connection broke');
    const pool = createPool(
      { connectionString: config.readModelUrl, applicationName: 'confledger relay cache', connectionsMax: 1, ...SNAPSHOT_LIMITS },
      onError,
    );
    closers.push(() => pool.end());
    const ledgers = createProvenActives({
      store: events,
      cache: createPostgresCache(pool, { part: 'relay', events }),
      clock: { now: () => Date.now() },
      onCacheFault: (error) => warnings.warn({ err: error }, 'the cache of documents could not be used'),
      onCacheRefuted: (ledger) => logger.error({ ledger }, 'the cache says something else than the log: it is not used for this ledger'),
    });
    const topics = {
      ...config.kafka,
      clientId: 'confledger-relay',
      namespace: config.namespace,
      installation,
      onAlarm: ({ kind, ledger, message }: FeedAlarm) => logger.error({ alarm: kind, ledger }, message),
      log: ({ level, message }: KafkaLogLine) => logger[level]({ client: 'kafka' }, message),
    };
    // Each is elected and follows the log by itself: trouble with one of them does not hold the other up.
    const elected = (name: string): ProjectorLock =>
      createElection({ connectionString: config.electionUrl }, `${name} ${config.namespace}`);
    const feed = createKafkaFeed({
      ...topics,
      publicKeys: [publicKey],
      load: (ledger) => activeOrNull(ledgers, ledger, logger),
      lastPosition: () => events.lastPosition(),
      mark: () => guard.mark,
      adopt: (marks) => assertLogHolds(events, marks, 'The feed'),
      onStep,
    });
    const relay = startRelay({ events, ledgers, publisher: feed, lock: elected('relay'), logger });
    // They close their publishers too.
    closers.push(() => relay.stop());
    const changes = startChanges({
      events,
      publisher: createKafkaChanges({
        ...topics,
        retentionMs: config.kafka.changesRetentionMs,
        adopt: (marks) => assertLogHolds(events, marks, 'The topic of changes'),
      }),
      lock: elected('changes'),
      logger,
    });
    closers.push(() => changes.stop());
    return { relay, changes };
  });
}

/** The feed needs no cache: a relay starts without, and waits where one of several is elected. */
async function checkCache(connectionString: string, logger: Logger, onOwner: () => void): Promise<void> {
  const explain = connectionProblems('CONFLEDGER_READ_MODEL_URL', connectionString);
  const onAway = (error: unknown): void =>
    logger.warn({ problem: explain(error) }, 'the read model is away: documents are loaded without a cache until it is back');
  const check = async (): Promise<void> => {
    if ((await ensureCache({ connectionString }, 'relay')).isOwner) onOwner();
  };
  await refusedWhen(() => unlessAway(check, onAway), explain);
}

async function madeInstallation(store: EventStore) {
  const found = await readInstallation(store);
  if (found !== null) return found;
  throw new EventStoreUnavailable('The event store holds no installation yet: an api makes it at its first start.');
}

/** A ledger of the topic may be none of ours, or one whose history is broken: the others are carried all the same. */
async function activeOrNull(ledgers: Pick<LedgerReads, 'active'>, ledger: string, logger: Logger): Promise<ActiveDocument | null> {
  try {
    return await activeByName(ledgers, ledger);
  } catch (error) {
    if (!isStreamFault(error)) throw error;
    logger.error({ ledger, err: error }, 'a ledger cannot be read and is left as it is in the feed');
    return null;
  }
}
