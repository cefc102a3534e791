// `$inherit.hide`: what a ledger does not take from its layers, and what stands in its way in ledgers of before.
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '@confledger/document';
import { digestOf, inheriting, overParents, parent } from '../../../../test/support/src/layers.js';
import {
  carriedOut,
  created,
  deleted,
  given,
  refused,
  set,
  type Given,
  type History,
  type When,
} from '../../../../test/support/src/ledger-spec.js';
import { HIDDEN_PATHS_MAX } from './reserved.js';

const environment = inheriting(['base']);
const base = parent('base', 5, { limits: { btc: 1, doge: 2 }, fee: 3 });
const inherits: When = { environment, parents: [base], statement: 2 };
const live: When = { ...inherits, guards: { activate: true } };
const HIDE = '$inherit.hide';
const some: Given = [created(), set('own', 1)];

const after = (...steps: readonly Given[]): History => given(...steps).history;
const hide = (value: JsonValue) => ({ type: 'Set', path: HIDE, value }) as const;

describe('what is hidden', () => {
  test('is stored in path order, and sent again in another order is nothing', () => {
    given(some)
      .when(hide(['limits.doge', 'fee']), inherits)
      .then([set(HIDE, ['fee', 'limits.doge'])]);
    given(some, carriedOut(hide(['limits.doge', 'fee']), inherits))
      .when(hide(['limits.doge', 'fee']), inherits)
      .then('nothing');
    given(some, carriedOut(hide(['fee']), inherits))
      .when({ type: 'Replace', configuration: { own: 2, $inherit: { hide: ['fee'] } } }, inherits)
      .then([set('own', 2)]);
  });

  test('is sorted whatever command brings it', () => {
    const configuration = { $inherit: { hide: ['limits.doge', 'fee'] } };
    for (const command of [
      { type: 'Merge', patch: configuration },
      { type: 'Set', path: '$inherit', value: configuration.$inherit },
      { type: 'Batch', operations: [{ id: '1', type: 'SET', key: HIDE, value: ['limits.doge', 'fee'] }] },
    ] as const)
      given(some)
        .when(command, inherits)
        .then([set(HIDE, ['fee', 'limits.doge'])]);
  });

  test('is not in what runs, nor is the member that says it; the own digest covers it', () => {
    const own: JsonObject = { own: 1, $inherit: { hide: ['limits.doge'] } };
    const history = after(some, carriedOut({ type: 'Activate', version: 1 }, inherits));
    history.execute(hide(['limits.doge']), live);
    expect(history.ledger.active).toMatchObject({
      digest: digestOf({ own: 1, limits: { btc: 1 }, fee: 3 }),
      layered: { own: digestOf(own) },
    });
  });

  test('takes the object away that it empties', () => {
    const history = after(some, carriedOut({ type: 'Activate', version: 1 }, inherits));
    history.execute(hide(['limits.btc', 'limits.doge']), live);
    expect(history.ledger.active?.digest).toBe(digestOf({ own: 1, fee: 3 }));
  });

  test('may hide nothing, and all; own values at a hidden path run', () => {
    const history = after(some, carriedOut({ type: 'Activate', version: 1 }, inherits));
    history.execute(hide(['nowhere.to.be.found']), live);
    expect(history.ledger.active?.digest).toBe(digestOf({ own: 1, limits: { btc: 1, doge: 2 }, fee: 3 }));
    history.execute({ type: 'Replace', configuration: { fee: 9, $inherit: { hide: ['limits', 'fee'] } } }, live);
    expect(history.ledger.active?.digest).toBe(digestOf({ fee: 9 }));
  });

  test('may be nothing: an empty list', () => {
    given(some)
      .when(hide([]), inherits)
      .then([set(HIDE, [])]);
  });

  test('is taken back like any value', () => {
    given(some, carriedOut(hide(['fee']), inherits))
      .when({ type: 'Delete', path: HIDE }, inherits)
      .then([deleted(HIDE)]);
  });

  test('comes back with a rollback to a version that hid it', () => {
    const history = after(some, carriedOut({ type: 'Activate', version: 1 }, inherits));
    history.execute(hide(['fee']), live);
    history.execute({ type: 'Delete', path: '$inherit' }, live);
    history.execute({ type: 'Rollback', version: 'previous' }, inherits);
    expect(history.ledger.active?.digest).toBe(digestOf({ own: 1, limits: { btc: 1, doge: 2 } }));
  });

  test('is layered by each ledger for itself: what a parent hides is gone for its children', () => {
    const far = parent('far', 2, { a: 1, b: 2 });
    const two: When = { environment: inheriting(['near', 'far']), parents: [parent('near', 3, { c: 3 }), far], statement: 2 };
    const history = after(some, carriedOut({ type: 'Activate', version: 1 }, two));
    history.execute(hide(['c', 'b']), { ...two, guards: { activate: true } });
    expect(history.ledger.active?.digest).toBe(digestOf({ own: 1, a: 1 }));
  });
});

describe('a list of hidden paths is refused', () => {
  const paths = (count: number) => Array.from({ length: count }, (_, index) => `path${index}`);
  const INVALID: [string, JsonValue, RegExp][] = [
    ['that is no array', 'fee', /not an array/],
    ['that is an object', { fee: true }, /hide and no other|not an array/],
    ['with something that is no path', ['fee', 1], /not a path/],
    ['with a malformed path', ['a..b'], /holds "a\.\.b"/],
    ['with the empty path', [''], /holds ""/],
    ['with a glob of one segment', ['limits.*'], /no globs/],
    ['with a glob of many segments', ['**.fee'], /no globs/],
    ['with a path twice', ['fee', 'limits', 'fee'], /twice/],
    ['with the reserved member', ['$inherit.hide'], /never inherited/],
    ['with the reserved name alone', ['$inherit'], /never inherited/],
    [`with more than ${HIDDEN_PATHS_MAX} paths`, paths(HIDDEN_PATHS_MAX + 1), /1001 paths/],
  ];

  test.each(INVALID)('%s', (_what, value, says) => {
    given(some).when(hide(value), inherits).then(refused('INHERIT_HIDE_INVALID', { says }));
  });

  test(`and not with ${HIDDEN_PATHS_MAX}`, () => {
    expect(after(some).decide(hide(paths(HIDDEN_PATHS_MAX)), inherits).kind).toBe('accepted');
  });

  test('beside another member of the reserved name, by its path', () => {
    given(some)
      .when({ type: 'Set', path: '$inherit', value: { hide: ['fee'], show: ['fee'] } }, inherits)
      .then(refused('INHERIT_HIDE_INVALID', { at: '$inherit.show' }));
    for (const value of [{}, 1, []])
      given(some)
        .when({ type: 'Set', path: '$inherit', value }, inherits)
        .then(refused('INHERIT_HIDE_INVALID', { at: '$inherit' }));
  });

  test('where the environment inherits from none', () => {
    given(some)
      .when(hide(['fee']))
      .then(refused('NAME_RESERVED', { at: HIDE, says: /inherits from none/ }));
  });
});

test('a draft that hides is none with an ordinary name when the parents go before it is activated', () => {
  const alone: When = { environment: inheriting([], { before: ['base'] }), statement: 2 };
  const history = after(some, carriedOut(hide(['fee']), inherits), carriedOut({ type: 'Activate', version: 'latest' }, alone));
  expect(history.stream.state?.active).toMatchObject({ statement: 2, digest: digestOf({ own: 1 }) });
  const [, , , activated] = history.events;
  history.execute({ type: 'Delete', path: '$inherit' }, live);
  expect(history.decide({ type: 'RollbackTo', activation: activated?.revision ?? -1 }, inherits).kind).toBe('accepted');
});

describe('a ledger that ran the name under form 1', () => {
  const old: Given[] = [[created(), set(HIDE, ['fee']), set('own', 1)], { type: 'Activate', version: 2 }];

  test('must rename it before its first activation of form 2', () => {
    given(...old)
      .when({ type: 'Activate', version: 2 }, live)
      .then(refused('NAME_IN_USE', { at: '$inherit', says: /another name/ }));
  });

  test('goes on at form 1 while it takes no layers, so that it can be written meanwhile', () => {
    expect(after(...old).decide({ type: 'Set', path: 'own', value: 2 }, live)).toMatchObject({
      events: [{ type: 'ConfigSet' }, { data: { digest: digestOf({ own: 2, $inherit: { hide: ['fee'] } }) }, statement: { form: 1 } }],
    });
  });

  test('cannot change it meanwhile, and can delete it', () => {
    given(...old)
      .when(hide(['limits']), inherits)
      .then(refused('NAME_IN_USE'));
    given(...old)
      .when({ type: 'Delete', path: '$inherit' }, inherits)
      .then([deleted(HIDE)]);
  });

  test('is free when what it runs no longer holds the name', () => {
    given(...old)
      .when({ type: 'Replace', configuration: { own: 1, renamed: ['fee'] } }, { ...live, guards: { activate: 'all' } })
      .then([
        deleted(HIDE),
        set('renamed', ['fee']),
        overParents({ version: 5, previous: 2, previousActivation: 3, own: { own: 1, renamed: ['fee'] }, definition: null }),
      ]);
    const free = after(...old);
    free.execute({ type: 'Delete', path: '$inherit' }, live);
    expect(free.decide(hide(['fee']), inherits).kind).toBe('accepted');
  });

  test('takes it back with a rollback only where it stays an ordinary name', () => {
    const renamed = [...old, carriedOut({ type: 'Delete', path: '$inherit' }, { guards: { activate: true }, statement: 1 })] as const;
    given(...renamed)
      .when({ type: 'Rollback', version: 2 })
      .then(refused('NAME_RESERVED', { at: HIDE }));
  });

  test('whose member has another form than hidden paths keeps it as an ordinary name, and gets no form 2', () => {
    const malformed: Given[] = [
      [created(), set('$inherit.from', 'x')],
      { type: 'Activate', version: 1 },
      { type: 'Set', path: 'own', value: 1 },
    ];
    given(...malformed)
      .when({ type: 'Activate', version: 'latest' }, inherits)
      .then(refused('NAME_IN_USE'));
    expect(after(...malformed).decide({ type: 'Activate', version: 'latest' }, { statement: 2 })).toMatchObject({
      events: [{ statement: { form: 1 } }],
    });
  });
});
