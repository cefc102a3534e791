// A rollback gives back what ran: own document and layers, whatever moved since.
import { describe, expect, test } from 'vitest';
import { digestOf, inheriting, overParents, parent } from '../../../../test/support/src/layers.js';
import {
  activated,
  carriedOut,
  created,
  given,
  refused,
  set,
  type Given,
  type History,
  type When,
} from '../../../../test/support/src/ledger-spec.js';
import { INHERITANCE_ACTOR_ID } from './inheritance.js';
import { ACTIVATIONS_KEPT } from './state.js';

const environment = inheriting(['base']);
const base5 = parent('base', 5, { limit: 100 });
const base9 = parent('base', 9, { limit: 999 });
const at5: When = { environment, parents: [base5], statement: 2 };
const at9: When = { environment, parents: [base9], statement: 2 };

const after = (...steps: readonly Given[]): History => given(...steps).history;

/** Version 1 at 2 over base@5, version 3 at 4 over base@5, the same version at 5 over base@9. */
const moved: Given[] = [
  [created(), set('fee', 1)],
  carriedOut({ type: 'Activate', version: 1 }, at5),
  { type: 'Set', path: 'fee', value: 2 },
  carriedOut({ type: 'Activate', version: 3 }, at5),
  carriedOut({ type: 'Activate', version: 3 }, at9),
];
const ran5 = overParents({
  version: 3,
  previous: 3,
  previousActivation: 5,
  own: { fee: 2 },
  parents: [base5],
  pinned: true,
  rollbackTo: 3,
});

describe('a rollback', () => {
  test('to `previous` gives back the activation before, also where it is of the same version', () => {
    given(...moved)
      .when({ type: 'Rollback', version: 'previous' }, at9)
      .then([ran5]);
  });

  test('to `previous` goes on meaning the same when a command behind it is decided', () => {
    const decision = after(...moved).decide({ type: 'Rollback', version: 'previous' }, at9);
    expect(decision).toMatchObject({ meant: 4, source: { kind: 'rollback', version: 3, activation: 4 } });
  });

  test.each([
    { word: 'previous', meant: 2 },
    { word: 'active', meant: 4 },
  ] as const)('to `$word` goes on meaning $meant while nothing moves but what it inherits', ({ word, meant }) => {
    const follows: When = { ...at9, actor: INHERITANCE_ACTOR_ID };
    const followed = carriedOut({ type: 'Activate', version: 3 }, follows);
    const command = { type: 'Rollback', version: word } as const;
    const decision = after(...moved.slice(0, 4), followed).decide(command, { ...at9, meant });
    expect(decision).toMatchObject({ kind: 'accepted', meant, source: { kind: 'rollback', activation: meant } });
    const elses = after(...moved).decide(command, { ...at9, meant });
    expect(elses).toMatchObject({ kind: 'refused', refusal: { code: 'VERSION_MOVED' } });
  });

  test('to an activation gives back its layers, and says which one in its source', () => {
    const history = after(...moved);
    const decision = history.decide({ type: 'RollbackTo', activation: 2 }, at9);
    expect(decision).toMatchObject({ kind: 'accepted', source: { kind: 'rollback', version: 1, activation: 2 } });
    const expected = { previous: 3, previousActivation: 5, own: { fee: 1 }, parents: [base5], pinned: true, rollbackTo: 1 };
    given(...moved)
      .when({ type: 'RollbackTo', activation: 2 }, at9)
      .then([set('fee', 1), overParents({ version: 6, ...expected })]);
  });

  test('to a version gives back its latest activation', () => {
    const decision = after(...moved).decide({ type: 'Rollback', version: 1 }, at9);
    expect(decision).toMatchObject({ source: { version: 1, activation: 2 } });
  });

  test('to the version that runs does nothing; to the activation that runs, it stays whatever its parents do', () => {
    given(...moved)
      .when({ type: 'Rollback', version: 3 }, at9)
      .then('nothing');
    const pinned = { previous: 3, previousActivation: 5, own: { fee: 2 }, parents: [base9], pinned: true, rollbackTo: 3 };
    for (const command of [{ type: 'RollbackTo', activation: 5 } as const, { type: 'Rollback', version: 'active' } as const])
      given(...moved)
        .when(command, at9)
        .then([overParents({ version: 3, ...pinned })]);
  });

  test('that pins is not refused for old nodes or apis: with form 1 it goes out unpinned, and nothing follows it either', () => {
    for (const more of [{ oldNodes: ['engine-7'] }, { olderApis: ['api-1'] }]) {
      const history = after([created(), set('fee', 1)], { type: 'Activate', version: 1 }, { type: 'Set', path: 'fee', value: 2 });
      const decision = history.decide({ type: 'Rollback', version: 1 }, { ...at9, statement: 1, ...more });
      expect(decision).toMatchObject({ kind: 'accepted', events: [{}, { statement: { form: 1 } }] });
    }
  });

  test('to a version that moved on names the activation', () => {
    const decision = after(...moved).decide({ type: 'Rollback', version: 1 }, at9);
    expect(decision).toMatchObject({ source: { version: 1, activation: 2 } });
  });

  test('to a version that never ran takes the newest layers, unpinned, and names no activation', () => {
    const history = after(...moved, { type: 'Set', path: 'fee', value: 7 }, { type: 'Set', path: 'fee', value: 8 });
    expect(history.decide({ type: 'Rollback', version: 6 }, at9)).toMatchObject({ source: { version: 6, activation: null } });
    history.execute({ type: 'Rollback', version: 6 }, at9);
    expect(history.ledger.activations.at(-1)).toMatchObject({ layers: [base9.layer], pinned: false, own: digestOf({ fee: 7 }) });
  });

  test('with `kept` and `newest` takes other layers, and names the activation all the same', () => {
    const kept = after(...moved);
    kept.execute({ type: 'RollbackTo', activation: 2, layers: 'kept' }, at9);
    expect(kept.ledger.activations.at(-1)).toMatchObject({ layers: [base9.layer], pinned: false, own: digestOf({ fee: 1 }) });
    expect(kept.events.at(-1)?.metadata.source).toEqual({ kind: 'rollback', version: 1, activation: 2 });
    const base11 = parent('base', 11, { limit: 5 });
    const newest = after(...moved);
    newest.execute({ type: 'RollbackTo', activation: 2, layers: 'newest' }, { ...at9, parents: [base11] });
    expect(newest.ledger.activations.at(-1)).toMatchObject({ layers: [base11.layer], pinned: false });
  });

  test('to what runs pins it; a second one is nothing', () => {
    const history = after(...moved);
    history.execute({ type: 'RollbackTo', activation: 5 }, at9);
    expect(history.ledger.pin).toMatchObject({ activation: 6 });
    for (const command of [
      { type: 'RollbackTo', activation: 5 },
      { type: 'RollbackTo', activation: 6 },
      { type: 'Rollback', version: 'active' },
    ] as const)
      expect(history.decide(command, at9).kind).toBe('nothing');
  });

  test('takes drafts away, and is not stopped by them', () => {
    given(...moved, { type: 'Set', path: 'draft', value: true })
      .when({ type: 'Rollback', version: 'previous' }, at9)
      .then([
        { type: 'ConfigDeleted', data: { path: 'draft' } },
        overParents({ version: 7, previous: 3, previousActivation: 5, own: { fee: 2 }, parents: [base5], pinned: true, rollbackTo: 3 }),
      ]);
  });

  test('to a number that is no activation is refused, also where another event or nothing stands there', () => {
    for (const activation of [0, 1, 3, 99])
      given(...moved)
        .when({ type: 'RollbackTo', activation }, at9)
        .then(refused('ACTIVATION_UNKNOWN', { at: 'activation' }));
  });

  test('to `previous` is refused where nothing ran before, and to `active` where nothing runs', () => {
    given([created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, at5))
      .when({ type: 'Rollback', version: 'previous' }, at9)
      .then(refused('NOTHING_PREVIOUS'));
    given([created(), set('fee', 1)])
      .when({ type: 'Rollback', version: 'active' }, at9)
      .then(refused('NOTHING_ACTIVE'));
  });

  test('that would give another document than the one that ran is a fault, and takes nothing live', () => {
    const broken = { ...base5, document: base9.document };
    expect(() => after(...moved).decide({ type: 'Rollback', version: 'previous' }, { ...at9, parents: [broken] })).toThrow(
      /cannot be put together again/,
    );
  });
});

describe('beyond the activations that the state keeps, a rollback finds', () => {
  /** Version 1 ran once, at 2; then version 3 over and over, over newer and newer activations of the base. */
  const parentAt = (round: number) => parent('base', 10 + round, { limit: round });
  const long = after(
    [created(), set('fee', 1)],
    carriedOut({ type: 'Activate', version: 1 }, at5),
    { type: 'Set', path: 'fee', value: 2 },
    ...Array.from({ length: ACTIVATIONS_KEPT + 1 }, (_, round) =>
      carriedOut({ type: 'Activate', version: 3 }, { ...at5, parents: [parentAt(round)] }),
    ),
  );
  const latest: When = { ...at5, parents: [parentAt(ACTIVATIONS_KEPT)] };

  test('an activation by its number', () => {
    expect(long.ledger.activations.some(({ activation }) => activation === 2)).toBe(false);
    const decision = long.decide({ type: 'RollbackTo', activation: 2 }, latest);
    expect(decision).toMatchObject({ kind: 'accepted', source: { activation: 2 } });
    const [, activation] = decision.kind === 'accepted' ? decision.events : [];
    expect(activation).toMatchObject({ data: { rollbackTo: 1 }, statement: { layers: [base5.layer], pinned: true } });
  });

  test('the latest activation of a version', () => {
    expect(long.decide({ type: 'Rollback', version: 1 }, latest)).toMatchObject({ source: { version: 1, activation: 2 } });
  });

  test('that a version never ran', () => {
    const drafted = after();
    for (const text of [[created(), set('fee', 1)], [set('fee', 9)], [set('fee', 2)]]) drafted.record(text);
    for (let round = 0; round <= ACTIVATIONS_KEPT; round += 1)
      drafted.execute({ type: 'Activate', version: 3 }, { ...at5, parents: [parentAt(round)] });
    expect(drafted.decide({ type: 'Rollback', version: 2 }, latest)).toMatchObject({ source: { version: 2, activation: null } });
  });
});

describe('version 0, the empty document,', () => {
  const nothing = { version: 0, own: {}, parents: [base5] };

  test('makes a ledger that runs on its layers alone', () => {
    given()
      .when({ type: 'Activate', version: 0 }, at5)
      .then([created(), overParents({ ...nothing, previous: null, previousActivation: null })]);
  });

  test('is the only version that makes one', () => {
    for (const version of [1, 'latest', 'v1']) given().when({ type: 'Activate', version }, at5).then(refused('LEDGER_UNKNOWN'));
  });

  test('is activated in a ledger of which only the first event is there, and in one with versions', () => {
    given([created()])
      .when({ type: 'Activate', version: 0 }, at5)
      .then([overParents({ ...nothing, previous: null, previousActivation: null })]);
    given([created(), set('fee', 1)], { type: 'Set', path: 'fee', value: 2 })
      .when({ type: 'Activate', version: 0 }, at5)
      .then([overParents({ ...nothing, previous: null, previousActivation: null, pending: 2 })]);
  });

  test('makes the ledger where an abandoned first change set left its first event behind', () => {
    const history = after({ begun: [created()], size: 2 });
    history.execute({ type: 'Activate', version: 0 }, at5);
    expect(history.ledger.active).toMatchObject({ activation: 1, version: 0 });
  });

  test('is given back by a rollback, to it and to its activation', () => {
    const ran = after(carriedOut({ type: 'Activate', version: 0 }, at5));
    ran.execute({ type: 'Set', path: 'fee', value: 1 }, { ...at5, guards: { activate: true } });
    for (const command of [
      { type: 'Rollback', version: 0 },
      { type: 'RollbackTo', activation: 1 },
      { type: 'Rollback', version: 'previous' },
    ] as const) {
      const decision = ran.decide(command, at9);
      expect(decision).toMatchObject({ kind: 'accepted', source: { version: 0, activation: 1 } });
      const [, activation] = decision.kind === 'accepted' ? decision.events : [];
      expect(activation).toMatchObject({ data: { digest: base5.layer.digest }, statement: { own: digestOf({}), pinned: true } });
    }
  });

  test('is activated where nothing is inherited: nodes then run the empty document', () => {
    given([created(), set('fee', 1)], { type: 'Activate', version: 1 })
      .when({ type: 'Activate', version: 0 }, { statement: 2 })
      .then([overParents({ version: 0, previous: 1, previousActivation: 2, own: {}, definition: null, pending: 1 })]);
  });

  test('is what runs for a write that goes live behind it', () => {
    given(carriedOut({ type: 'Activate', version: 0 }, at5))
      .when({ type: 'Set', path: 'fee', value: 1 }, { ...at9, guards: { activate: true } })
      .then([set('fee', 1), overParents({ version: 2, previous: 0, previousActivation: 1, own: { fee: 1 }, parents: [base5] })]);
  });
});

test('a rollback in a ledger of form 1 that inherits from none has the form that it always had', () => {
  given([created(), set('fee', 1)], { type: 'Activate', version: 1 }, { type: 'Set', path: 'fee', value: 2 })
    .when({ type: 'Rollback', version: 1 })
    .then([set('fee', 1), activated({ version: 4, previous: 1, digest: digestOf({ fee: 1 }), pending: 0, rollbackTo: 1 })]);
});

test('a rollback that form 1 cannot tell from what runs is nothing, also where a definition came since', () => {
  const oldNodes: When = { environment, statement: 1, oldNodes: ['node-1'] };
  given([created(), set('fee', 1)], { type: 'Activate', version: 1 })
    .when({ type: 'Rollback', version: 1, layers: 'newest' }, oldNodes)
    .then('nothing');
});
