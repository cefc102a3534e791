// What a definition of an environment does to ledgers, as the read model knows them.
import { affectedLedgers, type AffectedLedgers, type EnvironmentsCore, type ReadModel, type RunningLedger } from '@confledger/application';
import { ancestorNames, ancestorsOf, descendantsOf, type Environments } from '@confledger/domain';
import { readRunning } from '../runtime/inheritance.js';

type Outcome = Awaited<ReturnType<EnvironmentsCore['execute']>>;

/** Null where no ledger can be concerned, and while the read model cannot be asked: the definition stands in any case. */
export async function ledgersAffectedBy(
  { readModel }: { readonly readModel: Pick<ReadModel, 'running'> },
  outcome: Extract<Outcome, { kind: 'done' }>,
  name: string,
): Promise<AffectedLedgers | null> {
  const [before, after] = [outcome.before.state, outcome.after.state];
  if (before === null || after === null || before === after) return null;
  const environments = concerned(before, after, name);
  const ledgers: readonly RunningLedger[] | null = await readRunning(readModel, { environments }).then(
    (running) => running.ledgers,
    () => null,
  );
  return (
    ledgers &&
    affectedLedgers({ state: before, revision: outcome.before.revision }, { state: after, revision: outcome.after.revision }, ledgers)
  );
}

/** The environment, those below it, and whom they inherit from, before and after. */
function concerned(before: Environments, after: Environments, name: string): string[] {
  const names = new Set<string>();
  for (const state of [before, after])
    for (const each of [name, ...descendantsOf(state, name)]) {
      names.add(each);
      for (const above of ancestorNames(ancestorsOf(state, each))) names.add(above);
    }
  return [...names];
}
