// The form of statement that an activation is signed with.
import type { Document } from '@confledger/document';
import type { DecisionContext } from '../stream/aggregate.js';
import type { LedgerRefusal } from './commands.js';
import type { UnsignedActivation, UnsignedStatement } from './events.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerTypes } from './ledger-types.js';
import { holdsReserved, nameReserved, RESERVED_NAME } from './reserved.js';
import type { Ledger } from './state.js';

/** The fact that says which form every live node of the ledger can verify. */
export const statementNeed = ({ text }: LedgerId) => ({ sort: 'statement', key: text }) as const;

/** Once a ledger has an activation of form 2 it gets none of form 1 again. 'unknown' until the fact is loaded. */
export function statementFor(ledger: Ledger | null, { id, facts }: DecisionContext<LedgerTypes>): UnsignedStatement | 'unknown' {
  const form = hasForm2(ledger) ? 2 : facts.get('statement', id.text);
  if (form === undefined) return 'unknown';
  return form === 1 ? { form } : { form, previousActivation: ledger?.active?.activation ?? null };
}

const hasForm2 = (ledger: Ledger | null): boolean => (ledger?.active?.statement ?? 1) >= 2;

/** What an activation takes live, and head after it. */
export interface ActivatedDocuments {
  readonly content: Document;
  readonly head: Document;
}

/**
 * The activation. Under form 2 the reserved member has a meaning of its own: a ledger that holds it stays at form 1, and one that has form 2
 * already is refused a version that holds it.
 */
export function activationOf(
  ledger: Ledger | null,
  data: UnsignedActivation['data'],
  statement: UnsignedStatement,
  { content, head }: ActivatedDocuments,
): UnsignedActivation | LedgerRefusal {
  const signedAs = (form: UnsignedStatement) => ({ type: 'VersionActivated', data, statement: form }) as const;
  const activation = signedAs(statement);
  if (statement.form === 1) return activation;
  if (!hasForm2(ledger)) return holdsReserved(content) || holdsReserved(head) ? signedAs({ form: 1 }) : activation;
  return holdsReserved(content) ? nameReserved(RESERVED_NAME, `Version ${data.version} cannot be activated`) : activation;
}
