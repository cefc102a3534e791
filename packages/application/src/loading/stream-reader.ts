// Loads streams of one kind from the log: to their end, to a revision, to an instant. Starts from the nearest snapshot, so that the cost is
// bounded by the distance to it and not by the length of the history.
import {
  decodeStream,
  emptyStream,
  encodeStream,
  follow,
  followProblem,
  StreamCorrupt,
  type Aggregate,
  type AggregateTypes,
  type Recorded,
  type StreamOf,
} from '@confledger/domain';
import { decodeStored } from '../codec.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { Snapshot, SnapshotStore } from '../ports/snapshots.js';
import { Authentication } from './authentication.js';
import { PagesAhead } from './pages-ahead.js';
import { ProvedEnds, type StreamEnd } from './proved-ends.js';

/** Events in one page: large enough to amortise the round trip, small enough that little is read past the end sought. */
export const PAGE_EVENTS = 500;

/** A new snapshot is due after this many events, or a quarter of the state's size where that is more. */
export const SNAPSHOT_INTERVAL_EVENTS = 500;

/** After a fault of the snapshot store it is done without for so long: one that hangs would hold up every load of an older state. */
export const SNAPSHOT_PAUSE_MS = 10_000;

/** What parts without the key check. */
const HASHES_ONLY = new Authentication({ authority: null });

/** Somebody wrote into the store of snapshots. It was not used. */
export class SnapshotForged extends Error {
  override readonly name = 'SnapshotForged';
}

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
  readonly authentication?: Authentication;
  /** Used by who can authenticate them, and by nobody else. */
  readonly snapshots?: SnapshotStore | null;
  readonly onSnapshotFault?: (error: unknown) => void;
}

type SnapshotLimit = { readonly atMost: number } | { readonly at: string };

export class StreamReader<A extends AggregateTypes> {
  readonly aggregate: Aggregate<A>;
  readonly authentication: Authentication;
  readonly #store: Pick<EventStore, 'readStream'>;
  /** Null where there is no store of snapshots, or this kind of stream has none. */
  readonly #snapshots: SnapshotStore | null;
  readonly #onSnapshotFault: (error: unknown) => void;
  readonly #proved = new ProvedEnds();
  /** By `performance.now()`. */
  #snapshotsPausedUntilMs = 0;

  constructor(aggregate: Aggregate<A>, options: StreamReaderOptions) {
    const { store, authentication = HASHES_ONLY, snapshots = null, onSnapshotFault = () => undefined } = options;
    this.aggregate = aggregate;
    this.authentication = authentication;
    this.#store = store;
    this.#snapshots = aggregate.snapshots === null || authentication.macOf === null ? null : snapshots;
    this.#onSnapshotFault = onSnapshotFault;
  }

  /** The stream at its end. */
  async end(id: A['id']): Promise<Loaded<A>> {
    return this.tail(await this.#start(id));
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

  /** Consecutive events from a revision on, as many as one read gives; `before` is the event in front of them, where it is known. */
  async events(id: A['id'], from: number, limit: number, before: Recorded<A['event']> | null = null): Promise<Recorded<A['event']>[]> {
    const page = await this.#store.readStream(this.aggregate.streamOf(id), { from, direction: 'forwards', limit });
    const events = page.map((stored) => this.decode(stored));
    const last = events.reduce<Recorded | null>((previous, event) => {
      if (previous !== null) assertLinked({ revision: previous.revision, hash: previous.metadata.hash }, event);
      return event;
    }, before);
    if (last === null) return events;
    const completing = events.filter(({ metadata: { changeSet } }) => changeSet.index + 1 === changeSet.size);
    for (const event of completing) this.authentication.changeSet(event);
    this.#assertMac(completing.at(-1));
    await this.#assertSealed({ name: last.stream, revision: last.revision, hash: last.metadata.hash });
    return events;
  }

  /** The stream as it goes on from `loaded`, up to its end or to the first event that `isBeyond`. */
  async forward(
    loaded: Loaded<A>,
    isBeyond: (event: Recorded<A['event']>) => boolean,
    onEvent: (event: Recorded<A['event']>) => void = () => undefined,
  ): Promise<Loaded<A>> {
    let current = loaded;
    let completing: Recorded<A['event']> | undefined;
    const pages = new PagesAhead((from) =>
      this.#store.readStream(current.stream.name, { from, direction: 'forwards', limit: PAGE_EVENTS }),
    );
    for (;;) {
      const page = await pages.take(current.stream.revision + 1);
      if (page.length === PAGE_EVENTS && !this.#isBeyond(page, isBeyond)) pages.begin(current.stream.revision + 1 + PAGE_EVENTS);
      let { stream, position } = current;
      let isEnd = page.length < PAGE_EVENTS;
      for (const stored of page) {
        const event = this.decode(stored);
        if (isBeyond(event)) {
          isEnd = true;
          break;
        }
        stream = this.#followed(stream, event);
        ({ position } = stored);
        if (stream.open === null) completing = event;
        onEvent(event);
      }
      if (stream !== current.stream) current = { ...current, stream, position };
      if (isEnd) break;
    }
    this.#assertMac(completing);
    await this.#assertSealed(current.stream);
    return current;
  }

  /** Whether the end that is sought lies in the page. One that cannot be read is met when its turn comes. */
  #isBeyond(page: readonly StoredEvent[], isBeyond: (event: Recorded<A['event']>) => boolean): boolean {
    const last = page.at(-1);
    try {
      return last === undefined || isBeyond(decodeStored(this.aggregate.events, last));
    } catch {
      return true;
    }
  }

  /** Reads an event and checks its hash. Throws `EventUnreadable`, `StreamCorrupt`. */
  decode(stored: StoredEvent): Recorded<A['event']> {
    const event = decodeStored(this.aggregate.events, stored);
    this.authentication.event(stored, event);
    return event;
  }

  /** Folds the next event in and checks who recorded it. Throws `StreamCorrupt`. */
  followed(stream: StreamOf<A>, event: Recorded<A['event']>): StreamOf<A> {
    const next = this.#followed(stream, event);
    if (next.open === null) this.#assertMac(event);
    return next;
  }

  #followed(stream: StreamOf<A>, event: Recorded<A['event']>): StreamOf<A> {
    const next = follow(this.aggregate.apply, stream, event);
    if (next.open === null) this.authentication.changeSet(event);
    return next;
  }

  /** For the last event of the last change set that was read: the chain makes its mac cover all before it. */
  #assertMac(completing: Recorded | undefined): void {
    if (completing !== undefined) this.authentication.mac(completing);
  }

  /** What lies before the end that was sealed is proved by the chain up to there. */
  async #assertSealed({ name, revision, hash }: Pick<StreamOf<A>, 'name' | 'revision' | 'hash'>): Promise<void> {
    const sealedTo = this.authentication.sealedTo(name);
    const passed: StreamEnd[] = [];
    for (let end = { name, revision, hash }; end.revision < sealedTo && !this.#proved.has(end);) {
      passed.push(end);
      end = await this.#linkedPage(end, sealedTo);
    }
    this.#proved.add(passed);
  }

  /** Reads on without folding, to the end of a page or to an event that is proved already. */
  async #linkedPage({ name, ...from }: StreamEnd, sealedTo: number): Promise<StreamEnd> {
    const limit = Math.min(PAGE_EVENTS, sealedTo - from.revision);
    const page = await this.#store.readStream(name, { from: from.revision + 1, direction: 'forwards', limit });
    if (page.length === 0)
      throw new StreamCorrupt(`${name} ends at revision ${from.revision}, and was sealed at ${sealedTo}: its end is cut off`);
    let end: StreamEnd = { name, ...from };
    for (const stored of page) {
      const event = this.decode(stored);
      assertLinked(end, event);
      end = { name, revision: event.revision, hash: event.metadata.hash };
      if (this.#proved.has(end)) break;
    }
    return end;
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
      const snapshot = { stream: name, revision, hash, occurredAt, codeVersion: codec.version, body: encodeStream(codec, stream) };
      const mac = this.authentication.snapshotMac(snapshot);
      if (mac !== null) await this.#snapshots?.save({ ...snapshot, mac });
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

  /** A snapshot counts only when an api made it, and the event that it was taken at stands in the stream with the same hash. */
  async #restore({ mac, ...snapshot }: Snapshot): Promise<Loaded<A> | null> {
    const { stream: name, revision, hash, body } = snapshot;
    const { snapshots: codec } = this.aggregate;
    if (this.authentication.snapshotMac(snapshot) !== mac) {
      this.#onSnapshotFault(
        new SnapshotForged(`the snapshot of ${name} at revision ${revision} was not made by an api of this installation`),
      );
      return null;
    }
    const [stored] = await this.#store.readStream(name, { from: revision, direction: 'forwards', limit: 1 });
    try {
      const event = stored && this.decode(stored);
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

/** Throws `StreamCorrupt` when an event is not the next one. */
function assertLinked(end: Pick<StreamEnd, 'revision' | 'hash'>, event: Recorded): void {
  const problem = followProblem(end, event);
  if (problem !== null) throw new StreamCorrupt(`event ${event.revision} of ${event.stream} does not fit: ${problem}`);
}
