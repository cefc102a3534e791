// A completed change set applied to its ledger's view: the new view, and the rows that its events make. Pure.
import type { Document } from '@confledger/document';
import type { ActivationWrite, TagWrite, VersionWrite } from '../ports/projection-store.js';
import type { AuditRow } from '../ports/read-model.js';
import { auditRow, ValuesInSet } from './audit-rows.js';
import type { Head, RevisedChange } from './head.js';
import { settledView, type LedgerView, type LoggedEvent } from './ledger-view.js';
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
  const needed = neededDocument(view, events, documents);
  if (needed !== null) return { kind: 'needs', version: needed };

  // Before the changes are made: these rows hold what stood there.
  const audit = auditOf(view, events);
  const changed = withChanges(view, events);
  if ('reason' in changed) return { kind: 'refused', reason: changed.reason };

  let next = changed.view;
  const activations: ActivationWrite[] = [];
  const tags: TagWrite[] = [];
  for (const { event } of events) {
    if (event.type === 'VersionActivated') {
      const activated = activate(next, event.data, event.revision, documents);
      if ('reason' in activated) return { kind: 'refused', reason: activated.reason };
      next = activated;
      activations.push(activationOf(view.ledger, event));
    } else if (event.type === 'VersionTagged' || event.type === 'VersionUntagged') {
      const version = event.type === 'VersionTagged' ? event.data.version : null;
      tags.push({ ledger: view.ledger, tag: event.data.tag, version, revision: event.revision });
    }
  }

  const last = events.at(-1)?.event;
  next = { ...next, exists: true, updatedAt: last?.metadata.occurredAt ?? next.updatedAt };
  return { kind: 'folded', view: next, effects: { versions: changed.version ? [changed.version] : [], activations, tags, audit } };
}

type Changed = { readonly view: LedgerView; readonly version: VersionWrite | null } | { readonly reason: string };

function withChanges(view: LedgerView, events: readonly LoggedEvent[]): Changed {
  const changes: RevisedChange[] = [];
  let last: LoggedEvent['event'] | null = null;
  for (const { event } of events) {
    if (event.type !== 'ConfigSet' && event.type !== 'ConfigDeleted') continue;
    changes.push({ ...event.data, revision: event.revision });
    last = event;
  }
  const [first] = changes;
  if (last === null || first === undefined) return { view, version: null };

  let head: Head;
  try {
    head = view.head.with(changes);
  } catch (fault) {
    return { reason: fault instanceof Error ? fault.message : String(fault) };
  }
  const { metadata, revision } = last;
  return {
    view: { ...view, head, latest: revision, pending: view.pending + 1 },
    version: {
      ledger: view.ledger,
      version: revision,
      firstRevision: first.revision,
      actor: metadata.actor.id,
      reason: metadata.reason,
      occurredAt: metadata.occurredAt,
      changeCount: changes.length,
    },
  };
}

type ActivationData = Extract<LoggedEvent['event'], { type: 'VersionActivated' }>['data'];

/** The version whose document an activation in here needs and nobody has given yet; null when there is none. */
function neededDocument(view: LedgerView, events: readonly LoggedEvent[], documents: KnownDocuments): number | null {
  for (const { event } of events) {
    if (event.type !== 'VersionActivated' || documents.has(event.data.version)) continue;
    if (newVersionOf(events) !== event.data.version && documentAtHand(view, event.data.version) === undefined) return event.data.version;
  }
  return null;
}

/** The revision of the last set or delete: the version that the change set makes. */
function newVersionOf(events: readonly LoggedEvent[]): number | null {
  return events.findLast(({ event }) => event.type === 'ConfigSet' || event.type === 'ConfigDeleted')?.event.revision ?? null;
}

function activate(
  view: LedgerView,
  data: ActivationData,
  activation: number,
  documents: KnownDocuments,
): LedgerView | { readonly reason: string } {
  const document = documentAtHand(view, data.version) ?? documents.get(data.version);
  if (document === undefined || document === null) return { reason: `it activates ${data.version}, which is no version` };
  if (document.digest !== data.digest) {
    return { reason: `it activates version ${data.version} with digest ${data.digest}, the document's is ${document.digest}` };
  }
  // A head that had to be made is what the next changes begin with: else each activation would make all of them anew.
  const next = data.version === view.latest ? settledView(view) : view;
  return { ...next, active: { version: data.version, activation, document }, pending: data.pending };
}

function documentAtHand(view: LedgerView, version: number): Document | undefined {
  if (version === view.latest) return view.head.document;
  if (version === view.active?.version) return view.active.document;
  return view.recent.find((recent) => recent.version === version)?.document ?? view.head.documentAt(version);
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

function auditOf(before: LedgerView, events: readonly LoggedEvent[]): AuditRow[] {
  const values = new ValuesInSet(before.head);
  const version = newVersionOf(events);
  return events.map((logged) => {
    const { event } = logged;
    return auditRow(logged, 'version' in event.data ? event.data.version : version, values.change(event));
  });
}
