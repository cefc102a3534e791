// What a spec's decisions on a ledger are told.
import type { Facts, LedgerTypes, LoadedVersion } from '@confledger/domain';

/** Facts as a decision on a ledger asks for them; what is undefined is not loaded yet. */
export function ledgerFacts(
  versionOf: (version: string | number) => LoadedVersion | undefined,
  statement: 1 | 2 | undefined,
): Facts<LedgerTypes> {
  return {
    get<Sort extends keyof LedgerTypes['facts']>(sort: Sort, key: string | number) {
      const version = sort === 'version' ? versionOf(key) : undefined;
      const known: Partial<LedgerTypes['facts']> = { ...(version && { version }), ...(statement && { statement }) };
      return known[sort];
    },
  };
}
