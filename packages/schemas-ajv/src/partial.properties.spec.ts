// What is reported of a document with unknown leaves is certain: it is said of the document whatever stands in their place.
import { isJsonObject, type JsonObject, type JsonValue } from '@confledger/document';
import type { Dialect, Judgement, Violation } from '@confledger/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examineSchema } from './examine.js';
import { judged, REFERENCES, ruleAt } from './judge-spec.js';

const NAMES = ['a', 'b', 'c'];
const REF = '${env:X}';

const name = fc.constantFrom(...NAMES);
const scalar = fc.constantFrom<JsonValue>(0, 1, 2, 5, 'a', 'abc', true, null);
const leaf = fc.oneof(
  { weight: 4, arbitrary: scalar },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(scalar, fc.record({ a: scalar }, { requiredKeys: [], noNullPrototype: true })), {
      maxLength: 3,
    }) as fc.Arbitrary<JsonValue>,
  },
);

/** Objects three levels deep, of few names: schemas and limits meet them often. */
const objects = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof({ maxDepth: 2, depthIdentifier: 'value' }, leaf, tie('object')),
  object: fc.dictionary(name, tie('value'), { maxKeys: 3, depthIdentifier: 'value', noNullPrototype: true }),
})).object;

const limit = fc.oneof(
  fc.constantFrom<JsonValue>(0, 1, 3),
  fc.constantFrom('1/a', '1/b', '2/a', '/a', '/b', '/a/b', '/b/0').map(($data) => ({ $data })),
);
const type = fc.constantFrom('object', 'number', 'string', 'array', 'null');

/** A limit that stands apart from what it limits. */
const limitApart = fc.constant<JsonValue>({ $data: '/a' });

/** Schemas of every keyword that the dialect has for them; with limits that stand apart, they are about the member `o`. */
function schemas(dialect: Dialect, limits: fc.Arbitrary<JsonValue> = limit): fc.Arbitrary<JsonObject> {
  const definitions = dialect === 'draft-07' ? 'definitions' : '$defs';
  const { schema } = fc.letrec<{ schema: JsonObject | boolean; parts: JsonObject }>((tie) => {
    const one = tie('schema') as fc.Arbitrary<JsonObject | boolean>;
    const some = fc.array(one, { minLength: 1, maxLength: 2 });
    const members = fc.dictionary(name, one, { maxKeys: 2, noNullPrototype: true });
    const keywords: fc.Arbitrary<JsonObject>[] = [
      fc.record({ type }),
      fc.record({ minimum: limits }),
      fc.record({ maximum: limits }),
      fc.oneof(leaf, limits, objects).map((value) => ({ const: value })),
      fc.record({ enum: fc.uniqueArray(leaf, { minLength: 1, maxLength: 3, selector: (value) => JSON.stringify(value) }) }),
      fc.record({ maxLength: fc.constantFrom(0, 2) }),
      fc.record({ pattern: fc.constantFrom('^a', 'c$') }),
      fc.record({ properties: members }),
      fc.record({ patternProperties: fc.dictionary(fc.constantFrom('^a', 'b|c'), one, { maxKeys: 1, noNullPrototype: true }) }),
      fc.record({ additionalProperties: one }),
      fc.record({
        propertyNames: fc.constantFrom<JsonValue>({ pattern: '^[ab]' }, { const: 'a' }, { not: { const: { $data: '/b' } } }, false),
      }),
      fc.record({ required: fc.uniqueArray(name, { maxLength: 2 }) }),
      fc.record({ minProperties: fc.constantFrom(1, 2) }),
      fc.record({ maxProperties: fc.constantFrom(0, 2) }),
      fc.record({ items: one }),
      fc.record({ uniqueItems: fc.boolean() }),
      fc.record({ contains: one }),
      fc.record({ allOf: some }),
      fc.record({ anyOf: some }),
      fc.record({ oneOf: some }),
      fc.record({ not: one }),
      fc.record({ if: one, then: one }),
      fc.record({ if: one, else: one }),
      fc.constantFrom('a', 'b').map((to) => ({ $ref: `#/${definitions}/${to}` })),
      fc.constantFrom({ 'x-equalsKey': true }),
      ...(dialect === 'draft-07'
        ? [
            fc.record({
              dependencies: fc.dictionary(name, fc.oneof(one, fc.constantFrom(['a'], ['b'])), { maxKeys: 2, noNullPrototype: true }),
            }),
          ]
        : [
            fc.record({ dependentSchemas: members }),
            fc.record({ dependentRequired: fc.dictionary(name, fc.constantFrom(['a'], ['b']), { maxKeys: 2, noNullPrototype: true }) }),
            fc.record({ unevaluatedProperties: one }),
          ]),
    ];
    const parts = fc.array(fc.oneof(...keywords), { minLength: 1, maxLength: 3 }).map((each) => Object.assign({}, ...each) as JsonObject);
    const leafSchema = fc.constantFrom<JsonObject | boolean>(true, false, { type: 'number' }, { const: 1 }, { maximum: { $data: '/a' } });
    return { schema: fc.oneof({ maxDepth: 3, depthIdentifier: 'schema' }, leafSchema, parts), parts };
  });
  // What the definitions refer to goes down.
  const definition = fc.oneof(
    fc.constant({ type: 'number' }),
    schema.map((inner) => withoutReferences(inner)),
  );
  const below = (root: JsonValue): JsonValue => (limits === limitApart ? { properties: { o: root } } : root);
  const described = { properties: Object.fromEntries(NAMES.map((each) => [each, true])), items: true };
  return fc
    .tuple(schema, definition, definition)
    .map(([root, a, b]) => ({ allOf: [below(root), described], [definitions]: { a, b } }))
    .filter((made) => examineSchema({ dialect, schema: made as JsonObject }).kind === 'fit') as fc.Arbitrary<JsonObject>;
}

function withoutReferences(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return (schema as readonly JsonValue[]).map(withoutReferences);
  if (!isJsonObject(schema)) return schema;
  return Object.fromEntries(Object.entries(schema).flatMap(([key, value]) => (key === '$ref' ? [] : [[key, withoutReferences(value)]])));
}

/** The leaves of a document: paths as arrays. `{}` is none that could hold a reference. */
function leavesOf(value: JsonValue, above: readonly string[] = []): (readonly string[])[] {
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...above, key])) : [above];
}

function replaced(value: JsonValue, path: readonly string[], by: JsonValue): JsonValue {
  const [first, ...rest] = path;
  return first === undefined || !isJsonObject(value) ? by : { ...value, [first]: replaced(value[first] ?? null, rest, by) };
}

interface Case {
  readonly known: JsonObject;
  /** With an object at one of the places. */
  readonly nested: JsonObject;
  readonly unknown: JsonObject;
  readonly paths: readonly string[];
  readonly schema: JsonObject;
}

const cases = (dialect: Dialect): fc.Arbitrary<Case> =>
  fc
    .tuple(schemas(dialect), objects, fc.array(fc.nat(20), { minLength: 1, maxLength: 2 }), fc.tuple(leaf, leaf), objects)
    .map(([schema, document, picks, values, object]) => {
      const leaves = leavesOf(document);
      const chosen = [...new Set(picks.map((pick) => leaves[pick % leaves.length] ?? []))].filter((path) => path.length > 0);
      let [known, unknown]: [JsonValue, JsonValue] = [document, document];
      for (const [index, path] of chosen.entries()) {
        known = replaced(known, path, values[index] ?? null);
        unknown = replaced(unknown, path, index === 0 ? REF : ['text', REF]);
      }
      const nested = replaced(known, chosen[0] ?? [], object);
      return { known, nested, unknown, paths: chosen.map((path) => path.join('.')), schema } as Case;
    })
    .filter(({ paths }) => paths.length > 0);

/** What a schema is about is known, and what its limits are is not. */
const limitCases = (dialect: Dialect): fc.Arbitrary<Case> =>
  fc.tuple(schemas(dialect, limitApart), objects, leaf).map(([schema, o, a]) => {
    const known = { a, o };
    return { known, nested: { a: { a }, o }, unknown: { a: REF, o }, paths: ['a'], schema };
  });

const saidOf = ({ path, keyword, message }: Violation): string => `${path} ${keyword} ${message}`;
const rulesOf = (schema: JsonObject, dialect: Dialect) => [ruleAt('', schema, dialect)];

/** How often a property was put to a real test. */
function sometimes(counts: Readonly<Record<string, number>>): void {
  for (const [what, count] of Object.entries(counts)) expect({ what, isOften: count > 10, count }).toMatchObject({ what, isOften: true });
}

describe.each(['draft-07', '2020-12'] as const)('in %s', (dialect) => {
  it.each([
    ['unknown leaves', cases(dialect)],
    ['unknown limits', limitCases(dialect)],
  ])('each violation of a document with %s is one of the same document with any value in their place', (_, casesOf) => {
    const counts = { violations: 0, unjudged: 0, fewer: 0 };
    fc.assert(
      fc.property(casesOf, fc.boolean(), fc.boolean(), ({ known, nested, unknown, paths, schema }, isNested, isAbstract) => {
        const certain: Judgement = judged(unknown, rulesOf(schema, dialect), { isAbstract, hasReferences: true });
        const actual = judged(isNested ? nested : known, rulesOf(schema, dialect));
        const said = new Set(actual.violations.map(saidOf));
        const elsewhere = new Set(actual.violations.map(({ identity }) => identity));
        expect(certain.violations.filter((each) => !said.has(saidOf(each)))).toEqual([]);
        // What names another place is the very same violation.
        const others = certain.violations.filter(({ path }) => !paths.includes(path));
        expect(others.filter(({ identity }) => !elsewhere.has(identity))).toEqual([]);
        counts.violations += Math.min(certain.violations.length, 1);
        counts.unjudged += Math.min(certain.unjudged.length, 1);
        counts.fewer += Number(certain.violations.length < actual.violations.length);
      }),
      { numRuns: 300 },
    );
    sometimes(counts);
  });

  it('where nothing is listed as not judged, only violations at the unknown leaves themselves are missing', () => {
    const counts = { judged: 0, violations: 0 };
    fc.assert(
      fc.property(cases(dialect), ({ known, unknown, paths, schema }) => {
        const { violations, unjudged } = judged(unknown, rulesOf(schema, dialect), REFERENCES);
        if (unjudged.length > 0) return;
        const others = (all: readonly Violation[]): string[] =>
          all.flatMap(({ path, identity }) => (paths.includes(path) ? [] : [`${path} ${identity}`])).toSorted();
        expect(others(violations)).toEqual(others(judged(known, rulesOf(schema, dialect)).violations));
        counts.judged += 1;
        counts.violations += Math.min(violations.length, 1);
      }),
      { numRuns: 300 },
    );
    sometimes(counts);
  });

  it('a document without references is judged alike, whether references are on or off', () => {
    fc.assert(
      fc.property(schemas(dialect), objects, fc.boolean(), (schema, document, isAbstract) => {
        const off = judged(document, rulesOf(schema, dialect), { isAbstract, hasReferences: false });
        expect(judged(document, rulesOf(schema, dialect), { isAbstract, hasReferences: true })).toEqual(off);
      }),
      { numRuns: 100 },
    );
  });
});
