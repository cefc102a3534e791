import type { NodeStatus } from '@confledger/sdk';
import { expect, test } from 'vitest';
import { createNarration } from './narration.js';

const READY: NodeStatus = {
  state: 'ready',
  source: 'feed',
  running: { version: 5, activation: 6, digest: 'd', activatedAt: '2026-01-01T00:00:00.000Z' },
  rejected: null,
  lastContactMs: 0,
  problem: null,
  gaps: 0,
};
const NOW = Date.parse('2026-01-01T00:00:00.004Z');

test('each thing is said once, however often the status is told', () => {
  const narrate = createNarration('production/engine');
  const rejected = {
    version: 7,
    problems: [
      { path: 'risk.limit', message: 'expected number' },
      { path: null, message: 'x' },
    ],
  };
  const stale: NodeStatus = { ...READY, state: 'stale', rejected, problem: 'no connection' };
  const told = [READY, READY, { ...READY, rejected }, { ...READY, rejected }, stale, stale, READY].flatMap((status) =>
    narrate(status, NOW),
  );
  expect(told).toEqual([
    'production/engine runs version 5, 4 ms after its activation',
    'production/engine refused version 7: risk.limit: expected number (and 1 more)',
    'production/engine is stale: no connection',
    'production/engine follows the feed again',
  ]);
});

test('a start from the cache file says so', () => {
  expect(createNarration('a/b')({ ...READY, state: 'stale', source: 'cache' }, NOW)).toEqual(['a/b runs version 5, from its cache file']);
});
