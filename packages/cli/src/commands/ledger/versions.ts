// versions: the versions of a ledger, one of them, or its activations.
import type { ActivationItem, VersionItem } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import { printItems, printResult, readPages } from '../../output/results.js';
import { table } from '../../output/table.js';
import { instant } from '../../output/values.js';
import type { LedgerName, Session } from '../../session.js';

export async function run(session: Session, given: Given): Promise<void> {
  const ledger = await session.ledger();
  const [version] = given.positionals;
  const activation = given.number('activation');
  if (activation !== undefined) await oneActivation(session, ledger, activation);
  else if (given.is('activations')) await activations(session, given, ledger);
  else if (version !== undefined) await one(session, ledger, version);
  else await all(session, given, ledger);
}

async function all(session: Session, given: Given, { environment, service }: LedgerName): Promise<void> {
  const client = await session.client;
  const data = await readPages(
    session,
    given,
    async (page) => (await client.listVersions({ service, query: { environment, ...page } })).data,
  );
  printItems(session, data, () => versionsText(session, data.items, data.active));
}

async function one(session: Session, { environment, service }: LedgerName, version: string): Promise<void> {
  const { data } = await (await session.client).readVersion({ service, version, query: { environment } });
  printResult(session, data, () => versionsText(session, data.item === null ? [] : [data.item], data.active));
}

function versionsText(session: Session, items: readonly VersionItem[], active: number | null): string {
  const rows = items.map(({ version, actor, reason, occurredAt, changeCount, tags, activations: live }) => [
    ...[
      `${version}${version === active ? ' *' : ''}`,
      instant(occurredAt),
      actor,
      changeCount,
      live.map((each) => each.activation).join(' '),
    ],
    ...[tags.join(' '), reason ?? ''],
  ]);
  return table(['version', 'when', 'actor', 'changes', 'activations', 'tags', 'reason'], rows, session.tableColumns);
}

async function activations(session: Session, given: Given, { environment, service }: LedgerName): Promise<void> {
  const client = await session.client;
  const data = await readPages(
    session,
    given,
    async (page) => (await client.listActivations({ service, query: { environment, ...page } })).data,
  );
  printItems(session, data, () => activationsText(session, data.items, data.activation));
}

async function oneActivation(session: Session, { environment, service }: LedgerName, activation: number): Promise<void> {
  const { data } = await (await session.client).readActivation({ service, activation: String(activation), query: { environment } });
  printResult(session, data, () => activationsText(session, [data.item], data.activation));
}

function activationsText(session: Session, items: readonly ActivationItem[], running: number | null): string {
  const rows = items.map(({ activation, version, occurredAt, actor, source, layers, pinned, reason }) => [
    ...[`${activation}${activation === running ? ' *' : ''}`, version, instant(occurredAt), actor, source?.kind ?? ''],
    ...[layers.map((layer) => `${layer.ledger}@${layer.activation}`).join(' '), pinned ? 'pinned' : '', reason ?? ''],
  ]);
  return table(['activation', 'version', 'when', 'actor', 'by', 'over', 'pin', 'reason'], rows, session.tableColumns);
}
