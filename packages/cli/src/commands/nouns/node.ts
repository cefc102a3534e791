// The verbs of `node`: list, show.
import type { NodeItem } from '@confledger/contracts/http';
import type { Given } from '../../grammar/given.js';
import { printItems, printResult } from '../../output/results.js';
import { table } from '../../output/table.js';
import { oneLine } from '../../output/text.js';
import { instant } from '../../output/values.js';
import type { Session } from '../../session.js';

function naming(given: Given): { readonly environment?: string; readonly service?: string } {
  const [environment, service] = [given.text('environment'), given.text('service')];
  return { ...(environment === undefined ? {} : { environment }), ...(service === undefined ? {} : { service }) };
}

export async function list(session: Session, given: Given): Promise<void> {
  const { data } = await (await session.client).listNodes({ query: naming(given) });
  printItems(session, data, () => {
    const rows = data.items.map((node) => [
      ...[node.name, `${node.environment}.${node.service}`, node.state, node.running?.version ?? null, node.running?.activation ?? null],
      ...[upToDate(node), instant(node.reportedAt), node.rejected === null ? '' : `refused version ${node.rejected.version ?? '?'}`],
    ]);
    return table(['node', 'ledger', 'state', 'version', 'activation', 'up to date', 'reported', ''], rows, session.tableColumns);
  });
}

function upToDate({ upToDate }: NodeItem): string {
  if (upToDate === null) return 'unknown';
  return upToDate ? 'yes' : 'no';
}

export async function show(session: Session, given: Given): Promise<void> {
  const [name = ''] = given.positionals;
  const { data } = await (await session.client).readNode({ name, query: naming(given) });
  printResult(session, data, () => {
    const runs = data.running === null ? 'nothing' : `version ${data.running.version}, activation ${data.running.activation}`;
    const refusals = (data.rejected?.problems ?? []).map(({ path, message }) => `  refused: ${oneLine(`${path ?? ''} ${message}`)}\n`);
    return `${oneLine(data.name)}  ${data.environment}.${data.service}  ${data.state}\n  runs ${runs}, up to date: ${upToDate(data)}\n  reported ${instant(data.reportedAt)}\n${refusals.join('')}`;
  });
}
