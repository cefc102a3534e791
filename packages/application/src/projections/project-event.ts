// One event of one ledger folded into its view: pure, used by the projector, the rebuild and verify alike.
// A change set takes effect with its last event; an event of another one abandons it (design, "Events").
import type { Document } from '@confledger/document';
import type { StoredEvent } from '../ports/event-store.js';
import type { AuditRow } from '../ports/read-model.js';
import { rowsOfAbandoned } from './audit-rows.js';
import { eventsOf, gather, type LedgerView, type LoggedEvent, type OpenChangeSet } from './ledger-view.js';
import { takeEffect, type Effects } from './take-effect.js';

export type Step =
  | { readonly kind: 'folded'; readonly view: LedgerView; readonly effects: Effects }
  /** The document of this version must be given in `documents` first. */
  | { readonly kind: 'needs'; readonly version: number }
  /** The event cannot be applied: `events` (it and those of its change set before it) take no effect. `audit`: what it abandoned. */
  | { readonly kind: 'refused'; readonly reason: string; readonly events: readonly StoredEvent[]; readonly audit: readonly AuditRow[] };

/** Documents of older versions, fetched because a step needed them. Null: there is no such version. */
export type KnownDocuments = ReadonlyMap<number, Document | null>;

export function projectEvent(view: LedgerView, logged: LoggedEvent, documents: KnownDocuments): Step {
  const { event } = logged;
  const { id, index, size } = event.metadata.changeSet;
  const open = view.open?.id === id ? view.open : null;
  const audit = open === null && view.open !== null ? rowsOfAbandoned(view.head, eventsOf(view.open)) : [];

  const misfit = misfitInStream(view, logged) ?? misfitInSet(index, open, size);
  if (misfit !== null) return { kind: 'refused', reason: misfit, events: [...storedOf(open), logged.stored], audit };

  const seen: LedgerView = { ...view, revision: event.revision, hash: event.metadata.hash, open: null };
  const set = gather(open, logged);
  if (set.count < size) return { kind: 'folded', view: { ...seen, open: set }, effects: { ...noEffects, audit } };

  const outcome = takeEffect(seen, set.gathered, documents);
  if (outcome.kind === 'needs') return outcome;
  if (outcome.kind === 'refused') return { ...outcome, events: storedOf(set), audit };
  return audit.length === 0 ? outcome : { ...outcome, effects: { ...outcome.effects, audit: [...audit, ...outcome.effects.audit] } };
}

const noEffects: Effects = { versions: [], activations: [], tags: [], audit: [] };

/** The stored events of an open change set. */
export function storedOf(open: OpenChangeSet | null): readonly StoredEvent[] {
  return open === null ? [] : eventsOf(open).map(({ stored }) => stored);
}

/** Why this event cannot be the stream's next; null when it can. */
function misfitInStream(view: LedgerView, { event }: LoggedEvent): string | null {
  if (event.revision !== view.revision + 1) return `revision ${event.revision} does not follow ${view.revision}`;
  if (event.metadata.previousHash !== view.hash) return 'the hash chain is broken: previousHash is not the hash of the event before';
  return null;
}

/** Why this event has no place in its change set; null when it has. */
function misfitInSet(index: number, open: OpenChangeSet | null, size: number): string | null {
  const expected = open?.count ?? 0;
  if (index === expected && index < size && (open === null || open.size === size)) return null;
  return `its change set says ${index} of ${size}, expected was ${expected} of ${open?.size ?? size}`;
}
