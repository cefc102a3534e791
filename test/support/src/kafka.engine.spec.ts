// The broker of the engine tests: takes connections, keeps its data over a kill, and leaves nothing.
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sharedKafka, sharedSecuredKafka, startKafka, startSecuredKafka } from './index.js';

test('the broker answers, survives a kill -9 at the same address, and is gone after stop', async ({ skip }) => {
  const kafka = await startKafka();
  if (!kafka.ours) return skip('the brokers of CONFLEDGER_TEST_KAFKA_BROKERS are not ours to kill');
  expect(await accepts(kafka.brokers)).toBe(true);
  await kafka.kill();
  expect(await accepts(kafka.brokers)).toBe(false);
  await kafka.restart();
  expect(await accepts(kafka.brokers)).toBe(true);
  await kafka.stop();
  expect(await accepts(kafka.brokers)).toBe(false);
}, 120_000);

test('the broker that asks for a password survives a kill -9 too, and its keys are gone after stop', async () => {
  const kafka = await startSecuredKafka();
  await kafka.kill();
  await kafka.restart();
  expect(await accepts(kafka.brokers)).toBe(true);
  expect(existsSync(kafka.authorityFile)).toBe(true);
  await kafka.stop();
  expect(await accepts(kafka.brokers)).toBe(false);
  expect(existsSync(path.dirname(kafka.authorityFile))).toBe(false);
}, 120_000);

test.each([
  ['plain', sharedKafka],
  ['secured', sharedSecuredKafka],
] as const)('every spec of a run is given the same %s broker, and it answers', { timeout: 120_000 }, async (_, shared) => {
  const [first, second] = await Promise.all([shared(), shared()]);
  expect(second).toEqual(first);
  expect(await accepts(first.brokers)).toBe(true);
});

function accepts([broker = '']: readonly string[]): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${broker}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
