// Who the installation is, whose keys count, and what was sealed.
import { INSTALLATION_STREAM, StreamCorrupt, recordEach, type StreamEnd } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { countingIds, foreignEnvelope, testClock, testSigner } from '../../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import { toAppend } from '../codec.js';
import { EventStoreUnavailable, type EventStore } from '../ports/event-store.js';
import type { Keys } from '../ports/system.js';
import { InstallationKeyMismatch, InstallationRecord, SealLost, ensureInstallation, type KeptSeal } from './installation-record.js';
import { replaceMacKey } from './replace-mac-key.js';
import { readInstallation } from './read-installation.js';

const options = (prefix: string, signer: Keys = testSigner) => ({ signer, clock: testClock(), ids: countingIds(prefix) });
const typesIn = async (store: EventStore) => (await store.readStream(INSTALLATION_STREAM, { limit: 10 })).map(({ type }) => type);
const macOf = (hash: string): string => testSigner.mac(Buffer.from(hash, 'hex'));

/** Another fingerprint key: the signing key is the same. */
const otherMacKey: Keys = { ...testSigner, macKey: '00000000000000ff', mac: () => 'f'.repeat(64) };

describe('a mac key that was replaced while an api runs', () => {
  const replaced = async (keys: Keys) => {
    const store = createInMemoryEventStore();
    const installation = await ensureInstallation({ store, ...options('one') });
    await replaceMacKey({ store, keys, installation: { installation: installation.id }, ends: [], ...options('offline') });
    return installation;
  };

  test('is noticed by the next reading, as at a start', async () => {
    const record = await replaced(otherMacKey);
    await expect(record.refresh()).rejects.toBeInstanceOf(InstallationKeyMismatch);
    await expect(record.refresh()).rejects.toThrow(otherMacKey.macKey);
  });

  test('does not count where the signing key did not sign it: somebody wrote into the stream', async () => {
    const record = await replaced({ ...otherMacKey, sign: () => 'forged' });
    await expect(record.refresh()).rejects.toBeInstanceOf(StreamCorrupt);
  });
});

describe('an installation', () => {
  test('is made by the first start, with its mac key and a seal over nothing, and known to every other', async () => {
    const store = createInMemoryEventStore();
    const first = await ensureInstallation({ store, ...options('one') });
    expect((await ensureInstallation({ store, ...options('two') })).id).toBe(first.id);
    expect(await typesIn(store)).toEqual(['InstallationCreated', 'MacKeySet', 'StreamsSealed']);
    expect(await readInstallation(store)).toMatchObject({ installation: first.id, macKey: { macKey: testSigner.macKey }, hasMac: true });
    expect(first.endOf('config-production.engine')).toEqual({ revision: -1, hash: null });
  });

  test('of two starts at once there is one, and both know it', async () => {
    const store = createInMemoryEventStore();
    const [one, other] = await Promise.all([
      ensureInstallation({ store, ...options('one') }),
      ensureInstallation({ store, ...options('two') }),
    ]);
    expect(one.id).toBe(other.id);
    expect(await typesIn(store)).toHaveLength(3);
  });

  test('whose signing key is another is not taken for ours: both keys are named, no secret is', async () => {
    const store = createInMemoryEventStore();
    await ensureInstallation({ store, ...options('one') });
    const stranger = { ...testSigner, keyId: 'fedcba9876543210', publicKey: 'b3RoZXI' };
    const failure = await ensureInstallation({ store, ...options('two', stranger) }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InstallationKeyMismatch);
    expect(failure).toMatchObject({ key: 'signing key' });
    expect(String(failure)).toContain(testSigner.keyId);
    expect(String(failure)).toContain(stranger.keyId);
  });

  test('whose mac key is another is not taken for ours, and nothing is written', async () => {
    const store = createInMemoryEventStore();
    await ensureInstallation({ store, ...options('one') });
    const failure = await ensureInstallation({ store, ...options('two', otherMacKey) }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InstallationKeyMismatch);
    expect(failure).toMatchObject({ key: 'fingerprint key' });
    expect(String(failure)).toContain(otherMacKey.macKey);
    expect(await typesIn(store)).toHaveLength(3);
  });
});

describe('an installation of a release before macs', () => {
  test('is told the key of the first newer api, and stays unsealed; a second api with another key is refused', async () => {
    const store = createInMemoryEventStore();
    await recordOld(store);
    const record = await ensureInstallation({ store, ...options('one') });
    expect(await typesIn(store)).toEqual(['InstallationCreated', 'MacKeySet']);
    expect(record.seal).toBeNull();
    expect(record.endOf('config-production.engine')).toBeNull();
    const failure = await ensureInstallation({ store, ...options('two', otherMacKey) }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InstallationKeyMismatch);
    expect(await typesIn(store)).toHaveLength(2);
  });

  test('is sealed once, and every api hears of it', async () => {
    const store = createInMemoryEventStore();
    await recordOld(store);
    const [one, other] = [await ensureInstallation({ store, ...options('one') }), await ensureInstallation({ store, ...options('two') })];
    await one.sealStreams({ ends: [['config-production.engine', 7, 'ab']], again: false }, request('seal'));
    expect(one.endOf('config-production.engine')).toEqual({ revision: 7, hash: 'ab' });
    expect(other.endOf('config-production.engine')).toBeNull();
    await other.refresh();
    expect(other.endOf('config-production.engine')).toEqual({ revision: 7, hash: 'ab' });
    expect(other.endOf('config-production.other')).toEqual({ revision: -1, hash: null });
  });
});

describe('what somebody else wrote into the stream of the installation', () => {
  test('is refused without a mac, with a wrong one, and where the mac key is not signed', async () => {
    const forged = { type: 'StreamsSealed' as const, data: { streams: [['config-production.engine', 3, 'ab'] as const] } };
    for (const mac of [null, () => '0'.repeat(64)]) {
      const store = createInMemoryEventStore();
      await ensureInstallation({ store, ...options('one') });
      await append(store, [forged], mac);
      await expect(ensureInstallation({ store, ...options('two') })).rejects.toThrow(StreamCorrupt);
    }
    const store = createInMemoryEventStore();
    await recordOld(store);
    const { keyId, macKey } = testSigner;
    await append(store, [{ type: 'MacKeySet', data: { keyId, macKey, signature: 'forged' } }], macOf);
    await expect(ensureInstallation({ store, ...options('one') })).rejects.toThrow(/not signed/);
  });
});

describe('a seal that was seen', () => {
  test('must be in the log of every later start, unless a person accepted the log', async () => {
    const store = createInMemoryEventStore();
    const seen: KeptSeal[] = [];
    const record = await ensureInstallation({ store, ...options('one'), onSeal: (seal) => seen.push(seal) });
    await record.sealStreams({ ends: [['config-production.engine', 7, 'ab']], again: true }, request('seal'));
    await record.refresh();
    expect(seen.map(({ revision }) => revision)).toEqual([2, 3]);
    const keptSeal = seen.at(-1) ?? null;
    await expect(ensureInstallation({ store, ...options('two'), keptSeal })).resolves.toMatchObject({ id: record.id });
    store.setBackTo(3n);
    await expect(ensureInstallation({ store, ...options('two'), keptSeal })).rejects.toThrow(SealLost);
    await expect(ensureInstallation({ store, ...options('two'), keptSeal: null })).resolves.toMatchObject({ id: record.id });
  });
});

const request = (text: string) => ({
  actor: { id: 'alice', method: 'token', roles: ['admin'] },
  reason: null,
  request: text,
  correlationId: text,
  guards: null,
});

type Draft = { readonly type: string; readonly data: Parameters<typeof JSON.stringify>[0] };

/** As releases before macs left it. */
const recordOld = (store: EventStore) => {
  const { keyId, publicKey } = testSigner;
  return append(store, [{ type: 'InstallationCreated', data: { installation: 'old', keyId, publicKey } }], null);
};

async function append(store: EventStore, drafts: readonly Draft[], mac: ((hash: string) => string) | null): Promise<void> {
  const [last] = await store.readStream(INSTALLATION_STREAM, { direction: 'backwards', limit: 1 });
  const hash = last === undefined ? null : (JSON.parse(last.metadata) as { readonly hash: string }).hash;
  const end: StreamEnd = { name: INSTALLATION_STREAM, revision: last?.revision ?? -1, hash, occurredAt: null, origin: null };
  const envelope = foreignEnvelope();
  const recorded = [...recordEach(end, drafts, envelope, { finish: (draft) => draft, macOf: mac, schemaVersionOf: () => 1 })];
  await store.append(INSTALLATION_STREAM, end.revision, recorded.map(toAppend));
}

describe('what somebody else writes into the stream of the installation', () => {
  test('takes no effect in a running api without a mac, and what was known before goes on to count', async () => {
    const store = createInMemoryEventStore();
    const record = await ensureInstallation({ store, ...options('one') });
    await append(store, [{ type: 'StreamsSealed', data: { streams: [['config-production.engine', 3, 'ab']] } }], null);
    await expect(record.refresh()).rejects.toThrow(StreamCorrupt);
    expect(record.endOf('config-production.engine')).toEqual({ revision: -1, hash: null });
    await expect(record.sealStreams({ ends: [['config-production.other', 1, 'cd']], again: true }, request('seal'))).rejects.toThrow(
      StreamCorrupt,
    );
    expect(await typesIn(store)).toHaveLength(4);
  });

  test('cannot put another installation in the place of one whose seal was seen', async () => {
    const seen: KeptSeal[] = [];
    const first = createInMemoryEventStore();
    await ensureInstallation({ store: first, ...options('one'), onSeal: (seal) => seen.push(seal) });
    const store = createInMemoryEventStore();
    await recordOld(store);
    const start = ensureInstallation({ store, ...options('one'), keptSeal: seen.at(-1) ?? null });
    await expect(start).rejects.toThrow(SealLost);
    expect(await typesIn(store)).toEqual(['InstallationCreated']);
    const emptied = createInMemoryEventStore();
    await expect(ensureInstallation({ store: emptied, ...options('one'), keptSeal: seen.at(-1) ?? null })).rejects.toThrow(SealLost);
    expect(await typesIn(emptied)).toEqual([]);
  });
});

test('before the installation was read nothing passes for unsealed', () => {
  const record = new InstallationRecord({ store: createInMemoryEventStore(), ...options('one') });
  expect(() => record.endOf('config-production.engine')).toThrow(EventStoreUnavailable);
});
