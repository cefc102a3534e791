// Rows of the read model as lists show them.
import {
  formatPosition,
  type ActivationRow,
  type AuditRow,
  type LedgerRow,
  type LedgerStanding,
  type Page,
  type ParkedStream,
  type VersionRow,
} from '@confledger/application';
import type {
  ActivationItem,
  ActivationSource,
  AuditItem,
  LedgerItem,
  LedgerList,
  ParkedItem,
  PositionedList,
  VersionItem,
} from '@confledger/contracts/http';
import type { EventSource } from '@confledger/domain';
import type { Inheriting } from '../ledger/listed-ledgers.js';
import { showLayers } from './layers.js';
import { showBeforeAndAfter } from './shown-values.js';
import { showStanding } from './standing.js';

/** A page of a list that spans ledgers. */
export function positionedPage<R, T>(page: Page<R>, show: (row: R) => T, installation: string): PositionedList<T> {
  return { items: page.items.map(show), next: page.next, position: formatPosition(installation, page.position) };
}

/** A page about one ledger: valid at the read model's position, which may lie behind the standing beside it. */
export function ledgerPage<R, T>(page: Page<R>, show: (row: R) => T, standing: LedgerStanding, installation: string): LedgerList<T> {
  const shown = showStanding({ ...standing, position: page.position }, installation);
  return Object.assign(shown, { items: page.items.map(show), next: page.next });
}

/** A version of the read model. */
export function showVersion(row: VersionRow): VersionItem {
  return {
    version: row.version,
    actor: row.actor,
    reason: row.reason,
    occurredAt: row.occurredAt,
    changeCount: row.changeCount,
    tags: row.tags,
    activations: row.activations.map(({ activation, actor, reason, occurredAt, rollbackTo }) => ({
      activation,
      actor,
      reason,
      activatedAt: occurredAt,
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
  const what = { position: formatPosition(installation, position), stream, environment, service, revision, version, type, path };
  const who = { actor, method, reason, occurredAt: row.occurredAt, commandId, correlationId, changeSet, abandoned, attributes: detail };
  return Object.assign(what, showBeforeAndAfter(row), who, { source: row.source ? showSource(row.source) : null });
}

/** A ledger of the list. */
export function showLedger(row: LedgerRow, { pendingBecause, inherited }: Inheriting, installation: string): LedgerItem {
  const { environment, service, latest: version, active, activation, activatedAt, pending, digest, activeDigest } = row;
  const { retired, updatedAt, complete: readable, pinned } = row;
  const parked = row.parked && parkedItem(row.parked, installation);
  const pin = pinned && { activation: pinned.activation, actor: pinned.actor, pinnedAt: pinned.occurredAt };
  const runs = { environment, service, version, active, activation, activatedAt, pending, pendingBecause, inherited, pin };
  return Object.assign(runs, { digest, activeDigest, retired, updatedAt, readable, parked });
}

/** An event that the read model could not apply. */
export function parkedItem({ position, stream, revision, type, reason }: ParkedStream, installation: string): ParkedItem {
  return { position: formatPosition(installation, position), stream, revision, type, error: reason };
}

/** An activation as it was recorded. */
export function showActivation(row: ActivationRow): ActivationItem {
  const { activation, version, previousActivation, digest, own, layers, pinned, definition, restart, actor, reason } = row;
  const { occurredAt, rollbackTo, source } = row;
  const what = { activation, version, previousActivation, digest, own, layers: showLayers(layers), pinned, definition, restart };
  return Object.assign(what, { actor, reason, occurredAt, rollbackTo, source: source && showSource(source) });
}

function showSource(source: EventSource): ActivationSource {
  switch (source.kind) {
    case 'rollback':
      return showRollback(source);
    case 'promotion':
      return { kind: source.kind, ledger: source.ledger, version: source.version };
    case 'inheritance':
      return { kind: source.kind };
  }
}

type RollbackSource = Extract<EventSource, { kind: 'rollback' }>;

function showRollback({ kind, version, activation, acceptedViolations }: RollbackSource): ActivationSource {
  const shown = { kind, version, activation };
  return acceptedViolations === undefined ? shown : Object.assign(shown, { acceptedViolationCount: acceptedViolations });
}
