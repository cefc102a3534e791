// What a spec's decisions on a ledger are told.
import type { Facts, LedgerTypes } from '@confledger/domain';

type LedgerFacts = LedgerTypes['facts'];

/** Answers of facts by sort; undefined: not loaded yet. */
export type KnownLedgerFacts = {
  readonly [Sort in keyof LedgerFacts]?: (key: string | number, subject?: unknown) => LedgerFacts[Sort] | undefined;
};

/** Facts as a decision on a ledger asks for them. */
export function ledgerFacts(known: KnownLedgerFacts): Facts<LedgerTypes> {
  return {
    get: <Sort extends keyof LedgerFacts & string>(sort: Sort, key: string | number, subject?: unknown) => known[sort]?.(key, subject),
  };
}
