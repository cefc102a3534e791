// Loads streams of one kind from the log: to their end, to a revision, to an instant. Starts from the nearest snapshot, so that the cost is
// bounded by the distance to it and not by the length of the history.
import {
  decodeStream,
  emptyStream,
  encodeStream,
  follow,
  type Aggregate,
  type AggregateTypes,
  type Recorded,
  type StreamOf,
} from '@confledger/domain';
import { decodeStored } from '../codec.js';
import type { EventStore } from '../ports/event-store.js';
import type { Snapshot, SnapshotStore } from '../ports/snapshots.js';

/** Events in one page: large enough to amortise the round trip, small enough that little is read past the end sought. */
export const PAGE_EVENTS = 500;

/** A new snapshot is due after this many events, or a quarter of the state's size where that is more. */
export const SNAPSHOT_INTERVAL_EVENTS = 500;

/** After a fault of the snapshot store it is done without for so long: one that hangs would hold up every load of an older state. */
export const SNAPSHOT_PAUSE_MS = 10_000;

/** A folded stream and the position of its last event; `snapshotAt` is the revision of the newest snapshot known. */
export interface Loaded<A extends AggregateTypes> {
  readonly stream: StreamOf<A>;
  readonly position: bigint;
  readonly snapshotAt: number;
}

/** What consecutive events of a stream did. */
export interface Stretch<A extends AggregateTypes> {
  readonly before: Loaded<A>;
  readonly events: readonly Recorded<A['event']>[];
  readonly after: Loaded<A>;
}

export interface StreamReaderOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly snapshots?: SnapshotStore | null;
  readonly onSnapshotFault?: (error: unknown) => void;
}

type SnapshotLimit = { readonly atMost: number } | { readonly at: string };

export class StreamReader<A extends AggregateTypes> {
  readonly aggregate: Aggregate<A>;
  readonly #store: Pick<EventStore, 'readStream'>;
  /** Null where there is no store of snapshots, or this kind of stream has none. */
  readonly #snapshots: SnapshotStore | null;
  readonly #onSnapshotFault: (error: unknown) => void;
  /** By `performance.now()`. */
  #snapshotsPausedUntilMs = 0;

  constructor(aggregate: Aggregate<A>, { store, snapshots = null, onSnapshotFault = () => undefined }: StreamReaderOptions) {
    this.aggregate = aggregate;
    this.#store = store;
    this.#snapshots = aggregate.snapshots === null ? null : snapshots;
    this.#onSnapshotFault = onSnapshotFault;
  }

  /** The stream at its end. */
  async end(id: A['id']): Promise<Loaded<A>> {
    return this.forward(await this.#start(id), () => false);
  }

  /** What has come since; the same object when nothing has. */
  async tail(loaded: Loaded<A>): Promise<Loaded<A>> {
    return this.forward(loaded, () => false);
  }

  /** The stream after the event at `revision`. */
  async atRevision(id: A['id'], revision: number): Promise<Loaded<A>> {
    if (revision < 0) return this.#nothing(id);
    return this.forward(await this.#start(id, { atMost: revision }), (event) => event.revision > revision);
  }

  /** The stream after its last event at or before an instant (UTC, ISO 8601 with milliseconds). */
  async atInstant(id: A['id'], at: string): Promise<Loaded<A>> {
    return this.forward(await this.#start(id, { at }), (event) => event.metadata.occurredAt > at);
  }

  /** What the events from `first` to `last` (inclusive) did. */
  async stretch(id: A['id'], first: number, last: number): Promise<Stretch<A>> {
    const before = await this.atRevision(id, first - 1);
    const events: Recorded<A['event']>[] = [];
    const after = await this.forward(
      before,
      (event) => event.revision > last,
      (event) => events.push(event),
    );
    return { before, events, after };
  }

  /** The events from a revision on, one page. */
  async events(id: A['id'], from: number, limit: number): Promise<Recorded<A['event']>[]> {
    const page = await this.#store.readStream(this.aggregate.streamOf(id), { from, direction: 'forwards', limit });
    return page.map((stored) => decodeStored(this.aggregate.events, stored));
  }

  /** The stream as it goes on from `loaded`, up to its end or to the first event that `isBeyond`. */
  async forward(
    loaded: Loaded<A>,
    isBeyond: (event: Recorded<A['event']>) => boolean,
    onEvent: (event: Recorded<A['event']>) => void = () => undefined,
  ): Promise<Loaded<A>> {
    const { apply, events } = this.aggregate;
    let current = loaded;
    for (;;) {
      const from = current.stream.revision + 1;
      const page = await this.#store.readStream(current.stream.name, { from, direction: 'forwards', limit: PAGE_EVENTS });
      for (const stored of page) {
        const event = decodeStored(events, stored);
        if (isBeyond(event)) return current;
        current = { stream: follow(apply, current.stream, event), position: stored.position, snapshotAt: current.snapshotAt };
        onEvent(event);
      }
      if (page.length < PAGE_EVENTS) return current;
    }
  }

  /** A snapshot is taken where no change set is open, and not more often than its size is worth. */
  snapshotIsDue({ stream, snapshotAt }: Loaded<A>): boolean {
    if (this.#snapshots === null || stream.state === null || stream.open !== null) return false;
    return stream.revision - snapshotAt >= Math.max(SNAPSHOT_INTERVAL_EVENTS, this.aggregate.sizeOf(stream.state) / 4);
  }

  /** Keeps a snapshot; a failure costs nothing but time. */
  async saveSnapshot({ stream }: Loaded<A>): Promise<void> {
    const { name, revision, hash, occurredAt } = stream;
    const codec = this.aggregate.snapshots;
    if (codec === null || stream.state === null || hash === null || occurredAt === null) return;
    try {
      const body = encodeStream(codec, stream);
      await this.#snapshots?.save({ stream: name, revision, hash, occurredAt, codeVersion: codec.version, body });
    } catch (error) {
      this.#onSnapshotFault(error);
    }
  }

  async #start(id: A['id'], limit?: SnapshotLimit): Promise<Loaded<A>> {
    const snapshot = await this.#newestSnapshot(this.aggregate.streamOf(id), limit);
    return (snapshot && (await this.#restore(snapshot))) ?? this.#nothing(id);
  }

  async #newestSnapshot(stream: string, limit?: SnapshotLimit): Promise<Snapshot | null> {
    const { snapshots: codec } = this.aggregate;
    if (codec === null || performance.now() < this.#snapshotsPausedUntilMs) return null;
    try {
      return (await this.#snapshots?.newest(stream, codec.version, limit)) ?? null;
    } catch (error) {
      this.#snapshotsPausedUntilMs = performance.now() + SNAPSHOT_PAUSE_MS;
      this.#onSnapshotFault(error);
      return null;
    }
  }

  /** A snapshot counts only when the event that it was taken at stands in the stream with the same hash. */
  async #restore({ stream: name, revision, hash, body }: Snapshot): Promise<Loaded<A> | null> {
    const { snapshots: codec, events } = this.aggregate;
    const [stored] = await this.#store.readStream(name, { from: revision, direction: 'forwards', limit: 1 });
    try {
      const event = stored && decodeStored(events, stored);
      if (codec === null || stored === undefined || event?.metadata.hash !== hash) return null;
      const end = { name, revision, hash, occurredAt: event.metadata.occurredAt };
      return { stream: decodeStream(codec, end, body), position: stored.position, snapshotAt: revision };
    } catch (error) {
      this.#onSnapshotFault(error);
      return null;
    }
  }

  #nothing(id: A['id']): Loaded<A> {
    return { stream: emptyStream(this.aggregate.streamOf(id)), position: 0n, snapshotAt: 0 };
  }
}
