// list: the paths and values of a document, all or those that match.
import { compileGlob, overlaps, parseGlob, type JsonObject } from '@confledger/document/json-and-paths';
import { CliError } from '../../errors/cli-error.js';
import { EXIT } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { printResult } from '../../output/results.js';
import { cut, oneLine } from '../../output/text.js';
import { inLine } from '../../output/values.js';
import type { Session } from '../../session.js';
import { selectionOf } from './selection.js';

export async function run(session: Session, given: Given): Promise<void> {
  const { environment, service } = await session.ledger();
  const query = { environment, ...selectionOf(given), format: 'flat' as const };
  const client = await session.client;
  const { data } = given.is('effective')
    ? await client.readEffective({ service, query })
    : await client.readConfiguration({ service, query });
  const [pattern] = given.positionals;
  const chosen = pattern === undefined ? data.configuration : matching(data.configuration, pattern);
  if (session.form === 'ndjson') {
    for (const [path, value] of Object.entries(chosen)) session.print(`${JSON.stringify({ path, value })}\n`);
    return;
  }
  printResult(session, { ...data, configuration: chosen }, () => linesOf(session, chosen));
}

/** Leaves at or below a path, or that match a glob. */
function matching(leaves: JsonObject, pattern: string): JsonObject {
  const isChosen = pattern.includes('*')
    ? byGlob(pattern)
    : (path: string): boolean => overlaps(pattern, path) && path.length >= pattern.length;
  return Object.fromEntries(Object.entries(leaves).filter(([path]) => isChosen(path)));
}

function byGlob(pattern: string): (path: string) => boolean {
  const parsed = parseGlob(pattern);
  if (!parsed.ok) throw new CliError(EXIT.usage, 'USAGE', parsed.problem.message, { remedy: parsed.problem.remedy });
  return compileGlob(parsed.value);
}

function linesOf(session: Session, leaves: JsonObject): string {
  const columns = session.tableColumns;
  const lines = Object.entries(leaves).map(([path, value]) => {
    const line = `${oneLine(path)}: ${inLine(value)}`;
    return columns === null ? line : cut(line, columns);
  });
  return lines.map((line) => `${line}\n`).join('');
}
