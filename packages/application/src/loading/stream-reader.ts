// Loads streams of one kind from the log: to their end, to a revision, to an instant. Starts from the nearest snapshot, so that the cost is
// bounded by the distance to it and not by the length of the history.
import { emptyStream, follow, StreamCorrupt, type Aggregate, type AggregateTypes, type Recorded, type StreamOf } from '@confledger/domain';
import { decodeStored } from '../codec.js';
import type { EventStore, StoredEvent } from '../ports/event-store.js';
import type { SnapshotStore } from '../ports/snapshots.js';
import { Authentication } from './authentication.js';
import type { BrokenStreams } from './broken-streams.js';
import { assertLinked, assertReaches, ChainProofs, endsChangeSet } from './chain-proofs.js';
import type { Loaded, Stretch } from './loaded.js';
import { PagesAhead } from './pages-ahead.js';
import { StreamSnapshots, type SnapshotLimit } from './stream-snapshots.js';

/** Events in one page: large enough to amortise the round trip, small enough that little is read past the end sought. */
export const PAGE_EVENTS = 500;

/** What parts without the key check. */
const HASHES_ONLY = new Authentication({ authority: null });

export interface StreamReaderOptions {
  readonly store: Pick<EventStore, 'readStream'>;
  readonly authentication?: Authentication;
  /** Used by who can authenticate them, and by nobody else. */
  readonly snapshots?: SnapshotStore | null;
  readonly onSnapshotFault?: (error: unknown) => void;
  /** Saves snapshots also while it folds towards an older state. Default false. */
  readonly keepsOnTheWay?: boolean;
  /** Takes note of streams that cannot be loaded. */
  readonly broken?: Pick<BrokenStreams, 'found' | 'holds' | 'isBroken'>;
}

/** Where a read of a part of a stream ends. */
interface Part<E> {
  readonly isBeyond: (event: E) => boolean;
  readonly onEvent?: (event: E) => void;
  /** Whether the event beyond must be proved: not where its revision alone says so, which the chain gives without a gap. Default: always. */
  readonly needsProof?: (beyond: E) => boolean;
  /** A revision that the stream is known to reach; checked where it ends before an event that is proved to be beyond. Default: -1. */
  readonly reachesTo?: number;
}

const byRevision = (): boolean => false;

export class StreamReader<A extends AggregateTypes> {
  readonly aggregate: Aggregate<A>;
  readonly authentication: Authentication;
  readonly #store: Pick<EventStore, 'readStream'>;
  /** Null where there is no store of snapshots, or this kind of stream has none. */
  readonly #snapshots: StreamSnapshots<A> | null;
  readonly #broken: Pick<BrokenStreams, 'found' | 'holds' | 'isBroken'> | undefined;
  readonly #keepsOnTheWay: boolean;
  readonly #proofs: ChainProofs;

  constructor(aggregate: Aggregate<A>, options: StreamReaderOptions) {
    const { store, authentication = HASHES_ONLY, snapshots = null, onSnapshotFault = () => undefined } = options;
    this.aggregate = aggregate;
    this.authentication = authentication;
    this.#store = store;
    this.#proofs = new ChainProofs({ store, authentication, decode: (stored) => this.decode(stored), pageEvents: PAGE_EVENTS });
    this.#snapshots =
      snapshots === null || aggregate.snapshots === null || !authentication.usesSnapshots
        ? null
        : new StreamSnapshots({
            aggregate,
            codec: aggregate.snapshots,
            authentication,
            store: snapshots,
            storedAt: (name, revision) => this.#storedAt(name, revision),
            decode: (stored) => this.decode(stored),
            onFault: onSnapshotFault,
          });
    this.#broken = options.broken;
    this.#keepsOnTheWay = options.keepsOnTheWay ?? false;
  }

  /** Whether a load of the stream found that it does not hold. Until all of it was loaded and holds, neither a kept state nor a snapshot counts. */
  isBroken(id: A['id']): boolean {
    return this.#broken?.isBroken(this.aggregate.streamOf(id)) ?? false;
  }

  /** The stream at its end. */
  async end(id: A['id']): Promise<Loaded<A>> {
    const start = await this.#start(id);
    const loaded = await this.tail(start);
    if (start.stream.revision < 0) this.#broken?.holds(loaded.stream.name);
    return loaded;
  }

  /** What has come since; the same object when nothing has. */
  async tail(loaded: Loaded<A>, onEvent: (event: Recorded<A['event']>) => void = () => undefined): Promise<Loaded<A>> {
    return this.#part(loaded, { isBeyond: () => false, onEvent, needsProof: byRevision });
  }

  /** The stream after the event at `revision`. */
  async atRevision(id: A['id'], revision: number): Promise<Loaded<A>> {
    if (revision < 0) return this.#nothing(id);
    const start = await this.#start(id, { atMost: revision });
    return this.#part(start, { isBeyond: (event) => event.revision > revision, needsProof: byRevision });
  }

  /**
   * The stream after its last change set at or before an instant (UTC, ISO 8601 with milliseconds). `reachesTo`: a later event that is known.
   * The time of a set is that of its last event, which has the mac: a set that nobody ended cannot hide what comes behind it.
   */
  async atInstant(id: A['id'], at: string, reachesTo = -1): Promise<Loaded<A>> {
    return this.#part(await this.#start(id, { at }), {
      isBeyond: (event) => endsChangeSet(event) && event.metadata.occurredAt > at,
      reachesTo,
    });
  }

  /** What the events from `first` to `last` (inclusive) did. */
  async stretch(id: A['id'], first: number, last: number): Promise<Stretch<A>> {
    const before = await this.atRevision(id, first - 1);
    const events: Recorded<A['event']>[] = [];
    const isBeyond = (event: Recorded): boolean => event.revision > last;
    const after = await this.#part(before, { isBeyond, onEvent: (event) => void events.push(event), needsProof: byRevision });
    return { before, events, after };
  }

  /** Consecutive events from a revision on, as many as one read gives; `before` is the event in front of them, where it is known. */
  events(id: A['id'], from: number, limit: number, before: Recorded<A['event']> | null = null): Promise<Recorded<A['event']>[]> {
    return this.#watched(this.aggregate.streamOf(id), () => this.#events(id, from, limit, before));
  }

  async #events(id: A['id'], from: number, limit: number, before: Recorded<A['event']> | null): Promise<Recorded<A['event']>[]> {
    const page = await this.#store.readStream(this.aggregate.streamOf(id), { from, direction: 'forwards', limit });
    const events = page.map((stored) => this.decode(stored));
    if (events[0] !== undefined && events[0].revision !== from)
      throw new StreamCorrupt(`event ${events[0].revision} of ${events[0].stream} does not fit: event ${from} is missing`);
    const last = events.reduce<Recorded | null>((previous, event) => {
      if (previous !== null) assertLinked({ revision: previous.revision, hash: previous.metadata.hash }, event);
      return event;
    }, before);
    if (last === null) return events;
    const completing = events.filter(endsChangeSet);
    for (const event of completing) this.authentication.changeSet(event);
    this.#assertMac(completing.at(-1));
    await this.#proofs.sealed({ name: last.stream, revision: last.revision, hash: last.metadata.hash });
    return events;
  }

  /** The change set that is open in `loaded`, to where it ends or is cut short; the same where none is. */
  async untilSetEnds(loaded: Loaded<A>): Promise<Loaded<A>> {
    const { open, revision } = loaded.stream;
    if (open === null) return loaded;
    // An open set says how many events it lacks.
    const last = revision + open.size - open.count;
    return this.#part(loaded, {
      isBeyond: (event) => event.metadata.changeSet.id !== open.id || event.revision > last,
      needsProof: (beyond) => beyond.revision <= last,
    });
  }

  #part(loaded: Loaded<A>, part: Part<Recorded<A['event']>>): Promise<Loaded<A>> {
    return this.#watched(loaded.stream.name, () => this.#forward(loaded, part));
  }

  async #watched<T>(stream: string, load: () => Promise<T>): Promise<T> {
    try {
      return await load();
    } catch (error) {
      this.#broken?.found(stream, error);
      throw error;
    }
  }

  async #forward(loaded: Loaded<A>, part: Part<Recorded<A['event']>>): Promise<Loaded<A>> {
    const { isBeyond, onEvent, needsProof = () => true, reachesTo = -1 } = part;
    let current = loaded;
    let completing: Recorded<A['event']> | undefined;
    let beyond: Recorded<A['event']> | undefined;
    const pages = new PagesAhead((from: number) =>
      this.#store.readStream(current.stream.name, { from, direction: 'forwards', limit: PAGE_EVENTS }),
    );
    for (let isEnd = false; !isEnd;) {
      const page = await pages.take(current.stream.revision + 1);
      if (page.length === PAGE_EVENTS && !this.#isBeyond(page, isBeyond)) pages.begin(current.stream.revision + 1 + PAGE_EVENTS);
      let { stream, position } = current;
      isEnd = page.length < PAGE_EVENTS;
      for (const stored of page) {
        const event = this.decode(stored);
        if (isBeyond(event)) {
          assertLinked(stream, event);
          beyond = event;
          isEnd = true;
          break;
        }
        stream = this.#followed(stream, event);
        ({ position } = stored);
        if (stream.open === null) completing = event;
        onEvent?.(event);
      }
      if (stream !== current.stream) current = { ...current, stream, position };
      if (!isEnd && this.#keepsOnTheWay) current = await this.#kept(current);
    }
    await this.#assertMacs(loaded, completing);
    await this.#proofs.sealed(current.stream);
    if (beyond === undefined) assertReaches(current.stream, reachesTo);
    else if (needsProof(beyond)) await this.#proofs.endsBefore(beyond, reachesTo);
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

  /** Reads an event and checks its hash first, so that one that somebody altered is not taken for one of a newer release. Throws `StreamCorrupt`, `EventUnreadable`. */
  decode(stored: StoredEvent): Recorded<A['event']> {
    this.authentication.content(stored);
    const event = decodeStored(this.aggregate.events, stored);
    this.authentication.sealed(event);
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

  /** Where the last mac of a stretch is wrong, the first wrong one in it is named. */
  async #assertMacs({ stream }: Loaded<A>, completing: Recorded | undefined): Promise<void> {
    if (completing === undefined) return;
    try {
      this.authentication.mac(completing);
    } catch (error) {
      for (let from = stream.revision + 1; from <= completing.revision; from += PAGE_EVENTS) {
        const page = await this.#store.readStream(stream.name, { from, direction: 'forwards', limit: PAGE_EVENTS });
        for (const event of page.map((stored) => this.decode(stored))) if (endsChangeSet(event)) this.authentication.mac(event);
      }
      throw error;
    }
  }

  /** With its snapshot, where one is due. */
  async #kept(loaded: Loaded<A>): Promise<Loaded<A>> {
    if (!this.snapshotIsDue(loaded)) return loaded;
    await this.saveSnapshot(loaded);
    return { ...loaded, snapshotAt: loaded.stream.revision };
  }

  /** A snapshot is taken where no change set is open, and not more often than its size is worth. */
  snapshotIsDue(loaded: Loaded<A>): boolean {
    return this.#snapshots?.isDue(loaded) ?? false;
  }

  /** Keeps a snapshot; a failure costs nothing but time. */
  async saveSnapshot({ stream }: Loaded<A>): Promise<void> {
    await this.#snapshots?.save(stream);
  }

  async #start(id: A['id'], limit?: SnapshotLimit): Promise<Loaded<A>> {
    if (this.isBroken(id)) return this.#nothing(id);
    return (await this.#snapshots?.newest(this.aggregate.streamOf(id), limit)) ?? this.#nothing(id);
  }

  async #storedAt(name: string, revision: number): Promise<StoredEvent | undefined> {
    const [stored] = await this.#store.readStream(name, { from: revision, direction: 'forwards', limit: 1 });
    return stored;
  }

  #nothing(id: A['id']): Loaded<A> {
    return { stream: emptyStream(this.aggregate.streamOf(id)), position: 0n, snapshotAt: 0, fromLogAlone: true };
  }
}
