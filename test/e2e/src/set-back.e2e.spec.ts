// The database of a standalone is set back to a copy of its stopped directory: nothing is served or written as if nothing had happened, and
// a person decides. The steps are those of the operations page.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@confledger/test-support';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { runToEnd, startStandalone, type Standalone } from './standalone.js';

/** Three checks over ten seconds, and a busy machine. */
const SET_BACK = { timeoutMs: 60_000 };
vi.setConfig({ testTimeout: 180_000 });

let data: string;
let standalone: Standalone | null = null;

beforeAll(() => void (data = mkdtempSync(path.join(tmpdir(), 'confledger-set-back-'))));
afterEach(async () => {
  await standalone?.end('SIGKILL');
  standalone = null;
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

/** With owner and times, as a backup has them: as root, Postgres runs as another user. */
const copy = (from: string, to: string): void => void execFileSync('cp', ['-a', from, to]);
const file = (name: string) => path.join(data, name);

async function start(environment: Readonly<Record<string, string>> = {}): Promise<Standalone> {
  standalone = await startStandalone(data, environment);
  return standalone;
}

async function stop(): Promise<void> {
  await standalone?.end('SIGTERM');
  standalone = null;
}

const put = (value: number) => standalone?.call('PUT', '/configurations/engine/a', { value, activate: true });
const ask = async (method: string, place: string, body?: unknown) => (await standalone?.call(method, place, body))?.body;
const versions = async () =>
  ((await ask('GET', '/configurations/engine/versions'))?.data as { items?: unknown[] } | undefined)?.items?.length;

/** The standing of the log, once it is decided. */
const setBack = () =>
  eventually(
    async () => ((await ask('GET', '/status'))?.data as { log?: { state: string } } | undefined)?.log?.state === 'set back',
    SET_BACK,
  );

test('a database that was set back is refused by name until a person decides', async () => {
  await start();
  await put(1);
  await stop();
  copy(file('postgres'), file('backup'));
  await start();
  for (const value of [2, 3, 4]) await put(value);
  const acknowledged = (await put(5))?.body.data as { position?: string } | undefined;
  const installation = String(acknowledged?.position).split(':')[0] ?? '';
  await stop();
  renameSync(file('postgres'), file('newest'));
  copy(file('backup'), file('postgres'));

  // In doubt from the first call on, and nothing of the old log is served as if it were the newest.
  await start();
  expect((await ask('GET', '/configurations/engine'))?.code).toMatch(/^(EVENT_STORE_UNAVAILABLE|LOG_SET_BACK)$/);
  expect((await put(9))?.body.code).toMatch(/^(EVENT_STORE_UNAVAILABLE|LOG_SET_BACK)$/);
  await setBack();
  expect((await put(9))?.body.code).toBe('LOG_SET_BACK');
  expect((await put(9))?.status).toBe(503);
  expect((await ask('GET', '/configurations/engine'))?.code).toBe('LOG_SET_BACK');
  const { url = '' } = standalone ?? {};
  expect(await (await fetch(`${url}/health/ready`)).text()).toContain('LOG_SET_BACK');
  expect((await ask('GET', '/status'))?.data).toMatchObject({
    log: { state: 'set back', missing: { stream: 'config-production.engine' } },
    parts: [{ state: 'down' }, { state: 'up' }, { name: 'projector' }],
  });
  const authorization = `Bearer ${readFileSync(file('admin.token'), 'utf8').trim()}`;
  expect(await (await fetch(`${url}/api/v1/metrics`, { headers: { authorization } })).text()).toContain('\nconfledger_log_set_back 1\n');
  expect(readFileSync(file('logs/core.log'), 'utf8').match(/LOG_SET_BACK/g)).toHaveLength(1);
  expect(standalone?.printed()).toContain('The log was set back');
  await stop();

  // The database that holds everything comes back: nothing has to be accepted.
  rmSync(file('postgres'), { recursive: true });
  copy(file('newest'), file('postgres'));
  await start();
  expect((await ask('GET', '/configurations/engine/a'))?.data).toMatchObject({ value: 5 });
  await stop();

  // The backup is to be gone on with. Another installation is not accepted by mistake.
  rmSync(file('postgres'), { recursive: true });
  copy(file('backup'), file('postgres'));
  const refused = await runToEnd({ PORT: '0', CONFLEDGER_DATA_DIR: data, CONFLEDGER_ACCEPT_LOG: 'another' });
  expect(refused.code).toBe(1);
  expect(refused.output).toContain(`CONFLEDGER_ACCEPT_LOG is another, but the event store holds installation ${installation}.`);
  rmSync(file('reference-node.cache'), { force: true });
  await start({ CONFLEDGER_ACCEPT_LOG: installation });
  expect((await ask('GET', '/configurations/engine/a'))?.data).toMatchObject({ value: 1 });
  expect((await put(7))?.status).toBe(200);
  await eventually(async () => (await versions()) === 2);
  await stop();
  await start();
  expect((await ask('GET', '/configurations/engine/a'))?.data).toMatchObject({ value: 7 });
});

test('a database that was emptied is refused too, and the word for it makes a new installation with the same keys', async () => {
  await start();
  await put(8);
  const key = ((await ask('GET', '/status'))?.data as { publicKey?: unknown } | undefined)?.publicKey;
  await stop();
  rmSync(file('postgres'), { recursive: true });
  await start();
  await setBack();
  expect((await put(9))?.body.code).toBe('LOG_SET_BACK');
  await stop();
  await start({ CONFLEDGER_ACCEPT_LOG: 'empty' });
  expect((await put(1))?.status).toBe(200);
  expect((await ask('GET', '/status'))?.data).toMatchObject({ publicKey: key, log: { state: 'held' } });
});
