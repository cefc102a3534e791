// What a warning of the log becomes for a person at the terminal.
import type { AddressInfo } from 'node:net';
import { listenAt } from '@confledger/api';
import { expect, test } from 'vitest';
import { noticed } from './noticed.js';
import { createTerminal } from './terminal.js';

/** Starts what would listen at an address; gives what the log and the terminal hold then. */
async function startedAt(host: string) {
  const logged: string[] = [];
  const written: string[] = [];
  const output = { isTTY: false, write: (text: string) => written.push(text) };
  const keep = (_details: object, message: string): void => void logged.push(message);
  const logger = noticed({ info: keep, warn: keep, error: keep }, (text) => createTerminal(output, output, {}).say(text));
  const addresses = (): AddressInfo[] => [{ address: host, port: 8011, family: 'IPv4' }];
  await listenAt({ listen: async () => `http://${host}:8011`, addresses }, { host, port: 8011 }, logger);
  return { logged, written };
}

test('a start that other machines reach says once, in the log and on the terminal, that tokens travel in clear text', async () => {
  const { logged, written } = await startedAt('0.0.0.0');
  expect(logged).toEqual([expect.stringContaining('tokens and values travel in clear text')]);
  expect(written).toEqual([`${logged[0]}.\n`]);
});

test('a start on loopback says nothing', async () => {
  expect(await startedAt('127.0.0.1')).toEqual({ logged: [], written: [] });
});
