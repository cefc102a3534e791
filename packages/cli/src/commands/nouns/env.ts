// The verbs of `env`: list, show, define, retire.
import { ApiError } from '@confledger/client';
import type {
  EnvironmentAnswer,
  EnvironmentBody,
  EnvironmentItem,
  EnvironmentTypeItem,
  EnvironmentWriteAnswer,
} from '@confledger/contracts/http';
import { isJsonObject } from '@confledger/document/json-and-paths';
import { usage } from '../../errors/cli-error.js';
import type { Given } from '../../grammar/given.js';
import { printItems, printResult } from '../../output/results.js';
import { table } from '../../output/table.js';
import { counted } from '../../output/text.js';
import { confirmName } from '../../questions/confirm-name.js';
import { withReason } from '../../questions/reason.js';
import { questionFor, type Question } from '../../questions/risk.js';
import type { Session } from '../../session.js';
import { announceTarget, writeHeaders } from '../../writes/guarded.js';
import { dataJson } from '../../values/read-input.js';

export async function list(session: Session, given: Given): Promise<void> {
  const retired = given.text('retired') as 'all' | undefined;
  const { data } = await (await session.client).listEnvironments({ query: retired === undefined ? {} : { retired } });
  printItems(session, data, () => {
    const rows = data.items.map(({ environment, type, inheritsFrom, abstract, policy, edition, retired }) => [
      ...[
        environment,
        `${type}${abstract ? ', abstract' : ''}`,
        inheritsFrom.join(' '),
        policy.inherited,
        policy.writes,
        edition,
        retired ? 'retired' : '',
      ],
    ]);
    return table(['name', 'type', 'inherits from', 'inherited', 'writes', 'edition', ''], rows, session.tableColumns);
  });
}

export async function show(session: Session, given: Given): Promise<void> {
  const [environment = ''] = given.positionals;
  const { data } = await (await session.client).readEnvironment({ environment });
  printResult(session, data, () => textOf(data));
}

function textOf({
  environment,
  type,
  abstract,
  inheritsFrom,
  descendants,
  policy,
  edition,
  properties,
  retired,
}: EnvironmentAnswer): string {
  const rows: readonly (readonly [string, string])[] = [
    ['name', `${environment}${retired ? ' (retired)' : ''}`],
    ['type', `${type}${abstract ? ', abstract' : ''}`],
    ['inherits from', inheritsFrom.join(', ') || '-'],
    ['inherited by', descendants.join(', ') || '-'],
    [
      'policy',
      Object.entries(policy)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(' '),
    ],
    ['edition', String(edition)],
    ['properties', JSON.stringify(properties)],
  ];
  return rows.map(([name, value]) => `${name.padEnd(13)}  ${value}\n`).join('');
}

/** Reads the definition, changes what the flags name, and sends it whole with the tag that was read. */
export async function define(session: Session, given: Given): Promise<void> {
  const [environment = ''] = given.positionals;
  if (!given.is('dry-run')) announceTarget(session, `the environment ${environment}`);
  const client = await session.client;
  const { before, etag } = await current(session, environment);
  const definition = await definitionOf(session, given, before);
  const question = await questionAbout(session, given, environment, definition.type);
  const send = async (dryRun: boolean, reason: string | undefined): Promise<EnvironmentWriteAnswer> => {
    const condition = etag === null ? { 'if-none-match': '*' as const } : { 'if-match': etag };
    const acceptOldNodes = given.is('accept-old-nodes') ? true : undefined;
    return (
      await client.defineEnvironment({
        environment,
        headers: { ...writeHeaders(), ...condition },
        body: { ...definition, dryRun, reason, acceptOldNodes },
      })
    ).data;
  };
  const answer = await withReason(session, given, async (reason) => {
    if (given.is('dry-run')) return send(true, reason);
    if (question.because !== null) {
      for (const line of effectOf(await send(true, reason))) session.say(line);
      await question.put(`Define ${environment} so?`);
    }
    return send(false, reason);
  });
  printResult(session, answer, () => `${[`${environment}  ${verdict(answer)}`, ...effectOf(answer)].join('\n')}\n`);
}

function verdict({ changed, created, dryRun }: EnvironmentWriteAnswer): string {
  if (!changed) return 'nothing to do';
  return `${dryRun ? 'would be ' : ''}${created ? 'defined' : 'changed'}`;
}

function effectOf({ affected }: EnvironmentWriteAnswer): string[] {
  if (affected === null) return [];
  return [
    `${counted(affected.pending, 'ledger')} become${affected.pending === 1 ? 's' : ''} pending, ${affected.moved} would move by themselves`,
  ];
}

async function current(
  session: Session,
  environment: string,
): Promise<{ readonly before: EnvironmentItem | null; readonly etag: string | null }> {
  try {
    const { data, http } = await (await session.client).readEnvironment({ environment });
    return { before: data, etag: http.etag };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { before: null, etag: null };
    throw error;
  }
}

async function definitionOf(session: Session, given: Given, before: EnvironmentItem | null): Promise<EnvironmentBody> {
  const type = (given.text('type') as EnvironmentTypeItem | undefined) ?? before?.type;
  if (type === undefined)
    throw usage('A new environment needs --type, which never changes.', 'One of development, testing, staging, production.');
  const parents = given.list('inherits-from');
  const [properties, edition] = [given.text('properties'), given.number('edition')];
  const data = properties === undefined ? before?.properties : await dataJson(session.io, properties);
  if (data !== undefined && !isJsonObject(data)) throw usage('--properties is no JSON object.');
  return {
    type,
    inheritsFrom: given.is('no-parents') ? [] : parents.length > 0 ? parents : (before?.inheritsFrom ?? []),
    abstract: given.is('abstract') || before?.abstract === true,
    policy: { ...before?.policy, ...policyOf(given.list('policy')) },
    ...(data === undefined ? {} : { properties: data }),
    ...(edition === undefined ? {} : { edition }),
  };
}

type Policy = NonNullable<EnvironmentBody['policy']>;

/** `--policy writes=live`. The api judges names and values. */
function policyOf(pairs: readonly string[]): Policy {
  const entries = pairs.map((pair) => {
    const [name = '', value] = pair.split(/=(.*)/s);
    if (value === undefined) throw usage('--policy is no name=value.', '--policy reasonRequired=true');
    return [name, value === 'true' ? true : value === 'false' ? false : value] as const;
  });
  return Object.fromEntries(entries) as Policy;
}

async function questionAbout(session: Session, given: Given, environment: string, type: EnvironmentTypeItem): Promise<Question> {
  const { data } = await (await session.client).listEnvironments({ query: { retired: 'all' } });
  const isThere = data.items.some((item) => item.environment === environment && !item.retired);
  // One that is not there yet is weighed as what it will be: production where it is of that type.
  const stand = isThere
    ? environment
    : data.items.find((item) => item.type === type && type === 'production' && !item.retired)?.environment;
  return stand === undefined ? questionFor(session, given, environment, false) : questionFor(session, given, stand, true);
}

/** Confirmed by its name: --yes does not answer that. */
export async function retire(session: Session, given: Given): Promise<void> {
  const [environment = ''] = given.positionals;
  if (!given.is('dry-run')) announceTarget(session, `the environment ${environment}`);
  const client = await session.client;
  const { etag } = await current(session, environment);
  await confirmName(session, given, environment);
  const answer = await withReason(session, given, async (reason) => {
    const headers = { ...writeHeaders(), ...(etag === null ? {} : { 'if-match': etag }) };
    return (await client.retireEnvironment({ environment, headers, body: { reason, dryRun: given.is('dry-run') } })).data;
  });
  printResult(
    session,
    answer,
    () => `${environment}  ${answer.changed ? `${answer.dryRun ? 'would be ' : ''}retired` : 'nothing to do'}\n`,
  );
}
