// The rules of `checkLog`: what a store connects to is looked at before anything is read or appended.
import { EventStoreUnavailable, type CheckLog, type EventStore, type ReadPlace } from '@confledger/application';
import { eventually } from '@confledger/test-support';
import { afterEach, describe, expect, test } from 'vitest';
import { appended, newEvents, newStream, subscriber } from './event-store-fixtures.js';
import type { EventStoreUnderTest } from './event-store-under-test.js';

class WrongLog extends EventStoreUnavailable {
  override readonly name = 'WrongLog';
}

export function checkRules({ create }: EventStoreUnderTest): void {
  let store: EventStore | undefined;
  afterEach(() => store?.close());

  /** A store whose check answers what the test wants, and how often it was asked. */
  async function given(check: (read: ReadPlace) => Promise<void>) {
    const seen = { checks: 0 };
    const checkLog: CheckLog = async (read) => {
      seen.checks += 1;
      await check(read);
    };
    store = await create(checkLog);
    return { store, seen };
  }

  const refusing = () => Promise.reject(new WrongLog('This is another log.'));

  describe('a store with checkLog', () => {
    test('checks before the first append and the first read', async () => {
      const { store: checked, seen } = await given(() => Promise.resolve());
      expect(seen.checks).toBe(0);
      await appended(checked, newStream(), -1, newEvents(1));
      await checked.readStream(newStream(), { limit: 1 });
      expect(seen.checks).toBeGreaterThan(0);
    });

    test('writes and reads nothing while the check rejects, and rejects with its error', async () => {
      let wrong = true;
      const { store: checked } = await given(() => (wrong ? refusing() : Promise.resolve()));
      const stream = newStream();
      // At once: a store that checks again for as long as a call may take needs that time for each of them.
      const calls = [
        checked.append(stream, -1, newEvents(1)),
        checked.readStream(stream, { limit: 1 }),
        checked.readAll({ after: 0n, limit: 1 }),
        checked.lastPosition(),
      ];
      await Promise.all(calls.map((call) => expect(call).rejects.toThrow(WrongLog)));
      wrong = false;
      expect(await checked.readStream(stream, { limit: 1 })).toEqual([]);
    });

    test('gives the check what stands at a place, and null where nothing does', async () => {
      const stream = newStream();
      const found: unknown[] = [];
      const events = newEvents(2);
      const { store: checked } = await given(async (read) => {
        for (const revision of [1, 2]) found.push((await read(stream, revision))?.id ?? null);
      });
      await appended(checked, stream, -1, events);
      found.length = 0;
      await checked.checkLog?.();
      expect(found.slice(-2)).toEqual([events[1]?.id, null]);
    });

    test('checks again when asked, and rejects as the check does', async () => {
      let wrong = false;
      const { store: checked } = await given(() => (wrong ? refusing() : Promise.resolve()));
      await checked.readStream(newStream(), { limit: 1 });
      wrong = true;
      await expect(checked.checkLog?.()).rejects.toThrow(WrongLog);
      wrong = false;
      await checked.checkLog?.();
    });

    test('gives a subscription nothing while the check rejects, and everything when it holds', async () => {
      let wrong = true;
      const { store: checked } = await given(() => (wrong ? refusing() : Promise.resolve()));
      const reader = subscriber(checked, 0n);
      wrong = false;
      const stream = newStream();
      await eventually(async () => appended(checked, stream, -1, newEvents(2)).then(() => true));
      await eventually(() => reader.of(stream).length === 2);
      await reader.stop();
    });
  });
}
