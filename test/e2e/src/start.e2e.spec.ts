// What a newcomer meets first: starts, stops, refusals, and a start after everything was killed.
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@confledger/test-support';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { interruptedStart, isAlive, keptStandalone, runToEnd, startStandalone } from './standalone.js';

/** The second start is to be ready in this time. */
const SECOND_START_MS_MAX = 5_000;

vi.setConfig({ testTimeout: 120_000 });

let parent: string;
let data: string;
const { running, end } = keptStandalone(() => data);

beforeAll(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'confledger start '));
  data = path.join(parent, "it's data");
});

afterAll(async () => {
  await end();
  rmSync(parent, { recursive: true, force: true });
});

test('the first start says where everything is, keeps its secrets to itself, and stops without leaving a process', async () => {
  const standalone = await startStandalone(data);
  for (const file of ['admin.token', 'signing.key', 'fingerprint.key', 'postgres.password', 'address.json'])
    expect(statSync(path.join(data, file)).mode & 0o777).toBe(0o600);
  expect((await fetch(`${standalone.url}/api/v1/configurations`)).status).toBe(401);
  expect((await standalone.call('GET', '/configurations')).status).toBe(200);

  expect(JSON.parse(readFileSync(path.join(data, 'address.json'), 'utf8'))).toMatchObject({ url: standalone.url, pid: standalone.pid });
  const { code, output } = await standalone.end('SIGINT');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('Stopped.') as string });
  expect(existsSync(path.join(data, 'address.json'))).toBe(false);
  expect(isAlive(standalone.postgresPid)).toBe(false);
  expect(existsSync(path.join(data, 'lock'))).toBe(false);
  const logged = readdirSync(path.join(data, 'logs'))
    .map((file) => readFileSync(path.join(data, 'logs', file), 'utf8'))
    .join('');
  for (const file of ['admin.token', 'fingerprint.key', 'postgres.password'])
    expect(logged).not.toContain(readFileSync(path.join(data, file), 'utf8').trim());
});

test('Ctrl-C in the middle of a first start ends it quietly, and the next start works', async () => {
  const directory = path.join(parent, 'interrupted');
  const { code, output } = await interruptedStart(directory, /Starting Postgres/);
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Stopping …\s+Stopped\.\s*$/) as string });
  expect(existsSync(path.join(directory, 'lock'))).toBe(false);
  expect((await (await startStandalone(directory)).end('SIGTERM')).code).toBe(0);
});

// The best of three: what is measured is the program, not what else the machine does.
test('a later start is quick, with the token and the keys of the first', { retry: 2 }, async () => {
  await end();
  const token = readFileSync(path.join(data, 'admin.token'), 'utf8').trim();
  const standalone = await running();
  expect(standalone.readyMs).toBeLessThan(SECOND_START_MS_MAX);
  expect(standalone.token).toBe(token);
});

test('the three commands that it prints work as they stand', async () => {
  const standalone = await running();
  const commands = standalone
    .printed()
    .split('\n')
    .filter((line) => line.startsWith('curl '));
  expect(commands).toHaveLength(3);
  const answers: string[] = [];
  for (const command of commands) {
    // The node reports after its swap; what is asked is asked until it has.
    answers.push(
      await eventually(async () => {
        const answer = await shell(command);
        return command.includes('/nodes') && !answer.includes('"running":{') ? '' : answer;
      }),
    );
  }
  expect(answers.map((answer) => (JSON.parse(answer) as { success: boolean }).success)).toEqual([true, true, true]);
  expect(answers[2]).toContain('reference-node');
});

test('after kill -9 of everything but Postgres, a start stops the orphan and goes on', async () => {
  const killed = await running();
  await killed.end('SIGKILL');
  expect(isAlive(killed.postgresPid)).toBe(true);

  const next = await running();
  expect(next.printed()).toContain('Stopped the Postgres that an earlier process had left behind.');
  expect(isAlive(killed.postgresPid)).toBe(false);
  expect((await next.call('GET', '/status')).status).toBe(200);
});

test('after kill -9 of Postgres too, a start recovers', async () => {
  const killed = await running();
  await killed.end('SIGKILL');
  process.kill(killed.postgresPid, 'SIGKILL');
  const next = await running();
  expect((await next.call('GET', '/status')).status).toBe(200);
});

test('a crash of Postgres alone is mended while everything runs', async () => {
  const standalone = await running();
  process.kill(standalone.postgresPid, 'SIGKILL');
  const value = `after the crash of ${standalone.postgresPid}`;
  await eventually(
    async () => (await standalone.call('PUT', '/configurations/trading-engine/note', { value, activate: 'all' })).status === 200,
    { timeoutMs: 60_000 },
  );
  const { body } = await standalone.call('GET', '/configurations/trading-engine?version=active');
  const { version } = body.data as unknown as { readonly version: number };
  // All the way: the log is followed again, the node runs it, and its report is kept.
  await eventually(async () => JSON.stringify((await standalone.call('GET', '/nodes')).body).includes(`"running":{"version":${version},`), {
    timeoutMs: 60_000,
  });
  expect(standalone.printed()).toContain('Postgres ended by itself (SIGKILL) and was started again');
  expect((await standalone.end('SIGTERM')).code).toBe(0);
});

test("a signing key that is missing or not the installation's is refused, and the right one put back works", async () => {
  await end();
  const key = path.join(data, 'signing.key');
  renameSync(key, `${key}.kept`);
  const missing = await runToEnd({ CONFLEDGER_DATA_DIR: data, PORT: '0' });
  const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  writeFileSync(key, other, { mode: 0o600 });
  const another = await runToEnd({ CONFLEDGER_DATA_DIR: data, PORT: '0' });
  renameSync(`${key}.kept`, key);
  expect(missing).toMatchObject({
    code: 1,
    output: expect.stringContaining('signing.key is missing, and the event store holds') as string,
  });
  expect(another).toMatchObject({
    code: 1,
    output: expect.stringContaining("Put the installation's signing key there from a backup") as string,
  });
  expect((await (await running()).call('GET', '/status')).status).toBe(200);
});

test('a data directory in use is refused in one line with the remedy, and the one that uses it goes on', async () => {
  const first = await running();
  const { code, output } = await runToEnd({ CONFLEDGER_DATA_DIR: data, PORT: '0' });
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(output).toContain(`is in use by process ${first.pid}. Stop that one (kill ${first.pid}) or set CONFLEDGER_DATA_DIR`);
  expect((await first.call('GET', '/status')).status).toBe(200);
  expect((await first.end('SIGTERM')).code).toBe(0);
});

test('a taken port is refused in one line with the remedy, and nothing is left behind', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const address = holder.address();
  const port = typeof address === 'object' ? String(address?.port) : '';
  try {
    const { code, output } = await runToEnd({ CONFLEDGER_DATA_DIR: path.join(parent, 'unused'), PORT: port });
    expect({ code, lines: output.trim().split('\n') }).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(
          new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken\\. Stop what listens there, or start with another one: PORT=\\d+ npm start`),
        ) as string,
      ],
    });
    expect(existsSync(path.join(parent, 'unused', 'postgres'))).toBe(false);
    expect(existsSync(path.join(parent, 'unused', 'lock'))).toBe(false);
  } finally {
    holder.close();
  }
});

test.each([
  [{ PORT: 'abc' }, "PORT is 'abc', which is not a port."],
  [{ PORT: '0', HOST: '203.0.113.7' }, "HOST is '203.0.113.7', which is not an address of this machine."],
  [{ PORT: '0', CONFLEDGER_DATA_DIR: '/dev/null/data' }, 'cannot be written: a part of the path is a file.'],
])('a start with %j is refused in one line', async (environment, message) => {
  const { code, output } = await runToEnd({ CONFLEDGER_DATA_DIR: path.join(parent, 'refused'), ...environment });
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toHaveLength(1);
  expect(output).toContain(message);
});

function shell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', command], { cwd: parent, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });
}
