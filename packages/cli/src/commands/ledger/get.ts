// get: the document, a value, or several values.
import { isJsonObject, parsePath, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import { CliError } from '../../errors/cli-error.js';
import { EXIT } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { printResult } from '../../output/results.js';
import { bareValue } from '../../output/values.js';
import type { LedgerName, Session } from '../../session.js';
import { selectionOf } from './selection.js';

export async function run(session: Session, given: Given): Promise<void> {
  const ledger = await session.ledger();
  const [first, ...others] = given.positionals;
  if (given.is('effective')) await effective(session, given, ledger);
  else if (first === undefined) await whole(session, given, ledger);
  else if (others.length === 0) await single(session, given, ledger, first);
  else await several(session, given, ledger);
}

async function whole(session: Session, given: Given, { environment, service }: LedgerName): Promise<void> {
  const { data } = await (await session.client).readConfiguration({ service, query: { environment, ...selectionOf(given) } });
  printValue(session, data, data.configuration);
}

async function single(session: Session, given: Given, { environment, service }: LedgerName, path: string): Promise<void> {
  const { data } = await (await session.client).readValueByKey({ service, query: { environment, ...selectionOf(given), path } });
  printValue(session, data, data.value);
}

async function several(session: Session, given: Given, { environment, service }: LedgerName): Promise<void> {
  const query = { environment, ...selectionOf(given), path: given.positionals };
  const { data } = await (await session.client).readBatch({ service, query });
  printValue(session, data, data.values);
  if (data.missing.length > 0) throw missing(data.missing, ledgerOf({ environment, service }));
}

async function effective(session: Session, given: Given, { environment, service }: LedgerName): Promise<void> {
  const { data } = await (await session.client).readEffective({ service, query: { environment, ...selectionOf(given) } });
  const { positionals } = given;
  if (positionals.length === 0) return printValue(session, data, data.configuration);
  const found = positionals.map((path) => [path, valueAt(data.configuration, path)] as const);
  const lacking = found.flatMap(([path, value]) => (value === undefined ? [path] : []));
  const [one] = found;
  const { configuration: _, ...standing } = data;
  if (found.length === 1 && one?.[1] !== undefined) return printValue(session, { ...standing, key: one[0], value: one[1] }, one[1]);
  const values = Object.fromEntries(found.flatMap(([path, value]) => (value === undefined ? [] : [[path, value]])));
  if (found.length > 1) printValue(session, { ...standing, values, missing: lacking }, values);
  if (lacking.length > 0) throw missing(lacking, ledgerOf({ environment, service }));
}

/** The value alone: a string bare, all else as JSON, on a terminal or not. */
function printValue(session: Session, data: unknown, value: JsonValue): void {
  printResult(session, data, () => `${bareValue(value)}\n`);
}

const ledgerOf = ({ environment, service }: LedgerName): string => `${environment}.${service}`;

function missing(paths: readonly string[], ledger: string): CliError {
  return new CliError(EXIT.notFound, 'KEY_NOT_FOUND', `There is no value at ${paths.join(', ')} in ${ledger}.`, {
    remedy: '`confledger list` shows the paths that there are.',
  });
}

/** The value at a path of a document; undefined where nothing is. Throws a CliError for what is no path. */
export function valueAt(document: JsonObject, path: string): JsonValue | undefined {
  const parsed = parsePath(path);
  if (!parsed.ok) throw new CliError(EXIT.refused, parsed.problem.code, parsed.problem.message, { remedy: parsed.problem.remedy });
  let value: JsonValue | undefined = document;
  for (const segment of parsed.value)
    value = value !== undefined && isJsonObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  return value;
}
