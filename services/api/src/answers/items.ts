// Rows of the read model as lists show them.
import { formatPosition, type AuditRow, type Page, type VersionRow, type LedgerStanding } from '@confledger/application';
import type { AuditItem, LedgerList, PositionedList, VersionItem } from '@confledger/contracts/http';
import { showBeforeAndAfter } from './shown-values.js';
import { showStanding } from './standing.js';

/** A page of a list that spans ledgers. */
export function positionedPage<R, T>(page: Page<R>, show: (row: R) => T, installation: string): PositionedList<T> {
  return { items: page.items.map(show), next: page.next, position: formatPosition(installation, page.position) };
}

/** A page about one ledger: valid at the read model's position, which may lie behind the standing beside it. */
export function ledgerPage<R, T>(page: Page<R>, show: (row: R) => T, standing: LedgerStanding, installation: string): LedgerList<T> {
  return { ...showStanding({ ...standing, position: page.position }, installation), items: page.items.map(show), next: page.next };
}

/** A version of the read model. */
export function showVersion(row: VersionRow): VersionItem {
  return {
    version: row.version,
    author: row.actor,
    reason: row.reason,
    time: row.occurredAt,
    changeCount: row.changeCount,
    tags: row.tags,
    activations: row.activations.map(({ activation, actor, reason, occurredAt, rollbackTo }) => ({
      activation,
      actor,
      reason,
      time: occurredAt,
      rollbackTo,
    })),
  };
}

/** A row of the audit. */
export function showAuditRow(row: AuditRow, installation: string): AuditItem {
  const {
    position,
    stream,
    environment,
    service,
    revision,
    version,
    type,
    path,
    actor,
    method,
    reason,
    commandId,
    correlationId,
    changeSet,
    abandoned,
    detail,
  } = row;
  return {
    position: formatPosition(installation, position),
    stream,
    environment,
    service,
    revision,
    version,
    type,
    path,
    ...showBeforeAndAfter(row),
    actor,
    method,
    reason,
    time: row.occurredAt,
    commandId,
    correlationId,
    changeSet,
    abandoned,
    detail,
  };
}
