// Reports over a real server that is slow, broken or away: the newest state arrives, and nobody waits for it.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { NodeReportBody } from '@confledger/contracts/http';
import { REPORT_GAP_MS, Reporter, UNANSWERED_MS_MAX } from './reporter.js';

const WAIT = { timeout: 10_000, interval: 2 };

let server: Server;
let bodies: NodeReportBody[];
let statuses: number[];
let held: (() => void)[];
let holding: boolean;
let untaken: string[];
let reporter: Reporter;

beforeEach(async () => {
  bodies = [];
  statuses = [];
  held = [];
  holding = false;
  untaken = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as NodeReportBody);
      const answer = (): void => void response.writeHead(statuses.shift() ?? 201).end();
      if (holding) held.push(answer);
      else answer();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  reporter = new Reporter({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, token: null }, 'engine 7', (why) =>
    untaken.push(why),
  );
});
afterEach(async () => {
  await reporter.close();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

function report(version: number): NodeReportBody {
  return {
    environment: 'production',
    service: 'engine',
    state: 'ready',
    running: { version, activation: version + 1, digest: 'd', activatedAt: 't' },
    rejected: null,
  };
}

const versions = (): (number | undefined)[] => bodies.map(({ running }) => running?.version);

test('while a report is under way, only the newest of the next ones is kept', async () => {
  holding = true;
  reporter.put(report(1));
  await vi.waitFor(() => expect(held).toHaveLength(1), WAIT);
  for (let version = 2; version <= 50; version++) reporter.put(report(version));
  holding = false;
  held[0]?.();
  await vi.waitFor(() => expect(versions()).toEqual([1, 50]), WAIT);
});

test('a burst of activations is told in few reports, the newest last', async () => {
  const begin = performance.now();
  for (let version = 1; version <= 200; version++) {
    reporter.put(report(version));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await vi.waitFor(() => expect(versions().at(-1)).toBe(200), WAIT);
  expect(bodies.length).toBeLessThanOrEqual(2 + (performance.now() - begin) / REPORT_GAP_MS);
});

test('the same report is not sent twice', async () => {
  reporter.put(report(1));
  await vi.waitFor(() => expect(versions()).toEqual([1]), WAIT);
  reporter.put(report(1));
  reporter.put(report(2));
  await vi.waitFor(() => expect(versions()).toEqual([1, 2]), WAIT);
});

test('one that was not taken is tried again, in the newest state', async () => {
  statuses = [503];
  reporter.put(report(1));
  await vi.waitFor(() => expect(versions()).toEqual([1]), WAIT);
  reporter.put(report(2));
  await vi.waitFor(() => expect(versions()).toEqual([1, 2]), WAIT);
});

test('that an api refuses them is told once, and once more after it had taken one', async () => {
  statuses = [401, 401];
  reporter.put(report(1));
  await vi.waitFor(() => expect(bodies).toHaveLength(3), WAIT);
  expect(untaken).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ answers 401$/)]);
  statuses = [403];
  reporter.put(report(2));
  await vi.waitFor(() => expect(untaken).toHaveLength(2), WAIT);
});

test('an api that is away for a moment is no news', async () => {
  statuses = [503];
  reporter.put(report(1));
  await vi.waitFor(() => expect(bodies).toHaveLength(2), WAIT);
  expect(untaken).toEqual([]);
});

test('an api that takes no report for UNANSWERED_MS_MAX is named once', async () => {
  statuses = Array.from({ length: 50 }, () => 503);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const begunMs = performance.now();
    reporter.put(report(1));
    for (let turns = 0; turns < 10_000 && performance.now() - begunMs < 4 * UNANSWERED_MS_MAX; turns += 1) {
      const requests = bodies.length;
      await vi.advanceTimersByTimeAsync(100);
      if (bodies.length > requests || turns % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (performance.now() - begunMs < UNANSWERED_MS_MAX) expect(untaken).toEqual([]);
    }
    expect(untaken).toEqual([expect.stringMatching(/^http:.* answers 503$/)]);
  } finally {
    vi.useRealTimers();
  }
});

test('closing sends what is left, and does not wait for a server that does not answer', async () => {
  reporter.put(report(1));
  await reporter.close();
  expect(versions()).toEqual([1]);
  holding = true;
  const second = new Reporter({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: null }, 'n', () => undefined);
  second.put(report(2));
  await vi.waitFor(() => expect(held).toHaveLength(1), WAIT);
  const begun = performance.now();
  await second.close();
  expect(performance.now() - begun).toBeLessThan(2_000);
});
