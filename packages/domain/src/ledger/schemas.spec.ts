// Schemas in a ledger: what they refuse, what stands, what is pending because of them, and what a rollback does with them.
import { describe, expect, test } from 'vitest';
import { digestOf, inheriting, overParents, parent } from '../../../../test/support/src/layers.js';
import {
  activated,
  carriedOut,
  created,
  given,
  refused,
  schemaRemoved,
  schemaSet,
  set,
  type Given,
  type When,
} from '../../../../test/support/src/ledger-spec.js';
import type { Rule } from '../schemas/rules.js';
import type { Command } from './commands.js';

const setSchema = (mount: string, schema: Rule['schema']): Command => ({ type: 'SetSchema', mount, dialect: '2020-12', schema });
const setValue = (path: string, value: number): Command => ({ type: 'Set', path, value });

const AT_MOST_10 = { maximum: 10 };
/** 20 runs with a limit of 10 that was accepted all the same. */
const standing: Given[] = [
  [created(), set('limit', 20), activated({ version: 1, previous: null, digest: digestOf({ limit: 20 }), pending: 0 })],
];
const accepted: When = { guards: { standing: 'accepted' } };

describe('a schema that is set', () => {
  test('is an event and no version, and makes the ledger where there is none', () => {
    const history = given()
      .when(setSchema('limit', AT_MOST_10))
      .then([created(), schemaSet('limit', AT_MOST_10)]);
    expect(history.ledger.head.version).toBeNull();
    expect(history.ledger.schemas.get('limit')?.revision).toBe(1);
    given([created(), schemaSet('limit', AT_MOST_10)])
      .when(setSchema('limit', { maximum: 10 }))
      .then('nothing');
  });

  test('is refused where its mount or itself is none, with the place', () => {
    given()
      .when(setSchema('a..b', true))
      .then(refused('MOUNT_INVALID', { at: 'mount' }));
    given()
      .when(setSchema('a.**', true))
      .then(refused('MOUNT_INVALID', { at: 'mount', says: /\*\*/ }));
    given()
      .when(setSchema('limit', { broken: 1 }))
      .then(refused('SCHEMA_INVALID', { at: 'schema', says: /broken/ }));
  });

  test('is refused where head or what runs breaks it, unless that is accepted', () => {
    const running = [...standing, setValue('limit', 5)];
    given([created(), set('limit', 20)])
      .when(setSchema('limit', AT_MOST_10))
      .then(refused('SCHEMA_VIOLATED', { at: 'limit' }));
    given(...running)
      .when(setSchema('limit', AT_MOST_10))
      .then(refused('SCHEMA_VIOLATED', { at: 'limit' }));
    given(...running)
      .when(setSchema('limit', AT_MOST_10), accepted)
      .then([schemaSet('limit', AT_MOST_10)]);
  });

  test('comes with the values that it needs in one batch, and is refused with those that break it', () => {
    const batch = (value: number): Command => ({
      type: 'Batch',
      operations: [
        { id: 'a', type: 'SET', key: 'limit', value },
        { id: 'b', type: 'SCHEMA_SET', mount: 'limit', dialect: '2020-12', schema: AT_MOST_10 },
      ],
    });
    given([created(), set('limit', 20)])
      .when(batch(10))
      .then([schemaSet('limit', AT_MOST_10), set('limit', 10)]);
    given([created(), set('limit', 20)])
      .when(batch(11))
      .then(refused('VALIDATION_ERROR', { at: 'limit' }));
  });

  test('is refused with everything that is wrong, what the same batch adds by other rules too', () => {
    const decision = given([created(), schemaSet('fee', AT_MOST_10), set('limit', 20), set('fee', 1)]).history.decide({
      type: 'Batch',
      operations: [
        { id: 'a', type: 'SET', key: 'fee', value: 11 },
        { id: 'b', type: 'SCHEMA_SET', mount: 'limit', dialect: '2020-12', schema: AT_MOST_10 },
      ],
    });
    expect(decision).toMatchObject({
      kind: 'refused',
      refusal: { code: 'SCHEMA_VIOLATED', details: [{ path: 'limit' }, { path: 'fee' }] },
    });
  });

  test('is one of 64 at most', () => {
    const mounts = Array.from({ length: 64 }, (_, index) => schemaSet(`m${index}`, true));
    given([created(), ...mounts])
      .when(setSchema('more', true))
      .then(refused('SCHEMA_LIMIT', { at: 'mount' }));
    given([created(), ...mounts])
      .when(setSchema('m0', false))
      .then([schemaSet('m0', false)]);
  });

  test('waits until no older api runs', () => {
    given()
      .when(setSchema('limit', AT_MOST_10), { olderApis: ['api-1'] })
      .then(refused('UPGRADE_UNFINISHED', { says: /api-1/ }));
  });

  test('has a tag of its own, which a second administrator holds on to', () => {
    const history = [[created(), schemaSet('limit', AT_MOST_10)]] as const;
    given(...history)
      .when(setSchema('limit', true), { guards: { ifMatch: 1 } })
      .then([schemaSet('limit', true)]);
    given(...history)
      .when(setSchema('limit', true), { guards: { ifMatch: 0 } })
      .then(refused('IF_MATCH_FAILED', { says: /"s1"/ }));
    given(...history)
      .when(setSchema('other', true), { guards: { ifNoneMatch: '*' } })
      .then([schemaSet('other', true)]);
    given(...history)
      .when(setSchema('limit', true), { guards: { ifNoneMatch: '*' } })
      .then(refused('IF_NONE_MATCH_FAILED'));
  });

  test('is removed by its mount, and the nearest name is offered for one that is not there', () => {
    const history = [[created(), schemaSet('limits', AT_MOST_10)]] as const;
    given(...history)
      .when({ type: 'RemoveSchema', mount: 'limits' })
      .then([schemaRemoved('limits')]);
    given(...history)
      .when({ type: 'RemoveSchema', mount: 'limit' })
      .then(refused('SCHEMA_UNKNOWN', { says: /Did you mean 'limits'/ }));
  });
});

describe('a change', () => {
  const ruled: Given[] = [[created(), schemaSet('limit', AT_MOST_10)]];

  test('is refused for what it adds, draft or live, and not for what stood', () => {
    given(...ruled)
      .when(setValue('limit', 11))
      .then(refused('VALIDATION_ERROR', { at: 'limit' }));
    given(...ruled)
      .when(setValue('limit', 11), { guards: { activate: true } })
      .then(refused('VALIDATION_ERROR', { at: 'limit' }));
    given(...ruled)
      .when(setValue('limit', 10))
      .then([set('limit', 10)]);
    const stood = given(...standing, carriedOut(setSchema('limit', AT_MOST_10), accepted)).history;
    const decision = stood.decide(setValue('fee', 1));
    expect(decision).toMatchObject({ kind: 'accepted', notes: { standing: [{ path: 'limit', keyword: 'maximum' }], accepted: [] } });
    expect(stood.decide(setValue('limit', 21))).toMatchObject({ kind: 'refused', refusal: { code: 'VALIDATION_ERROR' } });
  });

  test('of an activation is one beside what runs: where nothing runs every violation refuses', () => {
    const draft: Given[] = [[created(), set('limit', 20)], carriedOut(setSchema('limit', AT_MOST_10), accepted)];
    given(...draft)
      .when({ type: 'Activate', version: 'latest' })
      .then(refused('VALIDATION_ERROR', { at: 'limit' }));
    const history = given(...standing, carriedOut(setSchema('limit', AT_MOST_10), accepted), setValue('fee', 1)).history;
    expect(history.decide({ type: 'Activate', version: 'latest' })).toMatchObject({ kind: 'accepted', notes: { standing: [{}] } });
  });

  test('in a section that no schema describes is refused where the policy says so, unless it stood', () => {
    const strict: When = { environment: inheriting([], { policy: { unknownSections: 'refused' } }) };
    given(...ruled)
      .when(setValue('limit', 1), strict)
      .then([set('limit', 1)]);
    given(...ruled)
      .when(setValue('limits', 1), strict)
      .then(refused('VALIDATION_ERROR', { at: 'limits' }));
    given(...ruled)
      .when(setValue('flags.x', 1), strict)
      .then([set('flags.x', 1)]);
    given([created(), set('old', 1)], carriedOut(setSchema('limit', AT_MOST_10), accepted))
      .when(setValue('limit', 1), strict)
      .then([set('limit', 1)]);
  });
});

describe('schemas since the last activation', () => {
  const live = activated({ version: 1, previous: null, digest: digestOf({ limit: 5 }), pending: 0 });
  const since: Given[] = [[created(), set('limit', 5), live], setSchema('limit', AT_MOST_10)];

  test('make an activation of the same version a change, once', () => {
    const again = activated({ version: 1, previous: 1, digest: digestOf({ limit: 5 }), pending: 0 });
    const history = given(...since)
      .when({ type: 'Activate', version: 'latest' })
      .then([again]);
    expect(history.decide({ type: 'Activate', version: 'latest' })).toMatchObject({ kind: 'nothing' });
  });

  test('are pending: a write takes live what it wrote and nothing else, and "all" accepts them', () => {
    given(...since)
      .when(setValue('limit', 6), { guards: { activate: true } })
      .then(refused('PENDING_CHANGES', { says: /schemas/ }));
    expect(given(...since).history.decide(setValue('limit', 6), { guards: { activate: 'all' } })).toMatchObject({ kind: 'accepted' });
  });

  test('name what nodes must not pick up live, under a statement of form 2', () => {
    const restart = { 'x-reload': 'restart' };
    const history = given([created(), set('limit', 5), live], setSchema('limit', restart)).history;
    const decision = history.decide({ type: 'Activate', version: 'latest' }, { statement: 2 });
    expect(decision).toMatchObject({ kind: 'accepted', events: [{ statement: { form: 2, restart: ['limit'] } }] });
    const oldNodes: When = { statement: 1, oldNodes: ['engine-1'] };
    expect(history.decide({ type: 'Activate', version: 'latest' }, oldNodes)).toMatchObject({ refusal: { code: 'NODES_TOO_OLD' } });
  });
});

describe('a rollback', () => {
  const live = (version: number, previous: number | null, limit: number) =>
    activated({ version, previous, digest: digestOf({ limit }), pending: 0 });
  /** 20 ran at 2, 5 runs at 4, and 10 is the most since. */
  const tightened: Given[] = [
    [created(), set('limit', 20), live(1, null, 20)],
    [set('limit', 5), live(3, 1, 5)],
    setSchema('limit', AT_MOST_10),
  ];

  test('is asked only for what it adds to what runs, and goes on where that is accepted, which is recorded', () => {
    given(...tightened)
      .when({ type: 'RollbackTo', activation: 2 })
      .then(refused('VALIDATION_ERROR', { at: 'limit', says: /acceptViolations/ }));
    const decision = given(...tightened).history.decide({ type: 'RollbackTo', activation: 2 }, { guards: { acceptViolations: true } });
    expect(decision).toMatchObject({
      kind: 'accepted',
      source: { kind: 'rollback', version: 1, activation: 2, acceptedViolations: 1 },
      notes: { accepted: [{ path: 'limit' }] },
    });
  });

  test('gives back the schemas of the activation too where that is asked for', () => {
    const decision = given(...tightened).history.decide({ type: 'RollbackTo', activation: 2, schemas: 'restore' });
    expect(decision).toMatchObject({ kind: 'accepted', events: [schemaRemoved('limit'), set('limit', 20), { type: 'VersionActivated' }] });
  });
});

describe('rules of a parent', () => {
  const rule: Rule = {
    mount: 'limit',
    dialect: '2020-12',
    schema: AT_MOST_10,
    origin: { kind: 'parent', ledger: 'base.trading-engine', revision: 3 },
  };
  const environment = inheriting(['base']);
  const loose = parent('base', 5, { limit: 20 });
  const strict = { ...parent('base', 9, { limit: 20, fee: 1 }), rules: [rule] };
  const before: When = { environment, parents: [loose], statement: 2 };
  const now: When = { environment, parents: [strict], statement: 2 };
  const running: Given[] = [[created(), set('own', 1)], carriedOut({ type: 'Activate', version: 1 }, before)];

  test('make what runs stand and keep nobody from following', () => {
    given(...running)
      .when({ type: 'Inherit' }, now)
      .then([overParents({ version: 1, previous: 1, previousActivation: 2, own: { own: 1 }, parents: [strict] })]);
  });

  test('refuse what a child adds, and are switched off by `true` at the very mount', () => {
    given(...running)
      .when(setValue('limit', 21), now)
      .then(refused('VALIDATION_ERROR', { at: 'limit' }));
    const off = given(...running, carriedOut(setSchema('limit', true), now)).history;
    expect(off.decide(setValue('limit', 21), now)).toMatchObject({ kind: 'accepted', notes: { switchedOff: ['limit'] } });
  });

  test('block the child whose own values they would newly break by what the parent brings', () => {
    const worse = { ...parent('base', 11, { limit: 30 }), rules: [rule] };
    given(...running)
      .when({ type: 'Inherit' }, { ...now, parents: [worse] })
      .then(refused('VALIDATION_ERROR', { at: 'limit' }));
  });
});
