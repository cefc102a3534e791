// The event store on EventStoreDB or KurrentDB. Built by the services' composition roots.
import { checkAppend, checkLimit, checkStream, EventStoreUnavailable, type EventStore, type StoredEvent } from '@confledger/application';
import { Appends, type NewestSeen } from './appends.js';
import { BatchAppends } from './batch-append.js';
import { Connection } from './connection.js';
import { Reads } from './reads.js';
import { streamNames } from './stream-names.js';
import { subscribeToOurs } from './subscription.js';

export interface EventStoreDbEventStoreOptions {
  /** `esdb://user:password@host:2113?tls=true`, several hosts with commas, or `esdb+discover://`; `kurrentdb://` is understood too. */
  readonly connectionString: string;
  /** Prefixes the names of all streams, so that installations can share a server. Default `confledger`, which prefixes nothing. */
  readonly namespace?: string;
  /** How long one of the three attempts of an append may take; a server itself gives up after 2,000. Default 2,500. */
  readonly attemptTimeoutMs?: number;
  /** How long a read may be without an answer, from its beginning or between two events; one of the whole log 12 times that. Default 5,000. */
  readonly readTimeoutMs?: number;
  /** Hears of faults that are being retried. */
  readonly logger?: { warn(details: { readonly error: unknown }, message: string): void };
}

export const ATTEMPT_TIMEOUT_MS_DEFAULT = 2_500;
export const READ_TIMEOUT_MS_DEFAULT = 5_000;

/**
 * Connects when first used, with one connection for everything; make one store per process. Throws a TypeError for a connection
 * string or a namespace that is none.
 */
export function createEventStoreDbEventStore(options: EventStoreDbEventStoreOptions): EventStore {
  const { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS_DEFAULT, readTimeoutMs = READ_TIMEOUT_MS_DEFAULT, logger } = options;
  const names = streamNames(options.namespace);
  const connection = Connection.to(options.connectionString);
  const newestSeen: NewestSeen = { position: 0n };
  const reads = new Reads(connection, names, readTimeoutMs);
  const appends = new Appends({
    batch: new BatchAppends(connection),
    // Whoever appends has waited for three attempts when the stream is looked at.
    reads: new Reads(connection, names, Math.min(attemptTimeoutMs, readTimeoutMs)),
    newestSeen,
    attemptTimeoutMs,
    onRetry: (error) => logger?.warn({ error }, 'An append failed and is tried again.'),
  });
  const closing = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  const refuseClosed = (): void => {
    if (closed !== undefined) throw new EventStoreUnavailable('The event store is closed.');
  };
  const seen = <E extends readonly StoredEvent[]>(events: E): E => {
    for (const { position } of events) if (position > newestSeen.position) newestSeen.position = position;
    return events;
  };

  return {
    async append(stream, expectedRevision, events) {
      checkAppend(stream, expectedRevision, events);
      refuseClosed();
      const name = names.toServer(stream);
      const append = appends.append({ name, expectedRevision, events }).finally(() => underWay.delete(append));
      underWay.add(append);
      return append;
    },
    async readStream(stream, { from, direction = 'forwards', limit }) {
      checkStream(stream);
      checkLimit(limit);
      refuseClosed();
      return seen(await reads.stream(names.toServer(stream), from, direction, limit));
    },
    async readAll({ after, limit }) {
      checkLimit(limit);
      refuseClosed();
      return seen(await reads.all(after, limit));
    },
    async lastPosition() {
      refuseClosed();
      const position = await reads.lastPosition();
      if (position > newestSeen.position) newestSeen.position = position;
      return position;
    },
    async *subscribe({ after, signal }) {
      const subscription = subscribeToOurs({
        connection,
        names,
        after,
        signal: AbortSignal.any([signal, closing.signal]),
        onLost: (error, retryDelayMs) => {
          logger?.warn({ error }, `The subscription was lost and is made again in ${Math.round(retryDelayMs)} ms.`);
        },
      });
      for await (const events of subscription) yield seen(events);
    },
    close() {
      closing.abort();
      closed ??= Promise.allSettled(underWay).then(() => connection.end());
      return closed;
    },
  };
}
