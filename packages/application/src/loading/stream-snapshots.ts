// The snapshots of streams of one kind: when one is taken, and whether one that is found may be used. Those of apis have
// a mac, because what is decided on a snapshot is signed. Followers have none, and compare with the log what they load.
import { decodeStream, encodeStream, type Aggregate, type AggregateTypes, type Recorded, type StreamOf } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';
import type { Snapshot, SnapshotStore } from '../ports/snapshots.js';
import type { Authentication } from './authentication.js';
import type { Loaded } from './loaded.js';

/** A new snapshot is due after this many events, or a quarter of the state's size where that is more. */
export const SNAPSHOT_INTERVAL_EVENTS = 500;

/** After a fault of the snapshot store it is done without for so long: one that hangs would hold up every load of an older state. */
export const SNAPSHOT_PAUSE_MS = 10_000;

/** Somebody wrote into the store of snapshots. It was not used. */
export class SnapshotForged extends Error {
  override readonly name = 'SnapshotForged';
}

/** The newest snapshot is sought up to a revision, or up to an instant. */
export type SnapshotLimit = { readonly atMost: number } | { readonly at: string };

export interface StreamSnapshotsOptions<A extends AggregateTypes> {
  readonly aggregate: Aggregate<A>;
  readonly codec: NonNullable<Aggregate<A>['snapshots']>;
  readonly authentication: Authentication;
  readonly store: SnapshotStore;
  /** The event of a stream at a revision, as it is stored. */
  readonly storedAt: (stream: string, revision: number) => Promise<StoredEvent | undefined>;
  /** Reads an event and checks it. */
  readonly decode: (stored: StoredEvent) => Recorded<A['event']>;
  readonly onFault: (error: unknown) => void;
}

export class StreamSnapshots<A extends AggregateTypes> {
  readonly #options: StreamSnapshotsOptions<A>;
  /** By `performance.now()`. */
  #pausedUntilMs = 0;

  constructor(options: StreamSnapshotsOptions<A>) {
    this.#options = options;
  }

  isDue({ stream, snapshotAt }: Loaded<A>): boolean {
    if (stream.state === null || stream.open !== null) return false;
    return stream.revision - snapshotAt >= Math.max(SNAPSHOT_INTERVAL_EVENTS, this.#options.aggregate.sizeOf(stream.state) / 4);
  }

  /** A failure costs nothing but time. */
  async save(stream: StreamOf<A>): Promise<void> {
    const { name, revision, hash, occurredAt } = stream;
    const { codec, authentication, store, onFault } = this.#options;
    if (stream.state === null || hash === null || occurredAt === null) return;
    try {
      const snapshot = { stream: name, revision, hash, occurredAt, codeVersion: codec.version, body: encodeStream(codec, stream) };
      const mac = authentication.snapshotMac(snapshot);
      if (mac !== null) await store.save({ ...snapshot, mac });
    } catch (error) {
      onFault(error);
    }
  }

  /** The newest that may be used; null where there is none. */
  async newest(stream: string, limit?: SnapshotLimit): Promise<Loaded<A> | null> {
    const snapshot = await this.#found(stream, limit);
    return snapshot && this.#restored(snapshot);
  }

  async #found(stream: string, limit?: SnapshotLimit): Promise<Snapshot | null> {
    const { codec, store, onFault } = this.#options;
    if (performance.now() < this.#pausedUntilMs) return null;
    try {
      return await store.newest(stream, codec.version, limit);
    } catch (error) {
      this.#pausedUntilMs = performance.now() + SNAPSHOT_PAUSE_MS;
      onFault(error);
      return null;
    }
  }

  /** One counts only when an api made it, and the event that it was taken at stands in the stream with the same hash. */
  async #restored({ mac, ...snapshot }: Snapshot): Promise<Loaded<A> | null> {
    const { stream: name, revision, hash, body } = snapshot;
    const { codec, authentication, storedAt, decode, onFault } = this.#options;
    if (authentication.snapshotMac(snapshot) !== mac) {
      onFault(new SnapshotForged(`the snapshot of ${name} at revision ${revision} was not made by an api of this installation`));
      return null;
    }
    const stored = await storedAt(name, revision);
    try {
      const event = stored && decode(stored);
      if (stored === undefined || event?.metadata.hash !== hash) return null;
      const end = { name, revision, hash, occurredAt: event.metadata.occurredAt };
      return { stream: decodeStream(codec, end, body), position: stored.position, snapshotAt: revision };
    } catch (error) {
      onFault(error);
      return null;
    }
  }
}
