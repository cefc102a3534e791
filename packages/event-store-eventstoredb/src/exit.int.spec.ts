// A process that has closed its store ends by itself, also when its server died or fell silent: no timer of a dead channel holds it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventStoreDbDouble, type EventStoreDbDouble } from '@confledger/doubles';
import { tcpProxy, type TcpProxy } from '@confledger/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';

const EXIT_TIMEOUT_MS = 5_000;
const repository = fileURLToPath(new URL('../../..', import.meta.url));
const program = `
  import { createEventStoreDbEventStore } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
  const store = createEventStoreDbEventStore({ connectionString: process.env.URL_OF_STORE, attemptTimeoutMs: 300, readTimeoutMs: 300 });
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

test.each(faults)('a process whose server %s ends when its store is closed', async (_state, fault) => {
  const env = { ...process.env, URL_OF_STORE: `esdb://127.0.0.1:${proxy.port}?tls=false` };
  const args = ['--conditions=@confledger/source', '--import', 'tsx', '--input-type=module', '--eval', program];
  const running = spawn(process.execPath, args, { cwd: repository, env, stdio: ['pipe', 'pipe', 'inherit'] });
  child = running;
  const exited = once(running, 'exit');
  const output: string[] = [];
  running.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
  await once(running.stdout, 'data');
  fault();
  running.stdin.end('go\n');
  while (!output.join('').includes('closed')) await once(running.stdout, 'data');
  const closedAt = performance.now();
  expect(await exited).toEqual([0, null]);
  expect(performance.now() - closedAt).toBeLessThan(EXIT_TIMEOUT_MS);
});
