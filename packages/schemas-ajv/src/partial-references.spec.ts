// Leaves that hold references: they are there, and nothing else is known of them.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { Dialect } from '@confledger/domain';
import { describe, expect, it, test } from 'vitest';
import { judged, listed, REFERENCES, ruleAt } from './judge-spec.js';

const BOTH = { isAbstract: true, hasReferences: true };
const REF = '${env:MODE}';

interface Told {
  readonly violations: readonly string[];
  readonly unjudged: readonly string[];
}

/** What is said of the value by a schema at the root. */
function told(value: JsonObject, schema: JsonObject | boolean, dialect?: Dialect, mode = REFERENCES): Told {
  const judgement = judged(value, [ruleAt('', schema, dialect)], mode);
  return {
    violations: listed(judgement).toSorted(),
    unjudged: judgement.unjudged.map(({ path, keyword }) => `${path} ${keyword}`).toSorted(),
  };
}

const NOTHING: Told = { violations: [], unjudged: [] };

describe('the own constraints of an unknown leaf are not judged', () => {
  it.each<[rule: string, schema: JsonObject]>([
    ['a type that no string has', { type: 'number' }],
    ['an object', { type: 'object', required: ['b'], minProperties: 1, additionalProperties: false, propertyNames: { maxLength: 0 } }],
    ['limits', { minimum: 5, multipleOf: 2 }],
    ['texts', { maxLength: 1, pattern: '^$', format: 'date' }],
    ['the name of its place', { 'x-equalsKey': true }],
    ['elements', { items: false, minItems: 1 }],
    ['what allOf and references say', { allOf: [{ type: 'number' }], $ref: '#/$defs/a' }],
  ])('%s', (_, ofLeaf) => {
    expect(told({ a: REF, b: 1 }, { properties: { a: ofLeaf, b: { type: 'number' } }, $defs: { a: { type: 'null' } } })).toEqual(NOTHING);
  });

  it('where the rule is mounted at the leaf itself', () => {
    const at = (schema: JsonObject | boolean) => listed(judged({ a: REF }, [ruleAt('a', schema)], REFERENCES));
    expect(at({ type: 'number' })).toEqual([]);
    expect(at(false)).toEqual(['a false']);
  });
});

describe('a composite rule over an unknown leaf is listed, and not judged', () => {
  const values: readonly (readonly [keyword: string, value: JsonValue])[] = [
    ['oneOf', [{ type: 'number' }, { type: 'boolean' }]],
    ['anyOf', [{ type: 'number' }]],
    ['not', { type: 'string' }],
    ['if', { type: 'string' }],
    ['const', 5],
    ['enum', [5, 6]],
  ];
  const ofDialect: Readonly<Record<Dialect, typeof values>> = {
    'draft-07': [...values, ['dependencies', { a: ['b'] }]],
    '2020-12': [...values, ['dependentRequired', { a: ['b'] }], ['dependentSchemas', { a: false }], ['unevaluatedProperties', false]],
  };
  const ofLeaf: Readonly<Record<Dialect, typeof values>> = {
    'draft-07': [],
    '2020-12': [['unevaluatedItems', false]],
  };
  const schemaOf = (keyword: string, value: JsonValue): JsonObject => ({ [keyword]: value, ...(keyword === 'if' ? { then: false } : {}) });

  describe.each(['draft-07', '2020-12'] as const)('in %s', (dialect) => {
    it.each([...ofDialect[dialect], ...ofLeaf[dialect], ['contains', { const: 5 }], ['uniqueItems', true]] as typeof values)(
      'at the leaf: %s',
      (keyword, value) => {
        const schema = schemaOf(keyword, value);
        expect(told({ a: REF }, { properties: { a: schema } }, dialect)).toEqual({ violations: [], unjudged: [`a ${keyword}`] });
        expect(told({ a: 'text', b: ['${x}', 5, 5] }, { properties: { b: schema } }, dialect).unjudged).toEqual([`b ${keyword}`]);
      },
    );

    it.each(ofDialect[dialect])('at each object above it: %s', (keyword, value) => {
      const schema = schemaOf(keyword, value);
      const above = { properties: { o: { ...schema, properties: { p: schema } }, q: { ...schema, type: 'number' } } };
      const document = { o: { p: { a: REF } }, q: 5 };
      expect(told(document, above, dialect)).toMatchObject({ unjudged: [`o ${keyword}`, `o.p ${keyword}`] });
    });

    it('by a reference, and within allOf', () => {
      const name = dialect === 'draft-07' ? 'definitions' : '$defs';
      const schema = { properties: { a: { allOf: [{ $ref: `#/${name}/a` }] } }, [name]: { a: { enum: [1] } } };
      expect(told({ a: REF }, schema, dialect)).toEqual({ violations: [], unjudged: ['a enum'] });
    });
  });

  it('uniqueItems that is false asks for nothing', () => {
    expect(told({ a: REF }, { properties: { a: { uniqueItems: false } } })).toEqual(NOTHING);
  });

  it('once, by whatever ways it is reached', () => {
    const schema = { properties: { a: { $ref: '#/$defs/a', allOf: [{ $ref: '#/$defs/a' }] } }, $defs: { a: { enum: [1] } } };
    expect(told({ a: REF }, schema).unjudged).toEqual(['a enum']);
  });

  it('so that a reference for the mode neither breaks nor passes a rule about modes', () => {
    const schema = { if: { properties: { mode: { const: 'live' } } }, then: { required: ['dailyLossLimit'] } };
    expect(told({ mode: REF }, schema)).toEqual({ violations: [], unjudged: [' if'] });
    expect(told({ mode: 'live' }, schema)).toEqual({ violations: [' required'], unjudged: [] });
  });
});

describe('that an unknown leaf is there is judged', () => {
  it.each<[keyword: string, schema: JsonObject, violations: readonly string[]]>([
    ['required', { required: ['a', 'b', 'c'] }, [' required']],
    ['minProperties', { minProperties: 3 }, [' minProperties']],
    ['maxProperties', { maxProperties: 1 }, [' maxProperties']],
    ['propertyNames', { propertyNames: { const: 'b' } }, [' propertyNames']],
    ['propertyNames that is false', { propertyNames: false }, [' propertyNames', ' propertyNames']],
    ['additionalProperties', { properties: { b: true }, additionalProperties: false }, [' additionalProperties']],
    ['properties', { properties: { a: false } }, ['a false']],
    ['patternProperties', { patternProperties: { '^a': false } }, ['a false']],
    ['properties within allOf', { allOf: [{ properties: { a: { allOf: [false] } } }] }, ['a false']],
    ['a schema that is false', { $ref: '#/$defs/never', $defs: { never: false } }, [' false']],
    ['the type of the object', { type: 'array' }, [' type']],
  ])('by %s', (_, schema, violations) => {
    expect(told({ a: REF, b: 1 }, schema)).toEqual({ violations, unjudged: [] });
  });

  it('and so it fulfils required, and what depends on the number of members', () => {
    expect(told({ a: REF, b: 1 }, { required: ['a'], minProperties: 2, maxProperties: 2 })).toEqual(NOTHING);
  });
});

describe('what does not touch an unknown leaf is judged as ever', () => {
  const schema: JsonObject = {
    properties: {
      a: { type: 'number' },
      o: { oneOf: [{ required: ['x'] }, { required: ['y'] }] },
      list: { uniqueItems: true, items: { type: 'number' } },
      s: { $ref: '#/$defs/s' },
      n: { minimum: 3, 'x-label': 'The number' },
      deep: { properties: { p: { anyOf: [{ type: 'null' }] } }, required: ['q'] },
    },
    patternProperties: { '^t': { multipleOf: 0.01 } },
    additionalProperties: { const: 1 },
    required: ['z'],
    propertyNames: { maxLength: 4 },
    $defs: { s: { type: 'string' } },
  };
  const value = { o: {}, list: [1, 1, 'x'], s: 1, n: 2, deep: { p: 1 }, t1: 19.999, other: 2 };

  it('with the same violations, identities and words', () => {
    const known = judged({ ...value, a: 1 }, [ruleAt('', schema)], REFERENCES);
    const unknown = judged({ ...value, a: REF }, [ruleAt('', schema)], REFERENCES);
    expect(known).toEqual(judged({ ...value, a: 1 }, [ruleAt('', schema)]));
    expect(known.violations).toHaveLength(11);
    expect(unknown).toEqual(known);
  });

  it('by each schema that is for its name', () => {
    const both = { properties: { b: { type: 'number' } }, patternProperties: { '^b': { maxLength: 1 }, b$: { minLength: 5 } } };
    expect(told({ a: REF, b: 'bbb' }, both).violations).toEqual(['b maxLength', 'b minLength', 'b type']);
  });

  it('beside an unknown leaf of the same object, at any depth', () => {
    expect(told({ deep: { a: REF, p: 1 } }, schema).violations).toEqual([' required', 'deep required', 'deep.p anyOf']);
  });

  it('where a reference is escaped, or references are off', () => {
    expect(told({ a: '$${env:A}' }, { properties: { a: { type: 'number' } } }).violations).toEqual(['a type']);
    expect(listed(judged({ a: REF }, [ruleAt('', { properties: { a: { type: 'number' } } })]))).toEqual(['a type']);
  });
});

describe('an array in which an element holds a reference', () => {
  it('is unknown as a whole', () => {
    const schema = { properties: { a: { type: 'object', items: { type: 'number' }, maxItems: 1, uniqueItems: true } } };
    expect(told({ a: ['x', { b: [REF] }] }, schema)).toEqual({ violations: [], unjudged: ['a uniqueItems'] });
    expect(told({ a: ['x', { [REF]: 'x' }] }, schema).violations).toContain('a  type');
  });
});

describe('a limit by $data', () => {
  const LIMITS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'const'];
  const byData = (keyword: string, pointer: string): JsonObject => ({ [keyword]: { $data: pointer } });

  describe.each(['draft-07', '2020-12'] as const)('in %s', (dialect) => {
    it.each(LIMITS)('that is unknown is not judged: %s', (keyword) => {
      for (const pointer of ['1/limit', '/limit'])
        expect(told({ v: 5, limit: REF }, { properties: { v: byData(keyword, pointer) } }, dialect)).toEqual({
          violations: [],
          unjudged: [`v ${keyword}`],
        });
    });

    it.each(LIMITS)('of an unknown leaf is not judged: %s', (keyword) => {
      expect(told({ v: REF, limit: 5 }, { properties: { v: byData(keyword, '1/limit') } }, dialect)).toEqual({
        violations: [],
        unjudged: [`v ${keyword}`],
      });
    });
  });

  it('that is known is judged, and where nothing stands there is no limit', () => {
    const schema = { properties: { v: byData('maximum', '1/limit'), w: byData('maximum', '1/none') } };
    expect(told({ v: 5, w: 5, limit: 4, other: REF }, schema)).toEqual({ violations: ['v maximum'], unjudged: [] });
  });

  it('that stands inside an unknown leaf, or is an object that holds one, is unknown', () => {
    const schema = { properties: { v: byData('maximum', '/limits/1'), w: byData('const', '/o') } };
    const unjudged = ['v maximum', 'w const'];
    expect(told({ v: 5, w: 5, limits: [1, 2, REF], o: { a: { b: REF } } }, schema)).toEqual({ violations: [], unjudged });
    expect(told({ v: 5, w: 5, limits: REF, o: { a: { b: REF } } }, schema)).toEqual({ violations: [], unjudged });
  });

  it('is listed at the leaf, also where it is compared inside an array', () => {
    const schema = { properties: { list: { items: { properties: { v: byData('maximum', '/limit') } } } } };
    expect(told({ list: [{ v: 5 }, { v: 6 }], limit: REF }, schema)).toEqual({ violations: [], unjudged: ['list maximum'] });
  });

  it.each<[rule: string, schema: JsonObject]>([
    ['anyOf', { anyOf: [{ not: byData('maximum', '/limit') }] }],
    ['oneOf', { oneOf: [byData('maximum', '/limit'), { type: 'number' }] }],
    ['not', { not: byData('maximum', '/limit') }],
    ['then', { if: byData('maximum', '/limit'), then: { minimum: 9 } }],
    ['then of a reference', { if: { $ref: '#/$defs/limited' }, then: { $ref: '#/$defs/large' }, else: false }],
  ])('that is unknown decides nothing around it: %s', (_, ofValue) => {
    const schema = { properties: { v: ofValue }, $defs: { limited: byData('maximum', '/limit'), large: { minimum: 9 } } };
    expect(told({ v: 5, limit: REF }, schema)).toEqual({ violations: [], unjudged: ['v maximum'] });
    expect(told({ v: 5, limit: 7 }, schema).violations).toHaveLength(1);
  });

  it('that is unknown decides nothing of what is left over beside it', () => {
    const branch = { properties: { v: { not: byData('maximum', '/limit') } } };
    const schema = { properties: { o: { anyOf: [branch, true], unevaluatedProperties: false } } };
    expect(told({ o: { v: 5 }, limit: REF }, schema)).toEqual({ violations: [], unjudged: ['o.v maximum'] });
    expect(told({ o: { v: 5 }, limit: 7 }, schema).violations).toEqual(['o unevaluatedProperties']);

    const ofRest = { properties: { o: { anyOf: [branch, true], unevaluatedProperties: { type: 'string' } } } };
    expect(told({ o: { v: 5 }, limit: REF }, ofRest)).toEqual({ violations: [], unjudged: ['o.v maximum'] });
    expect(told({ o: { v: 5 }, limit: 7 }, ofRest).violations).toEqual(['o.v type']);
  });

  it('that is unknown leaves the other rules of the same value alone', () => {
    const schema = { properties: { o: { properties: { v: { ...byData('maximum', '/limit'), not: { type: 'number' } } }, enum: [1] } } };
    expect(told({ o: { v: 5 }, limit: REF }, schema)).toEqual({ violations: ['o enum', 'o.v not'], unjudged: ['o.v maximum'] });
  });

  it('decides nothing of a name', () => {
    const schema = { properties: { o: { propertyNames: { not: { const: { $data: '/limit' } } } } } };
    expect(told({ o: { v: 1 }, limit: REF }, schema)).toEqual({ violations: [], unjudged: ['o const'] });
    expect(told({ o: { v: 1 }, limit: 'v' }, schema).violations).toEqual(['o propertyNames']);
  });
});

describe('in an abstract environment with references', () => {
  const schema: JsonObject = {
    properties: { a: { type: 'number', enum: [1] }, n: { type: 'number' }, o: { required: ['x'], dependentRequired: { a: ['b'] } } },
    required: ['z'],
    minProperties: 9,
    anyOf: [{ required: ['y'] }],
    propertyNames: { maxLength: 1 },
  };

  it('what is missing violates nothing, and what is unknown neither', () => {
    expect(told({ a: REF, n: 'x', o: { a: REF }, names: 1 }, schema, '2020-12', BOTH)).toEqual({
      violations: [' propertyNames', 'n type'],
      unjudged: [' anyOf', 'a enum'],
    });
  });

  it('a limit that is missing or unknown is not judged', () => {
    const limits = { properties: { v: { maximum: { $data: '1/a' }, minimum: { $data: '1/none' } } } };
    expect(told({ v: 5, a: REF }, limits, '2020-12', BOTH)).toEqual({ violations: [], unjudged: ['v maximum', 'v minimum'] });
  });
});

test('a wildcard of a mount judges each place by itself', () => {
  const rule = ruleAt('token.*', { required: ['id', 'limit'], properties: { id: { 'x-equalsKey': true }, limit: { maximum: 5 } } });
  const judgement = judged({ token: { A: { id: REF, limit: 6 }, B: { id: 'B', limit: 5 }, C: REF, D: { id: 'd' } } }, [rule], REFERENCES);
  expect(listed(judgement)).toEqual(['token.A.limit maximum', 'token.D required', 'token.D.id x-equalsKey']);
});
