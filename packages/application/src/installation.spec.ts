import { INSTALLATION_STREAM } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { countingIds, testClock, testSigner } from '../../../test/support/src/ledgers-core.js';
import { createInMemoryEventStore } from './in-memory/event-store.js';
import { InstallationKeyMismatch, ensureInstallation } from './installation.js';

const options = (prefix: string) => ({ signer: testSigner, clock: testClock(), ids: countingIds(prefix) });

describe('an installation', () => {
  test('is made by the first start and known to every other', async () => {
    const store = createInMemoryEventStore();
    const first = await ensureInstallation({ store, ...options('one') });
    expect(await ensureInstallation({ store, ...options('two') })).toBe(first);
    expect(await store.readStream(INSTALLATION_STREAM, { limit: 10 })).toMatchObject([{ type: 'InstallationCreated', revision: 0 }]);
  });

  test('of two starts at once there is one, and both know it', async () => {
    const store = createInMemoryEventStore();
    const [one, other] = await Promise.all([
      ensureInstallation({ store, ...options('one') }),
      ensureInstallation({ store, ...options('two') }),
    ]);
    expect(one).toBe(other);
    expect(await store.readStream(INSTALLATION_STREAM, { limit: 10 })).toHaveLength(1);
  });

  test('whose key is another is not taken for ours: both keys are named, no secret is', async () => {
    const store = createInMemoryEventStore();
    await ensureInstallation({ store, ...options('one') });
    const stranger = { ...testSigner, keyId: 'fedcba9876543210', publicKey: 'b3RoZXI' };
    const failure = await ensureInstallation({ store, ...options('two'), signer: stranger }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InstallationKeyMismatch);
    expect(String(failure)).toContain(testSigner.keyId);
    expect(String(failure)).toContain(stranger.keyId);
  });
});
