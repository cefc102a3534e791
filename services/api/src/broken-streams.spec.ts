// A ledger that somebody altered in the event store is refused by its name, with an alarm, and every other ledger is served.
import { contentProblem, hashOfTexts, idFromHash } from '@confledger/domain';
import { BROKEN_PAUSE_MS, type StoredEvent } from '@confledger/application';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

type Alter = Parameters<ApiUnderTest['alter']>[2];

const BROKEN = 'config-production.engine';

/** As somebody does who computes the hash anew. */
const valueWithNewHash: Alter = (event) => {
  const data = event.data.replace('"value":1', '"value":1000000');
  const [bare = ''] = event.metadata.split(',"hash":');
  const hash = hashOfTexts({ ...event, data, metadata: `${bare}}` });
  const altered = { data, metadata: event.metadata.replace(/"hash":"[0-9a-f]+"/, `"hash":"${hash}"`), id: idFromHash(hash) };
  expect(contentProblem({ ...event, ...altered })).toBeNull();
  return altered;
};

const typeOfNoRelease: Alter = () => ({ type: 'ConfigSett' });

let given: ApiUnderTest;

beforeEach(async () => {
  given = await startApi();
  for (const service of ['engine', 'other']) {
    for (const value of [1, 2, 3])
      await given.ask(`PUT /configurations/${service}/risk.max`, { body: { value, environment: 'production' } });
  }
});

afterEach(() => given.close());

test.each([
  ['a value, with its hash computed anew', valueWithNewHash, /event 2 of .* does not fit|its mac is not/],
  ['a value alone', ((event) => ({ data: event.data.replace('"value":1', '"value":7') })) as Alter, /its hash is not that of its content/],
  ['the type, to one that no release knows', typeOfNoRelease, /its hash is not that of its content/],
])('a ledger in which somebody altered %s is refused by name, and no other is', async (_, change, reason) => {
  given.alter(BROKEN, 1, change);
  const refused = await given.ask('GET /configurations/engine?environment=production&version=2');
  expect(refused).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
  expect(refused.text).not.toContain('1000000');
  expect(refused.body.error).toMatch(reason);
  expect(await given.ask('GET /configurations/other?environment=production&version=2')).toMatchObject({ status: 200 });
  expect((await given.ask('GET /status')).data.brokenStreams).toEqual([
    { stream: BROKEN, code: 'STREAM_BROKEN', error: refused.body.error.slice(0, -1), foundAt: expect.any(String) as string },
  ]);
  expect((await given.ask('GET /metrics')).text).toContain('confledger_streams_broken{kind="broken"} 1');
  expect(given.log.filter((line) => line.includes('ALARM'))).toHaveLength(1);
});

test('a ledger that this api has loaded before is refused too once it was found, and served again when it was restored', async () => {
  const restored: Partial<StoredEvent>[] = [];
  given.alter(BROKEN, 1, (event) => {
    restored.push(event);
    return valueWithNewHash(event);
  });
  const write = () => given.ask('PUT /configurations/engine/risk.max', { body: { value: 9, environment: 'production' } });
  expect((await given.ask('GET /configurations/engine?environment=production&version=1')).code).toBe('STREAM_BROKEN');
  expect(await write()).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
  expect((await given.ask('GET /configurations/engine?environment=production')).code).toBe('STREAM_BROKEN');
  expect((await given.ask('GET /configurations/engine?environment=production&consistency=local')).code).toBe('STREAM_BROKEN');
  given.alter(BROKEN, 1, () => restored[0] ?? {});
  await eventually(async () => (await write()).status === 200, { timeoutMs: 2 * BROKEN_PAUSE_MS });
  expect((await given.ask('GET /status')).data.brokenStreams).toEqual([]);
});

test('an event of a newer release is refused as such, and no other ledger is', async () => {
  const event = {
    id: '',
    type: 'LedgerSealed',
    data: '{}',
    metadata: '{"changeSet":{"id":"x","index":0,"size":1},"previousHash":null,"schemaVersion":7}',
  };
  const bare = event.metadata;
  const hash = hashOfTexts({ ...event, stream: 'config-production.newer', revision: 0, metadata: bare });
  const stored = { ...event, id: idFromHash(hash), metadata: `${bare.slice(0, -1)},"hash":"${hash}"}` };
  await given.store.append('config-production.newer', -1, [stored]);
  expect(await given.ask('GET /configurations/newer?environment=production')).toMatchObject({ status: 501, code: 'STREAM_UNREADABLE' });
  expect(await given.ask('PUT /configurations/newer/a', { body: { value: 1, environment: 'production' } })).toMatchObject({
    status: 501,
    code: 'STREAM_UNREADABLE',
  });
  expect((await given.ask('GET /status')).data.brokenStreams).toMatchObject([{ code: 'STREAM_UNREADABLE' }]);
  expect(await given.ask('PUT /configurations/other/a', { body: { value: 1, environment: 'production' } })).toMatchObject({ status: 200 });
});

test('a ledger that was altered is parked by the projector at that event, and every other is projected', async () => {
  await given.ask('PUT /configurations/engine/risk.max', { body: { value: 4, environment: 'production' } });
  await given.projected();
  expect((await given.ask('GET /status')).data.parkedStreams).toEqual([]);
});
