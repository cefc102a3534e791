// The operations table and what the api serves are the same: each row has one endpoint, and the access that it says holds over HTTP.
import { BASE, OPERATION_NAMES, OPERATIONS, type Operation, type OperationName } from '@confledger/contracts/http';
import { eventually } from '@confledger/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentedOperations, parameterId } from './fixtures/documented-calls.js';
import type { OpenApi as Described } from './fixtures/openapi-check.js';
import { NODE_TOKEN, startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

const EXAMPLES: Readonly<Record<string, string>> = {
  service: 'engine',
  environment: 'production',
  path: 'risk.max',
  version: 'latest',
  tag: 'stable',
  name: 'engine-7',
  position: 'x:1',
};

/** `GET /configurations/engine` */
function callOf(name: OperationName): string {
  const { method, path } = OPERATIONS[name];
  return `${method} ${path.replaceAll(/\{(\w+)\}/g, (_, parameter: string) => EXAMPLES[parameter] ?? '')}`;
}

const accessOf = (name: OperationName): string => OPERATIONS[name].access;
const closed = OPERATION_NAMES.filter((name) => accessOf(name) !== 'open');
const open = OPERATION_NAMES.filter((name) => accessOf(name) === 'open');

let given: ApiUnderTest;
let subscribed = 0;
beforeAll(async () => {
  const subscribe = () => {
    subscribed += 1;
    return Promise.resolve();
  };
  given = await startApi({ feed: { subscribe } });
});
afterAll(() => given.close());

test('every operation of the table has one endpoint, and every endpoint is of the table', () => {
  expect(given.api.endpoints.map(({ name }) => name).toSorted()).toEqual(OPERATION_NAMES.toSorted());
  for (const endpoint of given.api.endpoints) expect(endpoint).toMatchObject(OPERATIONS[endpoint.name]);
});

describe('what is not open needs a token', () => {
  test.each(closed)('%s', async (name) => {
    const before = await given.store.lastPosition();
    expect(await given.ask(callOf(name), { token: null })).toMatchObject({ status: 401, code: 'TOKEN_MISSING' });
    expect(await given.ask(callOf(name), { token: 'a-token-of-nobody' })).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    expect([await given.store.lastPosition(), subscribed]).toEqual([before, 0]);
  });

  test('a HEAD request, a body that is not JSON and an unknown service are no way around it', async () => {
    expect((await given.ask(`HEAD ${OPERATIONS.status.path}`, { token: null })).status).toBe(401);
    expect((await given.ask(callOf('setValue'), { token: null, raw: 'nonsense' })).code).toBe('TOKEN_MISSING');
    expect((await given.ask('GET /configurations/No%20Name', { token: null })).code).toBe('TOKEN_MISSING');
  });
});

test.each(open)('%s is open: it is answered without a token and with a wrong one', async (name) => {
  for (const token of [null, 'a-token-of-nobody']) expect((await given.ask(callOf(name), { token })).status).toBe(200);
});

test("a token that is not a node's may call every operation", async () => {
  for (const name of OPERATION_NAMES.filter((each) => each !== 'feed')) {
    const { status } = await given.ask(callOf(name), { token: TOKEN });
    expect([name, status]).not.toEqual([name, 401]);
    expect([name, status]).not.toEqual([name, 403]);
  }
});

describe("a node's token may read and report, and nothing else", () => {
  const allowed = OPERATION_NAMES.filter((name) => ['open', 'read', 'report'].includes(accessOf(name)));
  const forbidden = OPERATION_NAMES.filter((name) => !allowed.includes(name));

  test.each(allowed.filter((name) => name !== 'feed'))('%s is answered', async (name) => {
    const { status } = await given.ask(callOf(name), { token: NODE_TOKEN });
    expect([401, 403]).not.toContain(status);
  });

  test.each(forbidden)('%s is refused with the permission that it needs, and nothing is written', async (name) => {
    const before = await given.store.lastPosition();
    for (const asked of [{}, { raw: 'nonsense' }]) {
      const { status, code, body } = await given.ask(callOf(name), { token: NODE_TOKEN, ...asked });
      expect({ status, code }).toEqual({ status: 403, code: 'AUTHORIZATION_ERROR' });
      expect(body.error).toBe(`The token of engine-7.node lacks the permission \`${accessOf(name)}\`: it has read and report only.`);
      expect(body.details[0]?.remedy).toContain('Use a token that has it.');
    }
    expect(await given.store.lastPosition()).toBe(before);
  });

  test('the feed is served', async () => {
    const before = subscribed;
    // The double of the feed answers nothing: it is enough that it was asked. Another token has retired production.
    void given.ask(`${callOf('feed')}?service=engine&environment=staging`, { token: NODE_TOKEN }).catch(() => undefined);
    await eventually(() => subscribed === before + 1);
  });

  test('the other header of tokens, a dry run and an unknown ledger are no way around it', async () => {
    const inOtherHeader = { token: null, headers: { 'x-service-token': NODE_TOKEN }, body: { configuration: {} } };
    expect((await given.ask(callOf('replaceConfiguration'), inOtherHeader)).status).toBe(403);
    for (const call of ['PUT /configurations/engine?dryRun=true', 'DELETE /configurations/No%20Name/x'])
      expect((await given.ask(call, { token: NODE_TOKEN, body: { configuration: {} } })).status).toBe(403);
  });

  test('the OpenAPI document lists 403 for exactly what it may not call', async () => {
    const { paths } = JSON.parse((await given.ask('GET //openapi.json', { token: null })).text) as OpenApi;
    const listed = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .filter(({ responses }) => Object.hasOwn(responses as object, '403'))
      .map(({ operationId }) => String(operationId));
    expect(listed.toSorted()).toEqual(forbidden.toSorted());
  });
});

test('an operation that the configuration opens is open, and no other', async () => {
  const opened = await startApi({ openOperations: ['metrics'] });
  expect((await opened.ask('GET /metrics', { token: null })).status).toBe(200);
  expect((await opened.ask('GET /status', { token: null })).status).toBe(401);
  const document = JSON.parse((await opened.ask('GET //openapi.json', { token: null })).text) as OpenApi;
  expect(document.paths[`${BASE}/metrics`]?.['get']).toMatchObject({ 'x-access': 'open', security: [] });
  await opened.close();
});

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

test('the OpenAPI document says the access of every operation, and asks for a token where it is not open', async () => {
  const { paths } = JSON.parse((await given.ask('GET //openapi.json', { token: null })).text) as OpenApi;
  const said = Object.values(paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId, 'x-access': access, security }) => [String(operationId), access, security]),
  );
  const table = OPERATION_NAMES.map((name) => [name, accessOf(name), accessOf(name) === 'open' ? [] : undefined]);
  expect(said.toSorted(byName)).toEqual(table.toSorted(byName));
});

describe('the OpenAPI document and the schemas say of requests what the table says', () => {
  const documented = async () =>
    documentedOperations(JSON.parse((await given.ask('GET //openapi.json', { token: null })).text) as Described);

  test('each operation has the method and the path of its row', async () => {
    const said = [...(await documented()).values()].map(({ operationId, method, path }) => [operationId, method.toUpperCase(), path]);
    const table = OPERATION_NAMES.map((name) => [name, OPERATIONS[name].method, `${BASE}${OPERATIONS[name].path}`]);
    expect(said.toSorted(byName)).toEqual(table.toSorted(byName));
  });

  test.each(OPERATION_NAMES)('%s takes an idempotency key and a cursor where its row says so, and nowhere else', async (name) => {
    const { changes, paged }: Operation = OPERATIONS[name];
    const parameters = (await documented()).get(name)?.parameters.map(parameterId) ?? [];
    expect(parameters.includes('header.Idempotency-Key')).toBe(changes === 'by-key');
    expect(parameters.includes('query.cursor')).toBe(paged === true);
    const endpoint = given.api.endpoints.find((each) => each.name === name);
    expect(endpoint?.errors.includes('IDEMPOTENCY_KEY_INVALID')).toBe(changes === 'by-key');
  });

  const MEDIA_TYPES = { bare: 'application/json', text: 'text/plain', stream: 'text/event-stream', lines: 'application/x-ndjson' } as const;

  test.each(OPERATION_NAMES)('%s answers in the form of its row', async (name) => {
    const { answers = 'bare' }: Operation = OPERATIONS[name];
    const { content } = (await documented()).get(name)?.responses['200'] ?? (await documented()).get(name)?.responses['201'] ?? {};
    expect(Object.keys(content ?? {}).map((type) => type.split(';')[0])).toContain(MEDIA_TYPES[answers]);
  });
});

function byName([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one) < String(other) ? -1 : 1;
}
