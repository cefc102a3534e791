// Compiled validators: exact arithmetic, limits that stand elsewhere, no sharing between schemas, and how many are kept.
import type { JsonObject, JsonValue } from '@confledger/document';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMultipleOf } from './multiple-of.js';
import { Validators, VALIDATORS_MAX } from './validators.js';

const validators = new Validators();

function keywordsOf(value: JsonValue, schema: JsonObject | boolean, key?: string): string[] {
  return validators
    .validatorOf({ dialect: '2020-12', schema })
    .judge(value, key)
    .map(({ keyword }) => keyword);
}

describe('multipleOf', () => {
  it.each([
    [19.99, 0.01],
    [0.3, 0.1],
    [1e21, 1e-7],
    [-4.35, 0.05],
    [0, 0.01],
    [1.1, 1.1],
    [1e308, 1e-300],
    [9007199254740991, 1],
  ])('%d is a multiple of %d', (value, factor) => {
    expect(isMultipleOf(value, factor)).toBe(true);
  });

  it.each([
    [19.999, 0.01],
    [0.35, 0.1],
    [1, 0.3],
    [1e-7, 1e-6],
    [5, 2],
  ])('%d is no multiple of %d', (value, factor) => {
    expect(isMultipleOf(value, factor)).toBe(false);
  });

  it('is exact for cents', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (cents) =>
        isMultipleOf(Number(`${Math.trunc(cents / 100)}.${String(Math.abs(cents % 100)).padStart(2, '0')}`), 0.01),
      ),
    );
    expect(keywordsOf(19.99, { multipleOf: 0.01 })).toEqual([]);
  });
});

describe('a validator', () => {
  it('changes nothing of what it judges: no coercion, no defaults, no removal', () => {
    const value = Object.freeze({ a: '1', b: 2 });
    expect(keywordsOf(value, { properties: { a: { type: 'number' }, c: { default: 5 } }, additionalProperties: false })).toEqual([
      'additionalProperties',
      'type',
    ]);
    expect(value).toEqual({ a: '1', b: 2 });
  });

  it('asserts formats in both dialects', () => {
    for (const dialect of ['draft-07', '2020-12'] as const) {
      expect(validators.validatorOf({ dialect, schema: { format: 'email' } }).judge('no address', undefined)).toHaveLength(1);
    }
  });

  it('takes members that are called like those of every object for missing where they are', () => {
    expect(keywordsOf({}, { required: ['toString'] })).toEqual(['required']);
    expect(keywordsOf({ toString: 1 }, { required: ['toString'], properties: { valueOf: false } })).toEqual([]);
  });

  it('reads limits that stand elsewhere, and knows none where nothing stands', () => {
    const schema = {
      properties: {
        min: { maximum: { $data: '1/max' } },
        deep: { properties: { x: { const: { $data: '/max' } } } },
        more: { exclusiveMinimum: { $data: '1/max' } },
      },
    };
    expect(keywordsOf({ min: 1, max: 2, deep: { x: 2 }, more: 3 }, schema)).toEqual([]);
    expect(keywordsOf({ min: 3, max: 2, deep: { x: 1 }, more: 2 }, schema)).toEqual(['maximum', 'const', 'exclusiveMinimum']);
    expect(keywordsOf({ min: 3, deep: { x: 1 } }, schema)).toEqual([]);
    expect(keywordsOf({ min: 3, max: 'x' }, schema)).toEqual(['maximum']);
  });

  it('knows no limit where a pointer goes above the mounted place, as it may in a cycle', () => {
    const schema = { properties: { a: { $ref: '#' }, b: { minimum: { $data: '3/c' } } } };
    expect(keywordsOf({ a: { a: { b: 1 } }, b: 1, c: 2 }, schema)).toEqual(['minimum']);
    expect(keywordsOf({ a: { a: { b: 3 }, b: 1 }, b: 1, c: 2 }, schema)).toEqual([]);
  });

  it('of the schema true takes everything and needs no compiling', () => {
    const validator = validators.validatorOf({ dialect: '2020-12', schema: true });
    expect(validator.isCompiled).toBe(true);
    expect(validator.judge({ a: 1 }, 'a')).toEqual([]);
    expect(keywordsOf(1, false)).toEqual(['false']);
  });

  it('compares x-equalsKey with the mounted place', () => {
    const schema = { properties: { address: { 'x-equalsKey': true } } };
    expect(keywordsOf({ address: 'A' }, schema, 'A')).toEqual([]);
    expect(keywordsOf({ address: 'A' }, schema, 'B')).toEqual(['x-equalsKey']);
    expect(keywordsOf({ address: 'A' }, schema)).toEqual(['x-equalsKey']);
    expect(keywordsOf({ address: 'A' }, { properties: { address: { 'x-equalsKey': false } } }, 'B')).toEqual([]);
  });

  it('judges patternProperties beside branches that do not hold', () => {
    for (const keyword of ['oneOf', 'anyOf']) {
      const schema = { [keyword]: [{ properties: { a: { type: 'number' } } }], patternProperties: { '^a': { minLength: 3 } } };
      expect(keywordsOf({ a: 'x' }, schema)).toEqual([keyword, 'minLength']);
      expect(keywordsOf({ a: 'x', b: 1 }, { ...schema, unevaluatedProperties: false })).toContain('unevaluatedProperties');
    }
  });

  it('judges patterns in linear time', () => {
    const started = performance.now();
    expect(keywordsOf(`${'a'.repeat(50_000)}!`, { pattern: '^(a+)+$' })).toEqual(['pattern']);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('shares nothing with others: the same name may stand in two schemas', () => {
    expect(keywordsOf(1, { $defs: { a: { $anchor: 'x', minimum: 2 } }, $ref: '#x' })).toEqual(['minimum']);
    expect(keywordsOf(1, { $defs: { a: { $anchor: 'x', maximum: 0 } }, $ref: '#x' })).toEqual(['maximum']);
  });
});

describe('validators', () => {
  it('are kept by content, the most recently used', () => {
    const kept = new Validators(2);
    const one = kept.validatorOf({ dialect: '2020-12', schema: { minimum: 1 } });
    const two = kept.validatorOf({ dialect: '2020-12', schema: { minimum: 2 } });
    expect(kept.validatorOf({ dialect: '2020-12', schema: { minimum: 1 } })).toBe(one);
    kept.validatorOf({ dialect: '2020-12', schema: { minimum: 3 } });
    expect(kept.size).toBe(2);
    expect(kept.validatorOf({ dialect: '2020-12', schema: { minimum: 1 } })).toBe(one);
    expect(kept.validatorOf({ dialect: '2020-12', schema: { minimum: 2 } })).not.toBe(two);
    expect(VALIDATORS_MAX).toBe(2_000);
  });

  it('are compiled when they first judge', () => {
    const validator = new Validators().validatorOf({ dialect: '2020-12', schema: { minimum: 1 } });
    expect(validator.isCompiled).toBe(false);
    expect(validator.judge(1, undefined)).toEqual([]);
    expect(validator.isCompiled).toBe(true);
  });
});
