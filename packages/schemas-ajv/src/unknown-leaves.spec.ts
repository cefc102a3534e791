// Leaves that hold references: what they resolve to only nodes know. What is certain is judged, and nothing else.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { Judgement } from '@confledger/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judged, listed, ruleAt } from './judge-spec.js';

type Dialect = 'draft-07' | '2020-12';
const R = '${env:X}';
const judgedAt = (value: JsonObject, schema: JsonObject, dialect: Dialect = '2020-12', isAbstract = false): Judgement =>
  judged(value, [ruleAt('', schema, dialect)], isAbstract, true);
const told = (
  value: JsonObject,
  schema: JsonObject,
  dialect?: Dialect,
  isAbstract?: boolean,
): { violations: string[]; unjudged: string[] } => {
  const judgement = judgedAt(value, schema, dialect, isAbstract);
  return { violations: listed(judgement), unjudged: judgement.unjudged.map(({ path, keyword }) => `${path} ${keyword}`) };
};

describe('a leaf with a reference', () => {
  it.each<[string, JsonObject]>([
    ['type', { type: 'number' }],
    ['minimum', { minimum: 5 }],
    ['maxLength', { maxLength: 1 }],
    ['pattern', { pattern: '^[a-z]+$' }],
    ['format', { format: 'uuid' }],
    ['x-equalsKey', { 'x-equalsKey': true }],
    ['items', { type: 'array', items: { type: 'number' } }],
  ])('breaks no %s of its own', (_keyword, schema) => {
    expect(told({ a: R, b: 1 }, { properties: { a: schema } })).toEqual({ violations: [], unjudged: [] });
  });

  it.each<[string, JsonObject, Dialect?]>([
    ['oneOf', { oneOf: [{ const: 1 }, { const: 2 }] }],
    ['anyOf', { anyOf: [{ type: 'number' }] }],
    ['not', { not: { type: 'string' } }],
    ['if', { if: { type: 'string' }, then: false }],
    ['const', { const: 5 }],
    ['enum', { enum: [1, 2] }],
    ['contains', { contains: { const: 1 } }],
    ['uniqueItems', { uniqueItems: true }],
    ['unevaluatedItems', { unevaluatedItems: false }],
    ['enum', { allOf: [{ $ref: '#/$defs/x' }], $defs: { x: { enum: [1] } } }],
  ])('is not judged by %s, which is listed', (keyword, { $defs = {}, ...schema }) => {
    expect(told({ a: R }, { properties: { a: schema }, $defs })).toEqual({ violations: [], unjudged: [`a ${keyword}`] });
  });

  it.each<[string, JsonObject, Dialect?]>([
    ['oneOf', { oneOf: [{ properties: { a: { type: 'number' } } }] }],
    ['anyOf', { anyOf: [{ required: ['z'] }] }],
    ['not', { not: { required: ['a'] } }],
    ['if', { if: { properties: { a: { const: 1 } } }, then: { required: ['z'] } }],
    ['const', { const: { a: 1 } }],
    ['enum', { enum: [{ a: 1 }] }],
    ['dependentSchemas', { dependentSchemas: { a: { required: ['z'] } } }],
    ['unevaluatedProperties', { unevaluatedProperties: false }],
    ['dependencies', { dependencies: { a: { required: ['z'] } } }, 'draft-07'],
  ])('makes %s above it unjudged, which is listed', (keyword, schema, dialect) => {
    expect(told({ a: R }, schema, dialect)).toEqual({ violations: [], unjudged: [` ${keyword}`] });
  });

  it.each<[string, JsonObject, string, Dialect?]>([
    ['required', { required: ['a', 'z'] }, ' required'],
    ['minProperties', { minProperties: 4 }, ' minProperties'],
    ['maxProperties', { maxProperties: 1 }, ' maxProperties'],
    ['additionalProperties', { properties: { b: true }, additionalProperties: false }, ' additionalProperties'],
    ['propertyNames', { propertyNames: { minLength: 2 } }, ' propertyNames'],
    ['dependentRequired', { dependentRequired: { a: ['z'] } }, ' dependentRequired'],
    ['dependencies', { dependencies: { a: ['z'] } }, ' dependencies', 'draft-07'],
    ['false', { properties: { a: false } }, 'a false'],
    ['type of what holds it', { type: 'array' }, ' type'],
    ['a neighbour', { properties: { b: { minimum: 5 } } }, 'b minimum'],
    ['a neighbour under a composite', { properties: { c: { oneOf: [{ required: ['x'] }] } } }, 'c oneOf'],
  ])('counts as present: %s is judged', (_what, schema, violation, dialect) => {
    expect(told({ a: R, b: 1, c: { y: 1 } }, schema, dialect).violations.filter((each) => each.startsWith(violation))).not.toEqual([]);
  });

  it('is unknown as a whole where one element of an array holds it', () => {
    expect(told({ a: [1, R] }, { properties: { a: { items: { type: 'number' }, maxItems: 1 } } })).toEqual({
      violations: [],
      unjudged: [],
    });
  });

  it('is the limit of a neighbour that is not judged by it, which is listed', () => {
    const schema = { properties: { max: { minimum: { $data: '1/min' }, type: 'number' }, min: true } };
    expect(told({ min: R, max: 1 }, schema)).toEqual({ violations: [], unjudged: ['max minimum'] });
    expect(told({ min: R, max: 'x' }, schema).violations).toEqual(['max type']);
    expect(told({ max: 1, other: R }, schema)).toEqual({ violations: [], unjudged: [] });
    expect(told({ min: 5, max: 1, other: R }, schema).violations).toEqual(['max minimum']);
  });

  it('is unknown beside what a descendant may add', () => {
    const schema = { required: ['z'], properties: { a: { type: 'number' }, b: { minimum: 5 } } };
    expect(told({ a: R, b: 1 }, schema, '2020-12', true)).toEqual({ violations: ['b minimum'], unjudged: [] });
  });

  it('may be the mounted place itself', () => {
    expect(judged({ a: R }, [ruleAt('a', { type: 'number', enum: [1] })], false, true)).toMatchObject({
      violations: [],
      unjudged: [{ path: 'a', keyword: 'enum' }],
    });
  });

  it('is a text like any other where references are off, and where it is escaped', () => {
    expect(listed(judged({ a: R }, [ruleAt('', { properties: { a: { type: 'number' } } })]))).toEqual(['a type']);
    expect(told({ a: '$${env:X}' }, { properties: { a: { type: 'number' } } }).violations).toEqual(['a type']);
  });

  it('leaves only violations that every value in its place has, for any schema and document', () => {
    const names = fc.constantFrom('a', 'b', 'c');
    const leaf: fc.Arbitrary<JsonValue> = fc.oneof(
      fc.nat(4),
      fc.constantFrom('x', 'yy', true, null),
      fc.array(fc.nat(2), { maxLength: 2 }),
    );
    const { document, schema } = fc.letrec<{ document: JsonObject; schema: JsonObject }>((tie) => ({
      document: fc.dictionary(names, fc.oneof({ maxDepth: 2 }, leaf, tie('document')) as fc.Arbitrary<JsonValue>, {
        minKeys: 1,
        maxKeys: 3,
      }),
      schema: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom<JsonObject>(
          { type: 'number' },
          { type: 'object' },
          { minimum: 2 },
          { maxLength: 1 },
          { enum: [1, 'x'] },
          { const: 2 },
          { required: ['a', 'b'] },
          { minProperties: 2 },
          { maxProperties: 1 },
          { additionalProperties: false, properties: { a: true } },
          { dependentRequired: { a: ['b', 'c'] } },
          { propertyNames: { enum: ['a', 'b'] } },
          { unevaluatedProperties: false },
          { uniqueItems: true },
          { contains: { const: 1 } },
          { properties: { b: { maximum: { $data: '1/a' } }, a: true } },
        ),
        fc.tuple(names, tie('schema')).map(([name, of]) => ({ properties: { [name]: of } })),
        fc.tuple(tie('schema'), tie('schema')).map((of) => ({ allOf: of })),
        fc.tuple(tie('schema'), tie('schema')).map((of) => ({ anyOf: of })),
        fc.tuple(tie('schema'), tie('schema')).map((of) => ({ oneOf: of })),
        tie('schema').map((of) => ({ not: of })),
        fc.tuple(tie('schema'), tie('schema')).map(([one, other]) => ({ if: one, then: other })),
        tie('schema').map((of) => ({ patternProperties: { '^[ab]$': of } })),
        tie('schema').map((of) => ({ dependentSchemas: { a: of } })),
      ),
    }));
    /** Leaves with true are references in one document and `value` in the other. */
    const marked = (of: JsonObject, marks: readonly boolean[], value: (index: number) => JsonValue): JsonObject => {
      let index = 0;
      const walk = (inner: JsonValue): JsonValue => {
        if (typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.keys(inner).length > 0)
          return Object.fromEntries(Object.entries(inner).map(([name, below]) => [name, walk(below)]));
        const at = index++;
        return marks.at(at % marks.length) ? value(at) : inner;
      };
      return walk(of) as JsonObject;
    };
    let reported = 0;
    fc.assert(
      fc.property(
        document,
        schema,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
        fc.array(leaf, { minLength: 6, maxLength: 6 }),
        (of, by, marks, values) => {
          const unknown = marked(of, marks, () => R);
          const concrete = marked(of, marks, (index) => values[index % values.length] ?? 0);
          const certain = judged(unknown, [ruleAt('', by)], false, true).violations;
          const all = new Set(
            judged(concrete, [ruleAt('', by)]).violations.map(({ path, keyword, message }) => `${path} ${keyword} ${message}`),
          );
          reported += certain.length;
          for (const { path, keyword, message } of certain) expect(all).toContain(`${path} ${keyword} ${message}`);
        },
      ),
      { numRuns: 500 },
    );
    expect(reported).toBeGreaterThan(30);
  }, 60_000);
});
