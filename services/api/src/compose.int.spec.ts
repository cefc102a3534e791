// The api as it is composed for a process of its own: on a real Postgres, with two of it side by side.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually, freshDatabase } from '@confledger/test-support';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compose, type RunningApi } from './compose.js';
import { readConfig } from './config.js';

let directory: string;
let one: RunningApi;
let other: RunningApi;
let urls: string[];
let token: string;

beforeAll(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-api-'));
  const config = readConfig({ CONFLEDGER_POSTGRES_URL: await freshDatabase(), CONFLEDGER_DATA_DIR: directory, PORT: '0' });
  const logger = pino({ level: 'silent' });
  one = await compose(config, logger);
  other = await compose(config, logger);
  urls = [await one.listen(), await other.listen()];
  token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
});
afterAll(async () => {
  try {
    await other.close();
    await one.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

async function ask(
  api: number,
  method: string,
  address: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; data: Record<string, unknown> }> {
  const response = await fetch(`${urls[api]}/api/v1${address}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { data: Record<string, unknown> };
  return { status: response.status, data: answer.data };
}

test('what one api acknowledged, the other reads at once, and both write on', async () => {
  expect((await ask(0, 'PUT', '/configurations/engine', { configuration: { a: 1 } })).status).toBe(200);
  expect((await ask(1, 'GET', '/configurations/engine')).data).toMatchObject({ version: 1, configuration: { a: 1 } });
  expect((await ask(1, 'PUT', '/configurations/engine/a', { value: 2, expectedVersion: 1 })).data).toMatchObject({ version: 2 });
  expect((await ask(0, 'PUT', '/configurations/engine/a', { value: 2 })).data).toMatchObject({ version: 2, changed: false });
});

test('an activation at one api reaches the nodes that the other feeds', async () => {
  await ask(0, 'PUT', '/configurations/fed/a', { value: 1 });
  const abort = new AbortController();
  const response = await fetch(`${urls[1]}/api/v1/feed?service=fed`, {
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  });
  await ask(0, 'POST', '/configurations/fed/versions/latest/activate');
  let seen = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    seen += decoder.decode(chunk, { stream: true });
    if (seen.includes('event: active')) break;
  }
  expect(seen).toContain('event: leaf');
  abort.abort();
});

test('status shows both parts up and how far the feed is, and nodes report into Postgres', async () => {
  const feedLag = async () => ((await ask(1, 'GET', '/status')).data as { feed?: { lagMs: number } }).feed?.lagMs;
  await eventually(async () => (await feedLag()) === 0);
  expect((await ask(0, 'GET', '/status')).data).toMatchObject({ parts: [{ state: 'up' }, { state: 'up' }] });
  const report = { environment: 'production', service: 'engine', state: 'waiting', running: null, rejected: null };
  expect((await ask(0, 'POST', '/nodes/engine-1', report)).status).toBe(201);
  expect((await ask(1, 'GET', '/nodes')).data).toMatchObject({ items: [{ name: 'engine-1', upToDate: true }] });
});

test('an old node that reports at one api holds statement 2 back at the other, which names it, until it is updated', async () => {
  /** The marker that a new node is sent, on a connection of its own. */
  const marker = async (): Promise<string> => {
    const request = get(`${urls[1]}/api/v1/feed?service=signed`, { agent: false, headers: { authorization: `Bearer ${token}` } });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let seen = '';
    for await (const chunk of response) {
      seen += String(chunk);
      if (seen.includes('event: synchronized')) break;
    }
    return seen.slice(seen.indexOf('event: active'));
  };
  const activate = async (value: number): Promise<string> => {
    expect((await ask(1, 'PUT', '/configurations/signed/a', { value, activate: true })).status).toBe(200);
    return marker();
  };
  const report = { environment: 'production', service: 'signed', state: 'waiting', running: null, rejected: null };
  await ask(0, 'POST', '/nodes/signed-1', report);
  expect(await activate(1)).not.toContain('"own"');
  const heldBackBy = async (): Promise<unknown[]> => {
    const { data } = await ask(1, 'GET', '/status');
    const { heldBackBy: nodes } = data['statements'] as { readonly heldBackBy: readonly { readonly ledger: string }[] };
    return nodes.filter(({ ledger }) => ledger === 'production.signed');
  };
  expect(await heldBackBy()).toEqual([{ ledger: 'production.signed', node: 'signed-1', sdk: null }]);
  await ask(0, 'POST', '/nodes/signed-1', report, { 'x-confledger-sdk': '0.1.0; statements=1,2' });
  let value = 1;
  await eventually(async () => (await activate((value += 1))).includes('"own"'), { timeoutMs: 20_000 });
  expect(await heldBackBy()).toEqual([]);
  expect((await ask(0, 'GET', '/nodes?service=signed')).data['items']).toMatchObject([{ name: 'signed-1', sdk: '0.1.0; statements=1,2' }]);
});
