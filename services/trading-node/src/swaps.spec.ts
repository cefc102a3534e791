// What counts as a swap, and which swaps have a delay.
import type { NodeStatus } from '@confledger/sdk';
import { expect, test } from 'vitest';
import { Swaps } from './swaps.js';

const NOON = Date.parse('2026-07-01T12:00:00.000Z');
const CONNECTING: NodeStatus = {
  state: 'connecting',
  source: 'feed',
  running: null,
  rejected: null,
  lastContactMs: null,
  problem: null,
  gaps: 0,
};
const runs = (activation: number, more: Partial<NodeStatus> = {}): NodeStatus => ({
  ...CONNECTING,
  state: 'ready',
  running: { version: activation - 1, activation, digest: 'ab'.repeat(32), activatedAt: new Date(NOON).toISOString() },
  ...more,
});

function taken(...statuses: NodeStatus[]): Swaps {
  const swaps = new Swaps();
  for (const status of statuses) swaps.take(status, NOON + 7);
  return swaps;
}

test('a swap of a running node came so long after its activation', () => {
  const { count, lastDelayMs } = taken(CONNECTING, runs(3), runs(3, { gaps: 1 }), runs(5));
  expect([count, lastDelayMs]).toEqual([2, 7]);
});

test('the first activation of a node that waits has a delay', () => {
  expect(taken(CONNECTING, { ...CONNECTING, state: 'waiting' }, runs(3)).lastDelayMs).toBe(7);
});

test('what a node takes over when it starts has none, also when it started from its cache file', () => {
  const { count, lastDelayMs } = taken(CONNECTING, runs(3));
  expect([count, lastDelayMs]).toEqual([1, null]);
  const cached = runs(3, { state: 'stale', source: 'cache' });
  expect([taken(cached).count, taken(cached, runs(5)).lastDelayMs]).toEqual([0, null]);
});

test('a node that lost its feed meanwhile is late by that', () => {
  expect(taken(CONNECTING, runs(3), runs(3, { state: 'stale' }), runs(5)).lastDelayMs).toBe(7);
});

test('a loss of the feed, or what is refused, is no swap', () => {
  const rejected = { version: 4, problems: [] };
  const { count } = taken(CONNECTING, runs(3), runs(3, { state: 'stale' }), runs(3, { rejected }), runs(3));
  expect(count).toBe(1);
});
