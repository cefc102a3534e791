// What each command comes to: events, nothing, or a refusal that says what to do.
import { DOCUMENT_CHARACTERS_MAX, DOCUMENT_LEAVES_MAX, Document, type JsonObject } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import {
  abandoned,
  activated,
  created,
  deleted,
  given,
  refused,
  set,
  tagged,
  untagged,
  type History,
} from '../../../../test/support/src/ledger-spec.js';
import { REASON_CHARACTERS_MAX } from '../stream/reason.js';
import { BATCH_OPERATIONS_MAX } from './edits.js';
import { TAGS_MAX } from './tags.js';

const digestOf = (json: JsonObject): string => {
  const document = Document.from(json);
  if (!document.ok) throw new Error(document.problem.message);
  return document.value.digest;
};

/** Revision 0 created, 1 a=1. */
const oneVersion = [created(), set('a', 1)];
/** Version 1 {a:1} active (2), version 3 {a:2} pending. */
const onePending = [oneVersion, { type: 'Activate', version: 1 }, { type: 'Set', path: 'a', value: 2 }] as const;

describe('Create', () => {
  test('the first write makes the ledger, and its leaves in path order', () => {
    given()
      .when({ type: 'Create', configuration: { b: 1, a: { d: [1, 2], c: {} } } })
      .then([created(), set('a.c', {}), set('a.d', [1, 2]), set('b', 1)]);
  });
  test('an empty document writes LedgerCreated alone', () => {
    const history = given().when({ type: 'Create', configuration: {} }).then([created()]);
    expect(history.ledger.head).toMatchObject({ version: null, ordinal: 0 });
  });
  test('a ledger that is there is not created again', () => {
    given([created()])
      .when({ type: 'Create', configuration: { a: 1 } })
      .then(refused('LEDGER_EXISTS', { says: /PUT/ }));
  });
  test('the first write can be taken live at once', () => {
    given()
      .when({ type: 'Create', configuration: { a: 1 } }, { guards: { activate: true } })
      .then([created(), set('a', 1), activated({ version: 1, previous: null, digest: digestOf({ a: 1 }), pending: 0 })]);
  });
  test('an empty document has no version that could be taken live', () => {
    given()
      .when({ type: 'Create', configuration: {} }, { guards: { activate: true } })
      .then(refused('NOTHING_TO_ACTIVATE'));
  });
});

describe('Replace', () => {
  test('writes the leaf differences, deletes before sets', () => {
    given([created(), set('a', 1), set('b', 2), set('c', 3)])
      .when({ type: 'Replace', configuration: { a: 1, b: 5, d: 4 } })
      .then([deleted('c'), set('b', 5), set('d', 4)]);
  });
  test('the same document again is nothing', () => {
    given(oneVersion)
      .when({ type: 'Replace', configuration: { a: 1 } })
      .then('nothing');
  });
  test('a leaf becomes an object, and an object a leaf', () => {
    given(oneVersion)
      .when({ type: 'Replace', configuration: { a: { b: 2 } } })
      .then([deleted('a'), set('a.b', 2)]);
    given([created(), set('a.b', 1)])
      .when({ type: 'Replace', configuration: { a: 7 } })
      .then([deleted('a.b'), set('a', 7)]);
  });
  test('a {} that gets members goes without an event of its own', () => {
    given([created(), set('a', {})])
      .when({ type: 'Replace', configuration: { a: { b: 1 } } })
      .then([set('a.b', 1)]);
  });
  test.each<[string, JsonObject, Parameters<typeof refused>[0]]>([
    ['a name that JavaScript would trip over', JSON.parse('{"constructor":1}') as JsonObject, 'NAME_FORBIDDEN'],
    ['a NUL', { a: '\0' }, 'STRING_NUL'],
    ['a lone surrogate', { a: '\ud800' }, 'STRING_LONE_SURROGATE'],
    ['an empty name', { '': 1 }, 'PATH_EMPTY_SEGMENT'],
    ['a control character in a name', { 'a\nb': 1 }, 'PATH_CONTROL_CHARACTER'],
    ['a path beyond 255 bytes', { ['x'.repeat(256)]: 1 }, 'PATH_TOO_LONG'],
    ['a value beyond 512 KiB', { a: 'x'.repeat(524_287) }, 'VALUE_TOO_LARGE'],
    ['33 levels', nested(33), 'PATH_TOO_DEEP'],
  ])('%s is refused', (_what, configuration, code) => {
    given().when({ type: 'Replace', configuration }).then(refused(code));
  });
  test('a document of more leaves than the limit is refused, one of exactly as many is not', () => {
    given()
      .when({ type: 'Replace', configuration: leaves(DOCUMENT_LEAVES_MAX + 1) })
      .then(refused('DOCUMENT_TOO_LARGE'));
    expect(given().history.decide({ type: 'Replace', configuration: leaves(DOCUMENT_LEAVES_MAX) }).kind).toBe('accepted');
  });
  test('a document has so many characters of JSON at most; what makes a larger one smaller is taken', () => {
    const values = (count: number): JsonObject =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, ['x'.repeat(500_000)]]));
    const most = Math.floor(DOCUMENT_CHARACTERS_MAX / 500_020);
    given()
      .when({ type: 'Replace', configuration: values(most + 1) })
      .then(refused('DOCUMENT_TOO_LARGE', { says: /more than 32 MiB/ }));
    expect(given().history.decide({ type: 'Replace', configuration: values(most) }).kind).toBe('accepted');
    const larger = holding(values(most + 5));
    expect(larger.decide({ type: 'Set', path: 'more', value: ['x'.repeat(500_000)] })).toMatchObject({ kind: 'refused' });
    expect(larger.decide({ type: 'Delete', path: 'k0' }).kind).toBe('accepted');
    expect(larger.decide({ type: 'Set', path: 'k0', value: 1 }).kind).toBe('accepted');
  });
  test('a full document takes no leaf more, but changes, and a {} gets a member: that is no leaf more', () => {
    const full = holding({ empty: {}, ...leaves(DOCUMENT_LEAVES_MAX - 1) });
    expect(full.decide({ type: 'Set', path: 'one.more', value: 1 })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'DOCUMENT_TOO_LARGE' },
    });
    expect(full.decide({ type: 'Set', path: 'k0', value: 2 })).toMatchObject({ kind: 'accepted', events: [set('k0', 2)] });
    expect(full.decide({ type: 'Set', path: 'empty.a', value: 1 })).toMatchObject({ kind: 'accepted', events: [set('empty.a', 1)] });
  });
});

describe('Merge', () => {
  test('null removes, objects merge, anything else replaces', () => {
    given([created(), set('a.b', 1), set('a.c', 2), set('d', 3)])
      .when({ type: 'Merge', patch: { a: { b: null, e: 4 }, d: [1] } })
      .then([deleted('a.b'), set('a.e', 4), set('d', [1])]);
  });
  test('an object that loses its last member stays as {}', () => {
    given([created(), set('a.b', 1)])
      .when({ type: 'Merge', patch: { a: { b: null } } })
      .then([deleted('a.b'), set('a', {})]);
  });
  test('makes the ledger where there is none', () => {
    given()
      .when({ type: 'Merge', patch: { a: 1, b: null } })
      .then([created(), set('a', 1)]);
  });
});

describe('DeleteAll', () => {
  test('deletes every leaf, and that is a version', () => {
    const history = given([created(), set('a', 1), set('b.c', 2)])
      .when({ type: 'DeleteAll' })
      .then([deleted('a'), deleted('b.c')]);
    expect(history.ledger.head).toMatchObject({ version: 4, ordinal: 2 });
  });
  test('of an empty document is nothing', () => {
    given([created()]).when({ type: 'DeleteAll' }).then('nothing');
  });
  test('of no ledger is refused', () => {
    given().when({ type: 'DeleteAll' }).then(refused('LEDGER_UNKNOWN'));
  });
});

describe('Set', () => {
  test('one value is one event', () => {
    given(oneVersion)
      .when({ type: 'Set', path: 'a', value: 2 })
      .then([set('a', 2)]);
  });
  test('the value that is there is nothing', () => {
    given([created(), set('a', {})])
      .when({ type: 'Set', path: 'a', value: {} })
      .then('nothing');
    given([created(), set('a', [{ x: 1, y: 2 }])])
      .when({ type: 'Set', path: 'a', value: [{ y: 2, x: 1 }] })
      .then('nothing');
  });
  test('an object makes the subtree equal to it', () => {
    given([created(), set('r.a', 1), set('r.b', 2)])
      .when({ type: 'Set', path: 'r', value: { b: 3, c: { d: 4 } } })
      .then([deleted('r.a'), set('r.b', 3), set('r.c.d', 4)]);
    given([created(), set('r.a', 1)])
      .when({ type: 'Set', path: 'r', value: {} })
      .then([deleted('r.a'), set('r', {})]);
  });
  test('an address below a leaf is refused, and the leaf is named', () => {
    given(oneVersion)
      .when({ type: 'Set', path: 'a.b.c', value: 1 })
      .then(refused('PATH_BELOW_LEAF', { at: 'a.b.c', says: /Delete a first/ }));
    given([created(), set('a', [1])])
      .when({ type: 'Set', path: 'a.0', value: 1 })
      .then(refused('PATH_BELOW_LEAF', { says: /whole array to a/ }));
  });
  test.each([
    ['', 'PATH_EMPTY'],
    ['a..b', 'PATH_EMPTY_SEGMENT'],
    ['a\\b', 'PATH_BAD_ESCAPE'],
    ['a.__proto__', 'NAME_FORBIDDEN'],
    ['\u0085', 'PATH_CONTROL_CHARACTER'],
  ] as const)('the path %j is refused with %s', (path, code) => {
    given(oneVersion).when({ type: 'Set', path, value: 1 }).then(refused(code));
  });
  test('the value is judged at its full path', () => {
    given(oneVersion)
      .when({ type: 'Set', path: 'x'.repeat(250), value: { tooLong: 1 } })
      .then(refused('PATH_TOO_LONG'));
  });
});

describe('Delete', () => {
  test('of a leaf, of everything below an object, of a {}', () => {
    given([created(), set('a', 1), set('b', 2)])
      .when({ type: 'Delete', path: 'a' })
      .then([deleted('a')]);
    given([created(), set('r.a', 1), set('r.b.c', 2), set('s', 1)])
      .when({ type: 'Delete', path: 'r' })
      .then([deleted('r.a'), deleted('r.b.c')]);
    given([created(), set('a', {})])
      .when({ type: 'Delete', path: 'a' })
      .then([deleted('a')]);
  });
  test('what is not there is refused, with the nearest path that is', () => {
    given([created(), set('risk.maxPositionSize', 1)])
      .when({ type: 'Delete', path: 'risk.maxPositonSize' })
      .then(refused('KEY_NOT_FOUND', { says: /Did you mean risk\.maxPositionSize/ }));
    given(oneVersion).when({ type: 'Delete', path: 'a.b' }).then(refused('KEY_NOT_FOUND'));
    given().when({ type: 'Delete', path: 'a' }).then(refused('LEDGER_UNKNOWN'));
  });
});

describe('Batch', () => {
  test('is one change set, deletes before sets', () => {
    given([created(), set('a', 1), set('z', 1)])
      .when({
        type: 'Batch',
        operations: [
          { id: '0', type: 'SET', key: 'b.c', value: 2 },
          { id: '1', type: 'DELETE', key: 'z' },
          { id: '2', type: 'SET', key: 'a', value: 1 },
        ],
      })
      .then([deleted('z'), set('b.c', 2)]);
  });
  test('deleting the last leaf of an object and setting another in it agree', () => {
    const history = given([created(), set('r.a', 1)])
      .when({
        type: 'Batch',
        operations: [
          { id: '0', type: 'SET', key: 'r.b', value: 2 },
          { id: '1', type: 'DELETE', key: 'r.a' },
        ],
      })
      .then([deleted('r.a'), set('r.b', 2)]);
    expect(history.ledger.head.document.toJson()).toEqual({ r: { b: 2 } });
  });
  test('two members of a {} replace it once', () => {
    given([created(), set('r', {})])
      .when({
        type: 'Batch',
        operations: [
          { id: '0', type: 'SET', key: 'r.a', value: 1 },
          { id: '1', type: 'SET', key: 'r.b', value: 2 },
        ],
      })
      .then([set('r.a', 1), set('r.b', 2)]);
  });
  test('without operations, with too many, with an id twice: refused', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ id: `${index}`, type: 'SET', key: `k${index}`, value: 1 }) as const);
    given().when({ type: 'Batch', operations: [] }).then(refused('BATCH_EMPTY'));
    given()
      .when({ type: 'Batch', operations: many(BATCH_OPERATIONS_MAX + 1) })
      .then(refused('BATCH_TOO_LARGE'));
    expect(given().history.decide({ type: 'Batch', operations: many(BATCH_OPERATIONS_MAX) }).kind).toBe('accepted');
    given()
      .when({
        type: 'Batch',
        operations: [
          { id: 'x', type: 'SET', key: 'a', value: 1 },
          { id: 'x', type: 'SET', key: 'b', value: 1 },
        ],
      })
      .then(refused('BATCH_DUPLICATE_ID'));
  });
  test('two operations on the same place, or one below the other, are refused wherever they stand', () => {
    const operation = (id: string, key: string) => ({ id, type: 'SET', key, value: 1 }) as const;
    given()
      .when({ type: 'Batch', operations: [operation('0', 'a.b.c'), operation('1', 'a.bb'), operation('2', 'a.b')] })
      .then(refused('BATCH_OVERLAPPING_KEYS', { at: 'a.b.c', says: /operation 0 .* operation 2/ }));
    given()
      .when({ type: 'Batch', operations: [operation('0', 'a'), operation('1', 'b'), operation('2', 'a')] })
      .then(refused('BATCH_OVERLAPPING_KEYS'));
  });
  test('every operation that cannot be applied is named', () => {
    const decision = given(oneVersion).history.decide({
      type: 'Batch',
      operations: [
        { id: 'ok', type: 'SET', key: 'x', value: 1 },
        { id: 'gone', type: 'DELETE', key: 'nope' },
        { id: 'below', type: 'SET', key: 'a.b', value: 1 },
      ],
    });
    expect(decision).toMatchObject({
      kind: 'refused',
      refusal: { code: 'KEY_NOT_FOUND', details: [{ operation: 'gone' }, { operation: 'below', rule: 'path-below-leaf' }] },
    });
  });
});

describe('Activate', () => {
  test('makes a version active and says how many are newer', () => {
    given(oneVersion)
      .when({ type: 'Activate', version: 'latest' })
      .then([activated({ version: 1, previous: null, digest: digestOf({ a: 1 }), pending: 0 })]);
    given(...onePending, { type: 'Set', path: 'a', value: 3 })
      .when({ type: 'Activate', version: 3 })
      .then([activated({ version: 3, previous: 1, digest: digestOf({ a: 2 }), pending: 1 })]);
  });
  test('what is active is nothing, also under another number with the same digest', () => {
    given(...onePending)
      .when({ type: 'Activate', version: 'active' })
      .then('nothing');
    given(...onePending, { type: 'Set', path: 'a', value: 1 })
      .when({ type: 'Activate', version: 'latest' })
      .then('nothing');
  });
  test('an older version may be activated later, by number, tag or as the previous one', () => {
    const two = [...onePending, { type: 'Activate', version: 3 }] as const;
    const older = activated({ version: 1, previous: 3, digest: digestOf({ a: 1 }), pending: 1 });
    given(...two)
      .when({ type: 'Activate', version: 1 })
      .then([older]);
    given(...two)
      .when({ type: 'Activate', version: 'previous' })
      .then([older]);
    given(...two, tagged(1, 'calm'))
      .when({ type: 'Activate', version: 'calm' })
      .then([older]);
  });
  test('a revision that is no version is refused, with those next to it', () => {
    given(...onePending)
      .when({ type: 'Activate', version: 2 })
      .then(refused('VERSION_NOT_A_VERSION', { says: /1 and 3/ }));
  });
  test.each([99, -1, 1.5, Number.NaN])('the number %d names no version', (version) => {
    given(...onePending)
      .when({ type: 'Activate', version })
      .then(refused('VERSION_UNKNOWN', { says: /newest version is 3/ }));
  });
  test('a revision of an abandoned change set is no version', () => {
    given(oneVersion, abandoned(set('b', 1)), set('c', 1))
      .when({ type: 'Activate', version: 2 })
      .then(refused('VERSION_NOT_A_VERSION', { says: /1 and 3/ }));
  });
  test('names that name nothing yet', () => {
    given([created()]).when({ type: 'Activate', version: 'latest' }).then(refused('NOTHING_TO_ACTIVATE'));
    given([created()])
      .when({ type: 'Activate', version: 5 })
      .then(refused('VERSION_UNKNOWN', { says: /no version yet/ }));
    given(oneVersion).when({ type: 'Activate', version: 'active' }).then(refused('NOTHING_ACTIVE'));
    given(oneVersion).when({ type: 'Activate', version: 'previous' }).then(refused('NOTHING_ACTIVE'));
    given(...onePending)
      .when({ type: 'Activate', version: 'previous' })
      .then(refused('NOTHING_PREVIOUS'));
    given(...onePending, tagged(1, 'stable'))
      .when({ type: 'Activate', version: 'stabel' })
      .then(refused('TAG_UNKNOWN', { says: /Did you mean 'stable'/ }));
    given().when({ type: 'Activate', version: 1 }).then(refused('LEDGER_UNKNOWN'));
  });
});

describe('activate with a write', () => {
  test('true takes live what this call wrote', () => {
    given(oneVersion, { type: 'Activate', version: 1 })
      .when({ type: 'Set', path: 'a', value: 2 }, { guards: { activate: true } })
      .then([set('a', 2), activated({ version: 3, previous: 1, digest: digestOf({ a: 2 }), pending: 0 })]);
  });
  test('true is refused where head is not what is active', () => {
    given(...onePending)
      .when({ type: 'Set', path: 'b', value: 1 }, { guards: { activate: true } })
      .then(refused('PENDING_CHANGES', { says: /1 pending version /i }));
    given(oneVersion)
      .when({ type: 'Set', path: 'a', value: 1 }, { guards: { activate: true } })
      .then(refused('PENDING_CHANGES'));
  });
  test('pending versions that add up to what is active do not stand in the way', () => {
    given(...onePending, { type: 'Set', path: 'a', value: 1 })
      .when({ type: 'Set', path: 'b', value: 1 }, { guards: { activate: true } })
      .then([set('b', 1), activated({ version: 5, previous: 1, digest: digestOf({ a: 1, b: 1 }), pending: 0 })]);
  });
  test("'all' accepts what is pending, also without a change of its own", () => {
    given(...onePending)
      .when({ type: 'Set', path: 'a', value: 2 }, { guards: { activate: 'all' } })
      .then([activated({ version: 3, previous: 1, digest: digestOf({ a: 2 }), pending: 0 })]);
  });
  test('nothing changed and nothing pending is nothing', () => {
    given(oneVersion, { type: 'Activate', version: 1 })
      .when({ type: 'Set', path: 'a', value: 1 }, { guards: { activate: true } })
      .then('nothing');
    given(oneVersion, { type: 'Activate', version: 1 })
      .when({ type: 'Set', path: 'a', value: 1 }, { guards: { activate: 'all' } })
      .then('nothing');
  });
});

describe('Rollback', () => {
  test('is a change set that makes head equal to an older version, activated in its last event', () => {
    given(...onePending)
      .when({ type: 'Rollback', version: 1 })
      .then([set('a', 1), activated({ version: 4, previous: 1, digest: digestOf({ a: 1 }), pending: 0, rollbackTo: 1 })]);
  });
  test('where only head matches it is the activation alone, of head, with the target', () => {
    given(...onePending, { type: 'Activate', version: 3 }, { type: 'Set', path: 'a', value: 1 })
      .when({ type: 'Rollback', version: 1 })
      .then([activated({ version: 5, previous: 3, digest: digestOf({ a: 1 }), pending: 0, rollbackTo: 1 })]);
  });
  test('where only active matches, head is brought back too', () => {
    given(...onePending)
      .when({ type: 'Rollback', version: 'active' })
      .then([set('a', 1), activated({ version: 4, previous: 1, digest: digestOf({ a: 1 }), pending: 0, rollbackTo: 1 })]);
  });
  test('where both match it is nothing', () => {
    given(oneVersion, { type: 'Activate', version: 1 }).when({ type: 'Rollback', version: 1 }).then('nothing');
  });
  test('to no version, or of no ledger, is refused', () => {
    given(...onePending)
      .when({ type: 'Rollback', version: 2 })
      .then(refused('VERSION_NOT_A_VERSION'));
    given(oneVersion).when({ type: 'Rollback', version: 'previous' }).then(refused('NOTHING_ACTIVE'));
    given().when({ type: 'Rollback', version: 1 }).then(refused('LEDGER_UNKNOWN'));
  });
});

describe('Tag and Untag', () => {
  test('a tag names a version; again is nothing', () => {
    given(...onePending)
      .when({ type: 'Tag', version: 1, tag: 'v1.0', move: false })
      .then([tagged(1, 'v1.0')]);
    given(...onePending, tagged(1, 'v1.0'))
      .when({ type: 'Tag', version: 1, tag: 'v1.0', move: false })
      .then('nothing');
  });
  test('it moves only when that is asked for', () => {
    const there = given(...onePending, tagged(1, 'stable'));
    there.when({ type: 'Tag', version: 3, tag: 'stable', move: false }).then(refused('TAG_EXISTS', { says: /names version 1.*move=true/ }));
    there.when({ type: 'Tag', version: 3, tag: 'stable', move: true }).then([untagged(1, 'stable'), tagged(3, 'stable')]);
    expect(there.history.ledger.tags.get('stable')).toBe(3);
  });
  test.each(['', 'a b', '-a', 'x'.repeat(64), '17', 'latest', 'Active', 'PREVIOUS', 'ä'])('%j can be no tag', (tag) => {
    given(oneVersion).when({ type: 'Tag', version: 1, tag, move: false }).then(refused('TAG_NAME_INVALID'));
  });
  test('a tag of 63 characters is one', () => {
    given(oneVersion)
      .when({ type: 'Tag', version: 1, tag: 'x'.repeat(63), move: false })
      .then([tagged(1, 'x'.repeat(63))]);
  });
  test('a ledger has so many tags and no more; moving one is still possible', () => {
    const tags = Array.from({ length: TAGS_MAX }, (_, index) => tagged(1, `t${index}`));
    const full = given(...onePending, tags);
    full.when({ type: 'Tag', version: 1, tag: 'one-more', move: false }).then(refused('TAG_LIMIT'));
    full.when({ type: 'Tag', version: 3, tag: 't0', move: true }).then([untagged(1, 't0'), tagged(3, 't0')]);
  });
  test('a tag is taken away from the version that it names', () => {
    given(...onePending, tagged(1, 'stable'))
      .when({ type: 'Untag', version: 1, tag: 'stable' })
      .then([untagged(1, 'stable')]);
    given(...onePending, tagged(1, 'stable'))
      .when({ type: 'Untag', version: 3, tag: 'stable' })
      .then(refused('TAG_UNKNOWN', { says: /names version 1/ }));
    given(...onePending)
      .when({ type: 'Untag', version: 1, tag: 'stable' })
      .then(refused('TAG_UNKNOWN'));
    given(...onePending)
      .when({ type: 'Untag', version: 9, tag: 'stable' })
      .then(refused('VERSION_UNKNOWN'));
    given().when({ type: 'Untag', version: 1, tag: 'stable' }).then(refused('LEDGER_UNKNOWN'));
    given().when({ type: 'Tag', version: 1, tag: 'stable', move: false }).then(refused('LEDGER_UNKNOWN'));
  });
  test('tags and activations have a revision but are no version', () => {
    const { history } = given(...onePending, tagged(1, 'stable'));
    expect(history.stream).toMatchObject({ revision: 4, state: { pending: 1, head: { version: 3, ordinal: 2 } } });
  });
});

describe('what the client says it saw', () => {
  test('expectedVersion is head', () => {
    given(oneVersion)
      .when({ type: 'Set', path: 'a', value: 2 }, { guards: { expectedVersion: 1 } })
      .then([set('a', 2)]);
    given(...onePending)
      .when({ type: 'Set', path: 'a', value: 9 }, { guards: { expectedVersion: 1 } })
      .then(refused('EXPECTED_VERSION_CONFLICT', { says: /is at version 3/ }));
    given()
      .when({ type: 'Set', path: 'a', value: 9 }, { guards: { expectedVersion: 1 } })
      .then(refused('EXPECTED_VERSION_CONFLICT', { says: /no version yet/ }));
  });
  test('If-Match on a document is its version, on a path the last change at, above or below it', () => {
    const two = given([created(), set('r.a', 1), set('s', 1)], { type: 'Set', path: 's', value: 2 });
    two.when({ type: 'Set', path: 'r', value: { a: 5 } }, { guards: { ifMatch: 1 } }).then([set('r.a', 5)]);
    two
      .when({ type: 'Set', path: 'r.a', value: 6 }, { guards: { ifMatch: 1 } })
      .then(refused('IF_MATCH_FAILED', { at: 'r.a', says: /"4"/ }));
    two.when({ type: 'Replace', configuration: {} }, { guards: { ifMatch: 3 } }).then(refused('IF_MATCH_FAILED', { at: null }));
    two
      .when({ type: 'Set', path: 'x', value: 1 }, { guards: { ifMatch: '*' } })
      .then(refused('IF_MATCH_FAILED', { says: /does not exist/ }));
    two.when({ type: 'DeleteAll' }, { guards: { ifMatch: '*' } }).then([deleted('r.a'), deleted('s')]);
    given([created()])
      .when({ type: 'Set', path: 'a', value: 1 }, { guards: { ifMatch: 7 } })
      .then(refused('IF_MATCH_FAILED'));
    given([created()])
      .when({ type: 'Replace', configuration: { a: 1 } }, { guards: { ifMatch: 0 } })
      .then([set('a', 1)]);
  });
  test('If-None-Match: * creates only', () => {
    given(oneVersion)
      .when({ type: 'Set', path: 'a', value: 2 }, { guards: { ifNoneMatch: '*' } })
      .then(refused('IF_NONE_MATCH_FAILED', { at: 'a' }));
    given(oneVersion)
      .when({ type: 'Set', path: 'b', value: 2 }, { guards: { ifNoneMatch: '*' } })
      .then([set('b', 2)]);
    given([created()])
      .when({ type: 'Replace', configuration: { a: 1 } }, { guards: { ifNoneMatch: '*' } })
      .then(refused('IF_NONE_MATCH_FAILED'));
    given()
      .when({ type: 'Replace', configuration: { a: 1 } }, { guards: { ifNoneMatch: '*' } })
      .then([created(), set('a', 1)]);
  });
  test('expectedActive guards activate and rollback', () => {
    given(oneVersion)
      .when({ type: 'Activate', version: 1 }, { guards: { expectedActive: null } })
      .then([activated({ version: 1, previous: null, digest: digestOf({ a: 1 }), pending: 0 })]);
    given(...onePending)
      .when({ type: 'Activate', version: 3 }, { guards: { expectedActive: null } })
      .then(refused('EXPECTED_ACTIVE_CONFLICT', { says: /version 1 is active/ }));
    given(...onePending)
      .when({ type: 'Rollback', version: 1 }, { guards: { expectedActive: 3 } })
      .then(refused('EXPECTED_ACTIVE_CONFLICT'));
    given(oneVersion)
      .when({ type: 'Rollback', version: 1 }, { guards: { expectedActive: 1 } })
      .then(refused('EXPECTED_ACTIVE_CONFLICT', { says: /nothing is active/ }));
  });
});

describe('a reason', () => {
  test.each<[string, string, Parameters<typeof refused>[0]]>([
    ['a character more than there may be', 'x'.repeat(REASON_CHARACTERS_MAX + 1), 'REASON_TOO_LONG'],
    ['a NUL', 'because\0', 'STRING_NUL'],
    ['a lone surrogate', 'because \ud800', 'STRING_LONE_SURROGATE'],
  ])('with %s is refused, whatever the command', (_what, reason, code) => {
    given(oneVersion)
      .when({ type: 'Set', path: 'a', value: 2 }, { reason })
      .then(refused(code, { at: 'changeReason' }));
    given().when({ type: 'DeleteAll' }, { reason }).then(refused(code));
  });
  test('as long as it may be, with any characters that survive, is taken', () => {
    const reason = '\u{1F600}\n'.padEnd(REASON_CHARACTERS_MAX, 'é');
    given(oneVersion)
      .when({ type: 'Set', path: 'a', value: 2 }, { reason })
      .then([set('a', 2)]);
  });
});

describe('a repeated Idempotency-Key', () => {
  test('finds the command that took effect, whatever has changed since', () => {
    const { history } = given(oneVersion);
    history.execute({ type: 'Set', path: 'a', value: 2 }, { key: 'k', guards: { expectedVersion: 1 } });
    history.execute({ type: 'DeleteAll' });
    expect(history.decide({ type: 'Set', path: 'a', value: 2 }, { key: 'k', guards: { expectedVersion: 1 } })).toMatchObject({
      kind: 'repeated',
      earlier: { firstRevision: 2, lastRevision: 2 },
    });
  });
  test('with another request is refused; another actor has keys of its own', () => {
    const { history } = given(oneVersion);
    history.execute({ type: 'Set', path: 'a', value: 2 }, { key: 'k' });
    expect(history.decide({ type: 'Set', path: 'a', value: 3 }, { key: 'k', fingerprint: 'g' })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(history.decide({ type: 'Set', path: 'a', value: 3 }, { key: 'k', actor: 'bob', fingerprint: 'g' }).kind).toBe('accepted');
  });
  test('of a change set that never took effect is decided anew', () => {
    const { history } = given(oneVersion);
    history.record([set('b', 1)], { size: 2, envelope: { commandId: 'k' } });
    expect(history.decide({ type: 'Set', path: 'b', value: 1 }, { key: 'k' })).toMatchObject({ kind: 'accepted', events: [set('b', 1)] });
  });
});

describe('a ledger whose first change set was abandoned', () => {
  test('does not exist, and its next write adds no second LedgerCreated', () => {
    const before = given(abandoned(created(), set('a', 1)));
    expect(before.history.stream).toMatchObject({ state: null, revision: 1 });
    before.when({ type: 'Delete', path: 'a' }).then(refused('LEDGER_UNKNOWN'));
    const history = before.when({ type: 'Create', configuration: { b: 1 } }).then([set('b', 1)]);
    expect(history.stream).toMatchObject({ state: { head: { version: 2, ordinal: 1 }, pending: 1 }, origin: history.events[0]?.id });
  });
  test('is taken live by the first write that asks for it', () => {
    given(abandoned(created(), set('a', 1)))
      .when({ type: 'Set', path: 'b', value: 1 }, { guards: { activate: true } })
      .then([set('b', 1), activated({ version: 2, previous: null, digest: digestOf({ b: 1 }), pending: 0 })]);
  });
  test('made empty, one event without effect on the document brings it into being', () => {
    const history = given(abandoned(created(), set('a', 1)))
      .when({ type: 'Create', configuration: {} })
      .then([created()]);
    expect(history.stream).toMatchObject({ origin: history.events[0]?.id, state: { head: { version: null } } });
  });
});

function leaves(count: number): JsonObject {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
}

/** A ledger whose head is this document, without the hundred thousand events. */
function holding(json: JsonObject): History {
  const { history } = given(oneVersion);
  const document = Document.from(json, 1);
  if (!document.ok) throw new Error(document.problem.message);
  history.stream = { ...history.stream, state: { ...history.ledger, head: { ...history.ledger.head, document: document.value } } };
  return history;
}

function nested(levels: number): JsonObject {
  let value: JsonObject | number = 1;
  for (let level = 0; level < levels; level += 1) value = { a: value };
  return value as JsonObject;
}
