// The choice of the form of statement: by the setting, the seal, and what live nodes of the ledger say that they verify.
import { ReadModelUnavailable, type NodeReport, type NodeReports } from '@confledger/application';
import { InMemoryApiHeartbeats, InMemoryNodeReports } from '@confledger/application/testing';
import { LedgerId } from '@confledger/domain';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CHOICE_KEPT_MS, LIVE_NODE_MS, REPORTS_WAIT_MS_MAX, StatementChoice, type StatementChoiceOptions } from './statement-choice.js';

const LEDGER = LedgerId.of('production', 'engine');
const SEAL = { revision: 2, hash: 'h', ends: new Map() };
const NEW = '0.2.0; statements=1,2';

let now: number;
let reports: InMemoryNodeReports;
let heartbeats: InMemoryApiHeartbeats;
beforeEach(() => {
  now = Date.parse('2026-07-01T12:00:00.000Z');
  reports = new InMemoryNodeReports();
  heartbeats = new InMemoryApiHeartbeats({ now: () => now });
});

function choiceOf(more: Partial<StatementChoiceOptions> = {}): StatementChoice {
  return new StatementChoice({ reports, heartbeats, record: { seal: SEAL }, clock: { now: () => now }, isForced: false, ...more });
}

function report(more: Partial<NodeReport> = {}): Promise<void> {
  const { environment, service } = LEDGER;
  const reportedAt = new Date(now).toISOString();
  return reports.put({
    name: 'n',
    environment,
    service,
    state: 'ready',
    running: null,
    rejected: null,
    sdk: NEW,
    resolution: {},
    reportedAt,
    ...more,
  });
}

describe('a sealed log', () => {
  test('without a node gets form 2', async () => {
    expect((await choiceOf().factFor(LEDGER)).form).toBe(2);
  });

  test('gets form 2 when every live node verifies it, and form 1 when one does not', async () => {
    await report();
    expect((await choiceOf().factFor(LEDGER)).form).toBe(2);
    await report({ name: 'old', sdk: null });
    expect((await choiceOf().factFor(LEDGER)).form).toBe(1);
    await report({ name: 'old', sdk: '0.1.0; statements=1' });
    expect((await choiceOf().factFor(LEDGER)).form).toBe(1);
  });

  test('a node of another ledger holds nothing back', async () => {
    await report({ service: 'gateway', sdk: null });
    await report({ environment: 'staging', sdk: null });
    expect((await choiceOf().factFor(LEDGER)).form).toBe(2);
    expect((await choiceOf().factFor(LedgerId.of('staging', 'engine'))).form).toBe(1);
  });

  test('an old node holds form 2 back for 2 minutes after its last report', async () => {
    await report({ sdk: null });
    now += LIVE_NODE_MS;
    expect((await choiceOf().factFor(LEDGER)).form).toBe(1);
    now += 1;
    expect((await choiceOf().factFor(LEDGER)).form).toBe(2);
  });

  test('an old node that says it has closed holds nothing back', async () => {
    await report({ sdk: null, state: 'closed' });
    expect((await choiceOf().factFor(LEDGER)).form).toBe(2);
  });
});

test('a log that is not sealed gets form 1, whatever nodes verify, until it is sealed', async () => {
  const record: { seal: typeof SEAL | null } = { seal: null };
  const choice = choiceOf({ record });
  expect([(await choice.factFor(LEDGER)).form, choice.rule]).toEqual([1, 'unsealed']);
  record.seal = SEAL;
  expect([(await choice.factFor(LEDGER)).form, choice.rule]).toEqual([2, 'nodes']);
});

test('the setting makes it form 2, without a seal, with old nodes, and without asking for reports', async () => {
  await report({ sdk: null });
  const list = vi.fn<NodeReports['list']>();
  const choice = choiceOf({ record: { seal: null }, isForced: true, reports: { list } });
  expect([(await choice.factFor(LEDGER)).form, choice.rule]).toEqual([2, 'forced']);
  expect(list).not.toHaveBeenCalled();
});

describe('node reports that cannot be read', () => {
  test('mean form 1', async () => {
    const list = () => Promise.reject(new ReadModelUnavailable('no connection'));
    expect((await choiceOf({ reports: { list } }).factFor(LEDGER)).form).toBe(1);
  });

  test('are waited for no longer than the limit', async () => {
    vi.useFakeTimers();
    try {
      const fact = choiceOf({ reports: { list: () => new Promise(() => undefined) } }).factFor(LEDGER);
      await vi.advanceTimersByTimeAsync(REPORTS_WAIT_MS_MAX);
      expect((await fact).form).toBe(1);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

test('the choice for a ledger is kept for a moment, each ledger its own', async () => {
  const list = vi.fn<NodeReports['list']>((filter) => reports.list(filter));
  const choice = choiceOf({ reports: { list } });
  expect(await Promise.all([choice.factFor(LEDGER), choice.factFor(LEDGER)])).toMatchObject([{ form: 2 }, { form: 2 }]);
  await report({ sdk: null });
  now += CHOICE_KEPT_MS - 1;
  expect((await choice.factFor(LEDGER)).form).toBe(2);
  expect(list).toHaveBeenCalledTimes(1);
  expect((await choice.factFor(LedgerId.of('staging', 'engine'))).form).toBe(2);
  expect(list).toHaveBeenCalledTimes(2);
  now += 1;
  expect((await choice.factFor(LEDGER)).form).toBe(1);
});

test('live nodes without form 2 are named, those of every ledger', async () => {
  await report();
  await report({ name: 'old', sdk: null });
  await report({ name: 'older', service: 'gateway', sdk: '0.1.0; statements=1' });
  await report({ name: 'gone', sdk: null, state: 'closed' });
  const named = await choiceOf().nodesWithoutForm2();
  expect(named.map(({ service, name, sdk }) => [service, name, sdk])).toEqual([
    ['engine', 'old', null],
    ['gateway', 'older', '0.1.0; statements=1'],
  ]);
});
