// The reference node over a feed in memory: what it says, and what it serves.
import { memoryFeed, type MemoryFeed } from '@confledger/sdk/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTradingNode, type RunningTradingNode } from './index.js';

let feed: MemoryFeed;
let node: RunningTradingNode;
let lines: string[];

beforeEach(async () => {
  feed = memoryFeed();
  lines = [];
  node = await startTradingNode({
    environment: 'production',
    service: 'trading-engine',
    name: 'engine-7',
    feed,
    publicKey: feed.publicKey,
    serveAt: { host: '127.0.0.1', port: 0 },
    tell: (line) => lines.push(line),
  });
});
afterEach(() => node.close());

async function get(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${node.url}${path}`, { headers: { connection: 'close' } });
  return { status: response.status, body: await response.json() };
}

test('it waits, runs what is activated, and says each in one line', async () => {
  await vi.waitFor(() => expect(lines).toEqual(['production/trading-engine waits: nothing is active yet']));
  await feed.activate({ risk: { limit: 1 } });
  await node.connected;
  await feed.activate({ risk: { limit: 2 } });
  expect(lines[1]).toMatch(/^production\/trading-engine runs version 2, \d+ ms after its activation$/);
  expect(lines[2]).toMatch(/^production\/trading-engine runs version 4 instead of 2, \d+ ms after its activation$/);
  expect(lines).toHaveLength(3);
});

test('/status says what runs; /health says whether it is what is active', async () => {
  await vi.waitFor(async () =>
    expect(await get('/status')).toMatchObject({ status: 200, body: { name: 'engine-7', state: 'waiting', running: null } }),
  );
  expect(await get('/health')).toMatchObject({ status: 503, body: { healthy: false, checks: { node: { state: 'waiting' } } } });
  expect(await get('/health/live')).toMatchObject({ status: 200 });
  await feed.activate({ risk: { limit: 1 } });
  await node.connected;
  expect(await get('/status')).toMatchObject({
    body: { state: 'ready', running: { version: 2 }, environment: 'production', service: 'trading-engine' },
  });
  expect(await get('/health')).toMatchObject({ status: 200, body: { healthy: true } });
  expect(await get('/elsewhere')).toMatchObject({ status: 404 });
});

test('closing it while it waits ends everything', async () => {
  const { url } = node;
  await node.close();
  await expect(node.connected).rejects.toMatchObject({ name: 'AbortError' });
  await expect(fetch(`${url}/status`)).rejects.toThrow('fetch failed');
});
