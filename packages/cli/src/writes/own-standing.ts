// Where a ledger stands before a write: what its guards are made of.
import { ApiError } from '@confledger/client';
import type { LedgerName, Session } from '../session.js';
import type { Guards } from './guarded.js';

/** Version and activation that a write is based on; none where there is no ledger yet. */
export async function standingGuards(session: Session, { environment, service }: LedgerName): Promise<Guards> {
  try {
    const { data } = await (await session.client).readVersion({ service, version: 'latest', query: { environment } });
    const expectedVersion = data.version === null ? {} : { expectedVersion: data.version };
    return { ...expectedVersion, expectedActivation: data.activation };
  } catch (error) {
    if (error instanceof ApiError && error.code === 'LEDGER_UNKNOWN') return {};
    throw error;
  }
}
