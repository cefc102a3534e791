// Where a ledger stands, as every answer about one says it, and the call that would activate what is pending.
import { formatPosition, type LedgerStanding } from '@confledger/application';
import { operationPath, type NextCall, type Standing } from '@confledger/contracts/http';

/** A standing with its position written out. */
export function showStanding(standing: LedgerStanding, installation: string): Standing {
  const { environment, service, version, active, activation, pending, pendingBecause, inherited, pin, digest } = standing;
  const position = formatPosition(installation, standing.position);
  return { environment, service, version, active, activation, pending, pendingBecause, inherited, pin, digest, position };
}

/** The call that activates a version. */
export function activationCall(ledger: Pick<Standing, 'environment' | 'service'>, version: number): NextCall {
  const path = operationPath('activateVersion', { service: ledger.service, version: String(version) });
  return { method: 'POST', url: `${path}?environment=${ledger.environment}` };
}
