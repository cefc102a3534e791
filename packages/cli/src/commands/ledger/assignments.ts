// What `set` and `validate` take: a path with a value, or several `path=value`.
import type { RuleItem } from '@confledger/contracts/http';
import type { JsonValue } from '@confledger/document/json-and-paths';
import { usage } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import { askHidden, askLine, canAsk } from '../../questions/ask.js';
import type { LedgerName, Session } from '../../session.js';
import { wholeInput } from '../../values/read-input.js';
import { schemaAt } from '../../values/schema-at.js';
import { isSecretByName } from '../../values/secret-names.js';
import { typedValue, type Reading } from '../../values/typed-value.js';

/** Most values in one command. */
export const ASSIGNMENTS_MAX = 1_000;

export interface Assignment {
  readonly path: string;
  readonly value: JsonValue;
  /** It is not shown. */
  readonly isSecret: boolean;
}

/** Reads values as their schemas say. Throws a CliError (exit 2), before anything is written, for a secret on the command line. */
export async function assignmentsOf(session: Session, given: Given, ledger: LedgerName): Promise<readonly Assignment[]> {
  const typed = typedPairs(given.positionals);
  if (given.is('string') && given.is('json')) throw usage('--string and --json exclude each other.', 'Give one of them.');
  const reading: Reading = given.is('string') ? 'string' : given.is('json') ? 'json' : 'look';
  const rules = await rulesOf(session, ledger);
  const assignments: Assignment[] = [];
  for (const { path, text } of typed) assignments.push(await assignmentOf(session, { path, text, reading, rules }));
  return assignments;
}

interface Typed {
  readonly path: string;
  /** Undefined: to be asked for. `-`: on standard input. */
  readonly text: string | undefined;
}

function typedPairs(words: readonly string[]): readonly Typed[] {
  const [first = '', second, ...others] = words;
  if (words.length > ASSIGNMENTS_MAX) throw usage(`More than ${ASSIGNMENTS_MAX} values are given.`, 'Give fewer at once.');
  if (!first.includes('=')) {
    if (others.length > 0) throw usage('One path takes one value.', 'Several values are written path=value path=value.');
    return [{ path: first, text: second }];
  }
  return words.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw usage(`'${at < 0 ? word : '='}' is no path=value.`, 'Write path=value for each, without spaces around =.');
    return { path: word.slice(0, at), text: word.slice(at + 1) };
  });
}

interface Asked extends Typed {
  readonly reading: Reading;
  readonly rules: readonly RuleItem[];
}

async function assignmentOf(session: Session, { path, text, reading, rules }: Asked): Promise<Assignment> {
  const { type, isSensitive } = schemaAt(rules, path);
  const isSecret = (isText: boolean): boolean => isSensitive ?? isSecretByName(path, isText);
  if (text !== undefined && text !== '-') {
    const value = typedValue(path, text, reading, type);
    if (isSecret(typeof value === 'string' || Array.isArray(value)))
      throw usage(
        `${path} is a secret: a value on the command line stands in the shell's history. Nothing was sent.`,
        `Give it on standard input: confledger set ${path} - < file`,
      );
    return { path, value, isSecret: false };
  }
  const given = text === '-' ? (await wholeInput(session.io)).replace(/\r?\n$/, '') : await askFor(session, path, isSecret(true));
  return { path, value: typedValue(path, given, reading, type), isSecret: isSecret(true) };
}

async function askFor(session: Session, path: string, isSecret: boolean): Promise<string> {
  if (!canAsk(session.io))
    throw usage(
      `No value is given for ${path}, and there is no terminal to ask on.`,
      `Give it: confledger set ${path} <value>, or - to read standard input.`,
    );
  return isSecret ? askHidden(session.io, `${path} (not shown): `) : askLine(session.io, `${path}: `);
}

/** The schemas that the ledger is judged by; none where the server cannot say. */
async function rulesOf(session: Session, { environment, service }: LedgerName): Promise<readonly RuleItem[]> {
  const { ApiError } = await import('@confledger/client');
  try {
    const { data } = await (await session.client).readSchemas({ service, query: { environment } });
    return data.items;
  } catch (error) {
    // An older api has no such call; the environment may not be there, which the write will say.
    if (error instanceof ApiError && (error.status === 404 || error.status === 503)) return [];
    throw error;
  }
}
