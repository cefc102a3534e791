// Promotions over HTTP, and parents whose activation would leave a child behind: what is refused, by name.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
beforeEach(async () => {
  given = await startApi();
});
afterEach(() => given.close());

const LEDGER = '/configurations/engine';
const put = (environment: string, configuration: object) =>
  given.ask(`PUT ${LEDGER}?environment=${environment}`, { body: { configuration, activate: true } });
const promote = (body: object) => given.ask(`POST ${LEDGER}/promote?environment=production`, { body: { from: 'staging', ...body } });

test('a promotion is done as its dry run showed it, and refused where nobody looked', async () => {
  await put('staging', { limit: 2, fee: 1 });
  await put('production', { limit: 1 });
  expect(await promote({})).toMatchObject({ status: 400, code: 'PROMOTION_UNSEEN' });
  const shown = await promote({ dryRun: true });
  expect(shown).toMatchObject({ status: 200, data: { changeCount: 2, dryRun: true } });
  const { version } = (await given.ask(`GET ${LEDGER}`)).data;
  expect(await promote({ expectedVersion: version })).toMatchObject({ status: 200, data: { changeCount: 2 } });
  expect((await given.ask(`GET ${LEDGER}`)).data.configuration).toEqual({ limit: 2, fee: 1 });
});

test('a ledger is not promoted into itself', async () => {
  await put('production', { limit: 1 });
  expect(await promote({ from: 'production', paths: ['limit'] })).toMatchObject({ status: 400, code: 'PROMOTION_SAME_LEDGER' });
});

test('a value of the target that stands in the way is not deleted unless that was asked for', async () => {
  await put('staging', { limits: { daily: 2 } });
  await put('production', { limits: 1 });
  expect(await promote({ paths: ['limits'] })).toMatchObject({ code: 'PROMOTION_WOULD_DELETE' });
  expect((await promote({ paths: ['limits'], prune: true })).status).toBe(200);
});

/** More leaves than one document may have are written. */
const LARGE_TIMEOUT_MS = 120_000;

test(
  'an activation that a child could not follow is refused with the child, unless that is accepted',
  { timeout: LARGE_TIMEOUT_MS },
  async () => {
    await given.ask('PUT /environments/base', { body: { type: 'testing', abstract: true } });
    await given.ask('PUT /environments/staging', { body: { type: 'staging', inheritsFrom: ['base'] } });
    const leaves = (prefix: string, count: number) => ({
      [prefix]: Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1])),
    });
    await put('base', { limit: 1 });
    expect((await put('staging', leaves('own', 60_000))).status).toBe(200);
    const body = { configuration: leaves('inherited', 50_000), activate: true };
    const refused = await given.ask(`PUT ${LEDGER}?environment=base`, { body });
    expect([refused.status, refused.code, refused.body.details[0]?.message]).toEqual([
      409,
      'WOULD_BLOCK',
      expect.stringContaining('staging.engine'),
    ]);
    expect((await given.ask(`PUT ${LEDGER}?environment=base`, { body: { ...body, acceptBlocked: true } })).status).toBe(200);
  },
);

test('a repeat whose source lost the version has the answer of the first time, without what cannot be seen any more', async () => {
  await put('staging', { limit: 2 });
  const tag = `${LEDGER}/versions/latest/tags/rc1?environment=staging`;
  expect((await given.ask(`PUT ${tag}`, { body: {} })).status).toBe(200);
  const ask = (headers: Record<string, string>) =>
    given.ask(`POST ${LEDGER}/promote?environment=production`, { body: { from: 'staging', version: 'rc1', paths: ['limit'] }, headers });
  const first = await ask({ 'idempotency-key': 'once' });
  expect(first).toMatchObject({ status: 200, data: { version: 1, promotion: { from: 'staging.engine', version: 1 } } });
  expect((await given.ask(`DELETE ${tag}`)).status).toBe(200);
  expect(await ask({ 'idempotency-key': 'once' })).toMatchObject({ status: 200, data: { version: 1, promotion: null } });
  expect((await ask({ 'idempotency-key': 'another' })).status).toBe(404);
});

test('under writes: live the document that would run is what must have been seen', async () => {
  await given.ask('PUT /environments/live', { body: { type: 'testing', policy: { writes: 'live' } } });
  await put('staging', { limit: 2, fee: 1 });
  const promoteLive = (body: object) => given.ask(`POST ${LEDGER}/promote?environment=live`, { body: { from: 'staging', ...body } });
  expect(await promoteLive({ expectedVersion: 0 })).toMatchObject({ status: 400, code: 'PROMOTION_UNSEEN' });
  const shown = await promoteLive({ dryRun: true });
  expect((await promoteLive({ expectedDigest: (shown.data.activated as { readonly digest: string }).digest })).status).toBe(200);
});

test('a chosen path that the target inherits with the same value is skipped', async () => {
  await given.ask('PUT /environments/base', { body: { type: 'testing', abstract: true } });
  await given.ask('PUT /environments/child', { body: { type: 'testing', inheritsFrom: ['base'] } });
  await put('base', { inherited: { limit: 1 } });
  await put('staging', { inherited: { limit: 1 }, own: 2 });
  const body = { from: 'staging', paths: ['inherited', 'own'] };
  const promoted = await given.ask(`POST ${LEDGER}/promote?environment=child`, { body });
  expect(promoted).toMatchObject({
    status: 200,
    data: { changeCount: 1, promotion: { skipped: [{ path: 'inherited.limit', value: 1 }] } },
  });
});
