// Audit rows out of events: one per event, with the value before and after for a change. Used by take-effect and project-event.
import type { JsonValue } from '@confledger/document';
import type { LedgerEvent, Recorded } from '@confledger/domain';
import type { AuditRow } from '../ports/read-model.js';
import type { Head } from './head.js';
import { partsOfLedger, projectedLedger, type LoggedEvent } from './ledger-view.js';

/** What a change did at its path. A value that was not or is not there has no member. */
export interface BeforeAfter {
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** The row of an event that took effect. */
export function auditRow(logged: LoggedEvent, version: number | null, change: BeforeAfter): AuditRow {
  return row(logged, version, change, false);
}

/** The rows of events whose change set was never completed: what they would have changed. */
export function rowsOfAbandoned(head: Head, events: readonly LoggedEvent[]): AuditRow[] {
  const values = new ValuesInSet(head);
  return events.map((logged) => row(logged, null, values.change(logged.event), true));
}

/** Follows the leaves that a change set touches, so that a second change of a path sees the first one's value. */
export class ValuesInSet {
  readonly #head: Head;
  readonly #touched = new Map<string, { readonly value: JsonValue } | undefined>();

  constructor(head: Head) {
    this.#head = head;
  }

  change(event: LedgerEvent): BeforeAfter {
    if (event.type !== 'ConfigSet' && event.type !== 'ConfigDeleted') return {};
    const { path } = event.data;
    const before = this.#touched.has(path) ? this.#touched.get(path) : this.#head.leafAt(path);
    const after = event.type === 'ConfigSet' ? { value: event.data.value } : undefined;
    this.#touched.set(path, after);
    return { ...(before && { before: before.value }), ...(after && { after: after.value }) };
  }
}

function row({ stored, event }: LoggedEvent, version: number | null, change: BeforeAfter, abandoned: boolean): AuditRow {
  const { metadata } = event;
  return {
    position: stored.position,
    ...partsOfLedger(projectedLedger(stored.stream) ?? ''),
    revision: stored.revision,
    version,
    type: event.type,
    path: event.type === 'ConfigSet' || event.type === 'ConfigDeleted' ? event.data.path : null,
    ...change,
    actor: metadata.actor.id,
    method: metadata.actor.method,
    reason: metadata.reason,
    occurredAt: metadata.occurredAt,
    commandId: metadata.commandId,
    correlationId: metadata.correlationId,
    changeSet: metadata.changeSet.id,
    abandoned,
    detail: detailOf(event),
  };
}

function detailOf(event: Recorded<LedgerEvent>): AuditRow['detail'] {
  switch (event.type) {
    case 'VersionActivated': {
      const { previous, digest, pending, keyId, signature, rollbackTo } = event.data;
      return { previous, digest, pending, keyId, signature, ...(rollbackTo !== undefined && { rollbackTo }) };
    }
    case 'VersionTagged':
    case 'VersionUntagged':
      return { tag: event.data.tag };
    case 'LedgerCreated':
    case 'ConfigSet':
    case 'ConfigDeleted':
      return {};
  }
}
