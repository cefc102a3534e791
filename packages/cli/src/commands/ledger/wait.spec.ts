// --wait and wait: what counts as applied, and what ends the wait.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeItem } from '@confledger/contracts/http';
import { startWorld, type World } from '../../fixtures/world.js';
import { judgeNodes, LIVE_MS_MAX } from './judged-nodes.js';

const AT = '2026-07-01T12:00:00.000Z';
const node = (name: string, more: Partial<NodeItem> = {}): NodeItem => ({
  ...{
    name,
    environment: 'staging',
    service: 'x',
    state: 'ready',
    running: null,
    rejected: null,
    reportedAt: AT,
    sdk: null,
    active: null,
    upToDate: null,
  },
  ...more,
});
const running = (activation: number) => ({ version: 1, activation, digest: 'a'.repeat(64), activatedAt: AT });
const goal = { activation: 9, version: 8, answeredAt: AT };
const before = (ms: number): string => new Date(Date.parse(AT) - ms).toISOString();

describe('A node', () => {
  test('has applied an activation when it runs it, or a later one', () => {
    const nodes = [node('a', { running: running(9) }), node('b', { running: running(12) }), node('c', { running: running(8) }), node('d')];
    expect(judgeNodes(nodes, goal, new Map())).toMatchObject({ applied: ['a', 'b'], waiting: ['c', 'd'], refusals: [] });
  });

  test('counts when it was live, or has reported since; one that was silent before does not', () => {
    const nodes = [node('live', { reportedAt: before(LIVE_MS_MAX - 1) }), node('gone', { reportedAt: before(LIVE_MS_MAX) }), node('new')];
    expect(judgeNodes(nodes, goal, new Map()).all).toEqual(['live', 'new']);
  });

  test('that closes leaves, and one that falls silent is waited for', () => {
    const seen = new Map<string, NodeItem>();
    expect(judgeNodes([node('a'), node('b')], goal, seen).waiting).toEqual(['a', 'b']);
    expect(judgeNodes([node('a', { state: 'closed' })], goal, seen).waiting).toEqual(['b']);
  });

  test('refuses by a report of since, and not by one about an earlier attempt of the same version', () => {
    const rejected = { version: 8, problems: [{ path: 'a', message: 'too large' }] };
    expect(judgeNodes([node('a', { rejected })], goal, new Map()).refusals).toEqual([{ name: 'a', reasons: ['a too large'] }]);
    expect(judgeNodes([node('a', { rejected, reportedAt: before(1) })], goal, new Map()).refusals).toEqual([]);
    expect(judgeNodes([node('a', { rejected: { ...rejected, version: 7 } })], goal, new Map()).refusals).toEqual([]);
  });
});

describe('Waiting', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.close());
  const report = (name: string, more: Partial<NodeItem> = {}) => {
    const { environment, state, rejected, running } = node(name, more);
    return world.client.reportNode({ name, body: { environment, service: 'trading-engine', state, running, rejected } });
  };

  test('for no node at all is no success: exit 5, unless --nodes 0', async () => {
    const ran = await world.cli('activate --wait --timeout 1');
    expect([ran.exit, ran.err]).toEqual([
      5,
      expect.stringContaining('was not applied within 1 s. 0 nodes applied it, and 1 must.') as string,
    ]);
    expect(ran.err).toContain('The activation stays. Go back: confledger rollback; or go on waiting: confledger wait 10');
    expect((await world.cli('wait 10 --nodes 0')).exit).toBe(0);
  });

  test('ends when every node has applied it', async () => {
    await report('engine-1', { running: running(10) });
    await report('engine-2', { running: running(10) });
    expect(await world.cli('activate --wait --nodes 2')).toMatchObject({
      exit: 0,
      err: expect.stringContaining('Activation 10 is applied by 2 nodes.') as string,
    });
    expect((await world.cli('wait 10 --nodes 3 --timeout 1')).exit).toBe(5);
  });

  test('names a node that is silent: exit 5 at the deadline', async () => {
    await report('engine-1', { running: running(6) });
    const ran = await world.cli('activate --wait --timeout 1');
    expect([ran.exit, ran.err]).toEqual([5, expect.stringContaining('engine-1: has not applied activation 10 (silent)') as string]);
  });

  test('ends at once when a node refuses, with its reasons: exit 5', async () => {
    await world.cli('activate');
    await report('engine-1', { rejected: { version: 8, problems: [{ path: 'fee', message: 'is too large' }] } });
    const ran = await world.cli('wait 10 --timeout 60');
    expect([ran.exit, ran.err]).toEqual([5, expect.stringContaining('engine-1: fee is too large (refused)') as string]);
  });

  test('ends with exit 4 when another activation takes its place', async () => {
    await report('engine-1', { running: running(6) });
    await world.cli('activate');
    await world.cli('set fee 0.9 --activate');
    const ran = await world.cli('wait 10 --timeout 60');
    expect([ran.exit, ran.err]).toEqual([4, expect.stringContaining('Activation 10 is superseded by 12, by alice.') as string]);
  });

  test('in an abstract environment is exit 2, before anything is written', async () => {
    await world.client.defineEnvironment({ environment: 'base', body: { type: 'testing', abstract: true } });
    await world.cli('set fee 1 -e base');
    for (const line of ['activate --wait', 'set fee 2 --activate --wait', 'promote --from staging --activate --wait', 'rollback --wait'])
      expect([line, (await world.cli(`${line} -e base`)).exit]).toEqual([line, 2]);
    expect((await world.cli('diff -e base')).out).toContain('1 change');
  });

  test('that is interrupted says that the activation stays: exit 130', async () => {
    await report('engine-1', { running: running(6) });
    const ran = await world.cli('activate --wait', { interruptWhen: (out) => out.includes('activation 10') });
    expect([ran.exit, ran.err]).toEqual([
      130,
      expect.stringContaining('Interrupted: the activation stays; `confledger wait 10` goes on waiting') as string,
    ]);
    expect((await world.cli('diff')).out).toContain('no differences');
  });
});
