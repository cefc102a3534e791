// The rules of the port to node reports.
import { CLOSED_NODE_KEPT_MS, SILENT_NODE_KEPT_MS, type NodeReport, type NodeReports } from '@confledger/application';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface NodeReportsUnderTest {
  readonly reports: NodeReports;
  close(): Promise<void>;
}

const base: NodeReport = {
  name: 'engine-7',
  environment: 'production',
  service: 'trading-engine',
  state: 'ready',
  running: { version: 4, activation: 5, digest: 'ab'.repeat(32), activatedAt: '2026-01-01T00:00:00.000Z' },
  rejected: {
    version: 6,
    problems: [
      { path: 'risk.max', message: 'must be positive' },
      { path: null, message: 'wrong digest' },
    ],
  },
  sdk: '0.1.0; statements=1,2',
  resolution: { profiles: ['night'], overridden: ['risk.max'], pendingRestart: ['db.poolSize'], unresolved: ['a'], unreadReferences: 3 },
  reportedAt: '2026-01-01T00:00:01.000Z',
};

export function nodeReportsConformance(name: string, make: () => Promise<NodeReportsUnderTest>): void {
  describe(`${name} as node reports`, () => {
    let subject: NodeReportsUnderTest;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.close();
    });

    test('Where nobody reported the list is empty', async () => {
      expect(await subject.reports.list({})).toEqual([]);
    });

    test('A report comes back as it was put, also one that runs and rejected nothing and does not say its SDK', async () => {
      const idle: NodeReport = { ...base, name: 'engine-8', state: 'waiting', running: null, rejected: null, sdk: null, resolution: {} };
      await subject.reports.put(base);
      await subject.reports.put(idle);
      expect(await subject.reports.list({})).toEqual([base, idle]);
    });

    test('The newest report of a node and ledger replaces the one before; one that arrives late does not', async () => {
      await subject.reports.put(base);
      await subject.reports.put({ ...base, state: 'stale', reportedAt: '2026-01-01T00:00:02.000Z' });
      await subject.reports.put({ ...base, state: 'late', reportedAt: '2026-01-01T00:00:00.000Z' });
      expect((await subject.reports.list({})).map(({ state }) => state)).toEqual(['stale']);
    });

    test('A node that runs two ledgers has a report for each', async () => {
      await subject.reports.put(base);
      await subject.reports.put({ ...base, service: 'risk-gateway' });
      expect(await subject.reports.list({})).toHaveLength(2);
    });

    test('The list is ordered by environment, service, name, and can be cut to each of them', async () => {
      for (const [environment, service, node] of [
        ['staging', 'a', 'n1'],
        ['production', 'b', 'n2'],
        ['production', 'b', 'n1'],
        ['production', 'a', 'N3'],
      ] as const) {
        await subject.reports.put({ ...base, environment, service, name: node });
      }
      const names = async (filter: Parameters<NodeReports['list']>[0]): Promise<string[]> =>
        (await subject.reports.list(filter)).map((report) => `${report.environment}.${report.service} ${report.name}`);
      expect(await names({})).toEqual(['production.a N3', 'production.b n1', 'production.b n2', 'staging.a n1']);
      expect(await names({ environment: 'staging' })).toEqual(['staging.a n1']);
      expect(await names({ environment: 'production', service: 'b' })).toEqual(['production.b n1', 'production.b n2']);
      expect(await names({ service: 'a' })).toEqual(['production.a N3', 'staging.a n1']);
      expect(await names({ name: 'n1' })).toEqual(['production.b n1', 'staging.a n1']);
      expect(await names({ name: 'n1', environment: 'staging' })).toEqual(['staging.a n1']);
      expect(await names({ name: 'n' })).toEqual([]);
    });

    test('A node that was updated has the SDK of its newest report', async () => {
      await subject.reports.put({ ...base, sdk: null });
      await subject.reports.put({ ...base, reportedAt: '2026-01-01T00:00:02.000Z' });
      expect((await subject.reports.list({})).map(({ sdk }) => sdk)).toEqual([base.sdk]);
    });

    test('The list can be cut to reports that arrived at an instant or later', async () => {
      const atMs = Date.parse(base.reportedAt);
      await subject.reports.put(base);
      await subject.reports.put({ ...base, name: 'engine-8', reportedAt: new Date(atMs + 1).toISOString() });
      const namesSince = async (sinceMs: number): Promise<string[]> =>
        (await subject.reports.list({ environment: base.environment, sinceMs })).map(({ name }) => name);
      expect([await namesSince(atMs), await namesSince(atMs + 1), await namesSince(atMs + 2)]).toEqual([
        ['engine-7', 'engine-8'],
        ['engine-8'],
        [],
      ]);
    });

    test.each([
      ['closed', CLOSED_NODE_KEPT_MS],
      ['stale', SILENT_NODE_KEPT_MS],
      ['ready', SILENT_NODE_KEPT_MS],
    ])('A node whose last word was that it is %s is kept for %d ms, and then forgotten', async (state, keptMs) => {
      const reportedAtMs = Date.parse(base.reportedAt);
      await subject.reports.put({ ...base, state });
      await subject.reports.put({ ...base, name: 'engine-8', reportedAt: new Date(reportedAtMs + 1).toISOString() });
      await subject.reports.forget(reportedAtMs + keptMs);
      expect(await subject.reports.list({})).toHaveLength(2);
      await subject.reports.forget(reportedAtMs + keptMs + 1);
      expect((await subject.reports.list({})).map(({ name }) => name)).toEqual(['engine-8']);
    });

    test('A node that closed and came back is kept as one that runs', async () => {
      const later = new Date(Date.parse(base.reportedAt) + 1_000).toISOString();
      await subject.reports.put({ ...base, state: 'closed' });
      await subject.reports.put({ ...base, reportedAt: later });
      await subject.reports.forget(Date.parse(later) + CLOSED_NODE_KEPT_MS + 1);
      expect(await subject.reports.list({})).toHaveLength(1);
    });
  });
}
