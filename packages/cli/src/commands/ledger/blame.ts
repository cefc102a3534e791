// blame: for each value who set it, when, and in which version.
import type { ExplainedDocument, ExplainedPlace, LeafSource } from '@confledger/contracts/http';
import type { JsonValue } from '@confledger/document/json-and-paths';
import type { Given } from '../../grammar/given.js';
import { printItems } from '../../output/results.js';
import { table } from '../../output/table.js';
import { inLine, instant } from '../../output/values.js';
import type { Session } from '../../session.js';
import { explained } from './explained.js';

interface Line extends LeafSource {
  readonly path: string;
  readonly value: JsonValue;
}

export async function run(session: Session, given: Given): Promise<void> {
  const data = await explained(session, given);
  const lines = linesOf(data);
  const own = `${data.environment}.${data.service}`;
  printItems(session, { ...data, items: lines }, () => {
    const isInherited = lines.some(({ ledger }) => ledger !== own);
    const rows = lines.map(({ version, ledger, actor, occurredAt, path, value }) => [
      version === null ? '-' : `v${version}`,
      ...(isInherited ? [ledger === own ? '' : ledger] : []),
      ...[actor, instant(occurredAt), path, inLine(value)],
    ]);
    return table(['version', ...(isInherited ? ['inherited from'] : []), 'actor', 'when', 'path', 'value'], rows, session.tableColumns);
  });
}

function linesOf(data: ExplainedDocument | ExplainedPlace): readonly Line[] {
  if ('items' in data) return data.items.map(({ overrides: _, ...line }) => line);
  return data.leaves.flatMap(([path, value, index]) => {
    const source = data.sources[index];
    return source === undefined ? [] : [{ path, value, ...source }];
  });
}
