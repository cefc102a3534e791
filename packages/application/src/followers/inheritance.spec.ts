// The inheritance follower: who follows whom, who does not, and what becomes of what it cannot do.
import { describe, expect, test } from 'vitest';
import { statementOf } from '@confledger/domain';
import { eventually } from '@confledger/test-support';
import { testInstallation, type TestApi, type TestInstallation } from '../../../../test/support/src/inheriting-core.js';

/** base (abstract) → staging (automatic) and production (explicit), each with a ledger that runs. */
async function desks(options: Parameters<typeof testInstallation>[0] = {}): Promise<{ given: TestInstallation; api: TestApi }> {
  const given = await testInstallation(options);
  const api = given.api();
  await api.define('base', { abstract: true });
  await api.define('staging', { type: 'staging', inheritsFrom: ['base'] });
  await api.define('production', { type: 'production', inheritsFrom: ['base'] });
  await api.done('base.desk', { type: 'Create', configuration: { limit: 1, fee: 1 } }, { activate: true });
  await api.done('staging.desk', { type: 'Create', configuration: { name: 'staging' } }, { activate: true });
  await api.done('production.desk', { type: 'Create', configuration: { name: 'production', fee: 9 } }, { activate: true });
  return { given, api };
}

const set = (path: string, value: number) => ({ type: 'Set', path, value }) as const;

test('what a parent activates reaches those that follow by themselves, and nobody else', async () => {
  const { given, api } = await desks();
  const follower = given.follow(given.api());
  await api.done('base.desk', set('limit', 2), { activate: true });
  await eventually(async () => expect(await api.running('staging.desk')).toEqual({ limit: 2, fee: 1, name: 'staging' }));
  expect(await api.running('production.desk')).toEqual({ limit: 1, fee: 9, name: 'production' });
  const { standing } = await found(api, 'production.desk');
  expect(standing).toMatchObject({ pendingBecause: ['layers'], inherited: { newer: [{ ledger: 'base.desk' }] }, pin: null });
  await api.done('production.desk', { type: 'Activate', version: 'active' });
  expect(await api.running('production.desk')).toEqual({ limit: 2, fee: 9, name: 'production' });
  await follower.stop();
});

test('an activation says who made it, of what it came, and that nobody wrote it', async () => {
  const { given, api } = await desks();
  const follower = given.follow(given.api());
  await api.done('base.desk', set('limit', 2), { activate: true });
  await eventually(async () => expect(await api.running('staging.desk')).toMatchObject({ limit: 2 }));
  await follower.stop();
  const [last] = await given.store.readStream('config-staging.desk', { direction: 'backwards', limit: 1 });
  const cause = await given.store.readStream('config-base.desk', { direction: 'backwards', limit: 1 });
  expect(JSON.parse(last?.metadata ?? '')).toMatchObject({
    actor: { id: 'system:inheritance' },
    causationId: cause[0]?.id,
    source: { kind: 'inheritance' },
  });
});

test('a draft of the child stays a draft', async () => {
  const { given, api } = await desks();
  await api.done('staging.desk', set('limit', 77));
  const follower = given.follow(given.api());
  await api.done('base.desk', set('fee', 2), { activate: true });
  await eventually(async () => expect(await api.running('staging.desk')).toEqual({ limit: 1, fee: 2, name: 'staging' }));
  expect((await found(api, 'staging.desk')).standing).toMatchObject({ pending: 1, pendingBecause: ['own'] });
  await follower.stop();
});

test('a rollback pins: nothing of the parents comes any more, until somebody takes the newest', async () => {
  const { given, api } = await desks();
  const follower = given.follow(given.api());
  await api.done('base.desk', set('limit', 2), { activate: true });
  await eventually(async () => expect(await api.running('staging.desk')).toMatchObject({ limit: 2 }));
  const back = await api.done('staging.desk', { type: 'Rollback', version: 'previous' });
  expect(back.rollback?.layers).toMatchObject([{ ledger: 'base.desk' }]);
  await api.done('base.desk', set('limit', 3), { activate: true });
  await api.done('staging.desk', set('own', 1), { activate: true });
  await quiet(given, api);
  expect(await api.running('staging.desk')).toEqual({ limit: 1, fee: 1, name: 'staging', own: 1 });
  expect((await found(api, 'staging.desk')).standing).toMatchObject({ pin: { actor: 'alice' }, pendingBecause: ['layers'] });
  await api.done('staging.desk', { type: 'Activate', version: 'active' });
  expect(await api.running('staging.desk')).toMatchObject({ limit: 3 });
  await api.done('base.desk', set('limit', 4), { activate: true });
  await eventually(async () => expect(await api.running('staging.desk')).toMatchObject({ limit: 4 }));
  await follower.stop();
});

test('a follower that starts later takes up what is behind', async () => {
  const { given, api } = await desks();
  await api.done('base.desk', set('limit', 2), { activate: true });
  await api.done('base.desk', set('limit', 3), { activate: true });
  const follower = given.follow(given.api());
  await eventually(async () => expect(await api.running('staging.desk')).toMatchObject({ limit: 3 }));
  expect(follower.told.filter(({ kind }) => kind === 'inherited')).toHaveLength(1);
  await follower.stop();
});

test('a cascade goes down level by level, and stops at the first that does not follow', async () => {
  const { given, api } = await desks();
  await api.define('canary', { inheritsFrom: ['staging'] });
  await api.define('after-production', { inheritsFrom: ['production'] });
  for (const name of ['canary.desk', 'after-production.desk'])
    await api.done(name, { type: 'Create', configuration: { name } }, { activate: true });
  const follower = given.follow(given.api());
  await api.done('base.desk', set('limit', 2), { activate: true });
  await eventually(async () => expect(await api.running('canary.desk')).toMatchObject({ limit: 2, name: 'canary.desk' }));
  expect(await api.running('after-production.desk')).toMatchObject({ limit: 1 });
  await follower.stop();
});

test('where a parent has nothing of the service, its own parents stand in its place', async () => {
  const { given, api } = await desks();
  await api.define('regional', { inheritsFrom: ['base'] });
  await api.define('tokyo', { inheritsFrom: ['regional'] });
  await api.done('tokyo.desk', { type: 'Activate', version: 0 });
  expect(await api.running('tokyo.desk')).toEqual({ limit: 1, fee: 1 });
  const follower = given.follow(given.api());
  await api.done('base.desk', set('limit', 2), { activate: true });
  await eventually(async () => expect(await api.running('tokyo.desk')).toEqual({ limit: 2, fee: 1 }));
  await api.done('regional.desk', { type: 'Create', configuration: { region: 'apac' } }, { activate: true });
  await eventually(async () => expect(await api.running('tokyo.desk')).toEqual({ limit: 2, fee: 1, region: 'apac' }));
  await follower.stop();
});

describe('a change of ancestors', () => {
  test('is taken by nobody until somebody activates; then what follows goes on', async () => {
    const { given, api } = await desks();
    await api.define('extra');
    await api.done('extra.desk', { type: 'Create', configuration: { extra: true } }, { activate: true });
    const follower = given.follow(given.api());
    await api.define('staging', { type: 'staging', inheritsFrom: ['extra', 'base'] });
    await api.done('base.desk', set('limit', 2), { activate: true });
    await quiet(given, api);
    expect(await api.running('staging.desk')).toEqual({ limit: 1, fee: 1, name: 'staging' });
    expect((await found(api, 'staging.desk')).standing.pendingBecause).toEqual(['layers', 'ancestors']);
    await api.done('staging.desk', { type: 'Activate', version: 'active' });
    expect(await api.running('staging.desk')).toEqual({ limit: 2, fee: 1, name: 'staging', extra: true });
    await api.done('extra.desk', set('more', 1), { activate: true });
    await eventually(async () => expect(await api.running('staging.desk')).toMatchObject({ more: 1 }));
    await follower.stop();
  });

  test('an environment that begins to follow catches up', async () => {
    const { given, api } = await desks();
    const follower = given.follow(given.api());
    await api.done('base.desk', set('limit', 2), { activate: true });
    await quiet(given, api);
    expect(await api.running('production.desk')).toMatchObject({ limit: 1 });
    const policy = { inherited: 'automatic' } as const;
    await api.define('production', { type: 'production', inheritsFrom: ['base'], policy });
    await eventually(async () => expect(await api.running('production.desk')).toMatchObject({ limit: 2 }));
    await follower.stop();
  });
});

describe('a ledger that cannot follow', () => {
  test('is a row with the reason, keeps what it runs, and follows when the reason is gone', async () => {
    let fact = statementOf(2);
    const given = await testInstallation({ statement: () => fact });
    const api = given.api();
    await api.define('base', { abstract: true });
    await api.define('staging', { type: 'staging', inheritsFrom: ['base'] });
    await api.done('staging.desk', { type: 'Create', configuration: { name: 'staging' } }, { activate: true });
    fact = { form: 2, oldNodes: [], olderApis: ['api-1'] };
    const follower = given.follow(given.api(), { lookAgainMs: 20 });
    await api.done('base.desk', { type: 'Create', configuration: { limit: 1 } }, { activate: true, acceptBlocked: true });
    await eventually(async () =>
      expect(await given.blocks.list({})).toMatchObject([{ ledger: 'staging.desk', code: 'UPGRADE_UNFINISHED' }]),
    );
    expect(await api.running('staging.desk')).toEqual({ name: 'staging' });
    fact = statementOf(2);
    await eventually(async () => expect(await api.running('staging.desk')).toEqual({ limit: 1, name: 'staging' }));
    await eventually(async () => expect(await given.blocks.list({})).toEqual([]));
    await follower.stop();
  });
});

async function found(api: TestApi, ledger: string) {
  const [environment = '', service = ''] = ledger.split('.');
  const { LedgerId } = await import('@confledger/domain');
  const outcome = await api.ledgers.read(LedgerId.of(environment, service), {});
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
  // Parents that nobody asked for yet are read behind the first answer.
  const again = await api.ledgers.read(LedgerId.of(environment, service), {});
  return again.kind === 'found' ? again : outcome;
}

/** Until a ledger beside them, which follows, has taken a change that came later: then the others would have too. */
async function quiet({ store }: TestInstallation, api: TestApi): Promise<void> {
  const name = `probe-${String(await store.lastPosition())}`;
  await api.done(`base.${name}`, { type: 'Create', configuration: { at: 1 } }, { activate: true });
  await api.define('probe', { inheritsFrom: ['base'] }).catch(() => undefined);
  await api.done(`probe.${name}`, { type: 'Activate', version: 0 });
  await api.done(`base.${name}`, set('at', 2), { activate: true });
  await eventually(async () => expect(await api.running(`probe.${name}`)).toEqual({ at: 2 }));
}
