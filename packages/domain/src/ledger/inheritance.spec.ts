// What `Inherit` does, and when it does nothing.
import { describe, expect, test } from 'vitest';
import { digestOf, inheriting, overParents, parent } from '../../../../test/support/src/layers.js';
import { carriedOut, created, given, refused, set, type Given, type History, type When } from '../../../../test/support/src/ledger-spec.js';
import { DOCUMENT_LEAVES_MAX } from '@confledger/document';

const environment = inheriting(['base']);
const base5 = parent('base', 5, { limit: 100 });
const base7 = parent('base', 7, { limit: 700 });
const base9 = parent('base', 9, { limit: 999 });
const at5: When = { environment, parents: [base5], statement: 2 };
const at9: When = { environment, parents: [base9], statement: 2 };
const running: Given[] = [[created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, at5)];
const INHERIT = { type: 'Inherit' } as const;

/** The environment with other ancestors since revision 8 than when the ledger was taken live. */
const since8 = (ancestors: typeof environment.ancestors): typeof environment => ({
  ...environment,
  ancestors,
  definition: 8,
  ancestorsAt: (revision) => (revision === null ? [] : revision < 8 ? environment.ancestors : ancestors),
});

const after = (...steps: readonly Given[]): History => given(...steps).history;

describe('a ledger that follows its parents', () => {
  test('takes the active version live over the newest layers, and names no person as the cause', () => {
    given(...running)
      .when(INHERIT, at9)
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, parents: [base9] })]);
    expect(after(...running).decide(INHERIT, at9)).toMatchObject({ source: { kind: 'inheritance' } });
  });

  test('never takes head along, and says how many versions are pending', () => {
    given(...running, { type: 'Set', path: 'fee', value: 2 }, { type: 'Set', path: 'fee', value: 3 })
      .when(INHERIT, at9)
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, parents: [base9], pending: 2 })]);
  });

  test('passes over the moves in between', () => {
    const history = after(...running);
    history.execute(INHERIT, at9);
    expect(history.activationsBefore().map(({ layers }) => layers)).toEqual([[base5.layer], [base9.layer]]);
    expect(history.activationsBefore().flatMap(({ layers }) => layers)).not.toContainEqual(base7.layer);
    expect(history.decide(INHERIT, at9).kind).toBe('nothing');
  });

  test('takes a layer that came, and lets one go that went', () => {
    const two = inheriting(['near', 'far'], { before: ['near', 'far'] });
    const [near, far] = [parent('near', 3, { a: 1 }), parent('far', 4, { b: 2 })];
    const history = after(
      [created(), set('fee', 1)],
      carriedOut({ type: 'Activate', version: 1 }, { environment: two, parents: [far], statement: 2 }),
    );
    history.execute(INHERIT, { environment: two, parents: [near, far] });
    expect(history.ledger.active?.digest).toBe(digestOf({ fee: 1, a: 1, b: 2 }));
    history.execute(INHERIT, { environment: two, parents: [near] });
    expect(history.ledger.active?.digest).toBe(digestOf({ fee: 1, a: 1 }));
  });

  test('compares layers by activation, not by content', () => {
    const again = parent('base', 6, { limit: 100 });
    given(...running)
      .when(INHERIT, { ...at9, parents: [again] })
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, parents: [again] })]);
  });

  test('works where the definition changed and came back to the same ancestors', () => {
    // A at revision 3, B at 7, A again at 9.
    const [a, b] = [inheriting(['base']).ancestors, inheriting(['other']).ancestors];
    const ancestorsAt = (revision: number | null) => (revision === null ? [] : revision >= 7 && revision < 9 ? b : a);
    const there: When = { ...at5, environment: { ...environment, definition: 3, ancestorsAt } };
    const back: When = { ...at9, environment: { ...environment, definition: 9, ancestorsAt } };
    const away: When = { ...at9, environment: { ...environment, ancestors: b, definition: 8, ancestorsAt } };
    const steps: Given[] = [[created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, there)];
    given(...steps)
      .when(INHERIT, away)
      .then('nothing');
    given(...steps)
      .when(INHERIT, back)
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, parents: [base9], definition: 9 })]);
  });

  test('needs no reason where its environment asks for one', () => {
    const strict = inheriting(['base'], { policy: { reasonRequired: true } });
    expect(after(...running).decide(INHERIT, { ...at9, environment: strict }).kind).toBe('accepted');
  });

  test('is refused where what would run is too large: then it is blocked', () => {
    const many = Object.fromEntries(Array.from({ length: DOCUMENT_LEAVES_MAX }, (_, index) => [`leaf${index}`, index]));
    given(...running)
      .when(INHERIT, { ...at9, parents: [parent('base', 9, many)] })
      .then(refused('DOCUMENT_TOO_LARGE', { says: /With what it inherits/ }));
  });
});

describe('nothing happens', () => {
  const NOTHING: [string, readonly Given[], When][] = [
    ['while nothing runs', [[created(), set('fee', 1)]], at9],
    ['where there is no ledger', [], at9],
    ['where the layers are the newest', running, at5],
    ['where the environment is explicit', running, { ...at9, environment: inheriting(['base'], { policy: { inherited: 'explicit' } }) }],
    ['while what runs is pinned', [...running, carriedOut({ type: 'RollbackTo', activation: 2 }, at9)], at9],
    ['where a parent was added', running, { ...at9, environment: since8(inheriting(['base', 'more']).ancestors) }],
    ['while a parent far up is another one', running, { ...at9, environment: since8(inheriting([['base', ['top']]]).ancestors) }],
    ['where the environment is retired', running, { ...at9, environment: { ...environment, standing: 'retired' } }],
    ['where the environment is not defined', running, { ...at9, environment: { ...environment, standing: 'undefined' } }],
    ['where the ledger is retired', [...running, { type: 'Retire' }], at9],
    [
      'where an activation of form 1 runs, which followed no definition',
      [[created(), set('fee', 1)], { type: 'Activate', version: 1 }],
      at9,
    ],
  ];

  test.each(NOTHING)('%s', (_where, steps, when) => {
    given(...steps)
      .when(INHERIT, when)
      .then('nothing');
  });
});
