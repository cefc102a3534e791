// unset: deletes values, or every leaf of a subtree, as one change set.
import type { ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import type { Session } from '../../session.js';
import { writeOperations } from './write.js';

export async function run(session: Session, given: Given): Promise<ExitCode | void> {
  const ledger = await session.ledger();
  const operations = given.positionals.map((path) => ({ type: 'DELETE' as const, path }));
  return writeOperations(session, given, ledger, operations);
}
