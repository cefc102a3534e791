// audit: who did what, over all ledgers; or one event as it is stored.
import type { Given } from '../../grammar/given.js';
import { printItems, printResult, readPages } from '../../output/results.js';
import { changeSetsText } from '../ledger/change-sets-text.js';
import type { Session } from '../../session.js';

export async function run(session: Session, given: Given): Promise<void> {
  const client = await session.client;
  const position = given.text('event');
  if (position !== undefined) {
    const { data } = await client.readEvent({ position });
    printResult(session, data, () => `${JSON.stringify(data, null, 2)}\n`);
    return;
  }
  const query = Object.fromEntries(
    (['environment', 'service', 'actor', 'type', 'from', 'to', 'path'] as const).flatMap((name) => {
      const value = name === 'path' ? given.positionals[0] : given.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const data = await readPages(session, given, async (page) => (await client.readAudit({ query: { ...query, ...page } })).data);
  printItems(session, data, () => changeSetsText(session, data.items, { withLedger: true }));
}
