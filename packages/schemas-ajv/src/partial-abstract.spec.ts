// Abstract environments: a descendant may add members to any object, so that something is missing there violates nothing.
import type { JsonObject } from '@confledger/document';
import { describe, expect, it } from 'vitest';
import { ABSTRACT, judged, listed, ruleAt } from './judge-spec.js';

const abstractly = (
  value: JsonObject,
  schema: JsonObject,
  dialect: 'draft-07' | '2020-12' = '2020-12',
): { violations: string[]; unjudged: string[] } => {
  const judgement = judged(value, [ruleAt('', schema, dialect)], ABSTRACT);
  return { violations: listed(judgement), unjudged: judgement.unjudged.map(({ path, keyword }) => `${path} ${keyword}`) };
};

describe('in an abstract environment', () => {
  it.each<[keyword: string, schema: JsonObject, dialect?: 'draft-07']>([
    ['required', { required: ['b'] }],
    ['minProperties', { minProperties: 3 }],
    ['dependentRequired', { dependentRequired: { a: ['b'] } }],
    ['dependencies', { dependencies: { a: ['b'] } }, 'draft-07'],
    ['required below', { properties: { o: { required: ['b'] } }, allOf: [{ $ref: '#/$defs/x' }], $defs: { x: { required: ['c'] } } }],
  ])('%s violates nothing', (_, schema, dialect) => {
    expect(abstractly({ a: 1, o: { x: 1 } }, schema, dialect)).toEqual({ violations: [], unjudged: [] });
  });

  it.each<[keyword: string, schema: JsonObject, dialect?: 'draft-07']>([
    ['anyOf', { anyOf: [{ required: ['b'] }] }],
    ['oneOf', { oneOf: [{ required: ['b'] }] }],
    ['not', { not: { required: ['a'] } }],
    ['if', { if: { required: ['a'] }, then: { required: ['b'] } }],
    ['const', { const: { a: 1 } }],
    ['enum', { enum: [{ a: 2 }] }],
    ['dependentSchemas', { dependentSchemas: { a: { required: ['b'] } } }],
    ['unevaluatedProperties', { unevaluatedProperties: false }],
    ['dependencies', { dependencies: { a: { required: ['b'] } } }, 'draft-07'],
  ])('%s over an object is not judged, and listed', (keyword, schema, dialect) => {
    expect(abstractly({ a: 1 }, schema, dialect)).toEqual({ violations: [], unjudged: [` ${keyword}`] });
  });

  it('what is there is judged', () => {
    const schema: JsonObject = {
      properties: {
        a: { type: 'string' },
        o: { maxProperties: 1, type: 'array' },
        s: { anyOf: [{ minLength: 3 }, { type: 'number' }] },
        n: false,
      },
      patternProperties: { '^p': { multipleOf: 0.01 } },
      additionalProperties: false,
      propertyNames: { maxLength: 2 },
    };
    const { violations, unjudged } = abstractly({ a: 1, o: { x: 1, y: 2 }, s: 'ab', n: 1, p1: 19.999, p2: 19.99, zzz: 1 }, schema);
    expect(violations.toSorted()).toEqual([
      ' additionalProperties',
      ' propertyNames',
      'a type',
      'n false',
      'o maxProperties',
      'o type',
      'p1 multipleOf',
      's anyOf',
    ]);
    expect(unjudged).toEqual([]);
  });

  it('arrays are leaves and known as a whole', () => {
    const schema = { properties: { list: { items: { required: ['b'], anyOf: [{ required: ['c'] }] }, uniqueItems: true } } };
    expect(abstractly({ list: [{ a: 1 }, { a: 1 }] }, schema).violations.toSorted()).toEqual([
      'list  uniqueItems',
      'list /0 anyOf',
      'list /0 required',
      'list /1 anyOf',
      'list /1 required',
    ]);
  });

  it('a limit that stands in a missing leaf is not judged, and listed', () => {
    const schema = { properties: { min: { maximum: { $data: '1/max' } }, not: { not: { maximum: { $data: '/max' } } } } };
    expect(abstractly({ min: 5, not: 1 }, schema)).toEqual({ violations: [], unjudged: ['min maximum', 'not maximum'] });
    expect(abstractly({ min: 5, max: 4 }, schema)).toEqual({ violations: ['min maximum'], unjudged: [] });
  });

  it('a violation has the identity and the words that it has elsewhere', () => {
    const schema = {
      properties: { a: { $ref: '#/$defs/a' }, o: { properties: { b: { minimum: 3 } } } },
      $defs: { a: { type: 'string', 'x-label': 'The name' } },
    };
    const value = { a: 1, o: { b: 2 } };
    expect(judged(value, [ruleAt('', schema)], ABSTRACT)).toEqual(judged(value, [ruleAt('', schema)]));
  });
});
