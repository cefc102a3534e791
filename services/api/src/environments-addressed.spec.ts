// Calls about ledgers, against the environments that are defined: what is undefined, abstract or retired.
import { createLedgers, ensureInstallation } from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
let subscribed: string[];
beforeEach(async () => {
  subscribed = [];
  // The double of the feed answers at once.
  const subscribe = (ledger: string, { response }: { readonly response: { end(): unknown } }) => {
    subscribed.push(ledger);
    response.end();
    return Promise.resolve();
  };
  given = await startApi({ feed: { subscribe } });
});
afterEach(() => given.close());

const body = { configuration: { a: 1 } };
const report = (environment: string) => ({
  body: { environment, service: 'engine', state: 'waiting', running: null, rejected: null },
});

describe('an environment that is not defined', () => {
  test.each(['PUT /configurations/engine', 'POST /configurations/engine/activate', 'DELETE /configurations/engine/a'])(
    '%s is refused with the call that defines it',
    async (call) => {
      const refused = await given.ask(`${call}?environment=qa`, call.startsWith('PUT') ? { body } : {});
      expect(refused).toMatchObject({ status: 409, code: 'ENVIRONMENT_UNDEFINED' });
      expect(refused.body.details[0]?.remedy).toContain('PUT /environments/qa');
    },
  );
  test.each([
    'GET /configurations/engine?environment=qa',
    'GET /configurations/engine/a?environment=qa',
    'GET /configurations?environment=qa',
    'GET /nodes?environment=qa',
    'GET /audit?environment=qa',
    'GET /feed?service=engine&environment=qa',
  ])('%s names those that there are', async (call) => {
    const refused = await given.ask(call);
    expect(refused).toMatchObject({ status: 404, code: 'ENVIRONMENT_UNKNOWN' });
    expect(refused.body.details[0]?.remedy).toBe('Use one of development, testing, staging, production.');
    expect(subscribed).toEqual([]);
  });
  test('is not asked for where the name can be that of none', async () => {
    await given.ask('GET /environments');
    expect((await given.ask('GET /configurations/engine?environment=Staging')).body.error).toContain('did you mean staging?');
  });
  test('a report of a node in it is refused too', async () => {
    expect(await given.ask('POST /nodes/engine-1', report('qa'))).toMatchObject({ status: 404, code: 'ENVIRONMENT_UNKNOWN' });
  });
  test('counts as defined as soon as it is, also where another api did it', async () => {
    await given.ask('GET /configurations/engine?environment=qa');
    await given.elsewhere.execute(
      { type: 'Define', name: 'qa', definition: { type: 'testing' } },
      { actor: { id: 'bob', method: 'token', roles: ['admin'] }, reason: null, request: '', correlationId: 'c', guards: {} },
    );
    expect((await given.ask('PUT /configurations/engine?environment=qa', { body })).status).toBe(200);
  });
});

test('a ledger in an undefined environment, which an older release wrote, is read as before', async () => {
  const older = await startApi({}, async (store, keys) => {
    const parts = { store, clock: { now: () => 0 }, ids: { next: () => crypto.randomUUID() }, signer: keys };
    const record = await ensureInstallation(parts);
    const ledgers = createLedgers({ ...parts, seals: record });
    await ledgers.execute(
      LedgerId.of('prod-eu', 'engine'),
      { type: 'Replace', configuration: { a: 1 } },
      { actor: { id: 'alice', method: 'token', roles: [] }, reason: null, request: '', correlationId: 'c', guards: { activate: true } },
    );
  });
  try {
    expect((await older.ask('GET /configurations/engine?environment=prod-eu')).data).toMatchObject({ configuration: { a: 1 } });
    expect(await older.ask('GET /configurations/other?environment=prod-eu')).toMatchObject({ code: 'ENVIRONMENT_UNKNOWN' });
    expect(await older.ask('PUT /configurations/engine?environment=prod-eu', { body })).toMatchObject({ code: 'ENVIRONMENT_UNDEFINED' });
    expect((await older.ask('POST /nodes/engine-1', report('prod-eu'))).status).toBe(201);
  } finally {
    await older.close();
  }
});

describe('an abstract environment', () => {
  test('has no nodes: neither feed nor reports, while its ledgers are read and written', async () => {
    await given.ask('PUT /environments/base', { body: { type: 'production', abstract: true } });
    expect(await given.ask('GET /feed?service=engine&environment=base')).toMatchObject({ status: 409, code: 'ENVIRONMENT_ABSTRACT' });
    expect(await given.ask('POST /nodes/engine-1', report('base'))).toMatchObject({ status: 409, code: 'ENVIRONMENT_ABSTRACT' });
    expect((await given.ask('PUT /configurations/engine?environment=base&activate=true', { body })).status).toBe(200);
    expect(subscribed).toEqual([]);
  });
});

describe('a retired environment', () => {
  test('feeds no node, and is read as before', async () => {
    await given.ask('PUT /configurations/engine?environment=staging&activate=true', { body });
    await given.ask('DELETE /environments/staging');
    expect(await given.ask('GET /feed?service=engine&environment=staging')).toMatchObject({ status: 409, code: 'ENVIRONMENT_RETIRED' });
    expect((await given.ask('GET /configurations/engine?environment=staging')).data).toMatchObject(body);
    expect((await given.ask('POST /nodes/engine-1', report('staging'))).status).toBe(201);
  });
});

test('while the stream of environments does not hold, ledgers are served in those that are known and in others, and environments are not', async () => {
  await given.ask('PUT /configurations/engine', { body });
  given.alter('environments', 0, (event) => ({ ...event, data: '{}' }));
  const broken = await startApi({ environments: given.elsewhere, ledgers: given.ledgers });
  try {
    expect(await broken.ask('GET /environments')).toMatchObject({ status: 500, code: 'STREAM_BROKEN' });
    expect((await broken.ask('GET /configurations/engine')).data).toMatchObject(body);
    const { data } = await broken.ask('GET /status');
    expect(data.environments).toEqual([]);
    expect(data.brokenStreams).toMatchObject([{ stream: 'environments', code: 'STREAM_BROKEN' }]);
  } finally {
    await broken.close();
  }
});

test('while the event store is away, what an api keeps is served in every environment', async () => {
  await given.ask('PUT /configurations/engine', { body });
  await given.store.close();
  const local = await given.ask('GET /configurations/engine?consistency=local');
  expect(local.data).toMatchObject(body);
  expect(await given.ask('GET /configurations/engine?environment=qa')).toMatchObject({ status: 503, code: 'EVENT_STORE_UNAVAILABLE' });
});
