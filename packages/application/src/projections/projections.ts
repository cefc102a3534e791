// What the projection driver does with each stream: fold it, or park it until a release comes that knows it.
import { environmentsAggregate, installationAggregate, LedgerId } from '@confledger/domain';
import { kindOfStream, type StreamKind } from '../streams.js';
import { auditOnly } from './audit-only.js';
import { ledgerProjection } from './ledger-projection.js';
import type { Projection } from './projection.js';

/** `unknown`: a later release may make rows of it, so it is parked. */
export type StreamUse =
  | { readonly kind: 'project'; readonly projection: Projection }
  | { readonly kind: 'unknown'; readonly reason: string };

export type StreamUses = (stream: string) => StreamUse;

/** What this release makes of each kind of stream; null until there is code that folds it. */
export const PROJECTIONS: Readonly<Record<StreamKind, Projection | null>> = {
  ledger: ledgerProjection,
  installation: auditOnly(installationAggregate),
  environments: auditOnly(environmentsAggregate),
  credentials: null,
  accessControl: null,
  proposal: null,
  template: null,
  keyring: null,
  secretAccess: null,
  accessLog: null,
  fleet: null,
};

/** What this release does with a stream. */
export function useOfStream(stream: string): StreamUse {
  const kind = kindOfStream(stream);
  const projection = kind === null ? null : PROJECTIONS[kind];
  if (projection === null) return { kind: 'unknown', reason: 'this release does not know its stream' };
  if (kind === 'ledger' && LedgerId.ofStream(stream) === null) return { kind: 'unknown', reason: 'its stream is not named after a ledger' };
  return { kind: 'project', projection };
}
