// The replacement of a fingerprint key where an api still writes: nothing is changed over its head in silence.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLedgers, ensureInstallation, verifyLog, type EventStore, type Keys } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { LedgerId } from '@confledger/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyFilesOf, makeKeys, openKeys } from './keys.js';
import { replaceFingerprintKey, type ReplaceKeyOptions } from './replace-fingerprint-key.js';

const ids = { next: () => crypto.randomUUID() };
const clock = { now: () => Date.now() };

let directory: string;
let store: EventStore;
let keys: Keys;
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-rekey-'));
  keys = makeKeys(keyFilesOf(directory));
  store = createInMemoryEventStore();
  await ensureInstallation({ store, signer: keys, ids, clock });
  await write(1);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function write(value: number): Promise<void> {
  const ledgers = createLedgers({ store, clock, ids, signer: keys });
  const request = { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, request: '', correlationId: '', guards: {} };
  await ledgers.execute(LedgerId.of('production', 'engine'), { type: 'Merge', patch: { value } }, request);
}

const replace = (options: Partial<ReplaceKeyOptions> = {}) =>
  replaceFingerprintKey({
    store,
    keyFiles: keyFilesOf(directory),
    ids,
    clock,
    onVerification: () => undefined,
    say: () => undefined,
    stopping: new AbortController().signal,
    ...options,
  });

async function holds(): Promise<boolean> {
  const authority = openKeys(keyFilesOf(directory));
  for await (const event of verifyLog({ store, authority, publicKey: authority.publicKey }))
    if (event.kind === 'result') return event.holds;
  return false;
}

test('a log that grows while it is verified is left as it is', async () => {
  const before = readdirSync(directory);
  let seen = 0;
  const writing = async (): Promise<bigint> => {
    seen += 1;
    if (seen > 1) await write(2);
    return store.lastPosition();
  };
  await expect(replace({ store: { ...store, lastPosition: writing } })).rejects.toThrow('an api is still running');
  expect([readdirSync(directory), await holds()]).toEqual([before, true]);
});

test('what an api writes between the verification and the new key is named, and sealed by the next run', async () => {
  const late: EventStore = {
    ...store,
    append: async (...args) => {
      await write(2);
      return store.append(...args);
    },
  };
  expect(await replace({ store: late })).toEqual({ kind: 'written meanwhile', streams: ['config-production.engine'] });
  expect(await holds()).toBe(false);
  expect(await replace()).toEqual({ kind: 'replaced' });
  expect(await holds()).toBe(true);
});

test('an append that fails changes nothing, and the next run takes the key that was made', async () => {
  const old = readFileSync(keyFilesOf(directory).fingerprintKeyFile, 'utf8');
  const failing: EventStore = { ...store, append: () => Promise.reject(new Error('away')) };
  await expect(replace({ store: failing })).rejects.toThrow('away');
  expect([readFileSync(keyFilesOf(directory).fingerprintKeyFile, 'utf8'), await holds()]).toEqual([old, true]);
  const made = readFileSync(`${keyFilesOf(directory).fingerprintKeyFile}.next`, 'utf8');
  expect(await replace()).toEqual({ kind: 'replaced' });
  expect([readFileSync(keyFilesOf(directory).fingerprintKeyFile, 'utf8'), await holds()]).toEqual([made, true]);
});

test('an append that was carried out, and whose answer is lost, is finished by the next run', async () => {
  const lost: EventStore = {
    ...store,
    append: async (...args) => {
      await store.append(...args);
      throw new Error('killed');
    },
  };
  await expect(replace({ store: lost })).rejects.toThrow('killed');
  const position = await store.lastPosition();
  expect(await replace()).toEqual({ kind: 'finished' });
  expect([await store.lastPosition(), await holds()]).toEqual([position, true]);
});

test('a verification that is broken off changes nothing', async () => {
  const position = await store.lastPosition();
  await expect(replace({ stopping: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped');
  expect(await store.lastPosition()).toBe(position);
});
