// validate: what the rules say of a change that is not made, or of what there is.
import type { ValidateBody, ValidationAnswer } from '@confledger/contracts/http';
import { isJsonObject } from '@confledger/document/json-and-paths';
import { usage } from '../../errors/cli-error.js';
import { EXIT, type ExitCode } from '../../errors/exit-codes.js';
import type { Given } from '../../grammar/given.js';
import { printResult } from '../../output/results.js';
import { counted, oneLine } from '../../output/text.js';
import type { Session } from '../../session.js';
import { dataJson } from '../../values/read-input.js';
import { assignmentsOf } from './assignments.js';

export async function run(session: Session, given: Given): Promise<ExitCode> {
  const { environment, service } = await session.ledger();
  const change = await changeOf(session, given);
  const activate = given.is('activate') ? { activate: true as const } : {};
  const body = { ...change, ...activate };
  const { data } = await (await session.client).validateConfiguration({ service, query: { environment }, body });
  printResult(session, data, () => textOf(session, data));
  return data.valid ? EXIT.done : EXIT.refused;
}

async function changeOf(session: Session, given: Given): Promise<ValidateBody> {
  const data = given.text('data');
  if (data !== undefined) {
    if (given.positionals.length > 0) throw usage('A document and values are both given.', 'Give --data or path and value.');
    const configuration = await dataJson(session.io, data);
    if (!isJsonObject(configuration)) throw usage('--data is no JSON object.', 'A document is an object.');
    return { configuration };
  }
  if (given.positionals.length === 0) return {};
  const assignments = await assignmentsOf(session, given, await session.ledger());
  return { operations: assignments.map(({ path, value }) => ({ type: 'SET' as const, path, value })) };
}

function textOf(
  session: Session,
  { environment, service, valid, errors, errorCount, standing, standingCount, unjudgedCount }: ValidationAnswer,
): string {
  const verdict = valid ? session.paint('green', 'valid') : session.paint('red', counted(errorCount, 'violation'));
  const lines = [
    `${session.paint('bold', `${environment}.${service}`)}  ${verdict}`,
    ...errors.map(({ path, message, remedy }) => `  ${oneLine(path ?? '')}: ${oneLine(message)}\n    → ${oneLine(remedy)}`),
    ...(standingCount === 0 ? [] : [`${counted(standingCount, 'violation')} stood before and would refuse nothing:`]),
    ...standing.map(({ path, message }) => `  ${oneLine(path ?? '')}: ${oneLine(message)}`),
    ...(unjudgedCount === 0 ? [] : [`${counted(unjudgedCount, 'rule')} over values that are not known: not judged.`]),
  ];
  return `${lines.join('\n')}\n`;
}
