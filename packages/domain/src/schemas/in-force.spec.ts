// Which rules hold: the nearest of one mount counts, `true` switches it off, and the same rules have the same key.
import { describe, expect, test } from 'vitest';
import { categoryRules, NO_RULES, ownRules, parentRules, rulesInForce } from './in-force.js';
import { changingEdits, editsTo, mountOf, withEdits } from './mounts.js';
import type { MountedSchema, Schemas } from './mounted.js';
import type { Rule } from './rules.js';

const schemas = (...mounted: readonly (readonly [mount: string, schema: Rule['schema'], revision?: number])[]): Schemas =>
  new Map(mounted.map(([mount, schema, revision = 1]) => [mount, { mount, dialect: '2020-12', schema, revision } satisfies MountedSchema]));
const NOBODY: readonly Rule[] = [];
const mounts = (rules: readonly Rule[]): string[] => rules.map(({ mount }) => mount);

describe('rules in force', () => {
  const above = parentRules(schemas(['a', { maximum: 1 }, 7], ['b', { maximum: 2 }, 8]), 'base.desk');

  test('are none where nobody has any', () => {
    expect(rulesInForce(schemas(), NOBODY, NOBODY)).toBe(NO_RULES);
  });

  test('are one for each mount text, in the order of mounts, of which the nearest counts', () => {
    const { rules, switchedOff } = rulesInForce(schemas(['b', { maximum: 9 }], ['*', false]), above, NOBODY);
    expect(rules).toMatchObject([
      { mount: '*', schema: false, origin: { kind: 'own' } },
      { mount: 'a', schema: { maximum: 1 }, origin: { kind: 'parent', ledger: 'base.desk', revision: 7 } },
      { mount: 'b', schema: { maximum: 9 }, origin: { kind: 'own', revision: 1 } },
    ]);
    expect(switchedOff).toEqual([]);
  });

  test('are switched off by `true` at the very mount, with what they say of places', () => {
    const { rules, annotating, switchedOff } = rulesInForce(schemas(['a', true], ['own', true]), above, NOBODY);
    expect([mounts(rules), mounts(annotating), switchedOff]).toEqual([['b'], ['b'], ['a']]);
  });

  test('add up what they say of places, those that a nearer one stands before included', () => {
    const { annotating } = rulesInForce(schemas(['a', { maximum: 3 }]), above, NOBODY);
    expect(mounts(annotating)).toEqual(['a', 'a', 'b']);
  });

  test('have a key that names what they say, and not who says it when', () => {
    const keyOf = (own: Schemas, over = above) => rulesInForce(own, over, NOBODY).key;
    expect(keyOf(schemas(['c', { minimum: 1, type: 'number' }, 3]))).toBe(keyOf(schemas(['c', { type: 'number', minimum: 1 }, 5])));
    expect(keyOf(schemas(['c', { minimum: 1 }]))).not.toBe(keyOf(schemas(['c', { minimum: 2 }])));
    expect(keyOf(schemas(['c', { minimum: 1 }]))).not.toBe(keyOf(schemas(['d', { minimum: 1 }])));
  });

  test('hold the categories of an edition, which a ledger can switch off', () => {
    const categories = categoryRules(1) ?? [];
    expect(categories).toContainEqual(
      expect.objectContaining({ mount: 'risk.parameters', origin: { kind: 'category', category: 'risk', edition: 1 } }),
    );
    expect(mounts(rulesInForce(schemas(['risk.parameters', true]), NOBODY, categories).rules)).not.toContain('risk.parameters');
    expect(categoryRules(0)).toEqual([]);
    expect(categoryRules(99)).toBeUndefined();
  });

  test('of a ledger are the same objects for the same schemas', () => {
    const own = schemas(['a', false]);
    expect(ownRules(own)).toBe(ownRules(own));
    expect(rulesInForce(own, above, NOBODY)).toBe(rulesInForce(own, above, NOBODY));
  });
});

describe('a mount', () => {
  test.each([
    ['', ''],
    ['a.*.b', 'a.*.b'],
    ['a\\.b.\\*', 'a\\.b.\\*'],
  ])('written %j is %j', (text, mount) => {
    expect(mountOf(text)).toBe(mount);
  });

  test.each(['a..b', '.', '**', 'a.**.b', 'a*', 'a\\x'])('cannot be %j', (text) => {
    expect(mountOf(text)).toMatchObject({ code: 'MOUNT_INVALID', details: [{ path: 'mount' }] });
  });
});

describe('edits of schemas', () => {
  const there = schemas(['a', { maximum: 1 }], ['b', true]);
  const edit = (mount: string, schema: Rule['schema'] | null) => ({
    mount,
    schema: schema === null ? null : ({ dialect: '2020-12', schema } as const),
  });

  test('that change nothing are none', () => {
    expect(changingEdits(there, [edit('a', { maximum: 1 }), edit('b', false), edit('c', null)])).toEqual([edit('b', false)]);
  });

  test('lead from any schemas to any others, and back', () => {
    const wanted = schemas(['b', false], ['c', { minimum: 1 }]);
    const contents = (of: Schemas) => new Map([...of].map(([mount, { schema }]) => [mount, schema]));
    expect(contents(withEdits(there, editsTo(there, wanted)))).toEqual(contents(wanted));
    expect(editsTo(there, there)).toEqual([]);
  });
});
