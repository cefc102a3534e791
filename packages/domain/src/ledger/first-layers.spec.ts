// The first activation that old nodes or old apis would not understand, and the guards of what would run.
import { describe, expect, test } from 'vitest';
import { DOCUMENT_LEAVES_MAX } from '@confledger/document';
import { digestOf, inheriting, overParents, parent } from '../../../../test/support/src/layers.js';
import { carriedOut, created, given, refused, set, type Given, type History, type When } from '../../../../test/support/src/ledger-spec.js';
import type { Command } from './commands.js';

const environment = inheriting(['base']);
const base5 = parent('base', 5, { limit: 100 });
const base9 = parent('base', 9, { limit: 999 });
const layered: When = { environment, parents: [base5], statement: 2 };
const oldNodes: When = { environment, parents: [base5], statement: 1, oldNodes: ['node-1', 'node-2'] };
const olderApis: When = { environment, parents: [base5], statement: 2, olderApis: ['api-1'] };
const one: Given[] = [[created(), set('fee', 1)]];
const after = (...steps: readonly Given[]): History => given(...steps).history;
const ACTIVATE: Command = { type: 'Activate', version: 1 };

describe('the first activation with layers', () => {
  test('is refused while live nodes cannot verify it, with their names', () => {
    given(...one)
      .when(ACTIVATE, oldNodes)
      .then(refused('NODES_TOO_OLD', { says: /node-1, node-2.*acceptOldNodes: true/ }));
    given()
      .when({ type: 'Create', configuration: { fee: 1 } }, { ...oldNodes, guards: { activate: true } })
      .then(refused('NODES_TOO_OLD'));
  });

  test('goes on with acceptOldNodes', () => {
    given(...one)
      .when(ACTIVATE, { ...oldNodes, guards: { acceptOldNodes: true } })
      .then([overParents({ version: 1, previous: null, previousActivation: null, own: { fee: 1 }, parents: [base5] })]);
  });

  test('is refused while an api of an older release runs, whatever is accepted', () => {
    for (const guards of [{}, { acceptOldNodes: true }])
      given(...one)
        .when(ACTIVATE, { ...olderApis, guards })
        .then(refused('UPGRADE_UNFINISHED', { says: /api-1/ }));
  });

  test.each<[string, readonly Given[], Command]>([
    ['of version 0', one, { type: 'Activate', version: 0 }],
    ['by a word', one, { type: 'Activate', version: 'latest', layers: 'kept' }],
  ])('%s is refused by the same rule', (_what, steps, command) => {
    given(...steps)
      .when(command, oldNodes)
      .then(refused('NODES_TOO_OLD'));
    given(...steps)
      .when(command, olderApis)
      .then(refused('UPGRADE_UNFINISHED'));
  });

  test('is the only one: behind it an old node that starts late stops nobody, and gets no form 1', () => {
    const history = after(...one, carriedOut(ACTIVATE, layered));
    for (const command of [{ type: 'Set', path: 'fee', value: 2 }, { type: 'Activate', version: 1 }, { type: 'Inherit' }] as const) {
      const decision = history.decide(command, { ...oldNodes, parents: [base9], guards: { activate: true } });
      expect(decision).toMatchObject({ kind: 'accepted' });
      const activation = decision.kind === 'accepted' ? decision.events.at(-1) : undefined;
      expect(activation).toMatchObject({ statement: { form: 2 } });
    }
  });

  test('is none where nothing is inherited: form 1 is signed while old nodes live', () => {
    expect(after(...one).decide(ACTIVATE, { ...oldNodes, parents: [] })).toMatchObject({ events: [{ statement: { form: 1 } }] });
    expect(after(...one).decide(ACTIVATE, { ...olderApis, parents: [] }).kind).toBe('accepted');
  });
});

describe('form 2', () => {
  test('is that of version 0, which releases of before do not know, also where nothing is inherited', () => {
    given(...one)
      .when({ type: 'Activate', version: 0 }, { statement: 1 })
      .then([overParents({ version: 0, previous: null, previousActivation: null, own: {}, definition: null, pending: 1 })]);
    given(...one)
      .when({ type: 'Activate', version: 0 }, { statement: 1, oldNodes: ['node-1'] })
      .then(refused('NODES_TOO_OLD'));
  });

  test('is kept for good, also when nothing is inherited any more and old nodes came', () => {
    const history = after(...one, carriedOut(ACTIVATE, layered));
    const alone: When = { environment: inheriting([], { before: ['base'], definition: 9 }), statement: 1, oldNodes: ['node-1'] };
    history.execute({ type: 'Activate', version: 1 }, alone);
    expect(history.ledger.active).toMatchObject({ statement: 2, layered: { layers: [], definition: null } });
    history.execute({ type: 'Set', path: 'fee', value: 2 }, { ...alone, guards: { activate: true } });
    history.execute({ type: 'Rollback', version: 'previous' }, alone);
    expect(history.activationsBefore()).toHaveLength(4);
    expect(history.ledger.active?.statement).toBe(2);
  });

  test('says which activation was before, of whatever form that was', () => {
    given(...one, { type: 'Activate', version: 1 })
      .when({ type: 'Activate', version: 1 }, layered)
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { fee: 1 }, parents: [base5] })]);
  });
});

describe('what the caller saw', () => {
  const running: Given[] = [...one, carriedOut(ACTIVATE, layered)];
  const would = digestOf({ fee: 1, limit: 999 });
  const at9: When = { ...layered, parents: [base9] };

  test('of the document that would run is compared with the effective one', () => {
    expect(after(...running).decide(ACTIVATE, { ...at9, guards: { expectedDigest: would } }).kind).toBe('accepted');
    given(...running)
      .when(ACTIVATE, { ...at9, guards: { expectedDigest: digestOf({ fee: 1 }) } })
      .then(refused('EXPECTED_DIGEST_CONFLICT', { at: 'expectedDigest', says: new RegExp(would) }));
  });

  test.each<[string, Command, When['guards']]>([
    ['a write', { type: 'Set', path: 'fee', value: 2 }, { activate: true }],
    ['a rollback', { type: 'RollbackTo', activation: 2, layers: 'newest' }, {}],
    ['an activation with kept layers', { type: 'Activate', version: 1, layers: 'kept' }, {}],
  ])('of the document that would run guards %s', (_what, command, guards) => {
    given(...running)
      .when(command, { ...at9, guards: { ...guards, expectedDigest: 'f'.repeat(64) } })
      .then(refused('EXPECTED_DIGEST_CONFLICT'));
  });

  test('is compared where nothing is to be done too: then it is what runs', () => {
    const runs = digestOf({ fee: 1, limit: 100 });
    const COMMANDS: [Command, When['guards']][] = [
      [ACTIVATE, {}],
      [{ type: 'Activate', version: 1, layers: 'kept' }, {}],
      [{ type: 'Set', path: 'fee', value: 1 }, { activate: true }],
      [{ type: 'Rollback', version: 1, layers: 'newest' }, {}],
    ];
    for (const [command, guards] of COMMANDS) {
      given(...running)
        .when(command, { ...layered, guards: { ...guards, expectedDigest: runs } })
        .then('nothing');
      given(...running)
        .when(command, { ...layered, guards: { ...guards, expectedDigest: would } })
        .then(refused('EXPECTED_DIGEST_CONFLICT'));
    }
  });

  test('of what runs is an activation, so that a parent’s move is noticed that left the version as it was', () => {
    const moved = [...running, carriedOut({ type: 'Inherit' }, at9)];
    const COMMANDS: [Command, When['guards']][] = [
      [{ type: 'Set', path: 'fee', value: 2 }, { activate: true }],
      [ACTIVATE, {}],
      [{ type: 'Rollback', version: 1 }, {}],
    ];
    for (const [command, guards] of COMMANDS) {
      given(...moved)
        .when(command, { ...at9, guards: { ...guards, expectedActivation: 2 } })
        .then(refused('EXPECTED_ACTIVATION_CONFLICT', { at: 'expectedActivation', says: /activation 3 runs/ }));
      expect(after(...moved).decide(command, { ...at9, guards: { ...guards, expectedActivation: 3, expectedActive: 1 } }).kind).not.toBe(
        'refused',
      );
    }
  });

  test('that nothing ran is said by null', () => {
    expect(after(...one).decide(ACTIVATE, { ...layered, guards: { expectedActivation: null } }).kind).toBe('accepted');
    given(...running)
      .when(ACTIVATE, { ...at9, guards: { expectedActivation: null } })
      .then(refused('EXPECTED_ACTIVATION_CONFLICT'));
    given(...one)
      .when(ACTIVATE, { ...layered, guards: { expectedActivation: 2 } })
      .then(refused('EXPECTED_ACTIVATION_CONFLICT', { says: /nothing is active/ }));
  });
});

describe('what runs', () => {
  const leaves = (count: number, name: string) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, index]));

  test(`has at most ${DOCUMENT_LEAVES_MAX} leaves with what it inherits; a draft may lead there`, () => {
    const large = parent('base', 9, leaves(DOCUMENT_LEAVES_MAX - 1, 'leaf'));
    const full: When = { ...layered, parents: [large] };
    const history = after(...one, carriedOut(ACTIVATE, full));
    expect(history.decide({ type: 'Set', path: 'second', value: 2 }, full).kind).toBe('accepted');
    const more = history.decide({ type: 'Set', path: 'second', value: 2 }, { ...full, guards: { activate: true } });
    expect(more).toMatchObject({ kind: 'refused', refusal: { code: 'DOCUMENT_TOO_LARGE' } });
  });

  test('is given back by a rollback although it is larger than the limit, because it ran once', () => {
    const large = parent('base', 9, leaves(DOCUMENT_LEAVES_MAX, 'leaf'));
    const ran = overParents({ version: 1, previous: null, previousActivation: null, own: { fee: 1 }, parents: [large] });
    const history = after(...one, [ran], carriedOut(ACTIVATE, { ...layered, parents: [parent('base', 10, {})] }));
    const full: When = { ...layered, parents: [large] };
    expect(history.decide({ type: 'Rollback', version: 'previous' }, full)).toMatchObject({ kind: 'accepted', source: { activation: 2 } });
  });

  test('holds own paths below a leaf of a parent, and an own leaf above paths of a parent', () => {
    const over = (own: Record<string, never> | object, of: object) => {
      const when: When = { ...layered, parents: [parent('base', 5, of as never)] };
      const history = after();
      history.execute({ type: 'Create', configuration: own as never }, { ...when, guards: { activate: true } });
      return history.ledger.active?.digest;
    };
    expect(over({ limits: { btc: 1 } }, { limits: 5 })).toBe(digestOf({ limits: { btc: 1 } }));
    expect(over({ limits: 5 }, { limits: { btc: 1, eth: { max: 2 } } })).toBe(digestOf({ limits: 5 }));
    expect(over({ limits: { btc: { max: 1 } } }, { limits: { btc: [1, 2], eth: 2 } })).toBe(
      digestOf({ limits: { btc: { max: 1 }, eth: 2 } }),
    );
    expect(over({ limits: {} }, { limits: { btc: 1 } })).toBe(digestOf({ limits: {} }));
    expect(over({ limits: { btc: 1 } }, { limits: {} })).toBe(digestOf({ limits: { btc: 1 } }));
    expect(over({ limits: null }, { limits: { btc: 1 } })).toBe(digestOf({ limits: null }));
    expect(over({ limits: [] }, { limits: [1] })).toBe(digestOf({ limits: [] }));
  });

  test('is laid from the farthest layer to the nearest, then the own document', () => {
    const two: When = {
      environment: inheriting(['near', 'far']),
      parents: [parent('near', 3, { a: 2, b: { x: 2 } }), parent('far', 4, { a: 3, b: { x: 3, y: 3 }, c: 3 })],
      statement: 2,
    };
    const history = after([created(), set('b.y', 1)], carriedOut(ACTIVATE, two));
    expect(history.ledger.active?.digest).toBe(digestOf({ a: 2, b: { x: 2, y: 1 }, c: 3 }));
  });
});
