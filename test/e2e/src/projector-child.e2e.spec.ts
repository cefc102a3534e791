// The projector of the standalone as the process that it is: killed, frozen, left behind and signalled.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@confledger/test-support';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isAlive, keptStandalone, type Standalone } from './standalone.js';

vi.setConfig({ testTimeout: 120_000 });

/** A stop with a projector that hangs takes its 4 s and what the others take; without a bound it would take for ever. */
const BOUNDED_STOP_MS_MAX = 15_000;

let parent: string;
let data: string;
const { running, end } = keptStandalone(() => data);

beforeAll(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'confledger projector '));
  data = path.join(parent, 'data');
});

afterAll(async () => {
  await end();
  rmSync(parent, { recursive: true, force: true });
});

const projectorPid = (): number => (JSON.parse(readFileSync(path.join(data, 'projector.pid'), 'utf8')) as { readonly pid: number }).pid;
const projectorLog = (): string => readFileSync(path.join(data, 'logs/projector.log'), 'utf8');

interface Health {
  readonly healthy: boolean;
  readonly checks: { readonly projector: { readonly healthy: boolean; readonly detail: string | null } };
}

const health = async ({ url }: Standalone): Promise<Health> => (await (await fetch(`${url}/health`)).json()) as Health;

/** Writes a value; resolves when the read model has it. */
async function writeAndRead(standalone: Standalone, value: number): Promise<void> {
  const written = await standalone.call('PUT', '/configurations/trading-engine/limit', { value });
  expect(written.status).toBe(200);
  const { position } = written.body.data as unknown as { readonly position: string };
  await eventually(async () => (await standalone.call('GET', `/configurations?atLeast=${position}`)).status === 200, {
    timeoutMs: 30_000,
  });
}

test('it runs as a child with no password on its command line, and projects what is written', async () => {
  const standalone = await running();
  await writeAndRead(standalone, 1);
  const pid = projectorPid();
  expect(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[1]).toBe(String(standalone.pid));
  expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain('postgres');
  expect(await health(standalone)).toMatchObject({ healthy: true, checks: { projector: { healthy: true, detail: null } } });
});

test('killed, it is started again and goes on at its checkpoint, and health says so meanwhile', async () => {
  const standalone = await running();
  await writeAndRead(standalone, 2);
  const killed = projectorPid();
  process.kill(killed, 'SIGKILL');
  const sick = await eventually(async () => {
    const answer = await health(standalone);
    return answer.healthy ? null : answer;
  });
  expect(sick.checks.projector).toMatchObject({ healthy: false, detail: expect.stringContaining('is started again') as string });
  await writeAndRead(standalone, 3);
  await eventually(async () => (await health(standalone)).healthy);
  expect(projectorPid()).not.toBe(killed);
  expect(standalone.printed()).toContain('The projector ended by itself (SIGKILL) and is started again');
});

test.each([
  [
    'read the log',
    'REVOKE USAGE ON SCHEMA confledger_events FROM confledger_projector',
    'GRANT USAGE ON SCHEMA confledger_events TO confledger_projector',
  ],
  [
    'log in',
    `ALTER ROLE confledger_projector NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'confledger_projector'`,
    'ALTER ROLE confledger_projector LOGIN',
  ],
])('one that may no longer %s is told by health, until it may', async (_, take, give) => {
  const standalone = await running();
  const password = readFileSync(path.join(data, 'postgres.password'), 'utf8').trim();
  const port = readFileSync(path.join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  const owner = new pg.Client({ connectionString: `postgres://confledger:${password}@127.0.0.1:${port}/confledger` });
  await owner.connect();
  try {
    await writeAndRead(standalone, 30);
    await owner.query(take);
    const sick = await eventually(
      async () => {
        const answer = await health(standalone);
        return answer.healthy ? null : answer;
      },
      { timeoutMs: 20_000 },
    );
    expect(sick.checks.projector).toMatchObject({ healthy: false, detail: expect.stringContaining('fails and tries again') as string });
    await owner.query(give);
    await eventually(async () => (await health(standalone)).healthy, { timeoutMs: 20_000 });
    await writeAndRead(standalone, 31);
  } finally {
    await owner.query(give);
    await owner.end();
  }
});

test('Ctrl-C in the terminal stops it after the parts that read from it, quietly', async () => {
  const standalone = await running();
  await writeAndRead(standalone, 4);
  const pid = projectorPid();
  const before = projectorLog().length;
  process.kill(-standalone.pid, 'SIGINT');
  await eventually(() => !isAlive(standalone.pid));
  expect([pid, standalone.postgresPid].filter(isAlive)).toEqual([]);
  expect(standalone.printed()).toMatch(/Stopping …\s+Stopped\.\s*$/);
  expect(projectorLog().slice(before)).not.toMatch(/"level":(?:40|50)/);
});

test('a signal to it alone does not end it', async () => {
  const standalone = await running();
  await writeAndRead(standalone, 5);
  const pid = projectorPid();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
  await writeAndRead(standalone, 6);
  expect(projectorPid()).toBe(pid);
});

test('when the parent is killed it ends by itself, and nothing of it is left when the next one runs', async () => {
  const killed = await running();
  await writeAndRead(killed, 7);
  const pid = projectorPid();
  await killed.end('SIGKILL');
  await eventually(() => !isAlive(pid));
  const next = await running();
  await writeAndRead(next, 8);
});

test('one that hangs while the parent is killed is ended by the next start', async () => {
  const killed = await running();
  await writeAndRead(killed, 9);
  const pid = projectorPid();
  process.kill(pid, 'SIGSTOP');
  await killed.end('SIGKILL');
  expect(isAlive(pid)).toBe(true);
  const next = await running();
  expect(isAlive(pid)).toBe(false);
  await writeAndRead(next, 10);
});

test('one that hangs does not keep the parent from stopping in bounded time', async () => {
  const standalone = await running();
  await writeAndRead(standalone, 11);
  const pid = projectorPid();
  process.kill(pid, 'SIGSTOP');
  const began = performance.now();
  const { code } = await standalone.end('SIGTERM');
  expect(performance.now() - began).toBeLessThan(BOUNDED_STOP_MS_MAX);
  expect([code, isAlive(pid), isAlive(standalone.postgresPid)]).toEqual([0, false, false]);
});
