// history: what happened at a path, or in the whole ledger, one change set after another.
import type { AuditItem, List } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import { printItems, readPages } from '../../output/results.js';
import type { Session } from '../../session.js';
import { changeSetsText } from './change-sets-text.js';

export async function run(session: Session, given: Given): Promise<void> {
  const { environment, service } = await session.ledger();
  const client = await session.client;
  const [path] = given.positionals;
  const data = await readPages<AuditItem, List<AuditItem>>(session, given, async (page) =>
    path === undefined
      ? (await client.readAudit({ query: { environment, service, ...page } })).data
      : (await client.readHistory({ service, query: { environment, path, ...page } })).data,
  );
  if (data.items.length === 0 && session.form === 'table') session.say(`Nothing happened there in ${environment}.${service}.`);
  printItems(session, data, () => changeSetsText(session, data.items, { withLedger: false, ledger: `${environment}.${service}` }));
}
