// The rules of the snapshot store's port.
import type { Snapshot, SnapshotStore } from '@confledger/application';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface SnapshotStoreUnderTest {
  readonly store: SnapshotStore;
  close(): Promise<void>;
}

const STREAM = 'config-production.trading-engine';

export function snapshotStoreConformance(name: string, make: () => Promise<SnapshotStoreUnderTest>): void {
  describe(`${name} as a snapshot store`, () => {
    let subject: SnapshotStoreUnderTest;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.close();
    });
    const save = async (...snapshots: readonly Snapshot[]): Promise<void> => {
      for (const snapshot of snapshots) await subject.store.save(snapshot);
    };
    const newestRevision = async (...query: Parameters<SnapshotStore['newest']>): Promise<number | undefined> =>
      (await subject.store.newest(...query))?.revision;

    test('Where none was saved there is none', async () => {
      expect(await subject.store.newest(STREAM, 1)).toBeNull();
    });

    test('A snapshot comes back as it was saved', async () => {
      const snapshot = snapshotAt(5, { body: '{"text":"é \\u0000 😀","number":0.10}' });
      await save(snapshot);
      expect(await subject.store.newest(STREAM, 1)).toEqual(snapshot);
    });

    test('The newest is the one with the highest revision, in whatever order they were saved', async () => {
      await save(snapshotAt(9), snapshotAt(100), snapshotAt(20));
      expect(await newestRevision(STREAM, 1)).toBe(100);
    });

    test('A bound by revision includes it', async () => {
      await save(snapshotAt(9), snapshotAt(100), snapshotAt(20));
      expect(await newestRevision(STREAM, 1, { atMost: 99 })).toBe(20);
      expect(await newestRevision(STREAM, 1, { atMost: 20 })).toBe(20);
      expect(await newestRevision(STREAM, 1, { atMost: 8 })).toBeUndefined();
    });

    test('A bound by instant includes it, and of several at one instant the last counts', async () => {
      await save(
        snapshotAt(1, { occurredAt: '2026-01-01T00:00:00.000Z' }),
        snapshotAt(2, { occurredAt: '2026-01-01T00:00:01.000Z' }),
        snapshotAt(3, { occurredAt: '2026-01-01T00:00:01.000Z' }),
      );
      expect(await newestRevision(STREAM, 1, { at: '2026-01-01T00:00:01.000Z' })).toBe(3);
      expect(await newestRevision(STREAM, 1, { at: '2026-01-01T00:00:00.999Z' })).toBe(1);
      expect(await newestRevision(STREAM, 1, { at: '2025-12-31T23:59:59.999Z' })).toBeUndefined();
    });

    test('Another stream or another code version has its own', async () => {
      await save(snapshotAt(1), snapshotAt(2, { codeVersion: 2 }), snapshotAt(3, { stream: 'config-a.b' }));
      expect(await newestRevision(STREAM, 1)).toBe(1);
      expect(await newestRevision(STREAM, 2)).toBe(2);
      expect(await newestRevision('config-a.b', 1)).toBe(3);
      expect(await newestRevision(STREAM, 3)).toBeUndefined();
    });

    test('A snapshot that is there already is left alone', async () => {
      await save(snapshotAt(1, { body: 'first' }), snapshotAt(1, { body: 'second' }));
      expect((await subject.store.newest(STREAM, 1))?.body).toBe('first');
    });

    test('A body of 20 MB is kept whole', async () => {
      await save(snapshotAt(1, { body: 'x'.repeat(20_000_000) }));
      expect((await subject.store.newest(STREAM, 1))?.body).toHaveLength(20_000_000);
    });
  });
}

function snapshotAt(revision: number, other: Partial<Snapshot> = {}): Snapshot {
  const second = String(revision % 60).padStart(2, '0');
  return {
    stream: STREAM,
    revision,
    hash: 'ab'.repeat(32),
    occurredAt: `2026-01-01T00:00:${second}.000Z`,
    codeVersion: 1,
    body: '{}',
    mac: 'cd'.repeat(32),
    ...other,
  };
}
