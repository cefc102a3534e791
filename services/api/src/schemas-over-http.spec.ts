// Schemas over HTTP: mounting, judging at every way in, tags, and what a client is told.
import { EventStoreUnavailable, type LedgersCore, type WhatIfLine } from '@confledger/application';
import { LedgerId } from '@confledger/domain';
import { eventually } from '@confledger/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NODE_TOKEN, startApi, TOKEN, type ApiUnderTest } from './fixtures/api-under-test.js';

const LEDGER = '/configurations/engine';
const SCHEMA = `${LEDGER}/schema`;

let given: ApiUnderTest;
beforeEach(async () => {
  given = await startApi();
  await given.ask(`PUT ${LEDGER}`, { body: { configuration: { risk: { max: 5 }, other: 1 }, activate: true } });
});
afterEach(() => given.close());

const most = (maximum: number) => ({ type: 'number', maximum });
const mounted = (mount: string, schema: unknown, more: object = {}) => ({ body: { mount, schema, ...more } });

/** Where the log ends: the same after what wrote nothing. */
const end = () => given.store.lastPosition();

async function refusedWithout(call: () => ReturnType<ApiUnderTest['ask']>) {
  const before = await end();
  const answer = await call();
  expect(await end()).toBe(before);
  return answer;
}

/** Without those of the edition. */
const withoutCategories = ({ data }: { readonly data: { readonly items: readonly Readonly<Record<string, unknown>>[] } }) =>
  data.items.filter(({ origin }) => (origin as { readonly kind: string }).kind !== 'category');

/** The tag of the schema at a mount. */
const tagAt = async (mount: string) => String((await given.ask(`GET ${SCHEMA}?mount=${mount}`)).headers['etag']);
const value = (path: string, wanted: unknown, query = '') => given.ask(`PUT ${LEDGER}/${path}${query}`, { body: { value: wanted } });
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('mounting a schema', () => {
  test('refuses what breaks it with every violation named, and quotes no value', async () => {
    const schema = { type: 'object', properties: { max: most(10), min: { type: 'number' } }, required: ['max'] };
    const set = await given.ask(`PUT ${SCHEMA}`, mounted('risk', schema));
    expect(set.headers['etag']).toBe('"s4"');
    expect(set.data).toMatchObject({
      changed: true,
      created: true,
      changeCount: 0,
      mount: 'risk',
      schemaChanges: [{ mount: 'risk', change: 'set' }],
    });
    expect(set.data['items']).toEqual([
      { mount: 'risk', dialect: '2020-12', schema, origin: { kind: 'own', revision: 4 }, inForce: true, tag: '"s4"' },
    ]);
    const refused = await refusedWithout(() => value('risk', { max: 987_654, min: 'swordfish' }));
    expect([refused.status, refused.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(refused.body.details.map(({ path, rule, mount }) => [path, rule, mount])).toEqual([
      ['risk.max', 'maximum', 'risk'],
      ['risk.min', 'type', 'risk'],
    ]);
    expect(refused.text).not.toMatch(/987654|swordfish/);
  });
  test('of the same schema changes nothing, and a removal shows what applies then', async () => {
    await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(10)));
    const before = await end();
    const again = await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(10)));
    expect(again.data).toMatchObject({ changed: false, created: false });
    expect(again.headers['etag']).toBe('"s4"');
    expect(await end()).toBe(before);
    const removed = await given.ask(`DELETE ${SCHEMA}?mount=risk.max`);
    expect(removed.data).toMatchObject({ changed: true, items: [], schemaChanges: [{ mount: 'risk.max', change: 'removed' }] });
    expect(removed.headers['etag']).toBeUndefined();
  });
  test('makes no version, and a ledger where there is none', async () => {
    const { data, status } = await given.ask('PUT /configurations/new/schema', { body: { schema: { type: 'object' } } });
    expect([status, data['version'], data['created'], data['mount']]).toEqual([200, null, true, '']);
    expect((await given.ask('GET /configurations/new/schema?mount=')).data.items).toHaveLength(1);
  });
  test('as a dry run shows what would be mounted, and writes nothing', async () => {
    const before = await end();
    const { data } = await given.ask(`PUT ${SCHEMA}?dryRun=true`, mounted('risk.max', most(10)));
    expect(data).toMatchObject({
      changed: true,
      dryRun: true,
      items: [{ schema: most(10), origin: { kind: 'own', revision: null }, tag: null }],
    });
    expect((await refusedWithout(() => given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(1), { dryRun: true })))).code).toBe(
      'SCHEMA_VIOLATED',
    );
    expect(await end()).toBe(before);
  });
  test('with standing: accepted takes one that head breaks: those violations stand, and only new ones are refused', async () => {
    const set = await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(4), { standing: 'accepted' }));
    expect(set.data['violations']).toMatchObject({ standingCount: 1, standing: [{ path: 'risk.max', rule: 'maximum' }], acceptedCount: 0 });
    const other = await value('other', 2);
    expect(other.data['violations']).toMatchObject({ standing: [{ path: 'risk.max' }] });
    expect((await value('risk.max', 6)).code).toBe('VALIDATION_ERROR');
    expect((await value('risk.max', 4)).data['violations']).toBeUndefined();
  });
  test('is asked for with GET, of one mount or of all, and with what is wrong already', async () => {
    await given.ask(`PUT ${SCHEMA}`, mounted('other', { type: 'number' }));
    await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(4), { standing: 'accepted' }));
    await value('risk.max', 3);
    const all = await given.ask(`GET ${SCHEMA}`);
    expect(withoutCategories(all).map(({ mount }) => mount)).toEqual(['other', 'risk.max']);
    expect(all.headers['etag']).toBeUndefined();
    expect(all.data['head']).toMatchObject({ violationCount: 0 });
    expect(all.data['running']).toMatchObject({ violationCount: 1, violations: [{ path: 'risk.max', mount: 'risk.max' }] });
    const one = await given.ask(`GET ${SCHEMA}?mount=other`);
    expect(one.data.items.map(({ mount }) => mount)).toEqual(['other']);
    expect([one.headers['etag'], one.data['running']]).toEqual([
      '"s4"',
      { violations: [], violationCount: 0, unjudged: [], unjudgedCount: 0 },
    ]);
  });
  test('lists at most 100 violations, and says how many there are', async () => {
    const wide = Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`p${index}`, 'x']));
    const strict = { additionalProperties: { type: 'number' } };
    await value('wide', wide);
    const set = await refusedWithout(() => given.ask(`PUT ${SCHEMA}`, mounted('wide', strict)));
    expect(set.body.details).toHaveLength(100);
    expect(set.body).toMatchObject({ code: 'SCHEMA_VIOLATED', detailCount: 130, truncated: ['details'] });
    const accepted = await given.ask(`PUT ${SCHEMA}`, mounted('wide', strict, { standing: 'accepted' }));
    expect(accepted.data).toMatchObject({ violations: { standingCount: 130 }, truncated: ['violations.standing'] });
    expect((accepted.data['violations'] as { standing: unknown[] }).standing).toHaveLength(100);
  });
});

describe('two administrators on one mount', () => {
  test('the second is refused by the tag that he saw, and writes with the new one', async () => {
    await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(10)));
    const seen = await tagAt('risk.max');
    const put = (maximum: number, tag: string) =>
      given.ask(`PUT ${SCHEMA}`, { ...mounted('risk.max', most(maximum)), headers: { 'if-match': tag } });
    const [one, other] = await Promise.all([put(20, seen), put(30, seen)]);
    expect([one.status, other.status]).toEqual(expect.arrayContaining([200, 412]));
    const late = one.status === 412 ? one : other;
    expect(late.code).toBe('IF_MATCH_FAILED');
    expect(late.body.error).toContain(`"s4"`);
    // A change elsewhere moves no tag.
    await value('other', 5);
    expect((await put(40, await tagAt('risk.max'))).status).toBe(200);
  });
  test('If-None-Match: * mounts the first one only', async () => {
    const put = () => given.ask(`PUT ${SCHEMA}`, { ...mounted('risk.max', most(10)), headers: { 'if-none-match': '*' } });
    expect([(await put()).status, (await put()).status]).toEqual([200, 412]);
  });
  test('a repetition with the same Idempotency-Key gets the first answer', async () => {
    const put = () => given.ask(`PUT ${SCHEMA}`, { ...mounted('risk.max', most(10)), headers: { 'idempotency-key': 'once' } });
    const first = await put();
    const again = await put();
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.data).toMatchObject({ changed: true, commandId: first.data['commandId'] });
  });
});

describe('values and schemas in one change set', () => {
  test('are taken together where either alone is refused, and each operation says what it did', async () => {
    await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(10)));
    const operations = [
      { id: 'tighter', type: 'SCHEMA_SET', mount: 'risk.max', schema: most(3) },
      { id: 'same', type: 'SCHEMA_SET', mount: 'other', dialect: '2020-12', schema: { type: 'number' } },
      { id: 'lower', type: 'SET', key: 'risk.max', value: 3 },
    ];
    const batch = (each: readonly object[], more: object = {}) =>
      given.ask(`POST ${LEDGER}/batch`, { body: { operations: each, ...more } });
    const alone = await refusedWithout(() => batch(operations.slice(0, 1)));
    expect(alone.code).toBe('SCHEMA_VIOLATED');
    expect(alone.body['operations']).toMatchObject([{ operation: 'tighter', success: false, problem: { mount: 'risk.max' } }]);
    // What runs still breaks it.
    expect((await refusedWithout(() => batch(operations))).code).toBe('SCHEMA_VIOLATED');
    const done = await batch(operations, { standing: 'accepted' });
    expect(done.data).toEqual([
      { operation: 'tighter', success: true, result: { changed: true, changeCount: 1 } },
      { operation: 'same', success: true, result: { changed: true, changeCount: 1 } },
      { operation: 'lower', success: true, result: { changed: true, changeCount: 1 } },
    ]);
    expect(done.body['commit']).toMatchObject({ changeCount: 1, schemaChanges: [{ mount: 'risk.max' }, { mount: 'other' }] });
    const again = await batch([...operations.slice(1), { id: 'gone', type: 'SCHEMA_REMOVE', mount: 'risk.max' }]);
    expect((again.data as unknown as { result: object }[]).map(({ result }) => result)).toEqual([
      { changed: false, changeCount: 0 },
      { changed: false, changeCount: 0 },
      { changed: true, changeCount: 1 },
    ]);
  });
  test('a refusal belongs to the operation that wrote the place', async () => {
    await given.ask(`PUT ${SCHEMA}`, mounted('risk', { properties: { max: most(10) } }));
    const operations = [
      { id: 'a', type: 'SET', key: 'other', value: 2 },
      { id: 'b', type: 'SET', key: 'risk', value: { max: 11 } },
    ];
    const { body, code } = await given.ask(`POST ${LEDGER}/batch`, { body: { operations } });
    expect(code).toBe('VALIDATION_ERROR');
    expect(body['operations']).toMatchObject([
      { operation: 'a', success: false, error: 'Not carried out, because the batch was refused.' },
      { operation: 'b', success: false, problem: { path: 'risk.max', rule: 'maximum' } },
    ]);
  });
  test('a schema change among commands that queue counts for those behind it', async () => {
    const answers = await Promise.all([
      value('risk.max', 9),
      given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(10))),
      ...Array.from({ length: 20 }, (_, index) => value('risk.max', 11 + index)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, ...Array.from({ length: 20 }, () => 400)]);
  });
});

describe('going live', () => {
  test('a schema event is pending until an activation, and activate: true refuses to take it live along', async () => {
    const set = await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(10)));
    expect(set.data).toMatchObject({ pending: 0, pendingBecause: ['schemas'], next: { method: 'POST' } });
    const write = await refusedWithout(() => value('other', 2, '?activate=true'));
    expect([write.status, write.code]).toEqual([409, 'PENDING_CHANGES']);
    const activated = await given.ask(`POST ${(set.data['next'] as { url: string }).url.replace('/api/v1', '')}`);
    expect(activated.data).toMatchObject({ pendingBecause: [], activated: { version: 2 } });
    expect((await value('other', 2, '?activate=true')).status).toBe(200);
    expect((await given.ask(`PUT ${SCHEMA}?activate=true`, mounted('risk.max', most(11)))).data).toMatchObject({
      pendingBecause: [],
      activated: {},
    });
  });
  test('activation of an older version that the schemas of today refuse is refused, and names them', async () => {
    await value('risk.max', 3, '?activate=true');
    await given.ask(`PUT ${SCHEMA}?activate=true`, mounted('risk.max', most(4)));
    const refused = await refusedWithout(() => given.ask(`POST ${LEDGER}/versions/2/activate`));
    expect([refused.status, refused.code, refused.body.details[0]]).toMatchObject([
      400,
      'VALIDATION_ERROR',
      { path: 'risk.max', rule: 'maximum', mount: 'risk.max' },
    ]);
  });
  test('an activation names the places that need a restart', async () => {
    const schema = { properties: { max: { type: 'number', 'x-reload': 'restart' } } };
    const { data } = await given.ask(`PUT ${SCHEMA}?activate=true`, mounted('risk', schema));
    expect(data['activated']).toMatchObject({ restart: ['risk.max'] });
  });
  test('a rollback lists what the rules of today refuse, and goes on with acceptViolations, which is recorded', async () => {
    await value('risk.max', 3, '?activate=true');
    await given.ask(`PUT ${SCHEMA}?activate=true`, mounted('risk.max', most(4)));
    const back = (body: object) => given.ask(`POST ${LEDGER}/versions/2/rollback`, { body });
    const refused = await refusedWithout(() => back({}));
    expect([refused.status, refused.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(refused.body.error).toContain('acceptViolations: true');
    const done = await back({ acceptViolations: true });
    expect(done.data['violations']).toMatchObject({
      acceptedCount: 1,
      accepted: [{ path: 'risk.max', rule: 'maximum' }],
      standingCount: 0,
    });
    const source = { kind: 'rollback', version: 2, acceptedViolationCount: 1 };
    const { activation } = done.data['activated'] as { activation: number };
    expect((await given.ask(`GET ${LEDGER}/activations/${activation}`)).data.item).toMatchObject({ source });
    await given.projected();
    expect((await given.ask(`GET ${LEDGER}/activations?limit=1`)).data.items).toMatchObject([{ source }]);
    expect((await given.ask('GET /audit?type=VersionActivated&limit=1')).data.items).toMatchObject([{ source }]);
  });
  test('a rollback with schemas: restore gives back those of the activation, too', async () => {
    await given.ask(`PUT ${SCHEMA}?activate=true`, mounted('risk.max', most(10)));
    const { activation } = (await value('risk.max', 4, '?activate=true')).data as unknown as { activation: number };
    await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(4)));
    await given.ask(`PUT ${SCHEMA}?activate=all`, mounted('other', { type: 'number' }));
    const { data } = await given.ask(`POST ${LEDGER}/activations/${activation}/rollback?schemas=restore`);
    expect(data['schemaChanges']).toEqual([
      { mount: 'other', change: 'removed' },
      { mount: 'risk.max', change: 'set' },
    ]);
    expect(withoutCategories(await given.ask(`GET ${SCHEMA}`))).toMatchObject([{ mount: 'risk.max', schema: most(10) }]);
  });
});

describe('rules that are inherited', () => {
  beforeEach(() => inheriting());

  /** Production inherits from staging, which mounts risk.max: at most 10. */
  async function inheriting(): Promise<void> {
    await given.ask('PUT /environments/production', { body: { type: 'production', inheritsFrom: ['staging'] } });
    await given.ask(`PUT ${SCHEMA}?environment=staging`, mounted('risk.max', most(10)));
    await given.ask(`PUT ${LEDGER}?environment=staging&activate=all`, { body: { configuration: { risk: { max: 2 } } } });
    expect((await given.ask(`POST ${LEDGER}/activate`)).status).toBe(200);
  }

  test('are judged by and listed with the ledger that they come from; a nearer one at the very mount counts', async () => {
    expect((await value('risk.max', 11)).body.details[0]).toMatchObject({ rule: 'maximum', mount: 'risk.max' });
    const parent = { kind: 'parent', ledger: 'staging.engine' };
    const { data, headers } = await given.ask(`GET ${SCHEMA}?mount=risk.max`);
    expect(data.items).toMatchObject([{ origin: parent, inForce: true, tag: null }]);
    expect(headers['etag']).toBeUndefined();
    const set = await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(20)));
    expect(set.data['items']).toMatchObject([
      { origin: { kind: 'own' }, inForce: true },
      { origin: parent, inForce: false },
    ]);
    expect((await value('risk.max', 11)).status).toBe(200);
    const removed = await given.ask(`DELETE ${SCHEMA}?mount=risk.max&standing=accepted`);
    expect(removed.data['items']).toMatchObject([{ origin: parent, inForce: true }]);
  });
  test('are switched off at their mount by true, and every answer says so', async () => {
    const set = await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', true));
    expect(set.data['violations']).toMatchObject({ switchedOff: ['risk.max'], standingCount: 0 });
    expect((await value('risk.max', 11)).data['violations']).toMatchObject({ switchedOff: ['risk.max'] });
    expect(withoutCategories(await given.ask(`GET ${SCHEMA}`))).toMatchObject([{ inForce: false }, { inForce: false }]);
  });
});

describe('POST …/validate', () => {
  const validate = (body?: object, query = '') =>
    refusedWithout(() => given.ask(`POST ${LEDGER}/validate${query}`, body === undefined ? {} : { body }));
  beforeEach(async () => {
    await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(4), { standing: 'accepted' }));
    await given.ask(`PUT ${SCHEMA}`, mounted('other', { type: 'number' }));
  });

  test('of a document or operations says what they would be refused for, and what stands', async () => {
    const document = await validate({ configuration: { risk: { max: 5 }, other: 'x' } });
    expect(document.status).toBe(200);
    expect(document.data).toMatchObject({ valid: false, errorCount: 1, errors: [{ path: 'other', rule: 'type', mount: 'other' }] });
    const fit = await validate({ operations: [{ type: 'SET', key: 'other', value: 7 }] });
    expect(fit.data).toMatchObject({ valid: true, errors: [], standingCount: 1, standing: [{ path: 'risk.max' }], running: null });
    const schemas = await validate({ operations: [{ type: 'SCHEMA_SET', mount: 'other', schema: { type: 'string' } }] });
    expect(schemas.data).toMatchObject({ valid: false, errors: [{ path: 'other', rule: 'type', mount: 'other' }] });
  });
  test('without a change says what is wrong with head and with what runs', async () => {
    await value('risk.max', 4);
    const { data } = await validate();
    expect(data).toMatchObject({
      valid: false,
      errors: [],
      errorCount: 0,
      running: { violationCount: 1, violations: [{ path: 'risk.max' }] },
    });
    await given.ask(`POST ${LEDGER}/activate`);
    expect((await validate()).data).toMatchObject({ valid: true, running: { violationCount: 0 } });
  });
  test('needs no reason where every change needs one, and a token that may only read is enough', async () => {
    await given.ask('PUT /environments/production', { body: { type: 'production', policy: { reasonRequired: true } } });
    const { data } = await refusedWithout(() =>
      given.ask(`POST ${LEDGER}/validate`, { body: { configuration: { other: 2 } }, token: NODE_TOKEN }),
    );
    expect(data).toMatchObject({ valid: true });
  });
});

describe('POST …/schema/what-if', () => {
  const whatIf = (body: object) => given.ask(`POST ${SCHEMA}/what-if`, { body: { mount: 'risk.max', schema: most(4), ...body } });

  test('says line by line which versions and activations a stricter schema would have refused, and tightens it then', async () => {
    await value('other', 2);
    await value('risk.max', 3, '?activate=all');
    await value('risk.max', 9);
    const versions = lines((await whatIf({ of: 'versions' })).text);
    expect(versions).toMatchObject([
      { kind: 'stretch', from: 2, to: 4, itemCount: 2, count: 1, errors: [{ path: 'risk.max', rule: 'maximum', mount: 'risk.max' }] },
      { kind: 'stretch', from: 5, to: 5, itemCount: 1, count: 0, errors: [] },
      { kind: 'stretch', from: 7, to: 7, itemCount: 1, count: 1 },
      { kind: 'end', itemCount: 4, refusedCount: 3 },
    ]);
    expect(lines((await whatIf({ of: 'activations' })).text)).toMatchObject([
      { from: 3, count: 1 },
      { from: 6, count: 0 },
      { kind: 'end', itemCount: 2, refusedCount: 1 },
    ]);
    expect(lines((await whatIf({ of: 'versions', from: 5, to: 5 })).text)).toMatchObject([
      { from: 5, to: 5 },
      { kind: 'end', itemCount: 1, refusedCount: 0 },
    ]);
    const tightened = await given.ask(`POST ${LEDGER}/batch`, {
      body: {
        operations: [
          { type: 'SET', key: 'risk.max', value: 4 },
          { type: 'SCHEMA_SET', mount: 'risk.max', schema: most(4) },
        ],
      },
    });
    expect(tightened.status).toBe(200);
  });
  test('runs once at a time', async () => {
    const leaving = new AbortController();
    const held = await given.ledgers.whatIf(
      LedgerId.of('production', 'engine'),
      { mount: '', dialect: '2020-12', schema: {}, of: 'versions' },
      leaving.signal,
    );
    expect(held.kind).toBe('answering');
    expect(await whatIf({ of: 'versions' })).toMatchObject({ status: 409, code: 'WHAT_IF_RUNNING' });
    // Its lines were never asked for.
    leaving.abort();
    expect((await whatIf({ of: 'versions' })).status).toBe(200);
    expect((await whatIf({ of: 'versions' })).status).toBe(200);
  });
  test('is cancelled with the connection of its client', async () => {
    let ended: AbortSignal | null = null;
    const endless: LedgersCore['whatIf'] = (_ledger, _asked, signal) => {
      ended = signal;
      return Promise.resolve({ kind: 'answering', lines: progress() });
    };
    Object.assign(given.ledgers, { whatIf: endless });
    const url = await given.api.app.listen({ host: '127.0.0.1', port: 0 });
    const leaving = new AbortController();
    const { status, body } = await fetch(`${url}/api/v1${SCHEMA}/what-if`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ schema: {}, of: 'versions' }),
      signal: leaving.signal,
    });
    expect(status).toBe(200);
    await body?.getReader().read();
    expect(ended).toMatchObject({ aborted: false });
    leaving.abort();
    await eventually(() => ended?.aborted === true);
  });
  test('that cannot go on says so in its last line', async () => {
    const broken: LedgersCore['whatIf'] = () => Promise.resolve({ kind: 'answering', lines: failing() });
    Object.assign(given.ledgers, { whatIf: broken });
    expect(lines((await whatIf({ of: 'versions' })).text)).toMatchObject([
      { kind: 'progress' },
      { kind: 'failed', code: 'EVENT_STORE_UNAVAILABLE', error: expect.stringMatching(/\.$/) },
    ]);
  });
});

async function* progress(): AsyncGenerator<WhatIfLine> {
  for (let looked = 1; ; looked += 1) {
    yield { kind: 'progress', looked, upTo: looked };
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function* failing(): AsyncGenerator<WhatIfLine> {
  yield { kind: 'progress', looked: 1, upTo: 1 };
  throw new EventStoreUnavailable('The event store is away.');
}

describe('built-in categories', () => {
  const QA = '/configurations/engine?environment=qa';
  const define = (more: object) => given.ask('PUT /environments/qa', { body: { type: 'testing', ...more } });
  const put = (configuration: object) => given.ask(`PUT ${QA}`, { body: { configuration } });

  test('refuse a wrong risk limit with its place, rule and remedy, in an environment of their edition', async () => {
    expect((await define({ edition: 1 })).data).toMatchObject({ edition: 1 });
    const refused = await refusedWithout(() => put({ risk: { parameters: { maxPositionSize: -1, dailyLossLimit: 5 } } }));
    expect([refused.status, refused.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(refused.body.details[0]).toMatchObject({ path: 'risk.parameters.maxPositionSize', rule: 'minimum', mount: 'risk.parameters' });
    expect((await put({ risk: { parameters: { maxPositionSize: 1, dailyLossLimit: 5 } } })).status).toBe(200);
    const { data } = await given.ask(`GET ${LEDGER}/schema?environment=qa&mount=risk.parameters`);
    expect(data.items).toMatchObject([{ origin: { kind: 'category', category: 'risk', edition: 1 }, inForce: true, tag: null }]);
  });
  test('of edition 0 are none, and raising the edition makes standing violations only', async () => {
    expect((await define({ edition: 0 })).data).toMatchObject({ edition: 0 });
    await put({ risk: { parameters: { maxPositionSize: -1 } } });
    await define({ edition: 1 });
    const other = await given.ask(`PUT ${LEDGER}/other?environment=qa`, { body: { value: 1 } });
    expect(other.status).toBe(200);
    expect(other.data['violations']).toMatchObject({ standingCount: 2 });
  });
  test('of an edition that is not known are refused by its number', async () => {
    const refused = await refusedWithout(() => define({ edition: 99 }));
    expect([refused.status, refused.code]).toEqual([400, 'EDITION_UNKNOWN']);
    expect(refused.text).toContain('99');
  });
  test('and schemas name the sections that a strict policy takes', async () => {
    expect((await define({ edition: 1, policy: { unknownSections: 'refused' } })).data['policy']).toMatchObject({
      unknownSections: 'refused',
    });
    const refused = await refusedWithout(() => put({ ristk: { max: 1 } }));
    expect([refused.status, refused.code]).toEqual([400, 'VALIDATION_ERROR']);
    expect(refused.body.details[0]).toMatchObject({ path: 'ristk', rule: 'unknownSection', mount: '' });
    await given.ask(`PUT ${LEDGER}/schema?environment=qa`, mounted('ristk', {}));
    expect((await put({ ristk: { max: 1 } })).status).toBe(200);
  });
});

describe('GET /metrics', () => {
  test('counts judgements and their time, in place and apart', async () => {
    await given.ask(`PUT ${SCHEMA}`, mounted('risk.max', most(10)));
    await value('risk.max', 6);
    const { text } = await given.ask('GET /metrics');
    expect(Number(/^confledger_schema_judgements_total\{where="in_place"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(0);
    expect(text).toMatch(/^confledger_schema_judgement_seconds_total\{where="apart"\} 0$/m);
  });
});

test('answers of ledgers without schemas have no member about rules', async () => {
  const { data } = await value('other', 2, '?activate=true');
  expect(Object.keys(data)).not.toContain('violations');
  expect(Object.keys(data)).not.toContain('schemaChanges');
});
