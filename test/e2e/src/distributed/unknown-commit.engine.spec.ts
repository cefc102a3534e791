// A relay that does not learn whether its transaction was committed: the broker is killed before the commit, or its answer gets lost, or it
// never reaches the broker. The relay takes over from itself, and nothing is lost, doubled, reordered or half there.
import { eventually, startKafka, tcpProxy, type TcpProxy, type TestKafka } from '@confledger/test-support';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { Installation } from './installation.js';
import { type Load, startLoad } from './load.js';
import { Operator } from './operator.js';
import type { Part } from './part.js';
import { storyProblems, type ToldClient } from './story.js';

const SERVICES = ['trading-engine', 'risk-gateway'];
const LONG = { timeoutMs: 60_000 };
const TEST = { timeout: 240_000 };
/** Until nodes get activations again, with a broker that has just come back on a busy machine. */
const HEALED = { timeoutMs: 30_000 };
/** A transaction that publishes, under load. */
const PUBLISHING = 20;
/** How long the network is silent. */
const SILENCE_MS = 1_000;
/** Kafka's number for the request that ends a transaction, behind the four bytes of its length. */
const END_TXN = 26;

let kafka: TestKafka;
let detour: TcpProxy;
let installation: Installation;
let relay: Part;
/** Of all tests: the log holds what all of them did. */
let clients: ToldClient[];
let load: Load | undefined;

beforeAll(async () => {
  kafka = await startKafka();
  const { hostname: host, port } = new URL(`tcp://${kafka.brokers[0]}`);
  detour = await tcpProxy({ host, port: Number(port) });
  installation = await Installation.start({ kafka, store: 'eventstoredb', relays: 0, follow: SERVICES });
  const operator = new Operator(() => installation.caller());
  clients = [operator];
  for (const service of SERVICES) await operator.command('PUT', service, '/hand', { value: 'first', activate: 'all' });
}, 300_000);
afterEach(async () => {
  await load?.stop();
  await relay.stop();
});
afterAll(async () => {
  await installation?.close();
  await detour?.close();
  await kafka?.stop();
});

/** A relay on the detour, which is active when this resolves. */
async function startRelay(more: Readonly<Record<string, string>> = {}): Promise<void> {
  relay = installation.launchRelayProgram({ RELAY_DETOUR_PORT: String(detour.port), ...more });
  await eventually(async () => (await relay.health())?.state === 'active', LONG);
}

function underLoad(name: string): Load {
  load = startLoad(installation, name, SERVICES);
  clients.push(...load.clients);
  return load;
}

async function healed({ acknowledged, stop }: Load): Promise<void> {
  const [before, since] = [acknowledged(), Date.now()];
  for (const follower of installation.followers)
    await eventually(() => follower.told().some(({ swapped, at }) => swapped && at > since), HEALED);
  expect(acknowledged()).toBeGreaterThan(before);
  await stop();
  expect(relay.printed()).toContain('relay failed and tries again');
  expect(await storyProblems(installation, clients)).toEqual([]);
}

test(
  'a broker that is killed between the records of a transaction and its commit leaves none of it, and the relay writes it anew',
  TEST,
  async (context) => {
    if (!kafka.ours) context.skip('the brokers of CONFLEDGER_TEST_KAFKA_BROKERS are not ours to kill');
    await startRelay({ RELAY_PAUSES_AT: `produced:${PUBLISHING}` });
    const running = underLoad('broker');
    await eventually(() => relay.printed().includes('paused at'), LONG);
    await kafka.kill();
    relay.resume();
    const before = running.acknowledged();
    await kafka.restart();
    expect(running.acknowledged()).toBeGreaterThan(before);
    await healed(running);
  },
);

test.each([
  ['reached the broker and whose answer is lost', 'toClient'],
  ['never reaches the broker', 'both'],
] as const)('a relay finds out by taking over from itself what became of a commit that %s', TEST, async (_, direction) => {
  await startRelay();
  const running = underLoad(direction);
  const isSilent = new Promise<void>((resolve) => {
    detour.onRequest = (chunk) => {
      // The same process publishes changes, in transactions of their own.
      if (chunk.length < 6 || chunk.readInt16BE(4) !== END_TXN || !chunk.includes(`${installation.namespace}-relay`)) return;
      detour.onRequest = undefined;
      detour.pause(direction);
      resolve();
    };
  });
  await isSilent;
  await sleep(SILENCE_MS);
  detour.cut();
  detour.resume();
  await healed(running);
});
