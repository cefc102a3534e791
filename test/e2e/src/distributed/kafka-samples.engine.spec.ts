// The samples of the docs that follow Kafka, run as they stand but for addresses and names, on brokers that ask for all that they show.
import { eventually, type SharedSecuredKafka, sharedSecuredKafka } from '@confledger/test-support';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agrees, readPage, runSamples, type Sample, samplesOf, typeProblems } from '../samples.js';
import { Installation } from './installation.js';

const PAGE = 'packages/docs/sdk.md';
// In this package, so that samples import what its package.json names.
const sourceFolder = fileURLToPath(new URL('../../.cache/kafka-samples/', import.meta.url));

let kafka: SharedSecuredKafka;
let installation: Installation;
let folder: string;

beforeAll(async () => {
  rmSync(sourceFolder, { recursive: true, force: true });
  folder = mkdtempSync(path.join(tmpdir(), 'confledger kafka samples '));
  kafka = await sharedSecuredKafka();
  installation = await Installation.start({ kafka, store: 'postgres', projectors: 0, relays: 0 });
}, 300_000);
afterAll(async () => {
  await installation.close();
  for (const each of [folder, sourceFolder]) rmSync(each, { recursive: true, force: true });
});

/** What a reader would put in its place. */
function withOurNames(sample: Sample): Sample {
  const ours = [
    ["'127.0.0.1:9092'", `'${kafka.brokers.join("', '")}'`],
    ["namespace: 'confledger'", `namespace: '${installation.namespace}'`],
    ["username: 'engine-7'", `username: '${kafka.users['scram-sha-512'].username}'`],
  ] as const;
  let { code } = sample;
  for (const [theirs, our] of ours) {
    expect(code).toContain(theirs);
    code = code.replaceAll(theirs, our);
  }
  return { ...sample, code };
}

test(
  'every sample that follows Kafka compiles, runs, prints what the page shows, and its node is known to the api',
  { timeout: 180_000 },
  async () => {
    const { username, password } = kafka.users.plain;
    await installation.addPart('relay', {
      CONFLEDGER_KAFKA_TLS: 'true',
      CONFLEDGER_KAFKA_CA_FILE: kafka.authorityFile,
      CONFLEDGER_KAFKA_SASL_MECHANISM: 'plain',
      CONFLEDGER_KAFKA_USERNAME: username,
      CONFLEDGER_KAFKA_PASSWORD: password,
    });
    const configuration = { risk: { parameters: { maxPositionSize: 1_000, dailyLossLimit: 500, stopLossPercentage: 5 } } };
    const { status } = await installation.caller().call('PUT', '/configurations/trading-engine', { configuration, activate: true });
    expect(status).toBeLessThan(300);
    copyFileSync(kafka.authorityFile, path.join(folder, 'kafka-authority.pem'));
    writeFileSync(path.join(folder, 'kafka.password'), kafka.users['scram-sha-512'].password);
    writeFileSync(path.join(folder, 'confledger.public-key'), installation.publicKey);
    writeFileSync(path.join(folder, 'engine-7.node.token'), installation.token);

    const samples = samplesOf(readPage(PAGE), 'kafka').map(withOurNames);
    expect(samples.length).toBeGreaterThan(0);
    const port = Number(new URL(installation.apis[0]?.url() ?? '').port);
    for (const { sample, exitCode, output } of await runSamples(PAGE, samples, { folder, port, sourceFolder })) {
      expect(exitCode, output).toBe(0);
      expect(agrees(output, sample.expected ?? '…'), output).toBe(true);
    }
    expect(typeProblems(PAGE, [...samples.keys()], { sourceFolder })).toBe('');
    await eventually(async () => JSON.stringify((await installation.caller().call('GET', '/nodes')).body.data).includes('engine-7'));
  },
);
