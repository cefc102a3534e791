// What decides the form of statement that an activation is signed with.
import type { LedgerId } from './ledger-id.js';

/** What stands in the way of statements of form 2, and of what needs them. */
export interface StatementFact {
  /** The newest form that every live node of the ledger can verify. */
  readonly form: 1 | 2;
  /** Live nodes that cannot verify form 2. */
  readonly oldNodes: readonly string[];
  /** Apis of an older release that run still: they would not understand what is inherited. */
  readonly olderApis: readonly string[];
}

/** Where nothing stands in the way of a form. */
export const statementOf = (form: 1 | 2): StatementFact => ({ form, oldNodes: [], olderApis: [] });

/** The fact that says which form every live node of the ledger can verify. */
export const statementNeed = ({ text }: LedgerId) => ({ sort: 'statement', key: text }) as const;
