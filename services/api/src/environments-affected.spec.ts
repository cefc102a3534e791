// What a definition says of the ledgers that it concerns.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
});
afterAll(() => given.close());

test('a first parent makes the ledgers that run there pending, and the list of ledgers says why', async () => {
  await given.ask('PUT /configurations/risk', { body: { configuration: { a: 1 }, activate: true } });
  await given.ask('PUT /environments/base', { body: { type: 'production', abstract: true } });
  await given.ask('PUT /configurations/risk?environment=base', { body: { configuration: { b: 2 }, activate: true } });
  await given.projected();
  const body = { type: 'production', inheritsFrom: ['base'] };
  for (const dryRun of [true, false]) {
    const { status, data } = await given.ask(`PUT /environments/production?dryRun=${dryRun}`, { body });
    expect([status, data['affected']]).toEqual([200, { pending: 1, moved: 0 }]);
  }
  const { data } = await given.ask('GET /configurations?environment=production');
  expect(data.items).toMatchObject([
    {
      service: 'risk',
      pending: 0,
      pendingBecause: ['layers', 'ancestors'],
      inherited: { newer: [{ ledger: 'base.risk', from: null }] },
      pin: null,
    },
  ]);
});
