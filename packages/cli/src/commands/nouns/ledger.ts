// The verbs of `ledger`: list, retire, unretire.
import type { WriteAnswer } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import { printItems, printResult, readPages } from '../../output/results.js';
import { table } from '../../output/table.js';
import { instant } from '../../output/values.js';
import type { Session } from '../../session.js';
import { makeGuarded, writeHeaders } from '../../writes/guarded.js';

/** Of all environments, unless -e names one. */
export async function list(session: Session, given: Given): Promise<void> {
  const client = await session.client;
  const [environment, retired] = [given.text('environment'), given.text('retired') as 'all' | undefined];
  const query = { ...(environment === undefined ? {} : { environment }), ...(retired === undefined ? {} : { retired }) };
  const data = await readPages(session, given, async (page) => (await client.listConfigurations({ query: { ...query, ...page } })).data);
  printItems(session, data, () => {
    const rows = data.items.map((item) => [
      ...[item.environment, item.service, item.version, item.active, item.activation],
      ...[item.pendingBecause.length === 0 ? '' : `${item.pending} (${item.pendingBecause.join(', ')})`, instant(item.updatedAt)],
      item.readable ? (item.retired ? 'retired' : item.pin === null ? '' : 'pinned') : 'unreadable',
    ]);
    return table(['environment', 'service', 'version', 'active', 'activation', 'pending', 'updated', ''], rows, session.tableColumns);
  });
}

export async function retire(session: Session, given: Given): Promise<void> {
  await change(session, given, 'retire');
}

export async function unretire(session: Session, given: Given): Promise<void> {
  await change(session, given, 'unretire');
}

async function change(session: Session, given: Given, verb: 'retire' | 'unretire'): Promise<void> {
  const ledger = await session.ledger();
  const { environment, service } = ledger;
  const send = async (dryRun: boolean, reason: string | undefined): Promise<WriteAnswer> => {
    const call = { service, query: { environment }, headers: writeHeaders(), body: { dryRun, reason } };
    const client = await session.client;
    return (await (verb === 'retire' ? client.retireConfiguration(call) : client.restoreConfiguration(call))).data;
  };
  const { answer } = await makeGuarded<WriteAnswer>(session, given, ledger, {
    question: verb === 'retire' ? `Retire ${environment}.${service}? What runs goes on running.` : `Take ${environment}.${service} back?`,
    ...{ weighty: true, isShown: false },
    look: async ({ reason }) => ({ answer: await send(true, reason), guards: {} }),
    act: async ({ reason }) => send(false, reason),
  });
  const done = verb === 'retire' ? 'retired' : 'taken back as it stood';
  printResult(
    session,
    answer,
    () => `${environment}.${service}  ${answer.changed ? `${answer.dryRun ? 'would be ' : ''}${done}` : 'nothing to do'}\n`,
  );
}
