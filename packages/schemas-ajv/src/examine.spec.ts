// What a schema may be: each refusal with its code and place, what is fit, and what a schema says of places.
import type { JsonObject, JsonValue } from '@confledger/document';
import type { Dialect, Examined, SchemaAnnotation } from '@confledger/domain';
import { describe, expect, it } from 'vitest';
import { examineSchema, SCHEMA_BYTES_MAX, SCHEMA_NODES_MAX, schemaNodes, validatorId, waysOf, WAYS_MAX } from './examine.js';

const examine = (schema: JsonValue, dialect: Dialect = '2020-12'): Examined => examineSchema({ dialect, schema: schema as JsonObject });

function problemOf(schema: JsonValue, dialect?: Dialect): string {
  const answer = examine(schema, dialect);
  return answer.kind === 'fit' ? 'fit' : `${answer.problems[0].code} ${answer.problems[0].pointer}`;
}

function annotationsOf(schema: JsonValue, dialect?: Dialect): readonly SchemaAnnotation[] {
  const answer = examine(schema, dialect);
  if (answer.kind === 'refused') throw new Error(answer.problems[0].message);
  return answer.annotations;
}

const TYPES = '"string", "number", "integer", "boolean", "object", "array", "null"';

/** Definitions d0 to dN, each `allOf` its successor twice. */
function doubling(count: number): JsonObject {
  const $defs = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const next = { $ref: `#/$defs/d${index + 1}` };
      return [`d${index}`, index === count - 1 ? { type: 'object' } : { allOf: [next, next] }] as const;
    }),
  );
  return { $ref: '#/$defs/d0', $defs };
}

function withProperties(count: number): JsonObject {
  return { properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: 'number' }])) };
}

describe('a schema is refused', () => {
  it.each<[why: string, problem: string, schema: JsonValue, dialect?: Dialect]>([
    ['that is a number', 'SCHEMA_INVALID ', 3],
    ['that is an array', 'SCHEMA_INVALID ', []],
    ['that is null', 'SCHEMA_INVALID ', null],
    ['whose keyword has a value of another type', 'SCHEMA_INVALID /properties/a/minimum', { properties: { a: { minimum: 'x' } } }],
    ['whose type is none', 'SCHEMA_INVALID /type', { type: 'decimal' }],
    ['whose type is none', 'SCHEMA_INVALID /type', { type: 'decimal' }, 'draft-07'],
    ['whose limit is negative', 'SCHEMA_INVALID /minLength', { minLength: -1 }],
    ['with an unknown keyword', 'SCHEMA_INVALID /properties/a/minmum', { properties: { a: { minmum: 1 } } }],
    ['with $id', 'SCHEMA_INVALID /$id', { $id: 'https://example.com/a' }],
    ['with $id below the root', 'SCHEMA_INVALID /$defs/a/$id', { $defs: { a: { $id: 'a' } } }],
    ['with id', 'SCHEMA_INVALID /id', { id: 'a' }, 'draft-07'],
    ['with $vocabulary', 'SCHEMA_INVALID /$vocabulary', { $vocabulary: {} }],
    ['with $async', 'SCHEMA_INVALID /$async', { $async: true }],
    ['with $async that is false', 'SCHEMA_INVALID /$async', { $async: false }],
    ['with the meta-schema of the other dialect', 'SCHEMA_INVALID /$schema', { $schema: 'http://json-schema.org/draft-07/schema#' }],
    [
      'with the meta-schema of the other dialect',
      'SCHEMA_INVALID /$schema',
      { $schema: 'https://json-schema.org/draft/2020-12/schema' },
      'draft-07',
    ],
    ['that refers to an address', 'SCHEMA_INVALID /properties/a/$ref', { properties: { a: { $ref: 'https://example.com/a' } } }],
    ['that refers to a file', 'SCHEMA_INVALID /$ref', { $ref: 'other.json#/a' }],
    ['that refers to an address dynamically', 'SCHEMA_INVALID /$dynamicRef', { $dynamicRef: 'https://example.com/a#b' }],
    ['that refers to nothing', 'SCHEMA_INVALID /$ref', { $ref: '#/$defs/missing' }],
    ['that refers to what is no schema', 'SCHEMA_INVALID /$ref', { $ref: '#/properties', properties: {} }],
    ['that refers to a malformed pointer', 'SCHEMA_INVALID /$ref', { $ref: '#/%E0%A4%A' }],
    ['that gives a name twice', 'SCHEMA_INVALID /$defs/b/$anchor', { $defs: { a: { $anchor: 'x' }, b: { $anchor: 'x' } } }],
    ['with $data in another keyword', 'SCHEMA_INVALID /properties/a/maxLength', { properties: { a: { maxLength: { $data: '1/b' } } } }],
    ['with $data as an enum', 'SCHEMA_INVALID /properties/a/enum', { properties: { a: { enum: { $data: '1/b' } } } }],
    ['with $data that is no pointer', 'SCHEMA_INVALID /properties/a/minimum', { properties: { a: { minimum: { $data: 'b' } } } }],
    ['with $data that has a bad escape', 'SCHEMA_INVALID /properties/a/minimum', { properties: { a: { minimum: { $data: '/b~2' } } } }],
    ['with $data that points to itself', 'SCHEMA_INVALID /properties/a/minimum', { properties: { a: { minimum: { $data: '0' } } } }],
    ['with $data that asks for a name', 'SCHEMA_INVALID /properties/a/const', { properties: { a: { const: { $data: '1#' } } } }],
    ['with $data above the mount', 'SCHEMA_INVALID /properties/a/minimum', { properties: { a: { minimum: { $data: '2/b' } } } }],
    ['with $data above the mount', 'SCHEMA_INVALID /minimum', { minimum: { $data: '1/b' } }, 'draft-07'],
    ['with an unknown format', 'SCHEMA_INVALID /format', { format: 'colour' }],
    ['with the format regex', 'SCHEMA_INVALID /format', { format: 'regex' }],
    ['with a lookahead', 'PATTERN_UNSUPPORTED /properties/a/pattern', { properties: { a: { pattern: '^(?=a)' } } }],
    ['with a reference to a group', 'PATTERN_UNSUPPORTED /pattern', { pattern: '(a)\\1' }],
    ['with more than 1,000 repetitions', 'PATTERN_UNSUPPORTED /pattern', { pattern: 'a{1001}' }],
    ['with a malformed pattern', 'SCHEMA_INVALID /patternProperties/(', { patternProperties: { '(': true } }],
    ['with a class that has no end', 'SCHEMA_INVALID /pattern', { pattern: '[a' }],
    ['with a repetition of nothing', 'SCHEMA_INVALID /pattern', { pattern: '*' }],
    ['with a property of characters that is unknown', 'PATTERN_UNSUPPORTED /pattern', { pattern: '\\p{Foo}' }],
    [
      'with a lookbehind in patternProperties',
      'PATTERN_UNSUPPORTED /patternProperties/(?<=a)b',
      { patternProperties: { '(?<=a)b': true } },
    ],
    ['with a pattern for names', 'PATTERN_UNSUPPORTED /propertyNames/pattern', { propertyNames: { pattern: '(?!x)' } }],
    ['with "if" alone', 'SCHEMA_INVALID /if', { if: { type: 'string' } }],
    [
      'in draft-07 with keywords beside $ref',
      'SCHEMA_INVALID /properties/a/minimum',
      { properties: { a: { $ref: '#/definitions/n', minimum: 1 } }, definitions: { n: {} } },
      'draft-07',
    ],
    ['with x-sensitive that is no truth value', 'SCHEMA_INVALID /x-sensitive', { 'x-sensitive': 'yes' }],
    ['with x-reload of another value', 'SCHEMA_INVALID /x-reload', { 'x-reload': 'live' }],
    ['with x-reference that is a text', 'SCHEMA_INVALID /x-reference', { 'x-reference': 'false' }],
    ['with x-unit that is a number', 'SCHEMA_INVALID /x-unit', { 'x-unit': 5 }],
    ['with an empty x-label', 'SCHEMA_INVALID /x-label', { 'x-label': ' ' }],
    ['with x-equalsKey that is a number', 'SCHEMA_INVALID /x-equalsKey', { 'x-equalsKey': 1 }],
    ['that refers to itself for the same value', 'SCHEMA_TOO_COSTLY ', { $ref: '#' }],
    [
      'that comes back to itself for the same value',
      'SCHEMA_TOO_COSTLY /$defs/a',
      { $ref: '#/$defs/a', $defs: { a: { anyOf: [{ $ref: '#/$defs/b' }, true] }, b: { $ref: '#/$defs/a' } } },
    ],
    [
      'that comes back to itself below a member',
      'SCHEMA_TOO_COSTLY /properties/a',
      { properties: { a: { not: { $ref: '#/properties/a' } } } },
    ],
    [
      'whose allOf doubles at each level',
      'SCHEMA_TOO_COSTLY ',
      { allOf: [{ properties: { a: { $ref: '#' } } }, { properties: { a: { $ref: '#' } } }] },
    ],
    [
      'whose alternatives come back for the same member',
      'SCHEMA_TOO_COSTLY ',
      { oneOf: [{ properties: { l: { $ref: '#' } } }, { properties: { l: { $ref: '#' } } }] },
    ],
    [
      'that comes back by name and by pattern',
      'SCHEMA_TOO_COSTLY ',
      { properties: { abc: { $ref: '#' } }, patternProperties: { '^a': { $ref: '#' } } },
    ],
    ['that comes back by items and by contains', 'SCHEMA_TOO_COSTLY ', { items: { $ref: '#' }, contains: { $ref: '#' } }],
    [
      'that comes back twice by way of another schema',
      'SCHEMA_TOO_COSTLY /properties/a',
      {
        properties: { a: { $ref: '#/$defs/b' } },
        $defs: { b: { allOf: [{ properties: { c: { $ref: '#' } } }, { additionalProperties: { $ref: '#' } }] } },
      },
    ],
    ['with ways that double', 'SCHEMA_TOO_COSTLY ', doubling(24)],
    [
      'with unevaluatedItems beside contains',
      'SCHEMA_INVALID /unevaluatedItems',
      { contains: { type: 'string' }, unevaluatedItems: false },
    ],
    [
      'with unevaluatedProperties beside an if of its own',
      'SCHEMA_INVALID /unevaluatedProperties',
      { if: { properties: { a: { const: 1 } } }, then: { required: ['b'] }, unevaluatedProperties: false },
    ],
  ])('%s: %s', (_, problem, schema, dialect) => {
    expect(problemOf(schema, dialect)).toBe(problem);
  });

  it.each([
    '$defs',
    '$anchor',
    '$dynamicRef',
    '$dynamicAnchor',
    'prefixItems',
    'dependentRequired',
    'dependentSchemas',
    'unevaluatedProperties',
    'unevaluatedItems',
    'minContains',
    'maxContains',
  ])('in draft-07 with the word %s of 2020-12, which would be ignored', (word) => {
    expect(problemOf({ [word]: {} }, 'draft-07')).toBe(`SCHEMA_INVALID /${word}`);
  });

  it.each(['definitions', 'dependencies', 'additionalItems'])('in 2020-12 with the word %s of draft-07', (word) => {
    expect(problemOf({ [word]: {} })).toBe(`SCHEMA_INVALID /${word}`);
  });

  it('of more than 2,000 nodes', () => {
    const problem = { code: 'SCHEMA_TOO_LARGE', pointer: '', message: 'The schema consists of 2001 schemas; 2000 are allowed.' };
    expect(schemaNodes({ dialect: '2020-12', schema: withProperties(SCHEMA_NODES_MAX) })).toBe(2_001);
    expect(examine(withProperties(SCHEMA_NODES_MAX))).toMatchObject({ problems: [problem] });
    // As many in groups: what ajv makes of 2,000 beside each other may nest too deep for a thread of these specs.
    const groups = Object.fromEntries(Array.from({ length: 43 }, (_, index) => [`g${index}`, withProperties(45)]));
    const full = { properties: { ...groups, rest: withProperties(20) } };
    expect(schemaNodes({ dialect: '2020-12', schema: full })).toBe(SCHEMA_NODES_MAX);
    expect(problemOf(full)).toBe('fit');
  });

  it('of more than 64 KiB of canonical JSON, in bytes', () => {
    expect(problemOf({ description: 'x'.repeat(70 * 1024) })).toBe('SCHEMA_TOO_LARGE ');
    expect(problemOf({ description: 'é'.repeat(SCHEMA_BYTES_MAX / 2) })).toBe('SCHEMA_TOO_LARGE ');
    expect(problemOf({ description: 'x'.repeat(SCHEMA_BYTES_MAX - '{"description":""}'.length) })).toBe('fit');
  });

  it('whose patterns are too large together, before they are compiled', () => {
    const patterns = (count: number): JsonObject => ({
      patternProperties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`^a{1000}${index}$`, true])),
    });
    expect(problemOf(patterns(5))).toBe('fit');
    expect(problemOf(patterns(60))).toBe('SCHEMA_TOO_COSTLY ');
  });

  it('that nests deeper than JSON may', () => {
    let schema: JsonValue = true;
    for (let depth = 0; depth < 20_000; depth++) schema = { not: schema };
    expect(problemOf(schema)).toBe('SCHEMA_TOO_LARGE ');
  });

  it('whose pattern is malformed, with what is wrong in it', () => {
    expect(examine({ pattern: '[a' })).toMatchObject({
      problems: [
        {
          message: 'The pattern has a "[" without a "]", at character 3.',
          remedy: 'Correct the pattern there; write a backslash before a character that stands for itself.',
        },
      ],
    });
  });

  it.each<[schema: JsonValue, message: string, remedy: string, dialect?: Dialect]>([
    [
      { type: 'int' },
      `The value of "type" must be one of ${TYPES}, or an array of these.`,
      `Did you mean "integer"? Write one of ${TYPES}, or an array of these.`,
    ],
    [
      { properties: { a: { type: 'Sting' } } },
      `The value of "type" must be one of ${TYPES}, or an array of these.`,
      `Did you mean "string"? Write one of ${TYPES}, or an array of these.`,
      'draft-07',
    ],
    [
      { type: 'float' },
      `The value of "type" must be one of ${TYPES}, or an array of these.`,
      `Did you mean "number"? Write one of ${TYPES}, or an array of these.`,
    ],
    [{ type: 3 }, `The value of "type" must be one of ${TYPES}, or an array of these.`, `Write one of ${TYPES}, or an array of these.`],
    [{ type: ['string', 'nul'] }, `An element of "type" must be one of ${TYPES}.`, `Did you mean "null"? Write one of ${TYPES}.`],
    [{ type: ['string', 'string'] }, 'The value of "type" must not have two equal elements.', 'Write each element once.'],
    [{ required: 'a' }, 'The value of "required" must be an array.', 'Write an array.'],
    [{ required: [1] }, 'An element of "required" must be a string.', 'Write a string.'],
    [{ enum: 1 }, 'The value of "enum" must be an array.', 'Write an array.'],
    [{ allOf: [] }, 'The value of "allOf" must have at least 1 element.', 'Write at least 1 element, or leave "allOf" out.'],
    [{ minLength: -1 }, 'The value of "minLength" must be at least 0.', 'Write a number that is at least 0.'],
    [{ minLength: 'a' }, 'The value of "minLength" must be a whole number.', 'Write a whole number.'],
    [{ multipleOf: 0 }, 'The value of "multipleOf" must be more than 0.', 'Write a number that is more than 0.'],
    [{ uniqueItems: 'yes' }, 'The value of "uniqueItems" must be true or false.', 'Write true or false.'],
    [{ type: [] }, 'The value of "type" must have at least 1 element.', 'Write at least 1 element, or leave "type" out.'],
    [{ items: [] }, 'The value of "items" must have at least 1 element.', 'Write at least 1 element, or leave "items" out.', 'draft-07'],
    [{ items: [{ title: 1 }] }, 'The value of "title" must be a string.', 'Write a string.', 'draft-07'],
    [{ dependencies: { a: [1] } }, 'An element of "a" must be a string.', 'Write a string.', 'draft-07'],
    [{ properties: 3 }, 'The value of "properties" must be an object.', 'Write an object.'],
    [
      { properties: { a: 3 } },
      'What stands at "a" must be a schema: an object, or true or false.',
      'Write a schema, such as { "type": "number" }.',
    ],
    [
      { $defs: { a: { allOf: [3] } } },
      'An element of "allOf" must be a schema: an object, or true or false.',
      'Write a schema, such as { "type": "number" }.',
    ],
    [
      { $anchor: '1a' },
      'The value of "$anchor" must match the pattern "^[A-Za-z_][-A-Za-z0-9._]*$".',
      'Write a text that matches the pattern "^[A-Za-z_][-A-Za-z0-9._]*$".',
    ],
  ])('that is no schema of its dialect, with whole sentences and what to write: %j', (schema, message, remedy, dialect) => {
    expect(examine(schema, dialect)).toMatchObject({ problems: [{ code: 'SCHEMA_INVALID', message, remedy }] });
    expect(examine(schema, dialect)).toHaveProperty('problems.length', 1);
  });

  it('with at most 100 problems, each of whole sentences', () => {
    const answer = examine(Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`unknown${index}`, 1])));
    if (answer.kind === 'fit') throw new Error('is fit');
    expect(answer.problems).toHaveLength(100);
    for (const { message, remedy } of answer.problems) {
      expect(message).toMatch(/^[A-Z].*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('a schema is fit', () => {
  it.each<[what: string, schema: JsonValue, dialect?: Dialect]>([
    ['true', true],
    ['false', false],
    ['the empty schema', {}],
    ['that says which dialect it is', { $schema: 'http://json-schema.org/draft-07/schema#' }, 'draft-07'],
    ['with a pattern that other engines take for ever for', { pattern: '(a+)+$' }],
    ['with annotations of others', { 'x-form-order': [1, 2], properties: { a: { 'x-anything': null } } }],
    ['that comes back to itself below a member', { properties: { child: { $ref: '#' } }, additionalProperties: { $ref: '#' } }],
    ['that comes back to itself by several members', { properties: { left: { $ref: '#' }, right: { $ref: '#' } }, items: { $ref: '#' } }],
    ['whose names come back to it', { propertyNames: { $ref: '#' } }],
    [
      'with references to names',
      { $defs: { a: { $anchor: 'price', minimum: 0 } }, properties: { a: { $ref: '#price' }, b: { $dynamicRef: '#price' } } },
    ],
    ['with a limit beside it', { properties: { min: { maximum: { $data: '1/max' } }, max: {} } }],
    [
      'with a limit at a place of the mount',
      { properties: { a: { exclusiveMinimum: { $data: '/b/c' }, const: { $data: '1/d' } }, b: { properties: { c: {} } }, d: {} } },
    ],
    ['with a limit above it in a cycle', { properties: { a: { $ref: '#' }, b: { minimum: { $data: '5/b' } } } }],
    ['with members called $data, $id and pattern', { properties: { $data: {}, $id: {}, pattern: { type: 'string' }, $ref: {} } }],
    [
      'with a reference alone in draft-07',
      { properties: { a: { $ref: '#/definitions/n', title: 'A', 'x-unit': 'USD' } }, definitions: { n: {} } },
      'draft-07',
    ],
  ])('%s', (_, schema, dialect) => {
    expect(problemOf(schema, dialect)).toBe('fit');
  });

  it('by its ways, which are counted no further than needed', () => {
    expect(waysOf({ dialect: '2020-12', schema: doubling(12) })).toBe(2 ** 13 - 2);
    expect(waysOf({ dialect: '2020-12', schema: doubling(24) })).toBe(WAYS_MAX + 1);
    expect(waysOf({ dialect: '2020-12', schema: withProperties(50) })).toBe(51);
  });
});

describe('annotations', () => {
  it('are collected over every branch, reference, member and pattern', () => {
    const schema = {
      'x-label': 'Risk',
      properties: {
        a: { $ref: '#/$defs/secret' },
        'b.c': { 'x-unit': 'USD' },
        '*': { 'x-reference': false },
        list: { items: { properties: { token: { 'x-sensitive': true } } }, prefixItems: [{ 'x-reload': 'restart' }] },
      },
      patternProperties: { '^p': { 'x-unit': 'ms' } },
      additionalProperties: { properties: { x: { 'x-sensitive': false } } },
      anyOf: [{ properties: { d: { 'x-sensitive': true } } }, { not: { properties: { e: { 'x-reload': 'restart' } } } }],
      if: { properties: { f: { 'x-label': 'F' } } },
      then: { dependentSchemas: { a: { properties: { g: { 'x-label': 'G' } } } } },
      $defs: { secret: { 'x-sensitive': true }, unused: { 'x-label': 'nowhere' } },
    };
    const texts = annotationsOf(schema).map(({ below, keyword, value }) => `${below} ${keyword} ${value}`);
    expect(texts.toSorted()).toEqual(
      [
        ' x-label Risk',
        'a x-sensitive true',
        'b\\.c x-unit USD',
        '\\* x-reference false',
        'list x-sensitive true',
        'list x-reload restart',
        '* x-unit ms',
        '*.x x-sensitive false',
        'd x-sensitive true',
        'e x-reload restart',
        'f x-label F',
        'g x-label G',
      ].toSorted(),
    );
  });

  it('follow a cycle once', () => {
    const schema = { properties: { child: { $ref: '#' } }, 'x-label': 'Node' };
    expect(annotationsOf(schema)).toEqual([{ below: '', keyword: 'x-label', value: 'Node' }]);
  });
});

describe('the identity of a validator', () => {
  it('is that of dialect and content', () => {
    const id = validatorId({ dialect: '2020-12', schema: { minimum: 1, maximum: 2 } });
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(validatorId({ dialect: '2020-12', schema: { maximum: 2, minimum: 1 } })).toBe(id);
    expect(validatorId({ dialect: 'draft-07', schema: { maximum: 2, minimum: 1 } })).not.toBe(id);
    expect(validatorId({ dialect: '2020-12', schema: { maximum: 2, minimum: 0 } })).not.toBe(id);
    expect(validatorId({ dialect: '2020-12', schema: true })).not.toBe(validatorId({ dialect: '2020-12', schema: false }));
  });
});
