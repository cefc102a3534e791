// The root member $inherit: no write brings it in, and what an older release let in can be read, deleted and left as it is.
import type { JsonObject } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import { created, deleted, given, refused, set } from '../../../../test/support/src/ledger-spec.js';
import type { Command } from './commands.js';

const MEMBER: JsonObject = { hide: ['a'] };
const WRITES: [string, Command, string][] = [
  ['Create', { type: 'Create', configuration: { a: 1, $inherit: MEMBER } }, '$inherit.hide'],
  ['Replace', { type: 'Replace', configuration: { $inherit: {} } }, '$inherit'],
  ['Merge', { type: 'Merge', patch: { $inherit: MEMBER } }, '$inherit.hide'],
  ['Set at the member', { type: 'Set', path: '$inherit', value: MEMBER }, '$inherit.hide'],
  ['Set of one value', { type: 'Set', path: '$inherit', value: 1 }, '$inherit'],
  ['Set below the member', { type: 'Set', path: '$inherit.a.b', value: null }, '$inherit.a.b'],
];

test.each(WRITES)('%s that brings it in is refused at its path, with a remedy', (_what, command, at) => {
  given()
    .when(command)
    .then(refused('NAME_RESERVED', { at, says: /Choose another name/ }));
});

test('an operation of a batch that brings it in is refused by its id', () => {
  const operations = [
    { id: 'fine', type: 'SET', key: 'a', value: 1 },
    { id: 'taken', type: 'SET', key: '$inherit.hide', value: [] },
  ] as const;
  expect(given().history.decide({ type: 'Batch', operations })).toMatchObject({
    kind: 'refused',
    refusal: { code: 'NAME_RESERVED', details: [{ operation: 'taken', path: '$inherit.hide', rule: 'name-reserved' }] },
  });
});

test('a name that is only like it, or stands deeper, is written', () => {
  for (const path of ['$inherits', '$inherit\\.a', 'a.$inherit', '$Inherit'])
    given([created(), set('b', 1)])
      .when({ type: 'Set', path, value: 1 })
      .then([set(path, 1)]);
});

describe('in a ledger that holds it', () => {
  /** Version 2 holds it. */
  const holding = [created(), set('$inherit.hide', ['x']), set('a', 1)];

  test('it is deleted, renamed by delete and set, merged away and replaced away', () => {
    given(holding)
      .when({ type: 'Delete', path: '$inherit' })
      .then([deleted('$inherit.hide')]);
    given(holding)
      .when({ type: 'Merge', patch: { $inherit: null } })
      .then([deleted('$inherit.hide')]);
    given(holding)
      .when({ type: 'Replace', configuration: { a: 1, renamed: { hide: ['x'] } } })
      .then([deleted('$inherit.hide'), set('renamed.hide', ['x'])]);
  });

  test('other values are written beside it, and writing what is there is nothing', () => {
    given(holding)
      .when({ type: 'Replace', configuration: { a: 2, $inherit: { hide: ['x'] } } })
      .then([set('a', 2)]);
    given(holding)
      .when({ type: 'Set', path: '$inherit.hide', value: ['x'] })
      .then('nothing');
  });

  test('another value is not written to it', () => {
    given(holding)
      .when({ type: 'Set', path: '$inherit.hide', value: ['y'] })
      .then(refused('NAME_RESERVED'));
  });

  test('a rollback that would bring it back is refused; one that leaves it as it is, or removes it, is not', () => {
    given(holding, { type: 'Delete', path: '$inherit' })
      .when({ type: 'Rollback', version: 2 })
      .then(refused('NAME_RESERVED', { at: '$inherit.hide' }));
    expect(given(holding, { type: 'Set', path: 'a', value: 2 }).history.decide({ type: 'Rollback', version: 2 }).kind).toBe('accepted');
    const before = given([created(), set('a', 1)], [set('$inherit.hide', ['x'])]);
    expect(before.history.decide({ type: 'Rollback', version: 1 }).kind).toBe('accepted');
  });
});
