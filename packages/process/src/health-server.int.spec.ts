import { afterEach, beforeEach, expect, test } from 'vitest';
import { serveHealth, type HealthReport, type HealthServer } from './index.js';

const HEALTHY: HealthReport = {
  healthy: true,
  details: { state: 'active' },
  metrics: [{ type: 'gauge', name: 'part_active', help: '1 when it works', value: 1n }],
};

let report: () => Promise<HealthReport>;
let server: HealthServer;
beforeEach(async () => {
  report = () => Promise.resolve(HEALTHY);
  const pages = { '/status': () => ({ name: 'part-7' }) };
  const source = { name: 'part', unknown: 'the log does not answer', report: () => report(), pages };
  server = await serveHealth(() => [source], { host: '127.0.0.1', port: 0, version: '1.2.3' });
});
afterEach(() => server.close());

const ask = (path: string, method = 'GET') => fetch(`${server.url}${path}`, { method, headers: { connection: 'close' } });

test('a healthy part is shown with its details and its metrics', async () => {
  const health = await ask('/health');
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ healthy: true, checks: { part: { healthy: true, state: 'active' } }, version: '1.2.3' });
  expect(await (await ask('/metrics')).text()).toBe(
    '# HELP confledger_part_active 1 when it works\n# TYPE confledger_part_active gauge\nconfledger_part_active 1\n',
  );
});

test.each([
  ['rejects', () => Promise.reject(new Error('away'))],
  ['does not answer', () => new Promise<HealthReport>(() => undefined)],
])('a part whose report %s is unhealthy in bounded time, without metrics, and alive', async (_how, broken) => {
  report = broken;
  const health = await ask('/health/ready');
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({ healthy: false, checks: { part: { healthy: false, problem: 'the log does not answer' } } });
  expect((await ask('/metrics')).status).toBe(503);
  expect((await ask('/health/live')).status).toBe(200);
});

test('a page of the part is served whatever its health', async () => {
  report = () => Promise.reject(new Error('away'));
  const page = await ask('/status?pretty');
  expect([page.status, await page.json()]).toEqual([200, { name: 'part-7' }]);
});

test('of several parts each is shown, and one that is not well is not hidden by the other', async () => {
  await server.close();
  const other = { name: 'other', unknown: 'gone', report: () => report() };
  const well = { name: 'part', unknown: 'gone', report: () => Promise.resolve(HEALTHY) };
  server = await serveHealth(() => [well, other], { host: '127.0.0.1', port: 0, version: '1.2.3' });
  report = () => Promise.resolve({ healthy: false, details: { state: 'failing' }, metrics: [] });
  const health = await ask('/health');
  expect(health.status).toBe(503);
  expect(await health.json()).toMatchObject({
    healthy: false,
    checks: { part: { healthy: true }, other: { healthy: false, state: 'failing' } },
  });
  report = () => Promise.reject(new Error('away'));
  expect(await (await ask('/health')).json()).toMatchObject({
    checks: { part: { healthy: true }, other: { healthy: false, problem: 'gone' } },
  });
  const metrics = await ask('/metrics');
  expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining('confledger_part_active 1\n')]);
});

test('what else is asked is refused', async () => {
  const elsewhere = await ask('/elsewhere');
  expect([elsewhere.status, await elsewhere.text()]).toEqual([
    404,
    'There are /status, /health, /health/live, /health/ready and /metrics.\n',
  ]);
  expect((await ask('/toString')).status).toBe(404);
  expect((await ask('/health', 'POST')).status).toBe(405);
});
