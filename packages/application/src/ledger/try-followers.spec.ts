// An activation of a parent is tried on those that follow it first.
import type { JsonObject } from '@confledger/document';
import { statementOf, type StatementFact } from '@confledger/domain';
import { expect, test } from 'vitest';
import { testInstallation, type TestApi } from '../../../../test/support/src/inheriting-core.js';

const OLD: StatementFact = { form: 2, oldNodes: [], olderApis: ['api-1 (release 0.1.0)'] };

/** base → staging → canary (both automatic), base → production (explicit); all but base run an own document alone. */
async function desks(): Promise<{ readonly api: TestApi; nodesAre(fact: StatementFact): void }> {
  let fact = statementOf(2);
  const api = (await testInstallation({ statement: () => fact })).api();
  await api.define('base', { abstract: true });
  await api.define('staging', { type: 'staging', inheritsFrom: ['base'] });
  await api.define('canary', { inheritsFrom: ['staging'] });
  await api.define('production', { type: 'production', inheritsFrom: ['base'] });
  for (const name of ['staging.desk', 'production.desk'])
    await api.done(name, { type: 'Create', configuration: { name } }, { activate: true });
  return { api, nodesAre: (next) => void (fact = next) };
}

const create = (configuration: JsonObject) => ({ type: 'Create', configuration }) as const;

test('it is refused where one of them could not follow, and names it with the reason', async () => {
  const { api, nodesAre } = await desks();
  nodesAre(OLD);
  const outcome = await api.execute('base.desk', create({ limit: 1 }), { activate: true });
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: 'WOULD_BLOCK' } });
  const { details } = outcome.kind === 'refused' ? outcome.refusal : { details: [] };
  expect(details.map(({ message }) => message)).toEqual([expect.stringMatching(/^staging\.desk could not follow: .*api-1/)]);
  expect(details[0]?.remedy).toContain('acceptBlocked: true');
  expect(await api.running('base.desk')).toBeNull();
});

test('a draft is not tried, and acceptBlocked goes on', async () => {
  const { api, nodesAre } = await desks();
  nodesAre(OLD);
  await api.done('base.desk', create({ limit: 1 }));
  await api.done('base.desk', { type: 'Activate', version: 'latest' }, { acceptBlocked: true });
  expect(await api.running('base.desk')).toEqual({ limit: 1 });
});

test('whoever is blocked already does not count', async () => {
  const { api, nodesAre } = await desks();
  nodesAre(OLD);
  await api.done('base.desk', create({ limit: 1 }), { activate: true, acceptBlocked: true });
  await api.done('base.desk', { type: 'Set', path: 'limit', value: 2 }, { activate: true });
  expect(await api.running('base.desk')).toEqual({ limit: 2 });
});

const leaves = (count: number, name: string): JsonObject => ({
  [name]: Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index])),
});

test('what is too large together is found below those that would follow, and a rollback is done all the same and names them', async () => {
  const { api, nodesAre } = await desks();
  nodesAre(statementOf(2));
  await api.done('base.desk', create(leaves(51_000, 'base')), { activate: true });
  await api.done('base.desk', { type: 'Replace', configuration: { small: true } }, { activate: true });
  await api.done('canary.desk', create(leaves(51_000, 'canary')), { activate: true });
  expect(await api.execute('base.desk', { type: 'Activate', version: 51_000 })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'WOULD_BLOCK', details: [{ message: expect.stringMatching(/^canary\.desk .*102001 leaves/) as string }] },
  });
  const back = await api.done('base.desk', { type: 'Rollback', version: 'previous' });
  expect(back.rollback?.blocked).toMatchObject([{ ledger: 'canary.desk', code: 'DOCUMENT_TOO_LARGE' }]);
  expect(Object.keys((await api.running('base.desk')) as object)).toEqual(['base']);
}, 120_000);
