// The rules of the port to heartbeats of apis.
import { API_HEARTBEAT_EXPIRES_MS, LIVE_APIS_LISTED_MAX, type ApiHeartbeats, type ApiIdentity } from '@confledger/application';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

export interface ApiHeartbeatsUnderTest {
  readonly heartbeats: ApiHeartbeats;
  /** How many are kept, expired ones included. */
  kept(): Promise<number>;
  /** Makes every heartbeat older. */
  age(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** More than a test takes. */
const MARGIN_MS = 10_000;

const one: ApiIdentity = { id: 'a1', release: '0.1.0', features: [] };
const other: ApiIdentity = { id: 'b2', release: '0.2.0', features: ['environments', 'a "name", {with} commas'] };

export function apiHeartbeatsConformance(name: string, make: () => Promise<ApiHeartbeatsUnderTest>): void {
  describe(`${name} as heartbeats of apis`, () => {
    let subject: ApiHeartbeatsUnderTest;
    const listed = async (): Promise<string[]> => (await subject.heartbeats.list()).map(({ id }) => id);
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(async () => {
      await subject.close();
    });

    test('The list is empty where no api runs', async () => {
      expect(await subject.heartbeats.list()).toEqual([]);
    });

    test('A heartbeat comes back as it was written, with its time, by the id of its api', async () => {
      await subject.heartbeats.write(other);
      await subject.heartbeats.write(one);
      const heartbeatAt: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(await subject.heartbeats.list()).toEqual([
        { ...one, heartbeatAt },
        { ...other, heartbeatAt },
      ]);
    });

    test('The next heartbeat of an api replaces its last one', async () => {
      await subject.heartbeats.write(one);
      await subject.heartbeats.write({ ...one, release: '0.3.0', features: ['proposals'] });
      expect(await subject.heartbeats.list()).toMatchObject([{ id: 'a1', release: '0.3.0', features: ['proposals'] }]);
    });

    test('An api that stops is removed, and removing it again does nothing', async () => {
      await subject.heartbeats.write(one);
      await subject.heartbeats.write(other);
      await subject.heartbeats.remove('a1');
      await subject.heartbeats.remove('a1');
      expect(await listed()).toEqual(['b2']);
    });

    test('An api is listed until its heartbeat expires', async () => {
      await subject.heartbeats.write(one);
      await subject.age(API_HEARTBEAT_EXPIRES_MS - MARGIN_MS);
      expect(await listed()).toEqual(['a1']);
      await subject.age(2 * MARGIN_MS);
      expect(await listed()).toEqual([]);
    });

    test('An api whose heartbeat expired is listed again with its next one', async () => {
      await subject.heartbeats.write(one);
      await subject.age(API_HEARTBEAT_EXPIRES_MS + MARGIN_MS);
      await subject.heartbeats.write(one);
      expect(await listed()).toEqual(['a1']);
    });

    test('A heartbeat removes those of others that expired, and no other', async () => {
      await subject.heartbeats.write({ ...one, id: 'gone' });
      await subject.age(API_HEARTBEAT_EXPIRES_MS + MARGIN_MS);
      await subject.heartbeats.write(one);
      await subject.heartbeats.write(other);
      expect(await subject.kept()).toBe(2);
    });

    test('Apis that come back together after an outage write without waiting for each other', async () => {
      const apis = Array.from({ length: 20 }, (_, index) => ({ ...one, id: `api-${String(index).padStart(2, '0')}` }));
      for (const api of apis) await subject.heartbeats.write(api);
      for (let round = 0; round < 40; round++) {
        await subject.age(API_HEARTBEAT_EXPIRES_MS + MARGIN_MS);
        await Promise.all(apis.map((api) => subject.heartbeats.write(api)));
      }
      expect(await listed()).toEqual(apis.map(({ id }) => id));
    });

    test(`The list names at most ${LIVE_APIS_LISTED_MAX} apis`, async () => {
      for (let index = 0; index <= LIVE_APIS_LISTED_MAX; index++) await subject.heartbeats.write({ ...one, id: `api-${index}` });
      expect(await listed()).toHaveLength(LIVE_APIS_LISTED_MAX);
    });
  });
}
