// The links of the OpenAPI document can be followed: the calls that they make of an answer work.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OPERATION_NAMES, OPERATIONS, type OperationName } from '@confledger/contracts/http';
import { startApi, type ApiUnderTest } from '../fixtures/api-under-test.js';
import { callOf, documentedOperations, exampleOf, parameterId, type DocumentedOperation } from '../fixtures/documented-calls.js';
import { openApiCheck, type DescribedLink } from '../fixtures/openapi-check.js';

const LEDGER = '/configurations/trading-engine';
const DOCUMENT = { risk: { parameters: { maxPositionSize: 100, dailyLossLimit: 10, maxPositions: 2 } }, markets: { symbols: ['BTC-USD'] } };

let given: ApiUnderTest;
let operations: ReadonlyMap<string, DocumentedOperation>;
beforeEach(async () => {
  given = await startApi();
  operations = documentedOperations(openApiCheck(given.api).document);
});
afterEach(() => given.close());

function operationOf(name: string): DocumentedOperation {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`the document has no operation ${name}`);
  return operation;
}

/** A ledger in staging, so that the environment of an answer matters, with two activations and a pending version. */
async function prepare(): Promise<void> {
  await given.ask(`PUT ${LEDGER}?environment=testing&activate=all`, { body: { configuration: DOCUMENT } });
  await given.ask(`PUT ${LEDGER}/schema?environment=staging`, { body: { mount: 'markets.symbols', schema: { type: 'array' } } });
  await given.ask(`PUT ${LEDGER}?environment=staging&activate=true`, { body: { configuration: DOCUMENT } });
  await given.ask(`PUT ${LEDGER}/markets.open?environment=staging`, { body: { value: true, activate: true } });
  await given.ask(`PUT ${LEDGER}/markets.open?environment=staging`, { body: { value: false } });
}

interface Sent {
  readonly values: Readonly<Record<string, string>>;
  readonly status: number;
  readonly body: unknown;
}

/** Sends an operation with its examples, in staging. */
async function send(operation: DocumentedOperation): Promise<Sent> {
  const examples = operation.parameters
    .filter(({ required, name }) => required || name === 'path')
    .map((parameter): [string, string] => [parameterId(parameter), exampleOf(parameter) ?? '']);
  const inPath = operation.path.includes('{environment}');
  const environment = { [inPath ? 'path.environment' : 'query.environment']: 'staging' };
  const values = { ...Object.fromEntries(examples), ...environment };
  const body: unknown = operation.requestBody?.content['application/json']?.example;
  const answer = await given.ask(...callOf(operation, values, { body }));
  expect(answer.status).toBeLessThan(300);
  return { values, status: answer.status, body: answer.body };
}

/** The value of a runtime expression, as text. */
function evaluate(expression: string, { values, body }: Sent): string {
  const [, parameter, pointer] = /^\$(?:request\.((?:path|query)\.\w+)|response\.body#(\/.*))$/.exec(expression) ?? [];
  const found = parameter === undefined ? at(body, pointer ?? '') : values[parameter];
  if (typeof found === 'string' || typeof found === 'number') return String(found);
  throw new Error(`${expression} is ${JSON.stringify(found)} in ${JSON.stringify(body)}`);
}

function at(body: unknown, pointer: string): unknown {
  const [, ...names] = pointer.split('/');
  return names.reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | null)?.[name], body);
}

async function follow({ operationId, parameters }: DescribedLink, sent: Sent) {
  const values = Object.entries(parameters).map(([name, expression]): [string, string] => [name, evaluate(expression, sent)]);
  await given.projected();
  return given.ask(...callOf(operationOf(operationId), Object.fromEntries(values)));
}

const AFTER_A_WRITE: readonly OperationName[] = ['activateVersion', 'readVersion', 'readDifference'];
const AFTER_AN_ACTIVATION: readonly OperationName[] = ['rollBack'];

/** Every link of the document: from each operation to those that follow. */
const LINKS: { readonly [N in OperationName]?: readonly OperationName[] } = {
  createConfiguration: [...AFTER_A_WRITE, 'readConfiguration', 'retireConfiguration'],
  replaceConfiguration: AFTER_A_WRITE,
  replaceConfigurationIn: AFTER_A_WRITE,
  mergeConfiguration: AFTER_A_WRITE,
  deleteConfiguration: AFTER_A_WRITE,
  setValue: AFTER_A_WRITE,
  setValueByKey: AFTER_A_WRITE,
  deleteValue: AFTER_A_WRITE,
  deleteValueByKey: AFTER_A_WRITE,
  writeBatch: AFTER_A_WRITE,
  promote: AFTER_A_WRITE,
  setSchema: AFTER_A_WRITE,
  removeSchema: AFTER_A_WRITE,
  activate: AFTER_AN_ACTIVATION,
  activateVersion: AFTER_AN_ACTIVATION,
};

const pairs = Object.entries(LINKS).flatMap(([from, followers]) => followers.map((to) => [from, to] as const));

/** The links of each status of an operation that has any. */
function linksOf({ responses }: DocumentedOperation): [string, Readonly<Record<string, DescribedLink>>][] {
  return Object.entries(responses).flatMap(([status, { links }]): [string, Readonly<Record<string, DescribedLink>>][] =>
    links === undefined ? [] : [[status, links]],
  );
}

test('every write of a document leads to its activation, and every activation to its rollback', () => {
  const described = [...operations.values()].flatMap((operation) =>
    linksOf(operation).flatMap(([, links]) => Object.values(links).map(({ operationId }) => `${operation.operationId} ${operationId}`)),
  );
  expect([...new Set(described)].toSorted()).toEqual(pairs.map(([from, to]) => `${from} ${to}`).toSorted());
  const writes = OPERATION_NAMES.filter((name) => OPERATIONS[name].access === 'write' && !OPERATIONS[name].path.includes('/tags/'));
  expect(writes.filter((name) => LINKS[name] === undefined)).toEqual([]);
});

test('an operation has its links in every status of an answer with a body', () => {
  for (const operation of operations.values()) {
    const of = linksOf(operation).map(([status]) => status);
    const answering = Object.keys(operation.responses).filter((status) => status === '200' || status === '201');
    expect([operation.operationId, of]).toEqual([operation.operationId, of.length === 0 ? [] : answering]);
  }
});

test('every parameter of a link is one of the operation that it leads to, and those that are required are there', () => {
  for (const operation of operations.values())
    for (const { operationId, parameters } of linksOf(operation).flatMap(([, links]) => Object.values(links))) {
      const all = operationOf(operationId).parameters;
      expect(all.map(parameterId)).toEqual(expect.arrayContaining(Object.keys(parameters)));
      expect(Object.keys(parameters)).toEqual(expect.arrayContaining(all.filter(({ required }) => required).map(parameterId)));
    }
});

test.each(pairs)('the answer of %s gives the call of %s, which works', async (from, to) => {
  if (from !== 'createConfiguration') await prepare();
  const operation = operationOf(from);
  const sent = await send(operation);
  const link = operation.responses[String(sent.status)]?.links?.[to];
  if (link === undefined) throw new Error(`${from} ${sent.status} has no link to ${to}`);
  const followed = await follow(link, sent);
  expect([followed.status, followed.code]).toEqual([200, undefined]);
  expect(followed.data['environment']).toBe('staging');
});

test('a write is taken live by its link, and taken back by the link of that answer', async () => {
  await prepare();
  const [set, activate] = [operationOf('setValue'), operationOf('activateVersion')];
  const written = await send(set);
  const toActivate = set.responses['200']?.links?.['activateVersion'];
  const toRollBack = activate.responses['200']?.links?.['rollBack'];
  if (toActivate === undefined || toRollBack === undefined) throw new Error('a link is missing');
  const before = (await given.ask(`GET ${LEDGER}?environment=staging&version=active`)).data;
  const live = await follow(toActivate, written);
  expect([live.data['active'], live.data['pending']]).toEqual([(written.body as typeof live.body).data['version'], 0]);
  const values = { 'path.service': 'trading-engine', 'path.version': String(live.data['version']) };
  const back = await follow(toRollBack, { values, status: live.status, body: live.body });
  expect(back.data.rollback).toMatchObject({ version: before['version'], digest: before.digest });
});
