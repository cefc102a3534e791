// The event store on Postgres: one table, group commit, LISTEN and NOTIFY. Built by the services' composition roots.
import {
  checkAppend,
  checkLimit,
  checkStream,
  EventStoreUnavailable,
  Subscriptions,
  type CheckLog,
  type EventStore,
} from '@confledger/application';
import { createPool, quotedSchema, SILENCE_MS_MAX, type PostgresOptions } from '@confledger/postgres';
import type pg from 'pg';
import { Flushes } from './flushes.js';
import { Listener } from './listener.js';
import { createReads, placeReader, type Reads } from './reads.js';
import { EVENTS_SCHEMA_DEFAULT } from './schema.js';
import { createWriter } from './writer.js';

export interface PostgresEventStoreOptions extends PostgresOptions {
  /** Where `migrateEventStore` made the tables. Default `confledger_events`. */
  readonly schema?: string;
  /** Connections for reads. One more writes and one listens. Default 8. */
  readonly readConnectionsMax?: number;
  /** How long an append may wait for its outcome, retries included. Default 5,000. */
  readonly appendTimeoutMs?: number;
  /** How long one attempt of a flush, or one read, may take on the server. Default 2,000. */
  readonly statementTimeoutMs?: number;
  /**
   * False where no other process follows this log: appends then send no notification, which saves 0.1 ms and a wake-up each. What another
   * process writes is still found, by a poll each second. Default true.
   */
  readonly wakesOthers?: boolean;
  /** Checks that a log is the known one, on each new connection, before anything else. */
  readonly checkLog?: CheckLog;
  /** Receives faults that are being retried. */
  readonly logger?: { warn(details: { readonly error: unknown }, message: string): void };
}

export const APPEND_TIMEOUT_MS_DEFAULT = 5_000;
export const ATTEMPT_TIMEOUT_MS_DEFAULT = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** Connects when first used; `migrateEventStore` must have been run. Close it to give the connections back. */
export function createPostgresEventStore(options: PostgresEventStoreOptions): EventStore {
  const { pool, reads, writer, flushes, subscriptions, listener } = partsOf(options);
  let closing: Promise<void> | undefined;
  const refuseClosed = (): void => {
    if (closing !== undefined) throw new EventStoreUnavailable('The event store is closed.');
  };
  return {
    async append(stream, expectedRevision, events) {
      const bytes = checkAppend(stream, expectedRevision, events);
      return flushes.append(stream, expectedRevision, events, bytes);
    },
    async readStream(stream, { from, direction = 'forwards', limit }) {
      checkStream(stream);
      checkLimit(limit);
      refuseClosed();
      return reads.stream(stream, from, direction, limit);
    },
    async readAll({ after, limit }) {
      checkLimit(limit);
      refuseClosed();
      return reads.all(after, limit);
    },
    async readAt(position) {
      refuseClosed();
      return reads.at(position);
    },
    async lastPosition() {
      refuseClosed();
      return reads.lastPosition();
    },
    ...logCheck(options.checkLog, reads, () => writer.doubt()),
    subscribe: (request) => subscriptions.open(request, () => listener.start()),
    close() {
      closing ??= (async () => {
        subscriptions.end();
        await flushes.close();
        await Promise.all([writer.close(), listener.close(), pool.end()]);
      })();
      return closing;
    },
  };
}

/** What the store is made of. Nothing connects yet. */
function partsOf(options: PostgresEventStoreOptions) {
  const { schema = EVENTS_SCHEMA_DEFAULT, logger, statementTimeoutMs = ATTEMPT_TIMEOUT_MS_DEFAULT } = options;
  const quoted = quotedSchema(schema);
  const warn = (message: string) => (error: unknown) => logger?.warn({ error }, message);
  const connection = { connectTimeoutMs: CONNECT_TIMEOUT_MS, applicationName: 'confledger event store', ...options, statementTimeoutMs };
  const checked = { ...connection, ...connectionCheck(options.checkLog, quoted, statementTimeoutMs) };
  const { readConnectionsMax } = options;
  const poolOptions = readConnectionsMax === undefined ? checked : { ...checked, connectionsMax: readConnectionsMax };
  const pool = createPool(poolOptions, warn('An idle connection of the event store broke.'));
  const reads = createReads(pool, quoted, statementTimeoutMs);
  const writer = createWriter({ ...checked, wakesOthers: options.wakesOthers ?? true }, quoted);
  const subscriptions = new Subscriptions({
    readAll: (after, limit) => reads.all(after, limit),
    onReadFailed: warn('A subscription could not read the log and tries again.'),
  });
  const flushes = new Flushes({
    writer,
    reads,
    appendTimeoutMs: options.appendTimeoutMs ?? APPEND_TIMEOUT_MS_DEFAULT,
    onCommitted: (events) => subscriptions.handOver(events),
    onFound: (position) => subscriptions.notice(position),
    onRetry: warn('A flush of the event store failed and is tried again.'),
  });
  const listener = new Listener({
    connection,
    schema,
    onPosition: (position) => subscriptions.notice(position),
    isOwn: (processId) => processId === writer.processId,
    onFault: warn('Notifications of appends by other processes are interrupted; the event store reconnects and polls.'),
  });
  return { pool, reads, writer, flushes, subscriptions, listener };
}

/** The check of the log on each new connection, before anything else. */
function connectionCheck(checkLog: CheckLog | undefined, quoted: string, statementTimeoutMs: number) {
  if (checkLog === undefined) return {};
  return { check: (client: pg.ClientBase) => checkLog(placeReader(client, quoted, statementTimeoutMs + SILENCE_MS_MAX)) };
}

/** The check of the log at any time. */
function logCheck(checkLog: CheckLog | undefined, reads: Reads, onDoubt: () => void): Pick<EventStore, 'checkLog'> {
  if (checkLog === undefined) return {};
  const eventAt = async (stream: string, revision: number) => {
    const page = await reads.stream(stream, revision, 'forwards', 1);
    return page.find((event) => event.revision === revision) ?? null;
  };
  return {
    checkLog: () =>
      checkLog(eventAt).catch((error: unknown) => {
        onDoubt();
        throw error;
      }),
  };
}
