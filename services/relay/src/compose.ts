// The composition root of the relay as a process of its own: the only place here that knows which adapters there are.
import {
  createLedgers,
  EventUnreadable,
  pause,
  readInstallation,
  type ActiveDocument,
  type EventStore,
  type LedgersCore,
  type Signer,
} from '@confledger/application';
import { LedgerCorrupt } from '@confledger/domain';
import { openEventStore } from '@confledger/event-stores';
import { createKafkaFeed } from '@confledger/feed-kafka/publisher';
import { connectionProblems, createElection, createPool } from '@confledger/postgres';
import { composed, refusedWhen } from '@confledger/process';
import { createPostgresSnapshotStore, migrateReadModel } from '@confledger/read-model-postgres';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { RelayConfig } from './config.js';
import { startRelay, type RunningRelay } from './start-relay.js';

export interface ComposedRelay {
  readonly relay: RunningRelay;
  /** Ends the relay after the transaction under way and gives every connection back. */
  close(): Promise<void>;
}

/** How often it is looked whether an api has made the installation. */
const INSTALLATION_POLL_MS = 1_000;
/** `<environment>.<service>` */
const LEDGER_PATTERN = /^[a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,62}$/;

/** Puts the relay together and starts it. Waits for the installation to be made by an api, until `signal` aborts. */
export async function compose(config: RelayConfig, logger: Logger, signal: AbortSignal): Promise<ComposedRelay> {
  return composed(async (closers) => {
    const events = await openEventStore(config.eventStore, logger);
    closers.push(() => events.close());
    const { installation, keyId, publicKey } = await installationOf(events, logger, signal);
    const location = { connectionString: config.readModelUrl };
    await refusedWhen(() => migrateReadModel(location), connectionProblems('CONFLEDGER_READ_MODEL_URL', config.readModelUrl));
    const onError = (error: Error): void => logger.warn({ err: error }, 'an idle connection broke');
    const pool = createPool(
      { connectionString: config.readModelUrl, applicationName: 'confledger relay snapshots', connectionsMax: 1 },
      onError,
    );
    closers.push(() => pool.end());
    const ledgers = createLedgers({
      store: events,
      snapshots: createPostgresSnapshotStore(pool),
      clock: { now: () => Date.now() },
      ids: { next: () => randomUUID() },
      signer: signerOfNothing(keyId, publicKey),
      onSnapshotFault: (error) => logger.warn({ err: error }, 'a snapshot could not be used'),
    });
    const publisher = createKafkaFeed({
      ...config.kafka,
      clientId: 'confledger-relay',
      namespace: config.namespace,
      installation,
      publicKeys: [publicKey],
      load: (ledger) => activeOrNull(ledgers, ledger, logger),
      lastPosition: () => events.lastPosition(),
      onAlarm: ({ kind, ledger, message }) => logger.error({ alarm: kind, ledger }, message),
      log: ({ level, message }) => logger[level]({ part: 'kafka' }, message),
    });
    const lock = createElection({ connectionString: config.electionUrl }, `relay ${config.namespace}`);
    const relay = startRelay({ events, ledgers, publisher, lock, logger });
    // It closes the publisher too.
    closers.push(() => relay.stop());
    return { relay };
  });
}

async function installationOf(
  store: EventStore,
  logger: Logger,
  signal: AbortSignal,
): Promise<{ readonly installation: string; readonly keyId: string; readonly publicKey: string }> {
  for (let told = false; ; told = true) {
    signal.throwIfAborted();
    const known = await readInstallation(store);
    if (known !== null) return known;
    if (!told) logger.info('the event store holds no installation yet: waiting for an api to make it');
    await pause(INSTALLATION_POLL_MS, signal);
  }
}

/** The relay carries what was signed; it holds no key. */
function signerOfNothing(keyId: string, publicKey: string): Signer {
  const refuse = (): never => {
    throw new Error('the relay decides nothing and has nothing to sign');
  };
  return { keyId, publicKey, sign: refuse, fingerprint: refuse };
}

/** A ledger of the topic may be none of ours, or one whose history is broken: the others are carried all the same. */
async function activeOrNull(ledgers: LedgersCore, ledger: string, logger: Logger): Promise<ActiveDocument | null> {
  if (!LEDGER_PATTERN.test(ledger)) return null;
  try {
    return await ledgers.active(ledger);
  } catch (error) {
    if (!(error instanceof LedgerCorrupt || error instanceof EventUnreadable)) throw error;
    logger.error({ ledger, err: error }, 'a ledger cannot be read and is left as it is in the feed');
    return null;
  }
}
