// How long nodes have not run what is active: over one look after another, and as Prometheus reads it.
import type { ActivationNow, NodeReport } from '@confledger/application';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from '../fixtures/api-under-test.js';
import { NODES_MEASURED_MAX, NodeLags } from './node-lags.js';
import type { WatchedNode } from './watched-nodes.js';

const NOON = Date.parse('2026-07-01T12:00:00.000Z');
const instant = (seconds: number): string => new Date(NOON + seconds * 1_000).toISOString();

/** A node that runs the activation at revision `running`, where the one at revision `active` is active since so many seconds after noon. */
function node(running: number | null, active: number, since: number, more: Partial<NodeReport> = {}): WatchedNode {
  const digest = 'ab'.repeat(32);
  const now: ActivationNow = { kind: 'active', version: active - 1, digest, activation: active, activatedAt: instant(since), statement: 1 };
  const report: NodeReport = {
    name: 'engine-7',
    environment: 'production',
    service: 'engine',
    state: 'ready',
    running: running === null ? null : { version: running - 1, activation: running, digest, activatedAt: instant(-60) },
    rejected: null,
    sdk: null,
    resolution: {},
    reportedAt: instant(0),
    ...more,
  };
  return { report, active: now, runsActive: running === active, upToDate: running === active };
}

const lagOf = (lags: NodeLags, watched: WatchedNode, now: number) => lags.measure([watched], NOON + now * 1_000).lags[0]?.lagSeconds;

describe('lags', () => {
  test('a node lags since the activation that it does not run', () => {
    const lags = new NodeLags();
    expect(lagOf(lags, node(3, 3, 0), 5)).toBe(0);
    expect(lagOf(lags, node(3, 5, 6), 8)).toBe(2);
    expect(lagOf(lags, node(5, 5, 6), 9)).toBe(0);
    expect(lagOf(lags, node(null, 5, 6), 9)).toBe(3);
  });

  test('a node that is stuck lags more and more, however often something else is activated', () => {
    const lags = new NodeLags();
    expect(lagOf(lags, node(3, 5, 10), 11)).toBe(1);
    expect(lagOf(lags, node(3, 7, 20), 21)).toBe(11);
    expect(lagOf(lags, node(3, 9, 30), 31)).toBe(21);
  });

  test('a node that runs something newer, though not the newest, lags from then on', () => {
    const lags = new NodeLags();
    expect(lagOf(lags, node(3, 5, 10), 20)).toBe(10);
    expect(lagOf(lags, node(5, 7, 20), 21)).toBe(1);
  });

  test('a node that closed has none, nor one of a ledger that there is not', () => {
    const closed = node(3, 5, 0, { state: 'closed' });
    const lost: WatchedNode = { ...node(3, 5, 0), active: { kind: 'unknown' }, runsActive: null, upToDate: null };
    expect(new NodeLags().measure([closed, lost], NOON)).toEqual({ lags: [], leftOut: 0 });
  });

  test('of more nodes than are measured one by one, those that lag least are left out, and counted', () => {
    const watched = Array.from({ length: NODES_MEASURED_MAX + 2 }, (_, index) =>
      node(index < 2 ? 5 : 3, 5, 0, { name: `engine-${index}` }),
    );
    const { lags, leftOut } = new NodeLags().measure(watched, NOON + 1_000);
    expect([lags.length, leftOut]).toEqual([NODES_MEASURED_MAX, 2]);
    expect(new Set(lags.map(({ lagSeconds }) => lagSeconds))).toEqual(new Set([1]));
  });
});

describe('/metrics', () => {
  let given: ApiUnderTest;
  beforeAll(async () => {
    given = await startApi();
    await given.ask('PUT /configurations/engine', { body: { configuration: { max: 1 }, activate: true } });
  });
  afterAll(() => given.close());

  const metrics = async (): Promise<string[]> =>
    (await given.ask('GET /metrics')).text.split('\n').filter((line) => /^confledger_nodes?[_{]/.test(line));

  test('says of each node how long it lags and how long it is silent', async () => {
    const { data } = await given.ask('GET /configurations/engine?version=active');
    const running = { version: 1, activation: 2, digest: data.digest, activatedAt: instant(0) };
    const report = { environment: 'production', service: 'engine', state: 'ready', running, rejected: null };
    await given.ask('POST /nodes/engine-1', { body: report });
    await given.ask('POST /nodes/engine-2', { body: { ...report, state: 'closed' } });
    expect(await metrics()).toEqual([
      'confledger_nodes{environment="production",service="engine",state="ready"} 1',
      'confledger_nodes{environment="production",service="engine",state="closed"} 1',
      'confledger_node_lag_seconds{environment="production",service="engine",node="engine-1"} 0',
      'confledger_node_silence_seconds{environment="production",service="engine",node="engine-1"} 0',
      'confledger_nodes_left_out 0',
    ]);
    await given.ask('PUT /configurations/engine/max', { body: { value: 2, activate: true } });
    given.pass(7_000);
    expect(await metrics()).toContain('confledger_node_lag_seconds{environment="production",service="engine",node="engine-1"} 7');
    expect(await metrics()).toContain('confledger_node_silence_seconds{environment="production",service="engine",node="engine-1"} 7');
  });
});

test('nodes have no lag while it cannot be known what is active', async () => {
  let down = false;
  const given = await startApi();
  const { lastPosition } = given.store;
  given.store.lastPosition = () => (down ? Promise.reject(new Error('down')) : lastPosition());
  await given.ask('PUT /configurations/engine', { body: { configuration: { max: 1 }, activate: true } });
  await given.ask('POST /nodes/engine-1', {
    body: { environment: 'production', service: 'engine', state: 'waiting', running: null, rejected: null },
  });
  expect((await given.ask('GET /metrics')).text).toContain('confledger_node_lag_seconds{');
  down = true;
  expect((await given.ask('GET /metrics')).text).not.toContain('confledger_node_lag_seconds{');
  await given.close();
});
