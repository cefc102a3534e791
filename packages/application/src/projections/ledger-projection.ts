// The rows of a ledger: where it stands, its leaves, versions, activations, tags, and the values that its audit shows.
import { Document, type JsonValue } from '@confledger/document';
import {
  activeLayers,
  changesOf,
  ledgerAggregate,
  LedgerId,
  ledgerFold,
  pastActivationOf,
  versionOf,
  type Ledger,
  type LedgerEvent,
  type Recorded,
  type StreamState,
} from '@confledger/domain';
import { decodeStored } from '../codec.js';
import type { ActivationWrite, EnvironmentWrite, TagWrite, VersionWrite } from '../ports/projection-store.js';
import { LazyDocument } from './lazy-document.js';
import { ledgerRows, restoredLedger } from './ledger-rows.js';
import type { ProjectedLedger } from './projected-ledger.js';
import type { AuditDetail, Completed, CompletedChangeSet, DocumentNeed, KnownDocuments, Logged, Projection } from './projection.js';

/** Versions whose documents stay at hand; they share what they have in common. An older one is fetched when it is activated. */
export const RECENT_VERSIONS_MAX = 8;

type LedgerEvents = readonly Logged<Recorded<LedgerEvent>>[];

const fold = ledgerFold(LazyDocument.of(Document.empty));
const foldEagerly = ledgerFold(LazyDocument.of(Document.empty, { eager: true }));

export const ledgerProjection: Projection<ProjectedLedger> = {
  decode: (stored) => decodeStored(ledgerAggregate.events, stored),
  apply(before, events, isEager) {
    const ledger = (isEager ? foldEagerly : fold)(before === null ? null : withHead(before.ledger, isEager), ledgerEvents(events));
    return { ledger, updatedAt: events.at(-1)?.metadata.occurredAt ?? '', recent: before?.recent ?? [] };
  },
  need: (stream, events, documents) => need(stream, ledgerEvents(events), documents),
  complete,
  audit: (before, events, isAbandoned) => auditOf(before, ledgerEvents(events), isAbandoned),
  settle,
  rows: ledgerRows,
  restore: restoredLedger,
  sizeOf({ ledger: { head, active } }) {
    const activeSize =
      active?.document == null || active.document.document === head.document.document ? 0 : active.document.document.leafCount;
    return head.document.document.leafCount + activeSize;
  },
};

/** The events of a ledger's stream are those that `decode` made. */
const ledgerEvents = (events: readonly Logged[]): LedgerEvents => events as LedgerEvents;

/** With a head that makes its changes at once, or later. */
function withHead({ head, ...rest }: Ledger<LazyDocument>, isEager: boolean): Ledger<LazyDocument> {
  if (head.document.isEager === isEager) return { head, ...rest };
  return { head: { ...head, document: LazyDocument.of(head.document.document, { eager: isEager }) }, ...rest };
}

function need({ name, state }: StreamState<ProjectedLedger, Logged>, events: LedgerEvents, documents: KnownDocuments): DocumentNeed | null {
  const made = versionOf(events);
  for (const { type, data } of events) {
    if (type !== 'VersionActivated' || data.version === 0 || data.version === made || documents.has(data.version)) continue;
    if (state !== null && documentAtHand(state, data.version) !== undefined) continue;
    return { ledger: idOf(name), version: data.version, digest: data.own };
  }
  return null;
}

function complete(
  { stream, before, after, events: set }: CompletedChangeSet<ProjectedLedger>,
  documents: KnownDocuments,
): Completed<ProjectedLedger> {
  const id = idOf(stream);
  const events = ledgerEvents(set);
  const rows = {
    environments: before === null ? environmentRows(id, events) : [],
    versions: versionRows(id, events),
    activations: activationRows(id, events, before?.ledger.active?.activation ?? null),
    tags: tagRows(id, events),
  };
  const { active } = after.ledger;
  if (rows.activations.length === 0 || active === null) return { kind: 'projected', state: after, rows };
  const document =
    documentAtHand(after, active.version) ?? (before && documentAtHand(before, active.version)) ?? documents.get(active.version);
  if (document === undefined || document === null)
    return { kind: 'refused', reason: `it activates ${active.version}, which is no version` };
  const { own } = activeLayers(active);
  if (document.digest !== own) {
    const reason = `it activates version ${active.version} with digest ${own}, the document's is ${document.digest}`;
    return { kind: 'refused', reason };
  }
  // A head that had to be made is what the next changes begin with: else each activation would make all of them anew.
  const state = active.version === after.ledger.head.version ? settle(after) : after;
  return {
    kind: 'projected',
    state: { ...state, ledger: { ...state.ledger, active: { ...active, document: LazyDocument.of(document) } } },
    rows,
  };
}

function idOf(stream: string): LedgerId {
  const id = LedgerId.ofStream(stream);
  if (id === null) throw new TypeError(`${stream} is no ledger's stream.`);
  return id;
}

function documentAtHand({ ledger, recent }: ProjectedLedger, version: number): Document | undefined {
  if (version === 0) return Document.empty;
  if (version === ledger.head.version) return ledger.head.document.document;
  if (version === ledger.active?.version && ledger.active.document !== null) return ledger.active.document.document;
  return recent.find((known) => known.version === version)?.document ?? ledger.head.document.documentAt(version);
}

/** The same with its changes made, and its head at hand as a recent version. Throws a DocumentFault when one cannot be made. */
function settle(state: ProjectedLedger): ProjectedLedger {
  const { ledger, recent } = state;
  const { version, document } = ledger.head;
  const settled = { ...ledger, head: { ...ledger.head, document: document.settled() } };
  if (version === null || recent.at(-1)?.version === version) return { ...state, ledger: settled };
  return { ...state, ledger: settled, recent: [...recent, { version, document: document.document }].slice(-RECENT_VERSIONS_MAX) };
}

/** The event that made the ledger exist names its environment. */
function environmentRows({ environment, text }: LedgerId, events: LedgerEvents): EnvironmentWrite[] {
  const last = events.at(-1);
  return last === undefined ? [] : [{ environment, ledger: text, revision: last.revision, position: last.stored.position }];
}

function versionRows({ text }: LedgerId, events: LedgerEvents): VersionWrite[] {
  const changes = changesOf(events);
  const [first, last] = [changes[0], changes.at(-1)];
  const made = events.find(({ revision }) => revision === last?.revision);
  if (first === undefined || last === undefined || made === undefined) return [];
  const { actor, reason, occurredAt } = made.metadata;
  const version = { version: last.revision, firstRevision: first.revision, changeCount: changes.length };
  return [{ ledger: text, actor: actor.id, reason, occurredAt, ...version }];
}

/** `before` is the activation before the change set. */
function activationRows({ text }: LedgerId, events: LedgerEvents, before: number | null): ActivationWrite[] {
  let last = before;
  return events.flatMap((event) => {
    if (event.type !== 'VersionActivated') return [];
    const activation = pastActivationOf(event, last);
    const { reason, source = null } = event.metadata;
    last = event.revision;
    return [{ ledger: text, reason, rollbackTo: event.data.rollbackTo ?? null, source, ...activation }];
  });
}

function tagRows({ text }: LedgerId, events: LedgerEvents): TagWrite[] {
  return events.flatMap(({ type, data, revision }) => {
    if (type !== 'VersionTagged' && type !== 'VersionUntagged') return [];
    return [{ ledger: text, tag: data.tag, version: type === 'VersionTagged' ? data.version : null, revision }];
  });
}

function auditOf(before: ProjectedLedger | null, events: LedgerEvents, isAbandoned: boolean): AuditDetail[] {
  const values = new ValuesInSet(before?.ledger.head.document ?? LazyDocument.of(Document.empty));
  const made = isAbandoned ? null : versionOf(events);
  return events.map((event) => ({
    version: !isAbandoned && 'version' in event.data ? event.data.version : made,
    path: 'path' in event.data ? event.data.path : null,
    detail: detailOf(event),
    ...values.change(event),
  }));
}

/** Follows the leaves that a change set touches, so that a second change of a path sees the first one's value. */
class ValuesInSet {
  readonly #document: LazyDocument;
  readonly #touched = new Map<string, { readonly value: JsonValue } | undefined>();

  constructor(document: LazyDocument) {
    this.#document = document;
  }

  /** What a change did at its path. A value that was not or is not there has no member. */
  change({ type, data }: LedgerEvent): Pick<AuditDetail, 'before' | 'after'> {
    if (type !== 'ConfigSet' && type !== 'ConfigDeleted') return {};
    const { path } = data;
    const before = this.#touched.has(path) ? this.#touched.get(path) : this.#document.leafAt(path);
    const after = type === 'ConfigSet' ? { value: data.value } : undefined;
    this.#touched.set(path, after);
    return { ...(before && { before: before.value }), ...(after && { after: after.value }) };
  }
}

function detailOf(event: Recorded<LedgerEvent>): AuditDetail['detail'] {
  switch (event.type) {
    case 'VersionActivated': {
      const { previous, digest, pending, keyId, signature, rollbackTo, own, layers, restart, pinned, definition } = event.data;
      const { schemaVersion: statement } = event.metadata;
      // Rows of form 1 stay as they are in tables of older releases.
      const form = statement === 1 ? {} : { statement, own, layers, restart, pinned, definition };
      return { previous, digest, pending, keyId, signature, ...(rollbackTo !== undefined && { rollbackTo }), ...form };
    }
    case 'VersionTagged':
    case 'VersionUntagged':
      return { tag: event.data.tag };
    case 'SchemaSet': {
      const { mount, dialect, schema } = event.data;
      return { mount, dialect, schema };
    }
    case 'SchemaRemoved':
      return { mount: event.data.mount };
    case 'LedgerCreated':
    case 'LedgerRetired':
    case 'LedgerRestored':
    case 'ConfigSet':
    case 'ConfigDeleted':
      return {};
  }
}
