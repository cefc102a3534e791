// The client against two apis as they are composed for processes of their own, on a real Postgres.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, freshDatabase, tcpProxy, throughProxy, type TcpProxy } from '@confledger/test-support';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compose } from './compose.js';
import { readConfig } from './config.js';
import { createClient, newIdempotencyKey, type Client } from '@confledger/client';

const closers: (() => Promise<unknown> | void)[] = [];
let clients: Client[];
/** In front of the read model. */
let proxy: TcpProxy;
/** Starts an api; gives a client of it and what stops it. */
let start: () => Promise<{ client: Client; close: () => Promise<void> }>;

beforeAll(async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'confledger-client-'));
  closers.push(() => rmSync(directory, { recursive: true, force: true }));
  const postgresUrl = await freshDatabase();
  const { hostname, port } = new URL(postgresUrl);
  proxy = await tcpProxy({ host: hostname, port: Number(port) });
  closers.push(() => proxy.close());
  const config = readConfig({
    CONFLEDGER_POSTGRES_URL: postgresUrl,
    CONFLEDGER_READ_MODEL_URL: throughProxy(postgresUrl, proxy),
    CONFLEDGER_DATA_DIR: directory,
    PORT: '0',
  });
  start = async () => {
    const api = await compose(config, pino({ level: 'silent' }));
    const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
    return { client: createClient({ url: await api.listen(), token }), close: () => api.close() };
  };
  const [one, other] = [await start(), await start()];
  closers.push(one.close, other.close);
  clients = [one.client, other.client];
});
afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

const [first, second] = [0, 1].map((index) => () => {
  const client = clients[index];
  if (client === undefined) throw new Error(`no api ${index}`);
  return client;
}) as [() => Client, () => Client];

test('what is written by one api is read, activated and rolled back by the other', async () => {
  const service = 'engine';
  const created = await first().createConfiguration({ service, body: { configuration: { risk: { max: 1 } }, activate: true } });
  await second().setValue({ service, path: 'risk.max', headers: { 'if-match': created.http.etag ?? '' }, body: { value: 2 } });
  await first().activateVersion({ service, version: 'latest' });
  expect((await second().readConfiguration({ service, query: { version: 'active' } })).data.configuration).toEqual({ risk: { max: 2 } });
  await second().rollBack({ service, version: 'previous' });
  expect((await first().readValue({ service, path: 'risk.max', query: { version: 'active' } })).data.value).toBe(1);
});

test('a write that is sent again with its key, to the other api too, is written once', async () => {
  const call = { service: 'repeated', path: 'a', headers: { 'idempotency-key': newIdempotencyKey() }, body: { value: 1 } };
  const [one, other] = [await first().setValue(call), await second().setValue(call)];
  expect([one.http.replayed, other.http.replayed, other.data.version]).toEqual([false, true, one.data.version]);
});

test('an activation at one api arrives in the stream of the other', async () => {
  await first().setValue({ service: 'fed', path: 'a', body: { value: 1 } });
  const { stream } = await second().feed({ query: { service: 'fed' } });
  await first().activateVersion({ service: 'fed', version: 'latest' });
  let seen = '';
  for await (const text of stream) {
    seen += text;
    if (seen.includes('event: active')) break;
  }
  expect(seen).toContain('event: leaf');
});

test('a ledger that one api retired takes no write of another, and an api that starts then feeds its nodes', async () => {
  const service = 'mistake';
  await first().createConfiguration({ service, body: { configuration: { limit: 1 }, activate: true } });
  await second().readConfiguration({ service });
  await first().retireConfiguration({ service, body: { reason: 'made by mistake' } });
  const third = await start();
  const write = (client: Client) => client.setValue({ service, path: 'limit', body: { value: 2 } });
  for (const client of [second(), third.client]) await expect(write(client)).rejects.toMatchObject({ code: 'LEDGER_RETIRED', status: 409 });
  const { stream } = await third.client.feed({ query: { service } });
  let seen = '';
  for await (const text of stream) {
    seen += text;
    if (seen.includes('event: active')) break;
  }
  expect(seen).toContain('event: leaf');
  await third.client.restoreConfiguration({ service });
  expect((await write(second())).data.changed).toBe(true);
  const found: unknown[] = [];
  for await (const line of (await third.client.verify()).lines) found.push(line);
  expect(found.at(-1)).toMatchObject({ kind: 'result', holds: true });
  await third.close();
});

test('writes at one api and a retirement at the other have one order: none is acknowledged behind it', async () => {
  const service = 'contended';
  const place = ({ data }: { readonly data: { readonly position: string } }): number => Number(data.position.split(':')[1]);
  const acknowledged: number[] = [];
  const write = async (value: number): Promise<string | undefined> => {
    try {
      acknowledged.push(place(await first().setValue({ service, path: 'a', body: { value } })));
      return undefined;
    } catch (error) {
      return (error as { readonly code?: string }).code;
    }
  };
  const writing = (async () => {
    const codes = new Set<string | undefined>();
    for (let value = 0; value < 10_000 && !codes.has('LEDGER_RETIRED'); value += 1) codes.add(await write(value));
    return codes;
  })();
  await eventually(() => acknowledged.length > 0);
  // It may lose against the writes as often as a command is tried, and is sent again then.
  const retirement = place(await eventually(() => second().retireConfiguration({ service })));
  expect([...(await writing)].filter((code) => code !== 'WRITE_CONFLICT')).toEqual([undefined, 'LEDGER_RETIRED']);
  expect(Math.max(...acknowledged)).toBeLessThan(retirement);
});

test('each api lists both, and itself as the one that answers', async () => {
  const apis = async (client: Client) => (await client.status()).data.apis ?? [];
  await eventually(async () => (await apis(first())).length === 2);
  const [one, other] = [await apis(first()), await apis(second())];
  expect(one.map(({ id }) => id)).toEqual(other.map(({ id }) => id));
  expect(one.map(({ answering }) => answering)).toEqual(other.map(({ answering }) => !answering));
  expect(new Set(one.map(({ release }) => release))).toEqual(new Set([(await first().status()).data.release]));
});

test('an api that stops is listed no longer', async () => {
  const third = await start();
  const count = async () => (await first().status()).data.apis?.length;
  await eventually(async () => (await count()) === 3);
  await third.close();
  expect(await count()).toBe(2);
});

test('without the read model writes and reads go on and no api is listed; with it both are listed again', async () => {
  proxy.shut();
  expect((await first().status()).data).toMatchObject({ apis: null, parts: [{ state: 'up' }, { state: 'down' }] });
  await first().setValue({ service: 'alone', path: 'a', body: { value: 1 } });
  expect((await second().readValue({ service: 'alone', path: 'a' })).data.value).toBe(1);
  await expect(first().listConfigurations({}, { attemptsMax: 1 })).rejects.toMatchObject({ code: 'READ_MODEL_UNAVAILABLE', status: 503 });
  proxy.open();
  await eventually(async () => (await first().status()).data.apis?.length === 2, { timeoutMs: 20_000 });
});

test('while the read model hangs writes and reads go on, and an api stops in bounded time', async () => {
  const third = await start();
  proxy.pause();
  try {
    await third.client.setValue({ service: 'engine', path: 'hung', body: { value: 1 } });
    expect((await second().readValue({ service: 'engine', path: 'hung' })).data.value).toBe(1);
    expect((await first().status()).data).toMatchObject({ apis: null, parts: [{ state: 'up' }, { state: 'down' }] });
    await third.close();
  } finally {
    proxy.resume();
  }
});
