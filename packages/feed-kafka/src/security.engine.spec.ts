// Brokers that ask for TLS and a password, on a real Kafka: publisher and node work over them, and say what to check where they cannot.
import { FeedFollower, SigningLedger } from '@confledger/conformance';
import { eventually, sharedKafka, sharedSecuredKafka, type SharedSecuredKafka, type SharedKafka } from '@confledger/test-support';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { KafkaLogLine } from './client-log.js';
import { kafkaFeed, type KafkaConnection } from './index.js';
import { createKafkaFeed } from '@confledger/publisher-kafka';

const NAME = { environment: 'production', service: 'trading-engine' };
const LONG = { timeoutMs: 60_000 };

let kafka: SharedSecuredKafka;
let plain: SharedKafka;
let cleaners: (() => Promise<unknown>)[] = [];
let namespace: string;
let logged: KafkaLogLine[];

beforeAll(async () => void ([kafka, plain] = await Promise.all([sharedSecuredKafka(), sharedKafka()])), 300_000);
beforeEach(() => {
  namespace = `secured-${randomUUID()}`;
  logged = [];
});
afterEach(async () => {
  for (const clean of cleaners.splice(0).toReversed()) await clean();
  // Whatever went wrong, it was told without the password.
  const told = JSON.stringify(logged);
  for (const { password } of Object.values(kafka.users)) if (told.includes(password)) throw new Error(`the password was told: ${told}`);
});

type Mechanism = keyof SharedSecuredKafka['users'];

function trusting(file: string): { readonly ca: string } {
  return { ca: readFileSync(file, 'utf8') };
}

function rightful(mechanism: Mechanism): KafkaConnection {
  return { brokers: kafka.brokers, ssl: trusting(kafka.authorityFile), sasl: { mechanism, ...kafka.users[mechanism] } };
}

function publisherOver(connection: KafkaConnection, ledger = new SigningLedger()) {
  const publisher = createKafkaFeed({
    ...connection,
    namespace,
    installation: 'test',
    publicKeys: [ledger.key.publicKey],
    load: () => Promise.resolve(ledger.newest),
    lastPosition: () => Promise.resolve(1_000n),
    partitions: 1,
    replicationFactor: 1,
    minInsyncReplicas: 1,
    log: (line) => logged.push(line),
  });
  cleaners.push(() => publisher.close());
  return publisher;
}

function followerOver(connection: KafkaConnection): FeedFollower {
  const follower = new FeedFollower();
  const session = follower.open(kafkaFeed({ ...connection, namespace, log: (line) => logged.push(line) }), NAME);
  cleaners.push(() => session.close());
  return follower;
}

test.each(['plain', 'scram-sha-512'] as const)(
  'over TLS, with a password by %s, what is published arrives',
  { timeout: 120_000 },
  async (mechanism) => {
    const ledger = new SigningLedger();
    const publisher = publisherOver(rightful(mechanism), ledger);
    await publisher.takeOver(new AbortController().signal);
    await publisher.publish([ledger.activate({ limit: 1 })], 1n);
    const follower = followerOver(rightful(mechanism));
    await eventually(() => follower.documents.length === 1, LONG);
  },
);

const WRONG: readonly [string, () => KafkaConnection, RegExp][] = [
  [
    'a wrong password by plain',
    () => ({ ...rightful('plain'), sasl: { mechanism: 'plain', ...kafka.users.plain, password: 'hush' } }),
    /refuses the user name or the password: check both, and the SASL mechanism plain$/,
  ],
  [
    'a wrong password by scram-sha-512',
    () => ({ ...rightful('plain'), sasl: { mechanism: 'scram-sha-512', ...kafka.users['scram-sha-512'], password: 'hush' } }),
    /refuses the user name or the password: check both, and the SASL mechanism scram-sha-512$/,
  ],
  [
    'a mechanism that the broker does not take',
    () => ({ ...rightful('plain'), sasl: { mechanism: 'scram-sha-256', ...kafka.users['scram-sha-512'] } }),
    /does not take the SASL mechanism scram-sha-256: check it$/,
  ],
  [
    'another authority',
    () => ({ ...rightful('plain'), ssl: trusting(kafka.strangerFile) }),
    /no authority that is trusted here has signed the certificate of the broker at 127\.0\.0\.1:\d+: check that of the authority \(CA\)/,
  ],
  ['no authority', () => ({ ...rightful('plain'), ssl: true }), /no authority that is trusted here has signed/],
  [
    'another name of the broker',
    () => ({ ...rightful('plain'), brokers: kafka.brokers.map((broker) => broker.replace('127.0.0.1', 'localhost')) }),
    /the certificate of the broker at localhost:\d+ is one for other names: check how the broker is named/,
  ],
  [
    'plain text to a port that speaks TLS',
    () => ({ brokers: kafka.brokers, sasl: { mechanism: 'plain', ...kafka.users.plain } }),
    /the broker at 127\.0\.0\.1:\d+ closed the connection: if it goes on doing so, check whether it asks for TLS$/,
  ],
  [
    'no password for a broker that asks for one',
    () => ({ brokers: kafka.brokers, ssl: trusting(kafka.authorityFile) }),
    /closed the connection: if it goes on doing so, check whether it asks for a user name and a password \(SASL\)$/,
  ],
  [
    'TLS to a port that does not speak it',
    () => ({ brokers: plain.brokers, ssl: trusting(kafka.authorityFile) }),
    /the broker at 127\.0\.0\.1:\d+ ended the connection before TLS began: if it goes on doing so, check its port, and whether it speaks TLS there/,
  ],
  [
    'a password to a broker that takes none',
    () => ({ brokers: plain.brokers, sasl: { mechanism: 'plain', ...kafka.users.plain } }),
    /takes no user name and password \(SASL\): check its port, or leave them out$/,
  ],
  ['a port where nothing listens', () => ({ brokers: ['127.0.0.1:1'] }), /ECONNREFUSED 127\.0\.0\.1:1/],
];

test.each(WRONG)('%s: publisher and node say what to check, and the node tries again', { timeout: 60_000 }, async (_, connection, line) => {
  const taking = publisherOver(connection()).takeOver(new AbortController().signal);
  await expect(taking).rejects.toThrow(/^no connection to Kafka: /);
  await expect(taking).rejects.toThrow(line);
  const follower = followerOver(connection());
  await eventually(() => follower.losses.length >= 2, LONG);
  for (const problem of follower.losses) expect(problem).toMatch(line);
});
