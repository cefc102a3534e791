// Which activations of its parents an activation takes along, who pins them, and when there is nothing to do.
import { describe, expect, test } from 'vitest';
import { inheriting, overParents, parent } from '../../../../test/support/src/layers.js';
import { carriedOut, created, given, refused, set, type Given, type History, type When } from '../../../../test/support/src/ledger-spec.js';
import type { Command } from './commands.js';

const environment = inheriting(['base']);
const older = parent('base', 5, { limit: 100 });
const newer = parent('base', 9, { limit: 999 });
const before: When = { environment, parents: [older], statement: 2 };
/** The base moved meanwhile, and nobody has looked. */
const now: When = { environment, parents: [newer], statement: 2 };

/** Version 1 active at 2, over the older activation of the base. */
const running: Given[] = [[created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, before)];
/** A rollback to what ran at 2, carried out after activation 3 took the newer one: it stands at 4. */
const pinned: Given[] = [
  ...running,
  carriedOut({ type: 'Activate', version: 1 }, now),
  carriedOut({ type: 'RollbackTo', activation: 2 }, now),
];

const after = (...steps: readonly Given[]): History => given(...steps).history;
const unpinned = (history: History): boolean => history.ledger.pin === null;

describe('an activation', () => {
  test('takes the newest layers, and says under which definition', () => {
    given(...running)
      .when({ type: 'Activate', version: 1 }, now)
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, parents: [newer] })]);
  });

  test('with `kept` takes those that run, with their definition and their pin', () => {
    const redefined = { ...now, environment: inheriting(['base', 'other'], { before: ['base'], definition: 12 }) };
    given(...running, { type: 'Set', path: 'fee', value: 2 })
      .when({ type: 'Activate', version: 'latest', layers: 'kept' }, redefined)
      .then([overParents({ version: 3, previous: 1, previousActivation: 2, own: { fee: 2 }, parents: [older] })]);
    given(...pinned, { type: 'Set', path: 'fee', value: 2 })
      .when({ type: 'Activate', version: 'latest', layers: 'kept' }, now)
      .then([overParents({ version: 5, previous: 1, previousActivation: 4, own: { fee: 2 }, parents: [older], pinned: true })]);
  });

  test('with `kept` takes the newest where nothing runs yet', () => {
    given([created(), set('fee', 1)])
      .when({ type: 'Activate', version: 1, layers: 'kept' }, now)
      .then([overParents({ version: 1, previous: null, previousActivation: null, own: { fee: 1 }, parents: [newer] })]);
  });

  test('never takes a lower activation of a parent than the one before', () => {
    const history = after(...running, carriedOut({ type: 'Activate', version: 1 }, now));
    expect(() => history.decide({ type: 'Activate', version: 1 }, before)).toThrow(/activation 9 of base.trading-engine/);
    expect(() => history.decide({ type: 'Inherit' }, before)).toThrow(/activation 9/);
  });

  test('stands on no layers where the parents run nothing', () => {
    given([created(), set('fee', 1)])
      .when({ type: 'Activate', version: 1 }, { environment, statement: 2 })
      .then([overParents({ version: 1, previous: null, previousActivation: null, own: { fee: 1 } })]);
  });

  test('takes layers away that are no longer inherited', () => {
    given(...running)
      .when({ type: 'Activate', version: 1 }, { environment: inheriting([], { before: ['base'], definition: 8 }), statement: 2 })
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, definition: null })]);
  });
});

describe('a write that goes live', () => {
  const WRITES: [string, Command, When][] = [
    ['activate: true', { type: 'Set', path: 'fee', value: 2 }, { ...now, guards: { activate: true } }],
    ['activate: "all"', { type: 'Merge', patch: { fee: 2 } }, { ...now, guards: { activate: 'all' } }],
    [
      'writes: live',
      { type: 'Replace', configuration: { fee: 2 } },
      { ...now, environment: inheriting(['base'], { policy: { writes: 'live' } }) },
    ],
    [
      'a batch with activate: true',
      { type: 'Batch', operations: [{ id: '1', type: 'SET', key: 'fee', value: 2 }] },
      { ...now, guards: { activate: true } },
    ],
  ];

  test.each(WRITES)('(%s) takes live what it wrote, and keeps the layers that run', (_how, command, when) => {
    given(...running)
      .when(command, when)
      .then([set('fee', 2), overParents({ version: 3, previous: 1, previousActivation: 2, own: { fee: 2 }, parents: [older] })]);
  });

  test.each(WRITES)('(%s) keeps the pin of a rollback', (_how, command, when) => {
    given(...pinned)
      .when(command, when)
      .then([
        set('fee', 2),
        overParents({ version: 5, previous: 1, previousActivation: 4, own: { fee: 2 }, parents: [older], pinned: true }),
      ]);
  });

  test('takes the newest layers where nothing runs yet', () => {
    given()
      .when({ type: 'Create', configuration: { fee: 2 } }, { ...now, guards: { activate: true } })
      .then([
        created(),
        set('fee', 2),
        overParents({ version: 1, previous: null, previousActivation: null, own: { fee: 2 }, parents: [newer] }),
      ]);
  });

  test('is not held up by drafts that were never there: own digests are compared, not what runs with its layers', () => {
    expect(after(...running).decide({ type: 'Set', path: 'fee', value: 1 }, { ...now, guards: { activate: true } }).kind).toBe('nothing');
    given(...running, { type: 'Set', path: 'fee', value: 3 })
      .when({ type: 'Set', path: 'fee', value: 2 }, { ...now, guards: { activate: true } })
      .then(refused('PENDING_CHANGES'));
  });
});

describe('the pin', () => {
  test('is set by a rollback that gives recorded layers back, and says since when and by whom', () => {
    const { ledger } = after(...pinned);
    expect(ledger.pin).toMatchObject({ activation: 4, actor: 'alice', pinned: true });
    const longer = after(
      ...pinned,
      carriedOut({ type: 'Set', path: 'fee', value: 2 }, { ...now, guards: { activate: true }, actor: 'bob' }),
    );
    expect(longer.ledger.pin).toMatchObject({ activation: 4, actor: 'alice' });
  });

  test('is kept by a second rollback, which replaces the layers', () => {
    given(...pinned)
      .when({ type: 'RollbackTo', activation: 3 }, now)
      .then([
        overParents({ version: 1, previous: 1, previousActivation: 4, own: { fee: 1 }, parents: [newer], pinned: true, rollbackTo: 1 }),
      ]);
  });

  test.each<[string, Command]>([
    ['an activation of the active version', { type: 'Activate', version: 'active' }],
    ['a rollback with `layers: newest`', { type: 'Rollback', version: 1, layers: 'newest' }],
  ])('is cleared by %s, though version and layers stay', (_what, command) => {
    const history = after(...pinned);
    history.execute(command, before);
    expect(unpinned(history)).toBe(true);
    expect(history.decide(command, before).kind).toBe('nothing');
  });

  test('is cleared by a rollback to a version that never ran', () => {
    const history = after(...pinned, { type: 'Set', path: 'fee', value: 2 }, { type: 'Set', path: 'fee', value: 3 });
    history.execute({ type: 'Rollback', version: 5 }, now);
    expect(unpinned(history)).toBe(true);
    expect(history.ledger.activations.at(-1)?.layers).toEqual([newer.layer]);
  });

  test('is never set in a ledger that has neither parents nor layers, so that every node can verify its rollback', () => {
    const alone = after([created(), set('fee', 1)], { type: 'Activate', version: 1 }, { type: 'Set', path: 'fee', value: 2 });
    alone.execute({ type: 'Activate', version: 'latest' });
    alone.execute({ type: 'Rollback', version: 1 });
    expect(alone.ledger.active).toMatchObject({ statement: 1, layered: null });
    expect(unpinned(alone)).toBe(true);
  });

  test('is set where the environment has parents though nothing was inherited, and where layers come back though it has none', () => {
    const nothingInherited = after([created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, { environment, statement: 2 }));
    nothingInherited.execute({ type: 'Activate', version: 1 }, now);
    nothingInherited.execute({ type: 'RollbackTo', activation: 2 }, now);
    expect(nothingInherited.ledger.activations.at(-1)).toMatchObject({ pinned: true, layers: [] });
    const alone = { environment: inheriting([], { before: ['base'], definition: 8 }), statement: 2 } as const;
    const parentless = after(...running, carriedOut({ type: 'Activate', version: 1 }, alone));
    parentless.execute({ type: 'RollbackTo', activation: 2 }, alone);
    expect(parentless.ledger.activations.at(-1)).toMatchObject({ pinned: true, layers: [older.layer] });
  });
});

describe('nothing is to be done', () => {
  test('where own document and layers are those that run', () => {
    given(...running)
      .when({ type: 'Activate', version: 1 }, before)
      .then('nothing');
    given(...running)
      .when({ type: 'Activate', version: 1, layers: 'kept' }, now)
      .then('nothing');
    given(...running)
      .when({ type: 'Rollback', version: 1, layers: 'kept' }, now)
      .then('nothing');
  });

  test('is never said of layers with the same content that are other activations', () => {
    const again = parent('base', 9, { limit: 100 });
    given(...running)
      .when({ type: 'Activate', version: 1 }, { ...now, parents: [again] })
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, parents: [again] })]);
    const elsewhere = parent('base', 5, { limit: 100 }, 'another origin');
    expect(after(...running).decide({ type: 'Activate', version: 1 }, { ...now, parents: [elsewhere] }).kind).toBe('accepted');
  });

  test('is never said while the tree of ancestors is another one than at its definition, far up and in another order too', () => {
    for (const [was, is] of [
      [['base'], ['base', 'other']],
      [['base'], [['base', ['top']]]],
      [
        ['base', 'other'],
        ['other', 'base'],
      ],
      [[['base', ['top']]], [['base', ['summit']]]],
    ] as Parameters<typeof inheriting>[0][][]) {
      const old: When = { ...before, environment: inheriting(was ?? [], { definition: 3, before: was ?? [] }) };
      const redefined: When = { ...before, environment: inheriting(is ?? [], { before: was ?? [] }) };
      const history = after([created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, old));
      history.execute({ type: 'Activate', version: 1 }, redefined);
      expect(history.decide({ type: 'Activate', version: 1 }, redefined).kind).toBe('nothing');
    }
  });

  test('is never said by a rollback to the newest layers while the tree of ancestors is another one', () => {
    const redefined: When = { ...before, environment: inheriting(['base', 'other'], { before: ['base'] }) };
    const old: When = { ...before, environment: inheriting(['base'], { definition: 3, before: ['base'] }) };
    const history = after([created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, old));
    history.execute({ type: 'Rollback', version: 1, layers: 'newest' }, redefined);
    expect(history.ledger.activations.at(-1)).toMatchObject({ activation: 3, definition: redefined.environment?.definition });
  });

  test('where the environment was defined anew with the same ancestors', () => {
    const same = { ...before, environment: inheriting(['base'], { definition: 20 }) };
    given(...running)
      .when({ type: 'Activate', version: 1 }, same)
      .then('nothing');
  });

  test('is not said by a first activation of a ledger that old nodes run, and then is', () => {
    // Nothing is inherited yet: form 1 is enough, and knows no definition.
    const oldNodes: When = { environment, statement: 1, oldNodes: ['node-1'] };
    const history = after([created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, oldNodes));
    expect(history.decide({ type: 'Activate', version: 1 }, oldNodes).kind).toBe('nothing');
    expect(history.decide({ type: 'Activate', version: 1 }, { environment, statement: 2 }).kind).toBe('accepted');
  });
});
