// A process that has closed its store ends by itself, also when its server died or fell silent: no timer of a dead channel holds it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventStoreDbDouble, type EventStoreDbDouble } from '@confledger/doubles';
import { tcpProxy, type TcpProxy } from '@confledger/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** Timers of dead channels have held a process for 14 s. */
const EXIT_TIMEOUT_MS = 10_000;
/** A busy machine takes long to start a process. */
const TEST_TIMEOUT_MS = 90_000;
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const program = `
  import { createEventStoreDbEventStore } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
  const store = createEventStoreDbEventStore({ connectionString: process.env.URL_OF_STORE, attemptTimeoutMs: 1_500, readTimeoutMs: 1_500 });
  const abort = new AbortController();
  const reading = (async () => { for await (const events of store.subscribe({ after: 0n, signal: abort.signal })) events.length; })();
  const event = () => ({ id: crypto.randomUUID(), type: 'ConfigSet', data: '{}', metadata: '{}' });
  await store.append('config-test.exit', -1, [event()]);
  console.log('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.unref();
  await store.append('config-test.exit', 0, [event()]).catch(() => undefined);
  await store.readStream('config-test.exit', { limit: 1 }).catch(() => undefined);
  await store.close();
  await reading;
  console.log('closed');
`;

let double: EventStoreDbDouble;
let proxy: TcpProxy;
let child: ChildProcess | undefined;

beforeEach(async () => {
  double = await eventStoreDbDouble();
  proxy = await tcpProxy(double);
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await proxy.close();
  await double.close();
});

const faults: readonly [string, () => void][] = [
  ['is there', () => undefined],
  ['is dead', () => double.shutdown()],
  ['is silent', () => proxy.pause()],
];

test.each(faults)('a process whose server %s ends when its store is closed', { timeout: TEST_TIMEOUT_MS }, async (_state, fault) => {
  const env = { ...process.env, URL_OF_STORE: `esdb://127.0.0.1:${proxy.port}?tls=false` };
  const args = ['--input-type=module', '--eval', program];
  const running = spawn(process.execPath, args, { cwd: repository, env, stdio: ['pipe', 'pipe', 'inherit'] });
  child = running;
  const exited = once(running, 'exit');
  const died = exited.then(() => Promise.reject(new Error('The process ended too early.')));
  died.catch(() => undefined);
  let output = '';
  running.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const said = async (word: string): Promise<void> => {
    while (!output.includes(word)) await Promise.race([once(running.stdout, 'data'), died]);
  };
  await said('ready');
  fault();
  running.stdin.end('go\n');
  await said('closed');
  const closedAt = performance.now();
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - closedAt).toBeLessThan(EXIT_TIMEOUT_MS);
});
