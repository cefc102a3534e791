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
  expect((await fetch(`${node.url}/elsewhere`, { headers: { connection: 'close' } })).status).toBe(404);
});

test('/metrics says what runs, how late it came, and what is refused; what is not known is not there', async () => {
  const metrics = async (): Promise<Map<string, number>> => {
    const text = await (await fetch(`${node.url}/metrics`, { headers: { connection: 'close' } })).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => line.split(' ')).map(([name = '', value]) => [name, Number(value)]));
  };
  await vi.waitFor(() => expect(node.status().state).toBe('waiting'));
  expect((await metrics()).get('confledger_node_ready')).toBe(0);
  expect([...(await metrics()).keys()]).not.toContain('confledger_node_running_version');
  await feed.activate({ risk: { limit: 1 } });
  await node.connected;
  await feed.activate({ risk: { limit: 2 } });
  expect(Object.fromEntries(await metrics())).toEqual({
    confledger_node_ready: 1,
    confledger_node_stale: 0,
    confledger_node_rejected: 0,
    confledger_node_swaps_total: 2,
    confledger_node_gaps_total: 0,
    confledger_node_running_version: 4,
    confledger_node_running_activation: 5,
    confledger_node_swap_delay_seconds: expect.any(Number),
    confledger_node_last_contact_seconds: expect.any(Number),
  });
});

test('closing it while it waits ends everything', async () => {
  const { url } = node;
  await node.close();
  await expect(node.connected).rejects.toMatchObject({ name: 'AbortError' });
  await expect(fetch(`${url}/status`)).rejects.toThrow('fetch failed');
});
