// Rows that follow from how a ledger changed over a batch: its own row and its leaves. And the way back: the ledger that kept
// rows were made from.
import { Document } from '@confledger/document';
import { activeLayers, LedgerId, type Activation, type Ledger, type PastActivation } from '@confledger/domain';
import type { ItemKey, ItemWrite, LedgerWrite, StoredView } from '../ports/projection-store.js';
import { LazyDocument } from './lazy-document.js';
import { leafChanges } from './leaf-changes.js';
import type { Pin } from '../ports/read-model.js';
import type { ProjectedLedger } from './projected-ledger.js';
import type { ChangedRows, View } from './projection.js';

export function ledgerRows(before: View<ProjectedLedger>, after: View<ProjectedLedger>): ChangedRows {
  const id = LedgerId.ofStream(after.stream.name);
  if (id === null) throw new TypeError(`${after.stream.name} is no ledger's stream.`);
  const [was, is] = [before.stream.state?.ledger ?? null, after.stream.state?.ledger ?? null];
  const items: ItemWrite[] = [];
  const itemsGone: ItemKey[] = [];
  for (const of of ['head', 'active'] as const) {
    const { put, gone } = leafChanges(documentOf(was, of), documentOf(is, of));
    for (const leaf of put) items.push({ ledger: id.text, of, ...leaf });
    for (const path of gone) itemsGone.push({ ledger: id.text, of, path });
  }
  return { ledgers: [ledgerRow(id, after)], items, itemsGone };
}

function documentOf(ledger: Ledger<LazyDocument> | null, of: ItemKey['of']): Document {
  const lazy = of === 'head' ? ledger?.head.document : ledger?.active?.document;
  return lazy?.document ?? Document.empty;
}

function ledgerRow({ text }: LedgerId, { stream: { state }, parkedAt }: View<ProjectedLedger>): LedgerWrite {
  const head = state?.ledger.head;
  const active = state?.ledger.active ?? null;
  return {
    ledger: text,
    exists: state !== null,
    latest: head?.version ?? null,
    active: active?.version ?? null,
    pending: state?.ledger.pending ?? 0,
    digest: (head?.document.document ?? Document.empty).digest,
    pinned: pinOf(state?.ledger.pin ?? null),
    schemaRevision: state?.ledger.schemaRevision ?? null,
    retired: state?.ledger.retired ?? false,
    updatedAt: state?.updatedAt ?? null,
    parkedAt,
    ...activeColumns(active),
  };
}

function activeColumns(active: Activation<LazyDocument> | null) {
  if (active === null) return NOTHING_RUNS;
  const { activation, occurredAt: activatedAt, digest: activeDigest } = active;
  const { own: activeOwn, layers, definition } = activeLayers(active);
  return { activation, activatedAt, activeDigest, activeOwn, layers, definition };
}

const NOTHING_RUNS = { activation: null, activatedAt: null, activeDigest: null, activeOwn: null, layers: [], definition: null };

function pinOf(pin: PastActivation | null): Pin | null {
  if (pin === null) return null;
  const { activation, actor, occurredAt } = pin;
  return { activation, actor, occurredAt };
}

/** The ledger that kept rows were made from. What no row says, and no further row is made from, is left empty. */
export function restoredLedger({ ledger: row, items }: StoredView): ProjectedLedger | null {
  if (row === null || !row.exists) return null;
  const { latest, pending, updatedAt, schemaRevision, retired } = row;
  const head = documentOfItems(items, 'head');
  // The same version has the same leaves: sharing the document lets later differences be found by identity.
  const active = restoredActivation(row, row.active === latest ? head : documentOfItems(items, 'active'));
  const ledger = {
    head: { version: latest, ordinal: 0, document: LazyDocument.of(head) },
    active,
    pending,
    tags: new Map<string, number>(),
    schemas: NO_SCHEMAS,
    schemaRevision,
    retired,
    activations: [],
    pin: active === null ? null : restoredPin(row),
  };
  return { ledger, updatedAt: updatedAt ?? '', recent: latest === null ? [] : [{ version: latest, document: head }] };
}

function restoredActivation(row: LedgerWrite, document: Document): Activation<LazyDocument> | null {
  const { active: version, activation, activeDigest: digest, activatedAt: occurredAt } = row;
  if (version === null || activation === null || digest === null || occurredAt === null) return null;
  const { activeOwn, layers, pinned, definition } = row;
  const own = activeOwn ?? digest;
  const layered = { own, layers, pinned: pinned !== null, definition, previousActivation: null, restart: [], previousHash: '' };
  const unknown = { previous: null, keyId: '', signature: '', rollbackTo: null, statement: 1, previousActivation: null, actor: '' };
  return { activation, version, digest, occurredAt, document: LazyDocument.of(document), layered, ...unknown, ...{ schemas: NO_SCHEMAS } };
}

/** Rows keep none of them. */
const NO_SCHEMAS: Ledger['schemas'] = new Map();

function restoredPin({ pinned, activeOwn, activeDigest, layers, definition }: LedgerWrite): PastActivation | null {
  if (pinned === null) return null;
  const unknown = { version: 0, digest: activeDigest ?? '', own: activeOwn ?? '', previousActivation: null, restart: [] };
  return { pinned: true, layers, definition, ...pinned, ...unknown };
}

function documentOfItems(items: readonly ItemWrite[], of: ItemKey['of']): Document {
  return Document.empty.apply(items.filter((item) => item.of === of));
}
