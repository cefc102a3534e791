// The event store on EventStoreDB or KurrentDB. Built by the services' composition roots.
import {
  checkAppend,
  checkLimit,
  checkStream,
  EventStoreUnavailable,
  type CheckLog,
  type EventStore,
  type EventStoreCounts,
  type StoredEvent,
} from '@confledger/application';
import { Appends, COMMAND_WAIT_MS, type NewestSeen } from './appends.js';
import { Connection } from './connection.js';
import { readConnectionString } from './connection-string.js';
import { Reads } from './reads.js';
import type { ServerNode } from './server-node.js';
import { streamNames } from './stream-names.js';
import { subscribeToOurs } from './subscription.js';

export interface EventStoreDbEventStoreOptions {
  /** `esdb://user:password@host:2113?tls=true`, several hosts with commas, or `esdb+discover://`; `kurrentdb://` is understood too. */
  readonly connectionString: string;
  /** Prefixes the names of all streams, so that installations can share a server. Default `confledger`, which prefixes nothing. */
  readonly namespace?: string;
  /** How long one server may be without an answer before it is left; a server itself gives up a write after 2,000. Default 2,000. */
  readonly attemptTimeoutMs?: number;
  /** From the call of `append` to its answer, whatever fails meanwhile. Default 5,000. */
  readonly commandWaitMs?: number;
  /** From a read's call to its answer, or between two answers of a large page; a search of the whole log may take longer. Default 5,000. */
  readonly readTimeoutMs?: number;
  /** Looks whether a log is the one that is known, on each new connection, before anything else. */
  readonly checkLog?: CheckLog;
  /** Receives faults that are being retried. */
  readonly logger?: { warn(details: { readonly error: unknown }, message: string): void };
}

export const ATTEMPT_TIMEOUT_MS_DEFAULT = 2_000;
export const READ_TIMEOUT_MS_DEFAULT = 5_000;

/**
 * Connects when first used, with one connection for everything; make one store per process. Throws a TypeError for a connection
 * string or a namespace that cannot be one.
 */
export function createEventStoreDbEventStore(options: EventStoreDbEventStoreOptions): EventStore {
  return new EventStoreDbEventStore(options);
}

class EventStoreDbEventStore implements EventStore {
  readonly #options: EventStoreDbEventStoreOptions;
  readonly #names: ReturnType<typeof streamNames>;
  readonly #connection: Connection;
  readonly #reads: Reads;
  readonly #appends: Appends;
  readonly #newestSeen: NewestSeen = { position: 0n };
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #tooSlow = 0;
  #closed: Promise<void> | undefined;

  constructor(options: EventStoreDbEventStoreOptions) {
    const { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS_DEFAULT, readTimeoutMs = READ_TIMEOUT_MS_DEFAULT } = options;
    this.#options = options;
    this.#names = streamNames(options.namespace);
    this.#connection = new Connection({
      servers: readConnectionString(options.connectionString),
      answerTimeoutMs: attemptTimeoutMs,
      check: (node) => this.#check(node),
      onLeft: (address, error) => options.logger?.warn({ error }, `The event store's server ${address} was left.`),
    });
    this.#reads = new Reads({
      connection: this.#connection,
      names: this.#names,
      readTimeoutMs,
      silenceTimeoutMs: Math.min(attemptTimeoutMs, readTimeoutMs),
    });
    this.#appends = new Appends({
      connection: this.#connection,
      reads: this.#reads,
      newestSeen: this.#newestSeen,
      attemptTimeoutMs,
      commandWaitMs: options.commandWaitMs ?? COMMAND_WAIT_MS,
      onRetry: (error) => options.logger?.warn({ error }, 'An append failed and is tried again.'),
    });
  }

  async append(...[stream, expectedRevision, events]: Parameters<EventStore['append']>): ReturnType<EventStore['append']> {
    checkAppend(stream, expectedRevision, events);
    this.#refuseClosed();
    const name = this.#names.toServer(stream);
    const append = this.#appends.append({ name, expectedRevision, events }).finally(() => this.#underWay.delete(append));
    this.#underWay.add(append);
    return append;
  }

  async readStream(...[stream, page]: Parameters<EventStore['readStream']>): Promise<readonly StoredEvent[]> {
    const { from, direction = 'forwards', limit } = page;
    checkStream(stream);
    checkLimit(limit);
    this.#refuseClosed();
    return this.#seen(await this.#reads.stream(this.#names.toServer(stream), from, direction, limit));
  }

  async readAll({ after, limit }: Parameters<EventStore['readAll']>[0]): Promise<readonly StoredEvent[]> {
    checkLimit(limit);
    this.#refuseClosed();
    return this.#seen(await this.#reads.all(after, limit));
  }

  async readAt(position: bigint): Promise<StoredEvent | null> {
    this.#refuseClosed();
    const event = await this.#reads.at(position);
    this.#seen(event === null ? [] : [event]);
    return event;
  }

  async lastPosition(): Promise<bigint> {
    this.#refuseClosed();
    const position = await this.#reads.lastPosition();
    this.#seePosition(position);
    return position;
  }

  async *subscribe({ after, signal }: Parameters<EventStore['subscribe']>[0]): AsyncGenerator<readonly StoredEvent[]> {
    const { logger } = this.#options;
    const subscription = subscribeToOurs({
      connection: this.#connection,
      names: this.#names,
      after,
      signal: AbortSignal.any([signal, this.#closing.signal]),
      lastPosition: () => this.#reads.lastPosition(),
      onLost: (error) => logger?.warn({ error }, 'A subscription was lost and is made again.'),
      onTooSlow: () => {
        this.#tooSlow += 1;
        logger?.warn(
          { error: undefined },
          'The server ended a live subscription because 32 events were waiting; it is resumed behind the last one.',
        );
      },
    });
    for await (const events of subscription) yield this.#seen(events);
  }

  async checkLog(): Promise<void> {
    const node = await this.#connection.node({ timeoutMs: this.#options.readTimeoutMs ?? READ_TIMEOUT_MS_DEFAULT });
    try {
      await this.#check(node);
    } catch (error) {
      // The server may be behind the others: the next check asks the member that most members name then.
      this.#connection.leave(node, error);
      throw error;
    }
  }

  counts(): EventStoreCounts {
    return { serversLeft: this.#connection.left, subscriptionsTooSlow: this.#tooSlow };
  }

  close(): Promise<void> {
    this.#closing.abort();
    this.#closed ??= Promise.allSettled(this.#underWay).then(() => this.#connection.end());
    return this.#closed;
  }

  async #check(node: ServerNode): Promise<void> {
    await this.#options.checkLog?.((stream, revision) => this.#reads.placeOn(node, this.#names.toServer(stream), revision));
  }

  #refuseClosed(): void {
    if (this.#closed !== undefined) throw new EventStoreUnavailable('The event store is closed.');
  }

  #seen<E extends readonly StoredEvent[]>(events: E): E {
    for (const { position } of events) this.#seePosition(position);
    return events;
  }

  #seePosition(position: bigint): void {
    if (position > this.#newestSeen.position) this.#newestSeen.position = position;
  }
}
