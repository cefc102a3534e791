// Rows that follow from how a ledger's view changed over a batch: its own row, its leaves, its buffer. And the way back:
// a view made of the rows that were kept. Used by batch-fold and the projector.
import { Document } from '@confledger/document';
import type { ItemKey, ItemWrite, KeptLedger, LedgerWrite, ProjectionBatch } from '../ports/projection-store.js';
import type { StoredEvent } from '../ports/event-store.js';
import type { DecodeEvent } from './batch-fold.js';
import { Head } from './head.js';
import { leafChanges } from './leaf-changes.js';
import { eventsOf, gather, type LedgerView, type OpenChangeSet } from './ledger-view.js';

export interface ViewChange {
  readonly before: LedgerView;
  readonly after: LedgerView;
}

export type ViewRows = Pick<ProjectionBatch, 'ledgers' | 'items' | 'itemsGone' | 'settled' | 'buffered'>;

export function rowsOfViews(changes: readonly ViewChange[]): ViewRows {
  const rows = {
    ledgers: [] as LedgerWrite[],
    items: [] as ItemWrite[],
    itemsGone: [] as ItemKey[],
    settled: [] as string[],
    buffered: [] as Buffered[],
  };
  for (const { before, after } of changes) {
    rows.ledgers.push(ledgerRow(after));
    addItems(rows, after.ledger, 'head', before.head.document, after.head.document);
    addItems(rows, after.ledger, 'active', before.active?.document ?? Document.empty, after.active?.document ?? Document.empty);
    addBuffer(rows, { before, after });
  }
  return rows;
}

type Buffered = { readonly ledger: string; readonly event: StoredEvent };

export function ledgerRow(view: LedgerView): LedgerWrite {
  return {
    ledger: view.ledger,
    revision: view.revision,
    hash: view.hash,
    exists: view.exists,
    latest: view.latest,
    active: view.active?.version ?? null,
    activation: view.active?.activation ?? null,
    pending: view.pending,
    digest: view.head.document.digest,
    activeDigest: view.active?.document.digest ?? null,
    updatedAt: view.updatedAt,
    parkedAt: view.parkedAt,
  };
}

function addItems(
  rows: { items: ItemWrite[]; itemsGone: ItemKey[] },
  ledger: string,
  of: ItemKey['of'],
  before: Document,
  after: Document,
): void {
  const { put, gone } = leafChanges(before, after);
  for (const leaf of put) rows.items.push({ ledger, of, ...leaf });
  for (const path of gone) rows.itemsGone.push({ ledger, of, path });
}

function addBuffer(rows: { settled: string[]; buffered: Buffered[] }, { before, after }: ViewChange): void {
  if (before.unread !== after.unread) rows.settled.push(after.ledger);
  if (before.open === after.open) return;
  const kept = before.open !== null && before.open.id === after.open?.id ? before.open.count : 0;
  if (before.open !== null && kept === 0) rows.settled.push(after.ledger);
  if (after.open === null) return;
  for (const { stored } of eventsOf(after.open).slice(kept)) rows.buffered.push({ ledger: after.ledger, event: stored });
}

/** The view that the kept rows were made from (without what is at hand of recent versions). */
export function viewOfKept({ row, items, buffered }: KeptLedger, decode: DecodeEvent): LedgerView {
  const head = documentOf(items, 'head');
  // The same version has the same leaves: sharing the document lets later differences be found by identity.
  const activeDocument = row.active === row.latest ? head : documentOf(items, 'active');
  const { active, activation } = row;
  return {
    ledger: row.ledger,
    revision: row.revision,
    hash: row.hash,
    exists: row.exists,
    head: Head.of(head),
    latest: row.latest,
    active: active === null || activation === null ? null : { version: active, activation, document: activeDocument },
    pending: row.pending,
    updatedAt: row.updatedAt,
    ...openSetOf(buffered, decode),
    parkedAt: row.parkedAt,
    recent: row.latest === null ? [] : [{ version: row.latest, document: head }],
  };
}

function openSetOf(buffered: readonly StoredEvent[], decode: DecodeEvent): Pick<LedgerView, 'open' | 'unread'> {
  try {
    const open = buffered.reduce<OpenChangeSet | null>((open, stored) => gather(open, { stored, event: decode(stored) }), null);
    return { open, unread: null };
  } catch {
    return { open: null, unread: buffered };
  }
}

function documentOf(items: readonly ItemWrite[], of: ItemKey['of']): Document {
  return Document.empty.apply(items.filter((item) => item.of === of));
}
