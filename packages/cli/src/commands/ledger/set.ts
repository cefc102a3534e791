// set: one value, or several as one change set.
import type { ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import type { Session } from '../../session.js';
import { assignmentsOf } from './assignments.js';
import { writeOperations } from './write.js';

export async function run(session: Session, given: Given): Promise<ExitCode | void> {
  const ledger = await session.ledger();
  const assignments = await assignmentsOf(session, given, ledger);
  const operations = assignments.map(({ path, value }) => ({ type: 'SET' as const, path, value }));
  const secrets = new Set(assignments.flatMap(({ path, isSecret }) => (isSecret ? [path] : [])));
  return writeOperations(session, given, ledger, operations, secrets);
}
