// What another definition does to the ledgers that run.
import { expect, test } from 'vitest';
import { testInstallation, type TestInstallation } from '../../../../test/support/src/inheriting-core.js';
import type { Environments } from '@confledger/domain';
import { affectedLedgers } from './affected-ledgers.js';

/** base → staging → canary, and production beside them; each runs a ledger of the desk, and base has moved since. */
async function desks() {
  const given = await testInstallation();
  const api = given.api();
  await api.define('base', { abstract: true });
  await api.define('staging', { type: 'staging', inheritsFrom: ['base'], policy: { inherited: 'explicit' } });
  await api.define('canary', { inheritsFrom: ['staging'] });
  for (const name of ['base', 'staging', 'canary', 'production'])
    await api.done(`${name}.desk`, { type: 'Create', configuration: { [name]: 1 } }, { activate: true });
  await api.done('base.desk', { type: 'Set', path: 'base', value: 2 }, { activate: true });
  return { given, api };
}

async function affected(given: TestInstallation, define: () => Promise<void>) {
  const api = given.api();
  const at = async (): Promise<{ state: Environments; revision: number }> => {
    const { stream } = await api.environments.kept.fresh();
    if (stream.state === null) throw new Error('no environments');
    return { state: stream.state, revision: stream.revision };
  };
  const before = await at();
  await define();
  return affectedLedgers(before, await at(), (await given.running()).ledgers);
}

test('another parent makes every ledger there and below pending, and moves none', async () => {
  const { given, api } = await desks();
  expect(
    await affected(given, () => api.define('staging', { type: 'staging', inheritsFrom: [], policy: { inherited: 'explicit' } })),
  ).toEqual({
    pending: 2,
    moved: 0,
  });
});

test('an environment that begins to follow moves the ledgers there that are behind', async () => {
  const { given, api } = await desks();
  const policy = { inherited: 'automatic' } as const;
  expect(await affected(given, () => api.define('staging', { type: 'staging', inheritsFrom: ['base'], policy }))).toEqual({
    pending: 0,
    moved: 1,
  });
});

test('what concerns neither changes nothing', async () => {
  const { given, api } = await desks();
  expect(await affected(given, () => api.define('production', { type: 'production', properties: { owner: 'desk' } }))).toEqual({
    pending: 0,
    moved: 0,
  });
});
