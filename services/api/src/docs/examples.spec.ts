// The examples of the OpenAPI document work: every operation is sent with its examples, and each of them once.
import { createHttpFeed } from '@confledger/publisher-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest, type Asked } from '../fixtures/api-under-test.js';
import { callOf, documentedOperations, exampleOf, parameterId, type DocumentedOperation } from '../fixtures/documented-calls.js';
import { openApiCheck, type OpenApiCheck } from '../fixtures/openapi-check.js';
import { OPERATION_NAMES } from '@confledger/contracts/http';
import { EXAMPLE_BODIES } from './examples.js';

const LEDGER = '/configurations/trading-engine';
const DOCUMENT = { risk: { parameters: { maxPositionSize: 100, dailyLossLimit: 10, maxPositions: 2 } }, markets: { symbols: ['BTC-USD'] } };
const REPORT = { environment: 'production', service: 'trading-engine', state: 'waiting', running: null, rejected: null };
/** From the start of the clock to behind the instants of the examples. */
const TWO_MONTHS_MS = 62 * 24 * 60 * 60 * 1000;
/** Answered by a stream. */
const STREAM = 'feed';

let given: ApiUnderTest;
let check: OpenApiCheck;
let operations: ReadonlyMap<string, DocumentedOperation>;
const feed = createHttpFeed({ installation: 'here', load: () => Promise.resolve(null), position: () => 0n });

beforeAll(async () => {
  given = await startApi({ feed });
  check = openApiCheck(given.api);
  operations = documentedOperations(check.document);
  await prepare('readConfiguration');
  given.pass(TWO_MONTHS_MS);
});
afterAll(async () => {
  await given.close();
  await feed.close();
});

/** What the examples are about: a ledger with an active and a pending version, a tag, and a node that reported. */
async function prepare(name: string): Promise<void> {
  await given.ask(`POST ${LEDGER}/restore`);
  await given.ask(`PUT ${LEDGER}/schema`, { body: { mount: 'markets.symbols', schema: { type: 'array' }, standing: 'accepted' } });
  await given.ask(`PUT ${LEDGER}`, { body: { configuration: DOCUMENT, activate: 'all' } });
  // What is promoted.
  await given.ask(`PUT ${LEDGER}?environment=testing`, { body: { configuration: DOCUMENT, activate: 'all' } });
  await given.ask(`PUT ${LEDGER}/markets.open`, { body: { value: given.now() } });
  await given.ask(`PUT ${LEDGER}/versions/latest/tags/release-2026-07?move=true`);
  await given.ask('POST /nodes/engine-7', { body: REPORT });
  if (name === 'restoreConfiguration') await given.ask(`POST ${LEDGER}/retire`);
  await given.projected();
}

function operationOf(name: string): DocumentedOperation {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`the document has no operation ${name}`);
  return operation;
}

/** Examples of what an operation needs. Either path or key is needed where there are both, which `required` cannot say. */
async function needed({ parameters }: DocumentedOperation): Promise<Record<string, string>> {
  const names = new Set(parameters.map(parameterId));
  const isNeeded = (id: string): boolean => id === 'query.path' && names.has('query.key');
  const values = parameters
    .filter((parameter) => parameter.required || isNeeded(parameterId(parameter)))
    .map((parameter): [string, string] => [parameterId(parameter), exampleOf(parameter) ?? '']);
  const found: Record<string, string> = Object.fromEntries(values);
  // An activation is one of the ledger as it was prepared.
  if ('path.activation' in found) return { ...found, 'path.activation': String((await given.ask(`GET ${LEDGER}`)).data.activation) };
  if (!('path.position' in found)) return found;
  // A position is of one installation: that of a real event takes the place of the example.
  const [item] = (await given.ask('GET /audit?limit=1')).data.items;
  return { ...found, 'path.position': String(item?.['position']) };
}

function bodiesOf({ requestBody }: DocumentedOperation): Asked[] {
  if (requestBody === undefined) return [{}];
  return Object.entries(requestBody.content).map(([type, { example }]) => ({
    raw: typeof example === 'string' ? example : JSON.stringify(example),
    headers: { 'content-type': type },
  }));
}

/** Sends a call to the ledger as it was prepared, and answers its status. */
async function send(operation: DocumentedOperation, values: Record<string, string>, body: Asked): Promise<[string, number, string]> {
  const [call, asked] = callOf(operation, values, body);
  if (operation.operationId === STREAM) return [call, await statusOfStream(call), ''];
  // A ledger is created once: this call has an api of its own.
  const isFirst = operation.operationId === 'createConfiguration';
  const api = isFirst ? await startApi() : given;
  if (!isFirst) await prepare(operation.operationId);
  const { status, text } = await api.ask(call, asked);
  if (isFirst) await api.close();
  return [call, status, status < 300 ? '' : text];
}

async function statusOfStream(call: string): Promise<number> {
  const leaving = new AbortController();
  const address = await given.api.app.listen({ host: '127.0.0.1', port: 0 });
  const url = new URL(call.replace(/^GET \//, ''), address);
  const { status } = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` }, signal: leaving.signal });
  leaving.abort();
  return status;
}

const works = (call: string) => [call, expect.toSatisfy((status: number) => status >= 200 && status < 300), ''];

describe.each(OPERATION_NAMES)('%s', (name) => {
  test('works with the examples of what it needs, in every form of its body', async () => {
    const operation = operationOf(name);
    const values = await needed(operation);
    for (const body of bodiesOf(operation)) {
      const answered = await send(operation, values, body);
      expect(answered).toEqual(works(answered[0]));
    }
  });

  test('works with the example of each parameter that may be left out', async () => {
    const operation = operationOf(name);
    const values = await needed(operation);
    const [body = {}] = bodiesOf(operation);
    const optional = name === STREAM ? [] : operation.parameters.filter((each) => values[parameterId(each)] === undefined);
    for (const parameter of optional) {
      const example = exampleOf(parameter);
      if (example === undefined) continue;
      const { 'query.path': path, ...others } = values;
      const kept = parameter.name === 'key' || path === undefined ? others : values;
      const answered = await send(operation, { ...kept, [parameterId(parameter)]: example }, body);
      expect(answered).toEqual(works(answered[0]));
    }
  });

  test('has examples that its own schemas permit', () => {
    const { parameters, requestBody, place } = operationOf(name);
    for (const [index, parameter] of parameters.entries()) {
      const example = exampleOf(parameter);
      if (example !== undefined) check.validate([...place, 'parameters', index, 'schema'], example, `${name} ${parameterId(parameter)}`);
    }
    for (const [type, { example }] of Object.entries(requestBody?.content ?? {}))
      check.validate([...place, 'requestBody', 'content', type, 'schema'], example, `${name} ${type}`);
  });
});

test('every operation with a body has an example for every form of it, and no other has one', () => {
  const withBody = [...operations.values()].filter(({ requestBody }) => requestBody !== undefined);
  expect(withBody.map(({ operationId }) => operationId).toSorted()).toEqual(Object.keys(EXAMPLE_BODIES).toSorted());
  for (const { operationId, requestBody } of withBody)
    for (const [type, { example }] of Object.entries(requestBody?.content ?? {}))
      expect([operationId, type, example]).toEqual([operationId, type, expect.anything()]);
});

test('every parameter of a path has an example', () => {
  for (const { operationId, parameters } of operations.values())
    for (const parameter of parameters.filter(({ required }) => required))
      expect([operationId, parameter.name, exampleOf(parameter)]).toEqual([operationId, parameter.name, expect.any(String)]);
});
