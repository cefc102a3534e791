// Status, health, metrics, documentation, and what is answered when something that the API needs is not there.
import {
  AppendOutcomeUnknown,
  CommandOutcomeUnknown,
  createLedgers,
  EventStoreUnavailable,
  ReadModelUnavailable,
  SET_BACK_AFTER_MS,
  type EventStore,
  type Ledgers,
  type ReadModel,
  SchemaJudgeUnavailable,
} from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { SigningKey } from '@confledger/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

describe('a healthy system', () => {
  let given: ApiUnderTest;
  beforeAll(async () => {
    given = await startApi();
    await given.ask('PUT /configurations/engine/x', { body: { value: 1 } });
    await given.projected();
  });
  afterAll(() => given.close());

  test('is healthy under the base and outside it, without a token', async () => {
    for (const address of ['/health', '/health/live', '/health/ready', '//health', '//health/live', '//health/ready']) {
      const answer = await given.ask(`GET ${address}`, { token: null });
      expect([address, answer.status, answer.body.healthy]).toEqual([address, 200, true]);
    }
  });

  test('shows its parts, positions, lags and public key', async () => {
    const { data } = await given.ask('GET /status');
    expect(data.parts.map(({ state }: { state: string }) => state)).toEqual(['up', 'up']);
    expect(data.position).toBe(`${given.installation}:${await given.store.lastPosition()}`);
    expect(data.readModel).toEqual({ position: data.position, lagMs: 0 });
    expect(data.publicKey.publicKey).toBe(given.publicKey);
    expect([data.parked, data.parkedStreams]).toEqual([[], []]);
    expect(data.feed).toBeNull();
    expect(data.apis).toMatchObject([{ release: '0.0.0-test', features: ['environments', 'schemas', 'references'], answering: true }]);
  });

  test('names parked events, and each parked stream by its first event that is not folded', async () => {
    const given = await startApi();
    const event = (type: string) => ({ id: crypto.randomUUID(), type, data: '{}', metadata: '{"schemaVersion":7}' });
    const before = await given.store.lastPosition();
    const at = (nth: bigint): string => `${given.installation}:${before + nth}`;
    await given.store.append('access-control', -1, [event('RoleGranted'), event('RoleRevoked')]);
    await given.store.append('config-production.engine', -1, [event('LedgerSealed'), event('LedgerSealed')]);
    await given.projected();
    const { data } = await given.ask('GET /status');
    const ledger = { stream: 'config-production.engine', type: 'LedgerSealed' };
    const error = "event 0 of config-production.engine has the unknown type 'LedgerSealed' (schemaVersion 7)";
    expect(data.parked).toEqual([
      { ...ledger, position: at(4n), revision: 1, error: expect.stringContaining('behind the event') },
      { ...ledger, position: at(3n), revision: 0, error },
    ]);
    expect(data.parkedStreams).toEqual([
      { ...ledger, position: at(3n), revision: 0, error },
      {
        stream: 'access-control',
        position: at(1n),
        revision: 0,
        type: 'RoleGranted',
        error: expect.stringContaining('does not know'),
      },
    ]);
    await given.close();
  });

  test('counts its requests for Prometheus, behind the token', async () => {
    const answer = await given.ask('GET /metrics');
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).toContain('confledger_http_request_duration_seconds_count{operation="setValue",status="200"} 1');
    expect(answer.text).toContain('confledger_part_up{part="event_store"} 1');
    expect((await given.ask('GET /metrics', { token: null })).code).toBe('TOKEN_MISSING');
  });

  test('serves its documentation without a token and without the internet', async () => {
    const document = await given.ask('GET //openapi.json', { token: null });
    expect(document.body.openapi).toBe('3.1.0');
    const page = await given.ask('GET //docs/', { token: null });
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/(?:src|href)="https?:/);
    for (const [, asset = ''] of page.text.matchAll(/(?:src|href)="\.\/([^"]+)"/g))
      expect((await given.ask(`GET //docs/${asset}`, { token: null })).status).toBe(200);
    expect((await given.ask('GET //docs/errors', { token: null })).text).toContain('<section id="KEY_NOT_FOUND">');
  });

  test('leads a browser from the bare address to the documentation', async () => {
    const answer = await given.ask('GET //', { token: null });
    expect([answer.status, answer.headers['location']]).toEqual([302, '/docs']);
  });

  test('answers HEAD as GET without a body, and keeps the request id of the client', async () => {
    const answer = await given.ask('HEAD /configurations/engine', { headers: { 'x-request-id': 'order-7' } });
    expect([answer.status, answer.text, answer.headers.etag, answer.headers['x-request-id']]).toEqual([200, '', '"1"', 'order-7']);
    const odd = await given.ask('GET /status', { headers: { 'x-request-id': 'a b\tc' } });
    expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect((await given.ask('HEAD /feed')).status).toBe(405);
  });

  test('carries request id and trace into the events', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await given.ask('PUT /configurations/traced/x', { body: { value: 1 }, headers: { 'x-request-id': 'order-8', traceparent } });
    await given.ask('PUT /configurations/traced/x', { body: { value: 2 }, headers: { traceparent: 'nonsense' } });
    const events = await given.store.readStream('config-production.traced', { limit: 10 });
    const metadata = events.map((event) => JSON.parse(event.metadata) as { correlationId: string; traceparent: string | null });
    expect(metadata[1]).toMatchObject({ correlationId: 'order-8', traceparent });
    expect(metadata[2]?.traceparent).toBeNull();
  });

  test('never writes a token into its log', async () => {
    await given.ask(`GET /configurations/engine?token=${TOKEN}&access_token=${TOKEN}`);
    await given.ask('GET /status', { token: 'a-wrong-token-that-is-secret' });
    expect(given.log.length).toBeGreaterThan(0);
    expect(given.log.join('')).not.toContain(TOKEN);
    expect(given.log.join('')).not.toContain('a-wrong-token');
  });
});

test('the age of the oldest pin is a metric, and 0 where no ledger is pinned', async () => {
  const given = await startApi();
  const done = async (call: string, body: object = {}): Promise<void> => {
    expect((await given.ask(call, { body: { changeReason: 'for the test', ...body } })).status).toBe(200);
  };
  const age = async () => /^confledger_oldest_pin_seconds (.+)$/m.exec((await given.ask('GET /metrics')).text)?.[1];
  const define = (name: string, body: object) => given.ask(`PUT /environments/${name}`, { body });
  await define('base', { type: 'testing' });
  await define('production', { type: 'production', inheritsFrom: ['base'] });
  await done('PUT /configurations/engine?environment=base', { configuration: { limit: 1 }, activate: true });
  for (const own of [1, 2]) await done('PUT /configurations/engine', { configuration: { own }, activate: true });
  await given.projected();
  expect(await age()).toBe('0');
  await done('POST /configurations/engine/versions/previous/rollback', {});
  await given.projected();
  given.pass(90_500);
  expect(await age()).toBe('90.5');
  await given.ask('POST /configurations/engine/activate', { body: {} });
  await given.projected();
  expect(await age()).toBe('0');
  await given.close();
});

test('metrics are open where the configuration says so', async () => {
  const given = await startApi({ openOperations: ['metrics'] });
  expect((await given.ask('GET /metrics', { token: null })).status).toBe(200);
  await given.close();
});

test('a part that the process of the api starts is shown as up or down, with what is wrong, and takes no api out of service', async () => {
  let problem: string | null = null;
  const given = await startApi({ ownParts: [{ name: 'projector', problem: () => problem }] });
  const shown = async () => {
    const health = await given.ask('GET //health', { token: null });
    const { data } = await given.ask('GET /status');
    const part = data.parts.find(({ name }: { name: string }) => name === 'projector');
    const up = /confledger_part_up\{part="projector"\} (\d)/.exec((await given.ask('GET /metrics')).text)?.[1];
    return [health.status, health.body.checks['projector'], part, up];
  };
  expect(await shown()).toEqual([200, { healthy: true, detail: null, tookMs: 0 }, { name: 'projector', state: 'up', detail: null }, '1']);
  problem = 'it ended';
  expect(await shown()).toEqual([
    503,
    { healthy: false, detail: 'it ended', tookMs: 0 },
    { name: 'projector', state: 'down', detail: 'it ended' },
    '0',
  ]);
  expect((await given.ask('GET //health/ready')).status).toBe(200);
  await given.close();
});

describe('when a part is away', () => {
  const failing = (error: Error): Ledgers => {
    const fail = () => Promise.reject(error);
    const reads = { read: fail, effective: fail, explain: fail, activation: fail, activationAt: fail, rules: fail, whatIf: fail };
    return { execute: fail, ...reads, brokenStreams: () => [], promotion: () => Promise.resolve(null) };
  };

  test('a judge of schemas that cannot be started is 503, and why is in the log alone', async () => {
    const given = await startApi({ ledgers: failing(new SchemaJudgeUnavailable('spawn failed: ENOMEM at 10.0.0.7')) });
    const write = await given.ask('PUT /configurations/engine/x', { body: { value: 1 } });
    expect([write.status, write.code]).toEqual([503, 'SCHEMA_JUDGE_UNAVAILABLE']);
    expect(write.text).not.toContain('ENOMEM');
    expect(given.log.join('')).toContain('ENOMEM');
    await given.close();
  });

  test('an event store that cannot be reached is 503 for commands and readings, and the log knows', async () => {
    const given = await startApi({
      ledgers: failing(new EventStoreUnavailable('connection refused to 10.0.0.7')),
      eventStore: { ...createInMemoryEventStore(), lastPosition: () => Promise.reject(new Error('down')) },
    });
    const write = await given.ask('PUT /configurations/engine/x', { body: { value: 1 } });
    expect([write.status, write.code]).toEqual([503, 'EVENT_STORE_UNAVAILABLE']);
    expect(write.text).not.toContain('10.0.0.7');
    expect(given.log.join('')).toContain('10.0.0.7');
    expect((await given.ask('GET /configurations/engine')).code).toBe('EVENT_STORE_UNAVAILABLE');
    const health = await given.ask('GET //health/ready');
    expect([health.status, health.body.checks['eventStore']?.healthy]).toEqual([503, false]);
    expect((await given.ask('GET //health/live')).status).toBe(200);
    expect((await given.ask('GET /status')).data).toMatchObject({ position: null, readModel: { lagMs: null } });
    await given.close();
  });

  test('a log that was set back is refused by name, in every call that reads or writes it, until it holds everything again', async () => {
    const given = await startApi();
    await given.ask('PUT /configurations/engine/x', { body: { value: 1, activate: true } });
    await given.projected();
    given.setBackTo(1n);
    const calls: readonly [string, object?][] = [
      ['PUT /configurations/engine/x', { body: { value: 2 } }],
      ['POST /configurations/engine/versions/latest/activate'],
      ['GET /configurations/engine'],
      ['GET /configurations/engine?version=1'],
    ];
    // At first it may be a server that is behind the others.
    for (const [call, asked] of calls) expect((await given.ask(call, asked)).code).toBe('EVENT_STORE_UNAVAILABLE');
    expect((await given.ask('GET /status')).data).toMatchObject({
      log: { state: 'in doubt' },
      parts: [{ state: 'down' }, { state: 'up' }],
    });
    for (let checks = 0; checks < 2; checks += 1) {
      given.pass(SET_BACK_AFTER_MS);
      await given.checkLog();
    }
    for (const [call, asked] of calls) expect(await given.ask(call, asked)).toMatchObject({ status: 503, code: 'LOG_SET_BACK' });
    const missing = { stream: 'config-production.engine', revision: 2 };
    expect((await given.ask('GET /status')).data).toMatchObject({ log: { state: 'set back', missing }, position: null });
    expect((await given.ask('GET //health')).body.checks['eventStore']).toMatchObject({
      healthy: false,
      detail: expect.stringContaining('LOG_SET_BACK') as string,
    });
    expect((await given.ask('GET /metrics')).text).toContain('\nconfledger_log_set_back 1\n');
    // What this api keeps, and what the read model holds, is served on.
    expect((await given.ask('GET /configurations/engine?consistency=local')).data).toMatchObject({ configuration: { x: 1 } });
    expect((await given.ask('GET /configurations')).status).toBe(200);
    // It is told by its guard, once, and not again by every call.
    expect(given.log.join('')).not.toContain('LogSetBack');
    await given.close();
  });

  test('an unknown outcome names the command, so that a repetition finds out', async () => {
    const given = await startApi({ ledgers: failing(new CommandOutcomeUnknown('cmd-42', new AppendOutcomeUnknown('no answer'))) });
    const answer = await given.ask('PUT /configurations/engine/x', { body: { value: 1 } });
    expect([answer.status, answer.code]).toEqual([503, 'OUTCOME_UNKNOWN']);
    expect(answer.body.details[0]?.remedy).toContain('Idempotency-Key: cmd-42');
    await given.close();
  });

  test('a command that loses against other processes again and again is told so', async () => {
    const store = { ...createInMemoryEventStore(), append: () => Promise.resolve({ outcome: 'conflict', revision: 7 } as const) };
    const ledgers = createLedgers({ store, clock: { now: () => 0 }, ids: { next: () => crypto.randomUUID() }, signer: new SigningKey() });
    const given = await startApi({ ledgers });
    const answer = await given.ask('PUT /configurations/engine/x', { body: { value: 1 } });
    expect([answer.status, answer.code]).toEqual([409, 'WRITE_CONFLICT']);
    await given.close();
  });

  test('a command whose word means another version since another process wrote is told so, and nothing is written', async () => {
    const store = createInMemoryEventStore();
    const options = { clock: { now: () => 0 }, ids: { next: () => crypto.randomUUID() }, signer: new SigningKey() };
    const other = await startApi({ ledgers: createLedgers({ ...options, store }) });
    let isLosing = false;
    const losing: EventStore = {
      ...store,
      async append(...args) {
        if (isLosing) await other.ask('PUT /configurations/engine/x?activate=true', { body: { value: 999 } });
        isLosing = false;
        return store.append(...args);
      },
    };
    const given = await startApi({ ledgers: createLedgers({ ...options, store: losing }) });
    for (const value of [1, 2]) await given.ask('PUT /configurations/engine/x?activate=true', { body: { value } });
    isLosing = true;
    const answer = await given.ask('POST /configurations/engine/versions/previous/rollback');
    expect([answer.status, answer.code]).toEqual([409, 'VERSION_MOVED']);
    expect((await given.ask('GET /configurations/engine?version=active')).body.data).toMatchObject({ configuration: { x: 999 } });
    await Promise.all([given.close(), other.close()]);
  });

  test('a read model that is away takes lists with it, and nothing else', async () => {
    const away = () => Promise.reject(new ReadModelUnavailable('no connection'));
    const readModel: ReadModel = {
      position: away,
      waitFor: away,
      ledgers: away,
      versions: away,
      version: away,
      activations: away,
      running: away,
      activeStatements: away,
      oldestPin: away,
      audit: away,
      history: away,
      parked: away,
      parkedStreams: away,
      close: () => Promise.resolve(),
    };
    const given = await startApi({ readModel });
    expect((await given.ask('PUT /configurations/engine/x', { body: { value: 1 } })).status).toBe(200);
    expect((await given.ask('GET /configurations/engine')).status).toBe(200);
    const list = await given.ask('GET /configurations');
    expect([list.status, list.code]).toEqual([503, 'READ_MODEL_UNAVAILABLE']);
    expect((await given.ask('GET //health')).status).toBe(503);
    expect((await given.ask('GET //health/ready')).status).toBe(200);
    expect((await given.ask('GET /status')).data.apis).toBeNull();
    await given.close();
  });

  test('without heartbeats the status is whole but for the apis', async () => {
    const away = () => Promise.reject(new ReadModelUnavailable('no table'));
    const given = await startApi({ heartbeats: { write: away, remove: away, list: away } });
    expect((await given.ask('GET /status')).data).toMatchObject({ apis: null, parts: [{ state: 'up' }, { state: 'up' }] });
    expect((await given.ask('PUT /configurations/engine/x', { body: { value: 1 } })).status).toBe(200);
    await given.close();
  });

  test('a read model that does not reach the position asked for is 503 after a limit', async () => {
    const given = await startApi();
    given.readModel.waitFor = () => Promise.resolve(false);
    const answer = await given.ask(`GET /audit?atLeast=${given.installation}:999999`);
    expect([answer.status, answer.code]).toEqual([503, 'READ_MODEL_BEHIND']);
    await given.close();
  });

  test('a fault of ours is 500 with the request id and not a word about its inside', async () => {
    const given = await startApi({ ledgers: failing(new TypeError('secret internals')) });
    const answer = await given.ask('GET /configurations/engine', { headers: { 'x-request-id': 'order-9' } });
    expect([answer.status, answer.code, answer.body.requestId]).toEqual([500, 'INTERNAL', 'order-9']);
    expect(answer.text).not.toContain('secret internals');
    expect(given.log.find((line) => line.includes('order-9') && line.includes('secret internals'))).toBeDefined();
    await given.close();
  });
});
