// Every operation of the table is called, over a real connection to a real api: requests are held to the OpenAPI document, answers to the schema
// of their endpoint.
import { OPERATION_NAMES, type OperationName } from '@confledger/contracts/http';
import { createHttpFeed, type HttpFeedPublisher } from '@confledger/publisher-http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest } from '../../../services/api/src/fixtures/api-under-test.js';
import { documentedOperations, parameterId, type DocumentedOperation } from '../../../services/api/src/fixtures/documented-calls.js';
import { openApiCheck, type OpenApiCheck } from '../../../services/api/src/fixtures/openapi-check.js';
import type { HttpFacts } from './calls.js';
import { createClient, type FetchInit } from './index.js';

let given: ApiUnderTest;
let feed: HttpFeedPublisher;
let client: ReturnType<typeof createClient>;
let check: OpenApiCheck;
/** The requests since the last test began. */
const sent: (FetchInit & { readonly url: URL })[] = [];

beforeAll(async () => {
  feed = createHttpFeed({ installation: 'here', load: () => Promise.resolve(null), position: () => 0n });
  given = await startApi({ feed });
  check = openApiCheck(given.api);
  const fetch = (url: string, init: FetchInit): Promise<Response> => {
    sent.push({ ...init, url: new URL(url) });
    return globalThis.fetch(url, init);
  };
  client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN, fetch });
  await client.createConfiguration({ service: 'engine', body: { configuration: { risk: { max: 1 }, old: true }, activate: true } });
  await client.setValue({ service: 'engine', path: 'risk.max', body: { value: 2 } });
});
afterAll(async () => {
  given.api.app.server.closeAllConnections();
  await given.close();
  await feed.close();
});

const service = 'engine';
const staging = { environment: 'staging' };

/** In the order that they are called in. A name that is missing does not compile. */
const calls: { readonly [N in OperationName]: () => Promise<object> } = {
  createConfiguration: () => client.createConfiguration({ service: 'gateway', body: { configuration: { a: 1 }, ...staging } }),
  replaceConfiguration: () => client.replaceConfiguration({ service: 'gateway', query: staging, body: { configuration: { a: 2, b: 3 } } }),
  replaceConfigurationIn: () => client.replaceConfigurationIn({ service: 'gateway', ...staging, body: { configuration: { a: 3, b: 3 } } }),
  mergeConfiguration: () => client.mergeConfiguration({ service: 'gateway', query: staging, body: { configuration: { b: null } } }),
  readConfiguration: () => client.readConfiguration({ service, query: { version: 'active', format: 'flat' } }),
  readConfigurationIn: () => client.readConfigurationIn({ service: 'gateway', ...staging }),
  setValueByKey: () => client.setValueByKey({ service, query: { key: 'risk.min', dryRun: false }, body: { value: 0 } }),
  setValue: () => client.setValue({ service, path: 'risk.min', query: { activate: 'all' }, body: { value: 1 } }),
  readValueByKey: () => client.readValueByKey({ service, query: { key: 'risk' } }),
  readValue: () => client.readValue({ service, path: 'risk.min', query: { consistency: 'local' } }),
  deleteValueByKey: () => client.deleteValueByKey({ service, query: { key: 'risk.min' } }),
  deleteValue: () => client.deleteValue({ service, path: 'old', body: { changeReason: 'not used' } }),
  writeBatch: () => client.writeBatch({ service, body: { operations: [{ type: 'SET', key: 'risk.max', value: 3 }] } }),
  readBatch: () => client.readBatch({ service, query: { key: ['risk.max', 'gone'] } }),
  setSchema: () => client.setSchema({ service, query: { standing: 'accepted' }, body: { mount: 'risk.max', schema: { maximum: 9 } } }),
  readSchemas: () => client.readSchemas({ service, query: { mount: 'risk.max' } }),
  validateConfiguration: () =>
    client.validateConfiguration({ service, body: { operations: [{ type: 'SET', key: 'risk.max', value: 4 }] } }),
  whatIfSchema: () => client.whatIfSchema({ service, body: { mount: 'risk.max', schema: { maximum: 1 }, of: 'versions' } }),
  removeSchema: () => client.removeSchema({ service, query: { mount: 'risk.max' } }),
  listVersions: () => client.listVersions({ service, query: { limit: 1 } }),
  readVersion: () => client.readVersion({ service, version: 'latest' }),
  tagVersion: () => client.tagVersion({ service, version: 'latest', tag: 'stable', query: { move: true } }),
  untagVersion: () => client.untagVersion({ service, version: 'stable', tag: 'stable' }),
  readDifference: () => client.readDifference({ service, query: { from: 'active' } }),
  activate: () => client.activate({ service, query: { dryRun: true } }),
  activateVersion: () => client.activateVersion({ service, version: 'latest' }),
  promote: () => client.promote({ service, query: staging, body: { from: 'production', version: 'latest', dryRun: true } }),
  readActivation: async () => {
    const { data } = await client.readConfiguration({ service });
    return client.readActivation({ service, activation: String(data.activation) });
  },
  listActivations: () => client.listActivations({ service, query: { limit: 1 } }),
  readEffective: () => client.readEffective({ service, query: { version: 'latest', layers: 'kept' } }),
  explainConfiguration: () => client.explainConfiguration({ service, query: { key: 'risk.max' } }),
  rollBackTo: async () => {
    const { data } = await client.readConfiguration({ service });
    return client.rollBackTo({ service, activation: String(data.activation), body: { changeReason: 'losses' } });
  },
  rollBack: () => client.rollBack({ service, version: 'previous', body: { changeReason: 'losses' } }),
  deleteConfiguration: () => client.deleteConfiguration({ service: 'gateway', query: staging }),
  retireConfiguration: () => client.retireConfiguration({ service: 'gateway', query: staging, body: { reason: 'made by mistake' } }),
  restoreConfiguration: () => client.restoreConfiguration({ service: 'gateway', query: staging }),
  readHistory: () => client.readHistory({ service, query: { key: 'risk' } }),
  readAudit: () => client.readAudit({ query: { key: 'risk.**', limit: 2 } }),
  listConfigurations: () => client.listConfigurations({ query: { retired: 'all' } }),
  defineEnvironment: () => client.defineEnvironment({ environment: 'qa', body: { type: 'testing', inheritsFrom: ['testing'] } }),
  readEnvironment: () => client.readEnvironment({ environment: 'qa' }),
  listEnvironments: () => client.listEnvironments({ query: { retired: 'all' } }),
  retireEnvironment: () => client.retireEnvironment({ environment: 'qa', body: { reason: 'not used' } }),
  readEvent: async () => {
    const { data } = await client.readAudit({ query: { limit: 1 } });
    return client.readEvent({ position: data.items[0]?.position ?? '' });
  },
  sealInstallation: () => client.sealInstallation({ body: { streams: ['config-production.engine'], dryRun: true } }),
  verify: () => client.verify(),
  reportNode: () =>
    client.reportNode({ name: 'engine-7', body: { environment: 'production', service, state: 'waiting', running: null, rejected: null } }),
  readNode: () => client.readNode({ name: 'engine-7', query: { service } }),
  listNodes: () => client.listNodes({ query: { service } }),
  feed: () => client.feed({ query: { service } }),
  status: () => client.status(),
  metrics: () => client.metrics(),
  health: () => client.health(),
  healthLive: () => client.healthLive(),
  healthReady: () => client.healthReady(),
};

test('the client has a call for every operation, and no other', () => {
  expect(Object.keys(client)).toEqual(OPERATION_NAMES);
});

test.each(Object.entries(calls))('%s asks as the OpenAPI document says, and answers as its endpoint promises', async (name, make) => {
  sent.length = 0;
  const { http, ...answer } = (await make()) as {
    readonly http: HttpFacts;
    readonly stream?: AsyncIterable<string>;
    readonly lines?: AsyncIterable<unknown>;
    readonly text?: string;
  };
  const last = sent.at(-1);
  if (last === undefined) throw new Error('nothing was sent');
  expectDocumented(name, last);
  const endpoint = given.api.endpoints.find((each) => each.name === name);
  expect(endpoint?.statuses).toContain(http.status);
  expect(http.requestId).toMatch(/^[0-9a-f-]{36}$/);
  for await (const line of answer.lines ?? []) expect(endpoint?.answer.safeParse(line)).toMatchObject({ success: true });
  if (answer.lines !== undefined) return;
  const body = answer.text ?? (answer.stream === undefined ? answer : await beginningOf(answer.stream));
  expect(endpoint?.answer.safeParse(body)).toMatchObject({ success: true });
});

/** Headers of HTTP itself, which OpenAPI does not list as parameters. */
const UNLISTED: ReadonlySet<string> = new Set(['authorization', 'content-type']);

/** The document has this request as one of the operation: its place, every parameter, a key where it takes one, and the body. */
function expectDocumented(name: string, { url, method, headers, body }: (typeof sent)[number]): void {
  const operation = documentedOperations(check.document).get(name);
  if (operation === undefined) throw new Error(`${name} is not documented`);
  expect(check.place(method, `${url.pathname}${url.search}`)).toEqual(operation.place);
  const known = operation.parameters.map((each) => parameterId(each).toLowerCase());
  for (const parameter of url.searchParams.keys()) expect(known).toContain(`query.${parameter}`.toLowerCase());
  for (const header of Object.keys(headers)) if (!UNLISTED.has(header)) expect(known).toContain(`header.${header}`);
  expect('idempotency-key' in headers).toBe(known.includes('header.idempotency-key'));
  expectBody(operation, body);
}

function expectBody({ place, requestBody }: DocumentedOperation, body: string | undefined): void {
  if (body === undefined) return;
  expect(requestBody?.content).toHaveProperty('application/json');
  check.validate([...place, 'requestBody', 'content', 'application/json', 'schema'], JSON.parse(body), 'the body');
}

async function beginningOf(stream: AsyncIterable<string>): Promise<string> {
  for await (const text of stream) return text;
  throw new Error('the stream is empty');
}
