// What the projector knows of one ledger between two events: an immutable value, made anew by every event (project-event.ts).
import { Document } from '@confledger/document';
import { Head } from './head.js';
import type { LedgerEvent, Recorded } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';

/** An event with the place in the log that it was read from. */
export interface LoggedEvent {
  readonly stored: StoredEvent;
  readonly event: Recorded<LedgerEvent>;
}

/** A change set whose last event has not come yet. */
export interface OpenChangeSet {
  readonly id: string;
  readonly size: number;
  /** How many of `gathered` belong to this view: the array is shared with later views, which only append to it. */
  readonly count: number;
  readonly gathered: readonly LoggedEvent[];
}

/** The events of an open change set, in stream order. */
export function eventsOf(open: OpenChangeSet): readonly LoggedEvent[] {
  return open.gathered.length === open.count ? open.gathered : open.gathered.slice(0, open.count);
}

/** Appends in place where nobody has yet, so that a set of 25,000 events is not copied 25,000 times. */
export function gather(open: OpenChangeSet | null, logged: LoggedEvent): OpenChangeSet {
  const { id, size } = logged.event.metadata.changeSet;
  if (open === null) return { id, size, count: 1, gathered: [logged] };
  const shared = open.gathered as LoggedEvent[];
  const gathered = shared.length === open.count ? shared : shared.slice(0, open.count);
  gathered.push(logged);
  return { id, size, count: gathered.length, gathered };
}

export interface ActiveVersion {
  readonly version: number;
  /** Revision of the `VersionActivated` event. */
  readonly activation: number;
  readonly document: Document;
}

/** A version whose document is at hand, in case it is activated later. */
export interface RecentVersion {
  readonly version: number;
  readonly document: Document;
}

export interface LedgerView {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** The last event of the stream, in effect or not; -1 before the first. */
  readonly revision: number;
  /** Its hash, which the next event must name. */
  readonly hash: string | null;
  /** True once a change set has been completed. */
  readonly exists: boolean;
  readonly head: Head;
  readonly latest: number | null;
  readonly active: ActiveVersion | null;
  /** How many versions are newer than the active one. */
  readonly pending: number;
  readonly updatedAt: string | null;
  readonly open: OpenChangeSet | null;
  /** The events of an open change set, where this release cannot read them all: a newer one, which was taken back, had kept them. */
  readonly unread: readonly StoredEvent[] | null;
  /** Position of the event that could not be applied: nothing behind it in this stream takes effect. */
  readonly parkedAt: bigint | null;
  /** Some of the newest versions, newest last: one for each batch. Not kept in tables. */
  readonly recent: readonly RecentVersion[];
}

/** So many versions' documents stay at hand; they share what they have in common. An older one is fetched when it is activated. */
export const RECENT_VERSIONS_MAX = 8;

/** The view of a ledger of which no event has been seen. */
export function emptyView(ledger: string): LedgerView {
  return {
    ledger,
    revision: -1,
    hash: null,
    exists: false,
    head: Head.of(Document.empty),
    latest: null,
    active: null,
    pending: 0,
    updatedAt: null,
    open: null,
    unread: null,
    parkedAt: null,
    recent: [],
  };
}

/** The same view with its changes made and its head at hand as a recent version. Throws a DocumentFault when one cannot be made. */
export function settledView(view: LedgerView): LedgerView {
  const head = view.head.settled();
  if (view.latest === null || view.recent.at(-1)?.version === view.latest) return { ...view, head };
  return { ...view, head, recent: [...view.recent, { version: view.latest, document: head.document }].slice(-RECENT_VERSIONS_MAX) };
}

const STREAM_OF_LEDGER = /^config-([a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,62})$/;

/** The ledger whose stream this is; null for every other stream, also for one that is only almost named after a ledger. */
export function projectedLedger(stream: string): string | null {
  return STREAM_OF_LEDGER.exec(stream)?.[1] ?? null;
}

/** `<environment>.<service>` in its two parts. */
export function partsOfLedger(ledger: string): { environment: string; service: string } {
  const dot = ledger.indexOf('.');
  return { environment: ledger.slice(0, dot), service: ledger.slice(dot + 1) };
}
