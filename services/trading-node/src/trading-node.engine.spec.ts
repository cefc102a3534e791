// The trading node as a process that follows the topic of a real Kafka: what it runs, says and reports, and what happens while Kafka is away.
import { SigningLedger } from '@confledger/conformance';
import { createKafkaFeed } from '@confledger/publisher-kafka';
import { eventually, startKafka, type TestKafka } from '@confledger/test-support';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

/** Built: `npm run test:engines` builds first. */
const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const LONG = { timeoutMs: 60_000 };
const TOKEN = 'a-token-that-may-report';

let kafka: TestKafka;
let ledger: SigningLedger;
let namespace: string;
let cleaners: (() => Promise<unknown>)[] = [];

beforeAll(async () => void (kafka = await startKafka()), 300_000);
afterAll(() => kafka.stop());
beforeEach(() => {
  ledger = new SigningLedger();
  namespace = `node-${randomUUID()}`;
});
afterEach(async () => {
  for (const clean of cleaners.splice(0).toReversed()) await clean();
});

interface NodeProcess {
  readonly child: ChildProcess;
  readonly said: () => string;
}

function nodeProcess(environment: Readonly<Record<string, string>> = {}): NodeProcess {
  const env = {
    PATH: process.env['PATH'],
    CONFLEDGER_FEED: 'kafka',
    CONFLEDGER_KAFKA_BROKERS: kafka.brokers.join(','),
    CONFLEDGER_NAMESPACE: namespace,
    CONFLEDGER_PUBLIC_KEY: ledger.key.publicKey,
    CONFLEDGER_NODE_NAME: 'engine-7',
    PORT: '0',
    ...environment,
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  cleaners.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return { child, said: () => said };
}

/** Makes the topic, and answers what writes the ledger's newest activation there. */
async function publisher(): Promise<(json: { readonly limit: number }) => Promise<void>> {
  const publisher = createKafkaFeed({
    brokers: kafka.brokers,
    namespace,
    installation: 'test',
    publicKeys: [ledger.key.publicKey],
    load: () => Promise.resolve(ledger.newest),
    lastPosition: () => Promise.resolve(1_000n),
    partitions: 2,
    replicationFactor: 1,
    minInsyncReplicas: 1,
  });
  cleaners.push(() => publisher.close());
  await publisher.takeOver(new AbortController().signal);
  return async (json) => {
    const active = ledger.activate(json);
    await publisher.publish([active], BigInt(active.activation));
  };
}

interface Reports {
  readonly url: string;
  /** What each request was: its token, and the version that it says runs. */
  readonly received: { readonly path: string; readonly authorization: string | undefined; readonly version: number | undefined }[];
}

/** Stands in for the api, which takes reports. */
async function reportsServer(): Promise<Reports> {
  const received: Reports['received'][number][] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { running } = JSON.parse(body) as { readonly running?: { readonly version: number } | null };
      received.push({ path: `${request.method} ${request.url}`, authorization: request.headers.authorization, version: running?.version });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleaners.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

test('it runs what is written to the topic, says so, and reports to the api that it has a token for', { timeout: 120_000 }, async () => {
  const activate = await publisher();
  const api = await reportsServer();
  const { child, said } = nodeProcess({ CONFLEDGER_URL: api.url, CONFLEDGER_TOKEN: TOKEN });
  await eventually(() => said().includes('waits: nothing is active yet'), LONG);
  await activate({ limit: 1 });
  await eventually(() => said().includes('runs version 1,'), LONG);
  await activate({ limit: 2 });
  await eventually(() => said().includes('runs version 3 instead of 1,'), LONG);
  await eventually(() => api.received.some(({ version }) => version === 3), LONG);
  for (const { path, authorization } of api.received)
    expect([path, authorization]).toEqual(['POST /api/v1/nodes/engine-7', `Bearer ${TOKEN}`]);

  const url = /serves (\S+)\/status/.exec(said())?.[1] ?? '';
  expect(await (await fetch(`${url}/status`)).json()).toMatchObject({ state: 'ready', source: 'feed', running: { version: 3 } });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(said()).not.toContain(TOKEN);
});

test('without a token it reports nowhere, and needs no api', { timeout: 120_000 }, async () => {
  const api = await reportsServer();
  await (
    await publisher()
  )({ limit: 1 });
  const { child, said } = nodeProcess({ CONFLEDGER_URL: api.url });
  await eventually(() => said().includes('runs version 1,'), LONG);
  // A node that is closed sends first what it has left to report.
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(api.received).toEqual([]);
});

test(
  'while Kafka is away it trades on and says that it is stale; when Kafka is back it follows the topic again',
  { timeout: 120_000 },
  async ({ skip }) => {
    if (!kafka.ours) return skip('the brokers of CONFLEDGER_TEST_KAFKA_BROKERS are not ours to kill');
    const first = await publisher();
    await first({ limit: 1 });
    const { child, said } = nodeProcess();
    await eventually(() => said().includes('runs version 1,'), LONG);
    await kafka.kill();
    await eventually(() => said().includes('is stale: no connection to Kafka'), LONG);
    await kafka.restart();
    await (
      await publisher()
    )({ limit: 2 });
    await eventually(() => said().includes('runs version 3 instead of 1,'), LONG);
    expect(child.exitCode).toBeNull();
  },
);

test('brokers that are missing end the process with the name of their variable', async () => {
  const { child, said } = nodeProcess({ CONFLEDGER_KAFKA_BROKERS: '' });
  expect((await once(child, 'exit'))[0]).toBe(1);
  expect(said()).toMatch(/^CONFLEDGER_KAFKA_BROKERS is not set, but CONFLEDGER_FEED is kafka: .*\. Set it\.\n$/);
});
