// `$data` must lead to a place that the schema describes: a mistyped pointer would switch its limit off.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { Dialect } from '@confledger/domain';
import { describe, expect, it } from 'vitest';
import { examineSchema } from './examine.js';

const examine = (schema: JsonValue, dialect: Dialect = '2020-12') => examineSchema({ dialect, schema: schema as JsonObject });

function placesOf(schema: JsonValue, dialect?: Dialect): readonly string[] {
  const answer = examine(schema, dialect);
  return answer.kind === 'fit' ? [] : answer.problems.map(({ code, pointer }) => `${code} ${pointer}`);
}

const NUMBER = { type: 'number' };
const upTo = (pointer: string) => ({ type: 'number', maximum: { $data: pointer } });

describe('a schema is refused whose $data leads to no place that it describes', () => {
  it.each<[why: string, schema: JsonValue, dialect?: Dialect]>([
    ['a name that is mistyped', { properties: { a: upTo('1/maxBp'), maxBps: NUMBER } }],
    ['a name that is mistyped, in draft-07', { properties: { a: upTo('1/maxBp'), maxBps: NUMBER } }, 'draft-07'],
    ['a name beside it, where no other member may be', { properties: { a: upTo('1/b') }, additionalProperties: false }],
    ['a name beside it, where any other member may be', { properties: { a: upTo('1/b') }, additionalProperties: NUMBER }],
    ['a name that may not be there', { properties: { a: upTo('1/b'), b: false } }],
    ['a name that is described one level above', { properties: { a: { properties: { a: upTo('1/b') } }, b: NUMBER } }, 'draft-07'],
    ['an absolute place', { properties: { a: upTo('/nowhere/x') } }],
    ['an absolute place below one that is described', { properties: { a: upTo('/b/d'), b: { properties: { c: NUMBER } } } }],
    ['a place below a number', { properties: { a: upTo('/b/c'), b: NUMBER } }],
    ['a name that no pattern matches', { properties: { a: upTo('1/b') }, patternProperties: { '^max': NUMBER } }],
    ['a member of an array', { properties: { a: upTo('/list/x'), list: { items: NUMBER } } }],
    ['an element that is not listed', { properties: { a: upTo('/list/2'), list: { prefixItems: [NUMBER, NUMBER] } } }],
    ['an element that "contains" looks for', { properties: { a: upTo('/list/0'), list: { contains: NUMBER } } }],
    ['a name in a cycle', { properties: { child: { $ref: '#' }, a: upTo('2/b'), c: NUMBER } }],
    ['a name that another member has', { properties: { a: { properties: { min: upTo('1/max') } }, b: { properties: { max: NUMBER } } } }],
    [
      'a name that only members that are not named have',
      { properties: { a: { properties: { min: upTo('1/max') } } }, additionalProperties: { properties: { max: NUMBER } } },
    ],
    ['the value beside a name, which is none', { propertyNames: { const: { $data: '1/b' } }, properties: { b: NUMBER } }],
  ])('%s', (_, schema, dialect) => {
    expect(placesOf(schema, dialect)).toEqual([expect.stringMatching(/^SCHEMA_INVALID .*\/(?:maximum|const)$/)]);
  });

  it('with the pointer of the keyword, and the pointer that was meant', () => {
    const answer = examine({ properties: { minBps: upTo('1/maxBp'), maxBps: NUMBER } });
    expect(answer).toEqual({
      kind: 'refused',
      problems: [
        {
          code: 'SCHEMA_INVALID',
          pointer: '/properties/minBps/maximum',
          message:
            'The pointer "1/maxBp" in "$data" leads to no place that the schema describes: it names no "maxBp" there, so there would be no limit.',
          remedy:
            'Did you mean "1/maxBps"? Otherwise describe "maxBp" there, in "properties" or "patternProperties"; "additionalProperties" does not count.',
        },
      ],
    });
  });

  it('with a remedy where no name is near', () => {
    expect(examine({ properties: { a: upTo('/nowhere/x') } })).toMatchObject({
      problems: [{ remedy: expect.stringMatching(/^Correct the pointer, or describe "nowhere" there, in "properties"/) }],
    });
  });

  it('each of several', () => {
    const schema = { properties: { a: { minimum: { $data: '1/x' }, maximum: { $data: '1/c' } }, b: upTo('/y'), c: NUMBER } };
    expect(placesOf(schema)).toEqual(['SCHEMA_INVALID /properties/a/minimum', 'SCHEMA_INVALID /properties/b/maximum']);
  });
});

describe('a schema is fit whose $data leads to a place that is described', () => {
  it.each<[where: string, schema: JsonValue, dialect?: Dialect]>([
    ['beside it', { properties: { a: upTo('1/b'), b: NUMBER } }],
    ['beside it, by a pattern', { properties: { a: upTo('1/maxFee') }, patternProperties: { '^max': NUMBER } }],
    ['beside it, where the keyword stands in allOf', { properties: { a: { allOf: [upTo('1/b')] }, b: NUMBER } }],
    ['by another branch', { allOf: [{ properties: { a: upTo('1/b') } }, { properties: { b: NUMBER } }] }],
    [
      'by a branch of another schema for the same member',
      {
        allOf: [{ properties: { x: { properties: { a: upTo('1/b') } } } }, { properties: { x: { $ref: '#/$defs/x' } } }],
        $defs: { x: { anyOf: [true, { properties: { b: NUMBER } }] } },
      },
    ],
    [
      'by the schema around a branch',
      {
        properties: { from: NUMBER, to: NUMBER },
        dependentSchemas: { from: { properties: { to: { not: { const: { $data: '1/from' } } } } } },
      },
    ],
    [
      'by the schema around then',
      { properties: { a: true, b: NUMBER }, if: { required: ['b'] }, then: { properties: { a: upTo('1/b') } } },
    ],
    ['in each member of a map', { additionalProperties: { properties: { min: upTo('1/max'), max: NUMBER } } }],
    [
      'of members by name and by the rest together',
      {
        properties: { a: { properties: { min: upTo('1/max') } } },
        allOf: [{ additionalProperties: { properties: { max: NUMBER } } }],
      },
    ],
    ['in each element', { items: { properties: { min: upTo('1/max'), max: NUMBER } } }],
    ['in an element', { properties: { a: upTo('/list/3/max'), list: { items: { properties: { max: NUMBER } } } } }],
    ['in a listed element', { properties: { a: upTo('/list/1'), list: { items: [true, NUMBER] } } }, 'draft-07'],
    ['two levels up', { properties: { max: NUMBER, a: { properties: { b: upTo('2/max') } } } }],
    [
      'of one of the places that a reference leads to',
      {
        properties: { max: NUMBER, a: { $ref: '#/$defs/limit' }, deep: { properties: { a: { $ref: '#/$defs/limit' } } } },
        $defs: { limit: upTo('1/max') },
      },
    ],
    ['five levels up in a cycle', { properties: { a: { $ref: '#' }, b: upTo('5/b') } }],
    ['whose name has a slash', { properties: { a: upTo('1/x~1y'), 'x/y': NUMBER } }],
    ['or that judges nothing', { $defs: { unused: { properties: { a: upTo('1/b') } } } }],
  ])('%s', (_, schema, dialect) => {
    expect(placesOf(schema, dialect)).toEqual([]);
  });

  it('also where there are too many ways to follow each: then any schema may have described it', () => {
    const children = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`p${index}`, { $ref: '#' }]));
    const limits = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`a${index}`, upTo(`${900 + index}/b`)]));

    expect(placesOf({ properties: { ...children, ...limits, b: NUMBER } })).toEqual([]);
    expect(placesOf({ properties: { ...children, ...limits, c: NUMBER } })).toHaveLength(40);
  });
});
