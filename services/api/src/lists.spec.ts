// Versions, point in time, differences, history, audit, nodes: what is read beside the document itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLOSED_NODE_KEPT_MS, SILENT_NODE_KEPT_MS } from '@confledger/application';
import { TAGS_MAX } from '@confledger/domain';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

const LEDGER = '/configurations/engine';

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
  // Given: version 2 { risk: { max: 1, min: 0 } } active at 12:00;
  // max 5 at 12:01 (version 4), active at 12:02; min gone at 12:03 (version 6).
  await given.ask(`PUT ${LEDGER}`, { body: { configuration: { risk: { max: 1, min: 0 } }, changeReason: 'first', activate: true } });
  given.pass(60_000);
  await given.ask(`PUT ${LEDGER}/risk.max`, { body: { value: 5, changeReason: 'wider' } });
  given.pass(60_000);
  await given.ask(`POST ${LEDGER}/versions/latest/activate`, { body: { changeReason: 'agreed' } });
  given.pass(60_000);
  await given.ask(`DELETE ${LEDGER}/risk.min`);
  await given.ask(`PUT ${LEDGER}/versions/4/tags/agreed`);
  given.pass(3_600_000);
  await given.ask('PUT /configurations/gateway/environments/staging', { body: { configuration: { a: 1 } } });
  await given.projected();
});
afterAll(() => given.close());

describe('point in time', () => {
  const max = async (query: string) => {
    const { data } = await given.ask(`GET ${LEDGER}${query}`);
    const risk = data.configuration['risk'] as { max: number };
    return [data['version'], risk.max, data['active']];
  };

  test('the document is read by number, tag, word and instant, and says what was active then', async () => {
    expect(await max('')).toEqual([6, 5, 4]);
    expect(await max('?version=2')).toEqual([2, 1, 4]);
    expect(await max('?version=agreed')).toEqual([4, 5, 4]);
    expect(await max('?version=active')).toEqual([4, 5, 4]);
    expect(await max('?version=previous')).toEqual([2, 1, 4]);
    expect(await max('?at=2026-07-01T12:01:30Z')).toEqual([4, 5, 2]);
    expect(await max('?at=2026-07-01T14:01:30%2B02:00&version=active')).toEqual([2, 1, 2]);
    expect(await max('?consistency=local')).toEqual([6, 5, 4]);
  });

  test('an answer about the last seconds is provisional, and an instant a little ahead of our clock is taken', async () => {
    const soon = new Date(given.now() + 5_000).toISOString();
    expect((await given.ask(`GET ${LEDGER}?at=${soon}`)).data.provisional).toBe(true);
    expect((await given.ask(`GET ${LEDGER}?at=2026-07-01T12:01:30Z`)).data.provisional).toBe(false);
  });
});

describe('versions', () => {
  test('they are listed newest first, with actor, reason, instant, count, tags and activations', async () => {
    const { data } = await given.ask(`GET ${LEDGER}/versions`);
    expect(data).toMatchObject({ environment: 'production', service: 'engine', version: 6, active: 4, pending: 1, next: null });
    expect(data.items.map(({ version }) => version)).toEqual([6, 4, 2]);
    expect(data.items[1]).toEqual({
      version: 4,
      actor: 'alice',
      reason: 'wider',
      occurredAt: '2026-07-01T12:01:00.000Z',
      changeCount: 1,
      tags: ['agreed'],
      activations: [{ activation: 5, actor: 'alice', reason: 'agreed', activatedAt: '2026-07-01T12:02:00.000Z', rollbackTo: null }],
    });
    const one = await given.ask(`GET ${LEDGER}/versions/agreed`);
    expect(one.data).toMatchObject({ version: 4, item: data.items[1] });
  });

  test('pages follow one another by cursor, and end', async () => {
    const first = await given.ask(`GET ${LEDGER}/versions?limit=2`);
    expect(first.data.items).toHaveLength(2);
    const second = await given.ask(`GET ${LEDGER}/versions?limit=2&cursor=${String(first.data.next)}`);
    expect(second.data.items.map(({ version }) => version)).toEqual([2]);
    expect(second.data.next).toBeNull();
  });

  test('a version that the read model does not have yet is waited for', async () => {
    await given.ask('PUT /configurations/fresh/x', { body: { value: 1 } });
    const { data } = await given.ask('GET /configurations/fresh/versions/latest');
    expect(data.item?.['version']).toBe(1);
  });

  test('a tag moves only with move=true, and is taken off again', async () => {
    await given.ask('PUT /configurations/tagged/x', { body: { value: 1 } });
    await given.ask('PUT /configurations/tagged/x', { body: { value: 2 } });
    const first = await given.ask('PUT /configurations/tagged/versions/1/tags/good');
    expect(first.data).toMatchObject({ tag: 'good', changed: true, version: 2 });
    expect((await given.ask('PUT /configurations/tagged/versions/1/tags/good')).data.changed).toBe(false);
    expect((await given.ask('PUT /configurations/tagged/versions/2/tags/good', { body: { move: true } })).status).toBe(200);
    expect((await given.ask('GET /configurations/tagged?version=good')).data.version).toBe(2);
    expect((await given.ask('DELETE /configurations/tagged/versions/2/tags/good')).data.changed).toBe(true);
  });

  test('a ledger has a limited number of tags', async () => {
    await given.ask('PUT /configurations/labelled/x', { body: { value: 1 } });
    const label = (index: number) => given.ask(`PUT /configurations/labelled/versions/1/tags/t-${index}`);
    for (let index = 0; index < TAGS_MAX; index += 1) expect((await label(index)).status).toBe(200);
    const one = await label(TAGS_MAX);
    expect([one.status, one.code]).toEqual([409, 'TAG_LIMIT']);
  });

  test('an activation names every version that went live with it; activating it again changes nothing', async () => {
    for (const value of [1, 2, 3]) await given.ask('PUT /configurations/live/x', { body: { value } });
    const first = await given.ask('POST /configurations/live/versions/3/activate');
    expect(first.data.activated).toMatchObject({ version: 3, previous: null, tookLive: [1, 2, 3], tookLiveCount: 3 });
    const again = await given.ask('POST /configurations/live/versions/3/activate', {
      headers: { 'content-type': 'text/plain', 'content-length': '0' },
    });
    expect([again.status, again.data.changed, again.data.activated]).toEqual([200, false, null]);
  });

  test('a rollback shows both digests, equal, and is live at once', async () => {
    await given.ask('PUT /configurations/back/x', { body: { value: 1, activate: true } });
    const before = await given.ask('GET /configurations/back');
    await given.ask('PUT /configurations/back/x', { body: { value: 2, activate: true } });
    const { status, data } = await given.ask('POST /configurations/back/versions/previous/rollback', { body: { changeReason: 'losses' } });
    expect(status).toBe(200);
    expect(data.rollback).toMatchObject({ version: 1, activation: 2, layers: [], digest: before.data.digest });
    expect(data.digest).toBe(data.rollback.digest);
    expect(data).toMatchObject({ pending: 0, next: null, activated: { digest: before.data.digest } });
  });
});

describe('differences', () => {
  test('unless told otherwise they show what would go live', async () => {
    const { data } = await given.ask(`GET ${LEDGER}/diff`);
    expect(data).toMatchObject({
      from: { version: 4 },
      to: { version: 6 },
      changeCount: 1,
      items: [{ path: 'risk.min', before: 0 }],
      next: null,
    });
  });

  test('they are read between any two versions and instants, in pages', async () => {
    const query = 'from=6&toAt=2026-07-01T12:00:30Z';
    const first = await given.ask(`GET ${LEDGER}/diff?${query}&limit=1`);
    expect(first.data).toMatchObject({
      from: { version: 6 },
      to: { version: 2 },
      changeCount: 2,
      items: [{ path: 'risk.max', before: 5, after: 1 }],
    });
    const second = await given.ask(`GET ${LEDGER}/diff?${query}&limit=1&cursor=${String(first.data.next)}`);
    expect(second.data).toMatchObject({ items: [{ path: 'risk.min', after: 0 }], next: null });
    expect((await given.ask(`GET ${LEDGER}/diff?from=2&to=4&cursor=${String(first.data.next)}`)).code).toBe('CURSOR_INVALID');
  });
});

describe('history and audit', () => {
  test('the history of a path includes what happened above and below it', async () => {
    const { data } = await given.ask(`GET ${LEDGER}/history?key=risk`);
    expect(data.items.map(({ type, path }) => `${String(type)} ${String(path)}`)).toEqual([
      'ConfigDeleted risk.min',
      'ConfigSet risk.max',
      'ConfigSet risk.min',
      'ConfigSet risk.max',
    ]);
    expect(data.items[1]).toMatchObject({ before: 1, after: 5, actor: 'alice', reason: 'wider', version: 4 });
    expect(data.items[3]).not.toHaveProperty('before');
  });

  test('the audit is filtered by environment, service, glob, actor, type and time', async () => {
    const count = async (query: string) => (await given.ask(`GET /audit?${query}`)).data.items.length;
    expect(await count('service=engine&type=VersionActivated')).toBe(2);
    expect(await count('service=engine&key=risk.*')).toBe(4);
    expect(await count('service=engine&key=*')).toBe(0);
    expect(await count('environment=staging&actor=alice')).toBe(2);
    expect(await count('actor=bob')).toBe(0);
    expect(await count('service=engine&from=2026-07-01T12:01:00Z&to=2026-07-01T12:02:00Z')).toBe(1);
  });

  test('lists without an environment cover all, and name the position they are valid at', async () => {
    const { data } = await given.ask('GET /configurations?limit=500');
    const names = data.items.map(({ environment, service }) => `${String(environment)}.${String(service)}`);
    expect(names).toContain('staging.gateway');
    expect(names).toContain('production.engine');
    const [installation] = data.position.split(':');
    expect(installation).toBe(given.installation);
    expect((await given.ask('GET /configurations?environment=staging')).data.items).toMatchObject([
      { service: 'gateway', version: 1, active: null, pending: 1 },
    ]);
  });

  test('a query that names the position of a write sees that write', async () => {
    const write = await given.ask('PUT /configurations/waited/x', { body: { value: 1 } });
    const { data } = await given.ask(`GET /audit?service=waited&atLeast=${write.data.position}`);
    expect(data.items.map(({ type }) => type)).toContain('ConfigSet');
  });
});

describe('nodes', () => {
  test('a node that runs what is active is up to date, one that runs something else is not', async () => {
    const { data: active } = await given.ask(`GET ${LEDGER}?version=active`);
    const running = { version: 4, activation: 5, digest: active.digest, activatedAt: '2026-07-01T12:02:00.000Z' };
    const report = { environment: 'production', service: 'engine', state: 'ready', running, rejected: null };
    expect((await given.ask('POST /nodes/engine-1', { body: report })).status).toBe(201);
    await given.ask('POST /nodes/engine-2', { body: { ...report, running: { ...running, version: 2, digest: '0'.repeat(64) } } });
    await given.ask('POST /nodes/engine-3', {
      body: {
        ...report,
        state: 'waiting',
        running: null,
        rejected: { version: 4, problems: [{ path: 'risk.max', message: 'too large' }] },
      },
    });
    await given.ask('POST /nodes/lost', { body: { ...report, service: 'unheard-of' } });
    const { data } = await given.ask('GET /nodes');
    expect(data.items.map(({ name, active: version, upToDate }: Record<string, unknown>) => [name, version, upToDate])).toEqual([
      ['engine-1', 4, true],
      ['engine-2', 4, false],
      ['engine-3', 4, false],
      ['lost', null, null],
    ]);
    expect((await given.ask('GET /nodes?service=unheard-of')).data.items).toHaveLength(1);
  });

  test('a node that keeps or overrides values runs the activation and is not up to date, with what to do; profiles are what the ledger says', async () => {
    const { data: active } = await given.ask(`GET ${LEDGER}?version=active`);
    const running = { version: 4, activation: 5, digest: active.digest, activatedAt: '2026-07-01T12:02:00.000Z' };
    const report = { environment: 'production', service: 'engine', state: 'ready', running, rejected: null };
    const own = { overridden: ['risk.max'] };
    const waiting = { pendingRestart: ['db.pool'], unreadReferences: 2 };
    await given.ask('POST /nodes/differs-1', { body: { ...report, ...own } });
    await given.ask('POST /nodes/differs-2', { body: { ...report, ...waiting } });
    await given.ask('POST /nodes/differs-3', { body: { ...report, profiles: ['night'] } });
    const mixture = { version: 6, problems: [{ path: 'db', message: 'too many' }], mixture: true };
    await given.ask('POST /nodes/differs-4', { body: { ...report, rejected: mixture } });
    const { data } = await given.ask('GET /nodes?service=engine');
    const items = data.items.filter(({ name }) => String(name).startsWith('differs-'));
    expect(items.map(({ name, upToDate, remedy }) => [name, upToDate, remedy])).toEqual([
      ['differs-1', false, expect.stringContaining('Remove the variables')],
      ['differs-2', false, expect.stringContaining('Restart it')],
      ['differs-3', true, undefined],
      ['differs-4', true, expect.stringContaining('Restart it')],
    ]);
    expect(items).toMatchObject([own, waiting, { profiles: ['night'] }, { rejected: mixture }]);
    const metrics = (await given.ask('GET /metrics')).text;
    expect(metrics).toContain('confledger_nodes_differing{environment="production",service="engine",why="overridden"} 1');
    expect(metrics).toContain('confledger_node_lag_seconds{environment="production",service="engine",node="differs-1"} 0');
    const long = await given.ask('POST /nodes/differs-5', { body: { ...report, profiles: Array.from({ length: 101 }, String) } });
    expect([long.status, long.code]).toEqual([400, 'BODY_MEMBER_INVALID']);
  });

  test('one node is read by its name, as it stands in the list', async () => {
    const body = { environment: 'production', service: 'engine', state: 'waiting', running: null, rejected: null };
    await given.ask('POST /nodes/solo-1', { body });
    const listed = (await given.ask('GET /nodes?service=engine')).data.items.find(({ name }) => name === 'solo-1');
    expect((await given.ask('GET /nodes/solo-1')).data).toEqual(listed);
    expect((await given.ask('GET /nodes/solo-1?environment=production&service=engine')).data).toEqual(listed);
  });

  test('a node that is not known is refused with the nearest name, or with the ledgers that it does report for', async () => {
    const body = { environment: 'production', service: 'engine', state: 'waiting', running: null, rejected: null };
    await given.ask('POST /nodes/matching-7', { body });
    const refusal = async (url: string) => {
      const { status, code, body: answer } = await given.ask(`GET ${url}`);
      return [status, code, answer.error];
    };
    expect(await refusal('/nodes/macthing-7')).toEqual([404, 'NODE_UNKNOWN', 'No node macthing-7 has reported; did you mean matching-7?']);
    expect(await refusal('/nodes/matching-7?environment=staging')).toEqual([
      404,
      'NODE_UNKNOWN',
      'No node matching-7 has reported in staging; it reports for production/engine.',
    ]);
    expect(await refusal('/nodes/nowhere?environment=staging&service=gateway')).toEqual([
      404,
      'NODE_UNKNOWN',
      'No node nowhere has reported for staging/gateway.',
    ]);
    expect((await refusal('/nodes/macthing-7?environment=staging'))[2]).toBe('No node macthing-7 has reported in staging.');
    expect((await refusal('/nodes/engine%207'))[1]).toBe('NODE_NAME_INVALID');
  });

  test('a node that reports for several ledgers is read by its name and one of them', async () => {
    const body = { environment: 'production', service: 'engine', state: 'waiting', running: null, rejected: null };
    for (const environment of ['production', 'staging']) await given.ask('POST /nodes/twice-1', { body: { ...body, environment } });
    const { status, code, body: answer } = await given.ask('GET /nodes/twice-1');
    expect([status, code, answer.error]).toEqual([
      409,
      'NODE_AMBIGUOUS',
      'twice-1 reports for 2 ledgers: production/engine, staging/engine.',
    ]);
    expect(answer.details[0]?.remedy).toBe('Name one of them, such as ?environment=production&service=engine.');
    expect((await given.ask('GET /nodes/twice-1?environment=staging')).data).toMatchObject({ name: 'twice-1', environment: 'staging' });
  });

  test.each([
    ['closed', 'a day', CLOSED_NODE_KEPT_MS],
    ['ready', '30 days of silence', SILENT_NODE_KEPT_MS],
  ])('a node that said it is %s is forgotten after %s', async (state, _, keptMs) => {
    const service = `forgotten-${state}`;
    await given.ask('POST /nodes/last-1', { body: { environment: 'production', service, state, running: null, rejected: null } });
    const listed = async () => (await given.ask(`GET /nodes?service=${service}`)).data.items.length;
    given.pass(keptMs);
    expect(await listed()).toBe(1);
    given.pass(1);
    expect([await listed(), (await given.ask(`GET /nodes/last-1?service=${service}`)).code]).toEqual([0, 'NODE_UNKNOWN']);
  });
});
