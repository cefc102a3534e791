// Where a ledger stands, as every answer about one says it, and the call that would activate what is pending.
import { formatPosition, type LedgerStanding } from '@confledger/application';
import type { NextCall, Standing } from '@confledger/contracts';

/** The base of all calls. */
export const BASE = '/api/v1';

/** A standing with its position written out. */
export function showStanding(standing: LedgerStanding, installation: string): Standing {
  const { environment, service, version, active, pending, digest, position } = standing;
  return { environment, service, version, active, pending, digest, position: formatPosition(installation, position) };
}

/** The call that activates a version. */
export function activationCall(ledger: Pick<Standing, 'environment' | 'service'>, version: number): NextCall {
  const url = `${BASE}/configurations/${ledger.service}/versions/${version}/activate?environment=${ledger.environment}`;
  return { method: 'POST', url };
}
