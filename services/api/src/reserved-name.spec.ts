// A ledger of an older release that holds the reserved member $inherit: it is read, renamed and left at statement 1, and no call brings the
// member back once it is gone.
import { toAppend } from '@confledger/application';
import { olderInstallation } from '@confledger/conformance';
import { emptyStream, ledgerAggregate, LedgerId, recordEach, signedBy, type DraftEvent } from '@confledger/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

const LEDGER = '/configurations/older';
const STREAM = LedgerId.of('production', 'older').stream;

let given: ApiUnderTest;
beforeEach(async () => {
  given = await startApi({}, (store, keys) => olderInstallation(store, keys));
  // Version 2 holds the member.
  await write([
    { type: 'LedgerCreated', data: { environment: 'production', service: 'older' } },
    { type: 'ConfigSet', data: { path: '$inherit.hide', value: ['x'] } },
    { type: 'ConfigSet', data: { path: 'a', value: 1 } },
  ]);
  await given.ask('POST /installation/seal', { body: { confirm: true } });
});
afterEach(() => given.close());

/** As a release that knows no reserved name recorded it. */
async function write(drafts: readonly DraftEvent[]): Promise<void> {
  const envelope = {
    actor: { id: 'alice', method: 'token', roles: [] },
    reason: null,
    commandId: 'c',
    fingerprint: 'f',
    correlationId: 'r',
    causationId: null,
    traceparent: null,
    changeSetId: 's',
    now: given.now(),
  };
  const finish = signedBy(() => ({ keyId: 'k', signature: 's' }));
  const { schemaVersionOf } = ledgerAggregate;
  const recorded = [...recordEach(emptyStream(STREAM), drafts, envelope, { finish, macOf: null, schemaVersionOf })];
  expect((await given.store.append(STREAM, -1, recorded.map(toAppend))).outcome).toBe('appended');
}

async function formOfNewest(): Promise<unknown> {
  const events = await given.store.readStream(STREAM, { from: 0, limit: 100 });
  const newest = events.findLast(({ type }) => type === 'VersionActivated');
  return (JSON.parse(newest?.metadata ?? '{}') as { readonly schemaVersion?: number }).schemaVersion;
}

test('it is read, whole and by path, and its values are written and activated with statement 1', async () => {
  expect((await given.ask(`GET ${LEDGER}`)).data.configuration).toEqual({ $inherit: { hide: ['x'] }, a: 1 });
  expect((await given.ask(`GET ${LEDGER}/value?key=%24inherit.hide`)).data).toMatchObject({ value: ['x'] });
  const replaced = await given.ask(`PUT ${LEDGER}`, { body: { configuration: { $inherit: { hide: ['x'] }, a: 2 }, activate: 'all' } });
  expect([replaced.status, replaced.data['changed']]).toEqual([200, true]);
  expect(await formOfNewest()).toBe(1);
});

test('it is renamed in one batch, which is activated with statement 2; then neither rollback nor activation brings it back', async () => {
  const operations = [
    { type: 'DELETE', key: '$inherit' },
    { type: 'SET', key: 'inherited', value: { hide: ['x'] } },
  ];
  expect((await given.ask(`POST ${LEDGER}/batch`, { body: { operations, activate: 'all' } })).status).toBe(200);
  expect(await formOfNewest()).toBe(2);
  const before = await given.store.lastPosition();
  const rollback = await given.ask(`POST ${LEDGER}/versions/2/rollback`);
  expect([rollback.status, rollback.code, rollback.body.details[0]?.path]).toEqual([400, 'NAME_RESERVED', '$inherit.hide']);
  const activation = await given.ask(`POST ${LEDGER}/versions/2/activate`);
  expect([activation.status, activation.code, activation.body.details[0]?.path]).toEqual([409, 'NAME_IN_USE', '$inherit']);
  expect(await given.store.lastPosition()).toBe(before);
});
