// Loads ledgers from the log: to their end, to a revision, to an instant, or the document of one version. Starts from the
// nearest snapshot, so that the cost is bounded by the distance to it and not by the length of the history.
import { evolve, initialState } from '@confledger/domain';
import type { LedgerEvent, LedgerState, LoadedVersion, Recorded } from '@confledger/domain';
import { decodeEvent, ledgerStream } from '../codec.js';
import type { EventStore } from '../ports/event-store.js';
import type { Snapshot, SnapshotStore } from '../ports/snapshots.js';
import { SNAPSHOT_CODE_VERSION, decodeSnapshot, encodeSnapshot } from './snapshot-codec.js';

/** Events in one page: large enough to amortise the round trip, small enough that little is read past the end sought. */
const PAGE_EVENTS = 500;

/** A new snapshot is due after this many events, or a quarter of the document's leaves where that is more. */
export const SNAPSHOT_INTERVAL_EVENTS = 500;

/** After a fault of the snapshot store it is done without for so long: one that hangs would hold up every load of an older state. */
export const SNAPSHOT_PAUSE_MS = 10_000;

/** Pages that are searched for the next version above a number that is none. */
const NEAREST_PAGES_MAX = 3;

/** A folded state and the position of its last event; `snapshotAt` is the revision of the newest snapshot known. */
export interface Loaded {
  readonly state: LedgerState;
  readonly position: bigint;
  readonly snapshotAt: number;
}

type SnapshotLimit = { readonly atMost: number } | { readonly at: string };

export class LedgerReader {
  readonly #store: EventStore;
  readonly #snapshots: SnapshotStore | null;
  readonly #onSnapshotFault: (error: unknown) => void;
  /** By `performance.now()`. */
  #snapshotsPausedUntilMs = 0;

  constructor(options: {
    readonly store: EventStore;
    readonly snapshots?: SnapshotStore | null;
    readonly onSnapshotFault?: (error: unknown) => void;
  }) {
    this.#store = options.store;
    this.#snapshots = options.snapshots ?? null;
    this.#onSnapshotFault = options.onSnapshotFault ?? (() => undefined);
  }

  /** The ledger at the end of its stream. */
  async head(ledger: string): Promise<Loaded> {
    return this.#forward(await this.#start(ledger), () => false);
  }

  /** What has come since; the same object when nothing has. */
  async tail(loaded: Loaded): Promise<Loaded> {
    return this.#forward(loaded, () => false);
  }

  /** The ledger after the event at `revision`. */
  async atRevision(ledger: string, revision: number): Promise<Loaded> {
    if (revision < 0) return nothingLoaded(ledger);
    return this.#forward(await this.#start(ledger, { atMost: revision }), (event) => event.revision > revision);
  }

  /** The ledger after its last event at or before an instant (UTC, ISO 8601 with milliseconds). */
  async atInstant(ledger: string, at: string): Promise<Loaded> {
    return this.#forward(await this.#start(ledger, { at }), (event) => event.metadata.occurredAt > at);
  }

  /** The document of a version, or the versions next to a revision that is none. */
  async version(ledger: string, version: number): Promise<LoadedVersion> {
    const upTo = await this.atRevision(ledger, version);
    const whole = upTo.state.open === null ? upTo : await this.#untilSetEnds(upTo);
    const { state } = whole;
    if (state.phase === 'existing' && state.head.version === version)
      return { version, ordinal: state.head.ordinal, document: state.head.document };
    const below = upTo.state.phase === 'existing' ? upTo.state.head.version : null;
    const above = await this.#versionAbove(upTo, version);
    return { version, nearest: [below, above].filter((each) => each !== null) };
  }

  /** The events of a ledger from a revision on, one page. */
  async events(ledger: string, from: number, limit: number): Promise<Recorded<LedgerEvent>[]> {
    const page = await this.#store.readStream(ledgerStream(ledger), { from, direction: 'forwards', limit });
    return page.map(decodeEvent);
  }

  /** A snapshot is taken where no change set is open, and not more often than its size is worth. */
  snapshotIsDue({ state, snapshotAt }: Loaded): boolean {
    if (this.#snapshots === null || state.phase === 'absent' || state.open !== null) return false;
    return state.revision - snapshotAt >= Math.max(SNAPSHOT_INTERVAL_EVENTS, state.head.document.leafCount / 4);
  }

  /** Keeps a snapshot; a failure costs nothing but time. */
  async saveSnapshot({ state }: Loaded): Promise<void> {
    const { ledger, revision, hash, occurredAt } = state;
    if (state.phase === 'absent' || hash === null || occurredAt === null) return;
    try {
      const body = encodeSnapshot(state);
      await this.#snapshots?.save({ stream: ledgerStream(ledger), revision, hash, occurredAt, codeVersion: SNAPSHOT_CODE_VERSION, body });
    } catch (error) {
      this.#onSnapshotFault(error);
    }
  }

  async #start(ledger: string, limit?: SnapshotLimit): Promise<Loaded> {
    const snapshot = await this.#newestSnapshot(ledger, limit);
    return (snapshot && (await this.#restore(ledger, snapshot))) ?? nothingLoaded(ledger);
  }

  async #newestSnapshot(ledger: string, limit?: SnapshotLimit): Promise<Snapshot | null> {
    if (performance.now() < this.#snapshotsPausedUntilMs) return null;
    try {
      return (await this.#snapshots?.newest(ledgerStream(ledger), SNAPSHOT_CODE_VERSION, limit)) ?? null;
    } catch (error) {
      this.#snapshotsPausedUntilMs = performance.now() + SNAPSHOT_PAUSE_MS;
      this.#onSnapshotFault(error);
      return null;
    }
  }

  /** A snapshot counts only when the event that it was taken at stands in the stream with the same hash. */
  async #restore(ledger: string, snapshot: Snapshot): Promise<Loaded | null> {
    const { revision, hash, body } = snapshot;
    const [stored] = await this.#store.readStream(ledgerStream(ledger), { from: revision, direction: 'forwards', limit: 1 });
    try {
      const event = stored && decodeEvent(stored);
      if (stored === undefined || event?.metadata.hash !== hash) return null;
      const { occurredAt } = event.metadata;
      return { state: decodeSnapshot(ledger, { revision, hash, occurredAt }, body), position: stored.position, snapshotAt: revision };
    } catch (error) {
      this.#onSnapshotFault(error);
      return null;
    }
  }

  async #forward(start: Loaded, isBeyond: (event: Recorded<LedgerEvent>) => boolean): Promise<Loaded> {
    let current = start;
    for (;;) {
      const page = await this.#store.readStream(ledgerStream(current.state.ledger), {
        from: current.state.revision + 1,
        direction: 'forwards',
        limit: PAGE_EVENTS,
      });
      for (const stored of page) {
        const event = decodeEvent(stored);
        if (isBeyond(event)) return current;
        current = { state: evolve(current.state, event), position: stored.position, snapshotAt: current.snapshotAt };
      }
      if (page.length < PAGE_EVENTS) return current;
    }
  }

  /** Behind the last change of a set only its activation and tags can follow: one small page tells whether it is whole. */
  async #untilSetEnds(loaded: Loaded): Promise<Loaded> {
    const id = loaded.state.open?.id;
    let { state } = loaded;
    for (const event of await this.events(state.ledger, state.revision + 1, 4)) {
      if (state.open?.id !== id || event.metadata.changeSet.id !== id) break;
      state = evolve(state, event);
    }
    return { ...loaded, state };
  }

  async #versionAbove(loaded: Loaded, version: number): Promise<number | null> {
    let { state } = loaded;
    for (let pages = 0; pages < NEAREST_PAGES_MAX; pages += 1) {
      const page = await this.events(state.ledger, state.revision + 1, PAGE_EVENTS);
      for (const event of page) {
        state = evolve(state, event);
        if (state.phase === 'existing' && state.head.version !== null && state.head.version > version) return state.head.version;
      }
      if (page.length < PAGE_EVENTS) return null;
    }
    return null;
  }
}

function nothingLoaded(ledger: string): Loaded {
  return { state: initialState(ledger), position: 0n, snapshotAt: 0 };
}
