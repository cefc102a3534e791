// The port to the event store: streams of immutable events, each with a revision, all with one position order.
// Postgres, EventStoreDB and memory stand behind it; one conformance suite holds all of them to these sentences.

/** An event as the store is to keep it. `data` and `metadata` are JSON texts, which the store gives back byte for byte. */
export interface EventToAppend {
  /** UUIDv8 made from the event's hash, so that the same id means the same bytes. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/** An event as the store keeps it. Revisions count from 0 in each stream; positions order the whole log. */
export interface StoredEvent extends EventToAppend {
  readonly stream: string;
  readonly revision: number;
  /** Greater than that of every event committed before it. 0 lies before everything. */
  readonly position: bigint;
}

/** Which event, and where it stands. */
export interface EventPlace {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
}

export type AppendResult =
  /** All events stand in the stream: written now, or found there already (same ids at the same revisions). `position` is the last one's. */
  | { readonly outcome: 'appended'; readonly position: bigint; readonly alreadyThere: boolean }
  /** Nothing was written: the stream ends elsewhere. `revision` is where it ends, -1 for a stream without events. */
  | { readonly outcome: 'conflict'; readonly revision: number };

export type ReadDirection = 'forwards' | 'backwards';

export interface EventStore {
  /**
   * Appends all events or none. `expectedRevision` is the exact revision of the stream's last event, -1 for none.
   * When it is taken, ids are compared: all equal at the revisions that follow means 'appended' with `alreadyThere`.
   * An unknown outcome is retried with the same bytes and looked up before this rejects.
   * Rejects with `EventStoreUnavailable` (nothing was written), `AppendOutcomeUnknown` (it may have been), `AppendTooLarge`.
   * An empty append is a programming fault and throws a TypeError.
   */
  append(stream: string, expectedRevision: number, events: readonly EventToAppend[]): Promise<AppendResult>;

  /**
   * One page of a stream, read from the leader: everything acknowledged before the call is in it.
   * `from` is inclusive; backwards without `from` starts at the end. A missing stream and a read past the end are empty pages.
   */
  readStream(
    stream: string,
    page: { readonly from?: number; readonly direction?: ReadDirection; readonly limit: number },
  ): Promise<readonly StoredEvent[]>;

  /** One page of the whole log behind `after` (exclusive), in position order. */
  readAll(page: { readonly after: bigint; readonly limit: number }): Promise<readonly StoredEvent[]>;

  /** The event at a position; null where none stands. */
  readAt(position: bigint): Promise<StoredEvent | null>;

  /** The position of the newest event; 0n when there is none. */
  lastPosition(): Promise<bigint>;

  /**
   * Everything behind `after`, in position order, each event once, for ever: history first, then what comes.
   * Survives losses of the connection by itself. Ends (returns) when `signal` aborts; a consumer that leaves the loop leaks nothing.
   * A slow consumer is never waited for by a writer.
   */
  subscribe(options: { readonly after: bigint; readonly signal: AbortSignal }): AsyncIterable<readonly StoredEvent[]>;

  /**
   * Calls the `checkLog` that this store was made with, on the connection in use, and leaves that connection when it rejects.
   * Rejects as it does. Absent where the store was made without one.
   */
  checkLog?(): Promise<void>;

  /** What this store has counted since it was made; absent where it counts nothing. */
  counts?(): EventStoreCounts;

  close(): Promise<void>;
}

/** For metrics. */
export interface EventStoreCounts {
  /** Servers of a cluster that were left, with every call on them, because they refused, were silent, or did not lead. */
  readonly serversLeft: number;
  /** Live subscriptions that a server ended because their reader was too slow. They were resumed; nothing was lost. */
  readonly subscriptionsTooSlow: number;
}

/** The event at a revision of a stream, as the log's leader has it; null when it is not there. */
export type ReadPlace = (stream: string, revision: number) => Promise<StoredEvent | null>;

/**
 * Called by a store on each new connection, before anything is read or appended on it. Rejects when that log must not be used;
 * the store then rejects its calls with that error.
 */
export type CheckLog = (read: ReadPlace) => Promise<void>;

/** One append holds at most this many bytes of data and metadata: EventStoreDB's least limit is 1 MiB, its own overhead included. */
export const APPEND_BYTES_MAX = 900 * 1024;

/** The store cannot be reached or refuses to serve; nothing was written. */
export class EventStoreUnavailable extends Error {
  override readonly name: string = 'EventStoreUnavailable';
}

/** The store is there and refuses us: another user or password, or another server, is needed. */
export class EventStoreRefused extends EventStoreUnavailable {
  override readonly name = 'EventStoreRefused';
}

/** The store did not say whether the append took place, and could not be asked. */
export class AppendOutcomeUnknown extends Error {
  override readonly name = 'AppendOutcomeUnknown';
}

/** The events of one append exceed APPEND_BYTES_MAX. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}
