import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { listening, StartRefused } from './index.js';

async function listenAt(at: { readonly host: string; readonly port: number }): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at, resolve));
  await new Promise((resolve) => server.close(resolve));
  return 1;
}

test('an address that can be had is listened at', async () => {
  const at = { host: '127.0.0.1', port: 0 };
  expect(await listening(at, () => listenAt(at))).toBe(1);
});

test('a port that is taken, and an address of another machine, are refused with the variable and the remedy', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen({ host: '127.0.0.1', port: 0 }, resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const at = { host: '127.0.0.1', port };
  await expect(listening(at, () => listenAt(at))).rejects.toThrow(StartRefused);
  await expect(listening(at, () => listenAt(at))).rejects.toThrow(`port ${port} on 127.0.0.1 is taken`);
  await new Promise((resolve) => taken.close(resolve));
  const elsewhere = { host: '203.0.113.7', port: 0 };
  await expect(listening(elsewhere, () => listenAt(elsewhere))).rejects.toThrow("HOST: '203.0.113.7' is not an address of this machine.");
});

test('any other fault stays what it is', async () => {
  const fault = new Error('bug');
  await expect(listening({ host: '127.0.0.1', port: 1 }, () => Promise.reject(fault))).rejects.toBe(fault);
});
