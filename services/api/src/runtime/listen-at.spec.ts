import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { listenAt } from './listen-at.js';

const app = Fastify();
afterEach(() => app.close());

const warnings: string[] = [];
const logger = { warn: (_details: object, message: string) => void warnings.push(message) };

/** A server that would listen elsewhere: specs listen on loopback alone. */
function listeningAt(...addresses: readonly string[]): Parameters<typeof listenAt>[0] {
  const all = addresses.map((address): AddressInfo => ({ address, port: 8011, family: address.includes(':') ? 'IPv6' : 'IPv4' }));
  return { listen: async () => 'http://elsewhere:8011', addresses: () => all } as Pick<typeof app, 'addresses'> &
    Pick<typeof app, 'listen'>;
}

test('a server that only its own machine reaches starts without a warning', async () => {
  expect(await listenAt(app, { host: '127.0.0.1', port: 0 }, logger)).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  await listenAt(listeningAt('127.0.0.1', '::1'), { host: 'localhost', port: 8011 }, logger);
  expect(warnings).toEqual([]);
});

test('a server that other machines reach warns once that tokens travel in clear text', async () => {
  await listenAt(listeningAt('0.0.0.0', '::'), { host: '::', port: 8011 }, logger);
  expect(warnings).toEqual([expect.stringContaining('tokens and values travel in clear text')]);
});
