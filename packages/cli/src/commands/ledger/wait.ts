// wait: goes on waiting for an activation.
import { usage } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import type { Session } from '../../session.js';
import { awaitedOf, refuseAbstract, waitForNodes } from './wait-for-nodes.js';

export async function run(session: Session, given: Given): Promise<void> {
  const [activation = ''] = given.positionals;
  if (!/^\d{1,15}$/.test(activation)) throw usage('<activation> is no number.', '`confledger versions --activations` shows them.');
  const ledger = await session.ledger();
  await refuseAbstract(session, ledger.environment);
  await waitForNodes(session, given, ledger, await awaitedOf(session, ledger, Number(activation)));
}
