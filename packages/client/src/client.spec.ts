// What a call sends to an api, and how its answers and refusals are read.
import { getEventListeners } from 'node:events';
import { EventStoreUnavailable } from '@confledger/application';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest } from '../../../services/api/src/fixtures/api-under-test.js';
import { ApiError, createClient, newIdempotencyKey, type Client, type FetchInit } from './index.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe('an api', () => {
  let given: ApiUnderTest;
  let url: string;
  let client: Client;
  beforeAll(async () => {
    given = await startApi();
    url = await given.api.app.listen({ host: '127.0.0.1', port: 0 });
    client = createClient({ url, token: TOKEN });
  });
  afterAll(() => given.close());

  test.each(['limits.daily', 'a\\.b', 'a\\\\b', 'a/b', 'a b', 'a+b', 'a%2Fb', 'a?b', 'a#b', 'ü.😀', "it's", '%', '\\.'])(
    'the path %j arrives as it was given, in the URL and in the query',
    async (path) => {
      await client.setValue({ service: 'paths', path, body: { value: path } });
      expect((await client.readValue({ service: 'paths', path })).data).toMatchObject({ key: path, value: path });
      expect((await client.readValueByKey({ service: 'paths', query: { key: path } })).data).toMatchObject({ key: path, value: path });
    },
  );

  test('names and values that JSON writes with a backslash are read as they were written', async () => {
    const configuration = { 'a"b': { 'ü\\': 1 }, '\\': 'c\\d\n\u2028' };
    await client.replaceConfiguration({ service: 'names', body: { configuration } });
    expect((await client.readConfiguration({ service: 'names' })).data.configuration).toEqual(configuration);
  });

  test('a tag, a version and an environment are parameters like any other', async () => {
    await client.setValue({ service: 'tags', path: 'a', body: { value: 1 } });
    await client.tagVersion({ service: 'tags', version: '1', tag: 'release-2026.07' });
    expect((await client.readVersion({ service: 'tags', version: 'release-2026.07' })).data.item?.tags).toEqual(['release-2026.07']);
  });

  test('the entity tag of an answer makes the next write conditional', async () => {
    const first = await client.setValue({ service: 'matched', path: 'a', body: { value: 1 } });
    await client.setValue({ service: 'matched', path: 'a', body: { value: 2 } });
    const late = client.setValue({ service: 'matched', path: 'a', headers: { 'if-match': first.http.etag ?? '' }, body: { value: 3 } });
    await expect(late).rejects.toMatchObject({ name: 'ApiError', code: 'IF_MATCH_FAILED', status: 412 });
    const created = client.createConfiguration({
      service: 'matched',
      headers: { 'if-none-match': '*' },
      body: { configuration: {} },
    });
    await expect(created).rejects.toMatchObject({ status: 412 });
  });

  test('a reading whose tag still stands there is not modified, and has no data', async () => {
    await client.setValue({ service: 'cached', path: 'a', body: { value: 1 } });
    const { http } = await client.readConfiguration({ service: 'cached' });
    const again = await client.readConfiguration({ service: 'cached', headers: { 'if-none-match': http.etag ?? '' } });
    expect(again).toEqual({ data: null, http: { ...http, status: 304, requestId: expect.any(String) } });
    await client.setValue({ service: 'cached', path: 'a', body: { value: 2 } });
    const changed = await client.readConfiguration({ service: 'cached', headers: { 'if-none-match': http.etag ?? '' } });
    expect(changed.data?.configuration).toEqual({ a: 2 });
  });

  test('a request that is repeated with its key is written once, and its answer says so', async () => {
    const call = { service: 'repeated', path: 'a', headers: { 'idempotency-key': newIdempotencyKey() }, body: { value: 1 } };
    const first = await client.setValue(call);
    const second = await client.setValue(call);
    expect([first.http.replayed, second.http.replayed]).toEqual([false, true]);
    expect(second.data.version).toBe(first.data.version);
  });

  test('a write is sent with a key of its own, so that a repeated request is written once', async () => {
    const keys: (string | undefined)[] = [];
    const fetch = (address: string, init: FetchInit): Promise<Response> => {
      keys.push(init.headers['idempotency-key']);
      return globalThis.fetch(address, init);
    };
    const keyed = createClient({ url, token: TOKEN, fetch });
    const first = await keyed.setValue({ service: 'keyed', path: 'a', body: { value: 1 } });
    const headers = { 'idempotency-key': keys[0] };
    const again = await keyed.setValue({ service: 'keyed', path: 'a', headers, body: { value: 1 } });
    expect([first.http.replayed, again.http.replayed, again.data.version]).toEqual([false, true, first.data.version]);
  });

  test('a call leaves no listener at a signal that outlives it', async () => {
    const { signal } = new AbortController();
    await client.status({}, { signal });
    await client.readValue({ service: 'refused', path: 'gone' }, { signal }).catch(() => undefined);
    for await (const { kind } of (await client.verify({}, { signal })).lines) if (kind === 'progress') break;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('request id and trace are those of the caller', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const headers = { 'x-request-id': 'order-8', traceparent };
    const { http } = await client.setValue({ service: 'traced', path: 'a', headers, body: { value: 1 } });
    expect(http.requestId).toBe('order-8');
    const [, event] = await given.store.readStream('config-production.traced', { limit: 2 });
    expect(JSON.parse(event?.metadata ?? '')).toMatchObject({ correlationId: 'order-8', traceparent });
  });

  test('a query takes numbers and booleans, lists, null, and leaves out what is undefined', async () => {
    const query = { dryRun: true, expectedVersion: undefined, expectedActive: 'null' };
    expect((await client.setValue({ service: 'queried', path: 'a', query, body: { value: 1 } })).data.dryRun).toBe(true);
    await client.replaceConfiguration({ service: 'queried', body: { configuration: { a: 1, b: 2 } } });
    const { data } = await client.readBatch({ service: 'queried', query: { key: ['a', 'b'], version: 2 } });
    expect(data.values).toEqual({ a: 1, b: 2 });
  });

  test('a refusal has the code, the status, and what is wrong with its remedy', async () => {
    await client.setValue({ service: 'refused', path: 'a', body: { value: 1 } });
    const refused = client.readValue({ service: 'refused', path: 'gone' });
    await expect(refused).rejects.toBeInstanceOf(ApiError);
    await expect(refused).rejects.toMatchObject({
      operation: 'readValue',
      code: 'KEY_NOT_FOUND',
      status: 404,
      message: expect.stringMatching(/^readValue: There is no value at gone/),
      details: [{ path: 'gone', rule: 'key-not-found', remedy: expect.any(String) }],
      requestId: expect.any(String),
    });
  });

  test('the refusal of a batch names what is wrong, and each operation', async () => {
    const operations = [{ type: 'DELETE', key: 'gone' } as const, { type: 'SET', key: 'a', value: 1 } as const];
    await client.setValue({ service: 'batch', path: 'b', body: { value: 1 } });
    await expect(client.writeBatch({ service: 'batch', body: { operations } })).rejects.toMatchObject({
      code: 'KEY_NOT_FOUND',
      details: [{ path: 'gone' }],
      failure: {
        operations: [
          { operation: '0', problem: { path: 'gone' } },
          { operation: '1', success: false },
        ],
      },
    });
  });

  test('without a token only what is open is answered, and a wrong token is refused', async () => {
    const anonymous = createClient({ url });
    expect((await anonymous.health()).healthy).toBe(true);
    await expect(anonymous.status()).rejects.toMatchObject({ code: 'TOKEN_MISSING', status: 401 });
    await expect(createClient({ url, token: 'wrong' }).status()).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  test('what no request can carry is a TypeError, and nothing is sent', async () => {
    const before = given.log.length;
    await expect(client.readConfiguration({ service: '' })).rejects.toBeInstanceOf(TypeError);
    await expect(client.readVersion({ service: 'a', version: '..' })).rejects.toMatchObject({
      message: expect.stringContaining('`version`'),
    });
    const split = client.status({ headers: { 'x-request-id': 'a\r\nauthorization: Bearer b' } });
    await expect(split).rejects.toMatchObject({ name: 'TypeError', message: expect.stringContaining('x-request-id') });
    const beyondLatin1 = client.setValue({ service: 'a', path: 'a', headers: { 'idempotency-key': '😀' }, body: { value: 1 } });
    await expect(beyondLatin1).rejects.toBeInstanceOf(TypeError);
    expect(given.log).toHaveLength(before);
  });

  test('an api behind a path is reached there, whatever slashes the url ends with', async () => {
    const seen: string[] = [];
    const fetch = (address: string, init: RequestInit): Promise<Response> => {
      seen.push(address);
      return globalThis.fetch(address.replace('/behind', ''), init);
    };
    await createClient({ url: `${url}/behind//`, fetch }).health();
    expect(seen).toEqual([`${url}/behind/api/v1/health`]);
  });
});

test('an api whose parts are down answers health with what is down, and anything else with its code', async () => {
  const away = () => Promise.reject(new EventStoreUnavailable('down'));
  const reads = { read: away, effective: away, explain: away, activation: away, activationAt: away, rules: away, whatIf: away };
  const given = await startApi({
    eventStore: { lastPosition: away, readAll: away, readAt: away, readStream: away },
    ledgers: { execute: away, ...reads, brokenStreams: () => [], promotion: () => Promise.resolve(null) },
  });
  closers.push(() => given.close());
  const client = createClient({ url: await given.api.app.listen({ host: '127.0.0.1', port: 0 }), token: TOKEN, attemptsMax: 1 });
  expect(await client.health()).toMatchObject({ healthy: false, http: { status: 503 } });
  await expect(client.readConfiguration({ service: 'a' })).rejects.toMatchObject({ code: 'EVENT_STORE_UNAVAILABLE', status: 503 });
});

test('a url that cannot be parsed, is not http, or holds credentials is refused without repeating them', () => {
  expect(() => createClient({ url: 'nonsense' })).toThrow('not a URL');
  expect(() => createClient({ url: 'ftp://host' })).toThrow('http://');
  expect(() => createClient({ url: 'http://user:hush@host' })).toThrow(/^(?!.*hush).*give the token as `token`/);
});

test('no two idempotency keys are the same', () => {
  const keys = Array.from({ length: 1_000 }, newIdempotencyKey);
  expect(new Set(keys).size).toBe(1_000);
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
});
