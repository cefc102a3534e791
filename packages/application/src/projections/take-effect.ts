// A completed change set applied to its ledger's view: the new view, and the rows that its events make. Pure.
import type { Document, DocumentChange } from '@confledger/document';
import type { ActivationWrite, TagWrite, VersionWrite } from '../ports/projection-store.js';
import type { AuditRow } from '../ports/read-model.js';
import { auditRow, ValuesInSet } from './audit-rows.js';
import { RECENT_VERSIONS_MAX, type LedgerView, type LoggedEvent } from './ledger-view.js';
import type { KnownDocuments } from './project-event.js';

/** What a step adds to the tables; documents and the ledger's own row follow from the view. */
export interface Effects {
  readonly versions: readonly VersionWrite[];
  readonly activations: readonly ActivationWrite[];
  readonly tags: readonly TagWrite[];
  readonly audit: readonly AuditRow[];
}

export type Outcome =
  | { readonly kind: 'folded'; readonly view: LedgerView; readonly effects: Effects }
  | { readonly kind: 'needs'; readonly version: number }
  | { readonly kind: 'refused'; readonly reason: string };

/** `events` is one whole change set, in order; `view` stands before it, except that it has seen its last event. */
export function takeEffect(view: LedgerView, events: readonly LoggedEvent[], documents: KnownDocuments): Outcome {
  const changed = withChanges(view, events);
  if ('reason' in changed) return { kind: 'refused', reason: changed.reason };

  let next = changed.view;
  const activations: ActivationWrite[] = [];
  const tags: TagWrite[] = [];
  for (const { event } of events) {
    if (event.type === 'VersionActivated') {
      const activated = activate(next, event.data, event.revision, documents);
      if (activated.kind !== 'folded') return activated;
      next = activated.view;
      activations.push(activationOf(view.ledger, event));
    } else if (event.type === 'VersionTagged' || event.type === 'VersionUntagged') {
      const version = event.type === 'VersionTagged' ? event.data.version : null;
      tags.push({ ledger: view.ledger, tag: event.data.tag, version, revision: event.revision });
    }
  }

  const last = events.at(-1)?.event;
  next = { ...next, exists: true, updatedAt: last?.metadata.occurredAt ?? next.updatedAt };
  return { kind: 'folded', view: next, effects: { versions: changed.version ? [changed.version] : [], activations, tags, audit: auditOf(view, events, changed.version) } };
}

type Changed = { readonly view: LedgerView; readonly version: VersionWrite | null } | { readonly reason: string };

function withChanges(view: LedgerView, events: readonly LoggedEvent[]): Changed {
  const changes: (DocumentChange & { revision: number })[] = [];
  let first: number | null = null;
  let last: LoggedEvent['event'] | null = null;
  for (const { event } of events) {
    if (event.type !== 'ConfigSet' && event.type !== 'ConfigDeleted') continue;
    changes.push({ ...event.data, revision: event.revision });
    first ??= event.revision;
    last = event;
  }
  if (last === null || first === null) return { view, version: null };

  let head: Document;
  try {
    head = view.head.apply(changes);
  } catch (fault) {
    return { reason: fault instanceof Error ? fault.message : String(fault) };
  }
  const { metadata, revision } = last;
  const recent = [...view.recent, { version: revision, document: head }].slice(-RECENT_VERSIONS_MAX);
  return {
    view: { ...view, head, latest: revision, pending: view.pending + 1, recent },
    version: {
      ledger: view.ledger,
      version: revision,
      firstRevision: first,
      actor: metadata.actor.id,
      reason: metadata.reason,
      occurredAt: metadata.occurredAt,
      changeCount: changes.length,
    },
  };
}

type ActivationData = Extract<LoggedEvent['event'], { type: 'VersionActivated' }>['data'];

function activate(view: LedgerView, data: ActivationData, activation: number, documents: KnownDocuments): Outcome {
  const document = documentAtHand(view, data.version) ?? documents.get(data.version);
  if (document === undefined) return { kind: 'needs', version: data.version };
  if (document === null) return { kind: 'refused', reason: `it activates ${data.version}, which is no version` };
  if (document.digest !== data.digest) {
    return { kind: 'refused', reason: `it activates version ${data.version} with digest ${data.digest}, the document's is ${document.digest}` };
  }
  const active = { version: data.version, activation, document };
  return { kind: 'folded', view: { ...view, active, pending: data.pending }, effects: noEffects };
}

const noEffects: Effects = { versions: [], activations: [], tags: [], audit: [] };

function documentAtHand(view: LedgerView, version: number): Document | undefined {
  if (version === view.latest) return view.head;
  if (version === view.active?.version) return view.active.document;
  return view.recent.find((recent) => recent.version === version)?.document;
}

function activationOf(ledger: string, event: Extract<LoggedEvent['event'], { type: 'VersionActivated' }>): ActivationWrite {
  const { metadata, data, revision } = event;
  return {
    ledger,
    version: data.version,
    activation: revision,
    actor: metadata.actor.id,
    reason: metadata.reason,
    occurredAt: metadata.occurredAt,
    rollbackTo: data.rollbackTo ?? null,
  };
}

function auditOf(before: LedgerView, events: readonly LoggedEvent[], version: VersionWrite | null): AuditRow[] {
  const values = new ValuesInSet(before.head);
  return events.map((logged) => {
    const { event } = logged;
    const about = 'version' in event.data ? event.data.version : (version?.version ?? null);
    return auditRow(logged, about, values.change(event));
  });
}
