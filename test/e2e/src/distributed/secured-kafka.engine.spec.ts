// Relay and trading node as processes on a Kafka that asks for TLS and a password: they work with the settings of the environment, and where
// those are wrong they say which to check, without the password, and try again.
import { eventually, type SharedSecuredKafka, sharedSecuredKafka } from '@confledger/test-support';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Installation } from './installation.js';
import { type Environment, Part, Process } from './part.js';

const TRADING_NODE = fileURLToPath(new URL('../../../../services/trading-node/dist/main.js', import.meta.url));
const LONG = { timeoutMs: 60_000 };
/** Of a relay: one for activations, one for changes. Each tells a line once. */
const KAFKA_CLIENTS = 2;
/** So often a relay fails before the spec goes on. */
const FAILURES = 7;
/** The six pauses between them double from 100 ms, and half of each is left to chance: 50 ms to 1.6 s at least, 3.15 s in all. */
const PAUSES_MS_MIN = 3_100;
const WRONG_PASSWORD = 'not-the-password-of-anybody';

let kafka: SharedSecuredKafka;
let installation: Installation;
let processes: Process[] = [];

beforeAll(async () => void (kafka = await sharedSecuredKafka()), 300_000);
beforeEach(async () => {
  installation = await Installation.start({ kafka, store: 'postgres', projectors: 0, relays: 0 });
}, 120_000);
afterEach(async () => {
  const printed = installation.printed() + processes.map((each) => each.printed()).join('');
  await Promise.all(processes.splice(0).map((each) => each.kill()));
  await installation.close();
  for (const { password } of [...Object.values(kafka.users), { password: WRONG_PASSWORD }])
    if (printed.includes(password)) throw new Error(`a password was told:\n${printed}`);
});

function secured(mechanism: keyof SharedSecuredKafka['users']): Environment {
  const { username, password } = kafka.users[mechanism];
  return {
    CONFLEDGER_KAFKA_TLS: 'true',
    CONFLEDGER_KAFKA_CA_FILE: kafka.authorityFile,
    CONFLEDGER_KAFKA_SASL_MECHANISM: mechanism,
    CONFLEDGER_KAFKA_USERNAME: username,
    CONFLEDGER_KAFKA_PASSWORD: password,
  };
}

function tradingNode(environment: Environment): Process {
  const node = new Process(TRADING_NODE, {
    CONFLEDGER_FEED: 'kafka',
    CONFLEDGER_KAFKA_BROKERS: kafka.brokers.join(','),
    CONFLEDGER_NAMESPACE: installation.namespace,
    CONFLEDGER_PUBLIC_KEY: installation.publicKey,
    PORT: '0',
    ...environment,
  });
  processes.push(node);
  node.launch();
  return node;
}

async function activate(limit: number): Promise<void> {
  const { status } = await installation
    .caller()
    .call('PUT', '/configurations/trading-engine', { configuration: { limit }, activate: true });
  expect(status).toBeLessThan(300);
}

test.each([
  ['scram-sha-512', 'plain'],
  ['plain', 'scram-sha-512'],
] as const)(
  'a relay that comes by %s and a node that comes by %s carry an activation over TLS',
  { timeout: 180_000 },
  async (relays, nodes) => {
    await installation.addPart('relay', secured(relays));
    const node = tradingNode(secured(nodes));
    await activate(1);
    await eventually(() => / runs version \d+,/.test(node.printed()), LONG);
    await activate(2);
    await eventually(() => / runs version \d+ instead of /.test(node.printed()), LONG);
  },
);

const WRONG: readonly [string, () => Environment, RegExp][] = [
  [
    'a wrong password',
    () => ({ ...secured('scram-sha-512'), CONFLEDGER_KAFKA_PASSWORD: WRONG_PASSWORD }),
    /the broker refuses the user name or the password: check both/,
  ],
  [
    'a wrong authority',
    () => ({ ...secured('plain'), CONFLEDGER_KAFKA_CA_FILE: kafka.strangerFile }),
    /check that of the authority \(CA\)/,
  ],
  [
    'TLS left out',
    () => ({ ...secured('plain'), CONFLEDGER_KAFKA_TLS: 'false', CONFLEDGER_KAFKA_CA_FILE: '' }),
    /check whether it asks for TLS/,
  ],
];

test.each(WRONG)(
  'with %s the relay says what to check and tries again at leisure; the node says it and ends',
  { timeout: 180_000 },
  async (_, wrong, line) => {
    const relay = new Part('relay', { ...installation.environment, ...wrong() });
    processes.push(relay);
    const node = tradingNode(wrong());
    const began = performance.now();
    await relay.start();
    await eventually(async () => ((await relay.metric('relay_failures_total')) ?? 0) >= FAILURES, LONG);
    expect(performance.now() - began).toBeGreaterThan(PAUSES_MS_MIN);
    // One line says what to check. Nothing is repeated of what the Kafka client says at every attempt.
    const failures = logOf(relay).filter(({ msg }) => msg === 'relay failed and tries again');
    expect(failures.filter(({ err }) => line.test(err?.message ?? ''))).toHaveLength(1);
    expect(failures.length).toBeLessThanOrEqual(KAFKA_CLIENTS);
    const said = logOf(relay).flatMap(({ client, msg }) => (client === 'kafka' ? [msg] : []));
    expect(said.length).toBeGreaterThan(0);
    expect(said.length).toBeLessThanOrEqual(KAFKA_CLIENTS * new Set(said).size);
    expect(await relay.health()).toMatchObject({ status: 503, state: 'failing' });

    await eventually(() => !node.alive, LONG);
    expect(node.printed().split('\n').at(-2)).toMatch(/^START_TIMEOUT: .*no connection to Kafka: /);
    expect(node.printed()).toMatch(line);
    expect(relay.alive).toBe(true);
  },
);

interface LogLine {
  readonly client?: string;
  readonly msg: string;
  readonly err?: { readonly message: string };
}

function logOf(part: Part): LogLine[] {
  const whole = part.printed().split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as LogLine);
}
