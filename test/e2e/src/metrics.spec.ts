// The table of metrics in operations.md names what the parts say, neither more nor less.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { startApi } from '../../../services/api/src/fixtures/api-under-test.js';
import { healthOf as projectorHealth } from '../../../services/projector/src/health.js';
import { healthOf as relayHealth, healthOfChanges } from '../../../services/relay/src/health.js';
import { healthOf as nodeHealth } from '../../../services/trading-node/src/health.js';
import { Swaps } from '../../../services/trading-node/src/swaps.js';

const page = readFileSync(fileURLToPath(new URL('../../../packages/docs/operations.md', import.meta.url)), 'utf8');
const rows = [...page.matchAll(/^\| ((?:`confledger_[a-z_*]+`(?:, )?)+) \| ([a-z, ]+) \|/gm)].flatMap(([, names = '', parts = '']) =>
  [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => ({ name, parts: parts.split(', ') })),
);
const documented = (part: string): string[] => rows.filter(({ parts }) => parts.includes(part)).map(({ name }) => name);

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0)) await close();
});

async function apiMetrics(): Promise<string[]> {
  const given = await startApi({ feed: { subscribe: () => Promise.resolve() }, feedPosition: () => 0n });
  closers.push(() => given.close());
  const { text } = await given.ask('GET /metrics');
  const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name.replace(/^(confledger_(?:process|nodejs)_).*$/, '$1*'));
  return [...new Set(names)];
}

async function projectorMetrics(): Promise<string[]> {
  const status = {
    state: 'active',
    position: 1n,
    last: 1n,
    lag: 0n,
    projected: 1,
    parked: 0,
    parkedStreams: 0,
    failures: 0,
    problem: null,
    isSetBack: false,
    counts: { serversLeft: 0, subscriptionsTooSlow: 0 },
  } as const;
  return namesOf(projectorHealth({ status: () => Promise.resolve(status) }));
}

async function relayMetrics(): Promise<string[]> {
  const status = {
    state: 'active',
    position: 1n,
    last: 1n,
    published: 1,
    failures: 0,
    problem: null,
    isSetBack: false,
    counts: { serversLeft: 0, subscriptionsTooSlow: 0 },
  } as const;
  const follower = { status: () => Promise.resolve(status) };
  return [...(await namesOf(relayHealth(follower))), ...(await namesOf(healthOfChanges(follower)))];
}

async function nodeMetrics(): Promise<string[]> {
  const running = { version: 2, activation: 3, digest: 'ab'.repeat(32), activatedAt: '2026-07-01T12:00:00.000Z' };
  const waiting = { state: 'waiting', source: 'feed', running: null, rejected: null, lastContactMs: 1, problem: null, gaps: 0 } as const;
  const ready = { ...waiting, state: 'ready', running } as const;
  const swaps = new Swaps();
  swaps.take(waiting, 0);
  swaps.take(ready, 0);
  return namesOf(nodeHealth({ name: 'engine-7', environment: 'production', service: 'engine', status: () => ready, swaps }));
}

async function namesOf({ report }: ReturnType<typeof projectorHealth>): Promise<string[]> {
  return (await report()).metrics.map(({ name }) => `confledger_${name}`);
}

test.each([
  ['api', apiMetrics],
  ['projector', projectorMetrics],
  ['relay', relayMetrics],
  ['trading node', nodeMetrics],
])('Every metric of the %s is in the table, and it has every one that the table says', async (part, metrics) => {
  expect((await metrics()).toSorted()).toEqual(documented(part).toSorted());
});
