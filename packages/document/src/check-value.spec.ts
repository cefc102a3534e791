// Every limit and refusal of values that are to stand in a document.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { object } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import { checkValue } from './check-value.js';
import { Document } from './document.js';
import type { JsonObject, JsonValue } from './json.js';
import { DEPTH_MAX, DOCUMENT_LEAVES_MAX, PATH_BYTES_MAX, VALUE_BYTES_MAX } from './limits.js';

/** `levels` objects around a value. */
function objects(levels: number, inside: JsonValue): JsonValue {
  return levels === 0 ? inside : { a: objects(levels - 1, inside) };
}

function arrays(levels: number, inside: JsonValue): JsonValue {
  return levels === 0 ? inside : [arrays(levels - 1, inside)];
}

describe('checkValue', () => {
  it('accepts what a document may hold', () => {
    fc.assert(
      fc.property(object, (json) => {
        expect(checkValue(json)).toBe(null);
      }),
    );
    expect(checkValue({ 'a.b': 1, '\\': [{ 'any\u0001name': 1, '': 2 }], toString: {} })).toBe(null);
    expect(checkValue(Object.assign(Object.create(null) as object, { a: 1 }))).toBe(null);
  });

  class Money {
    readonly amount = 1;
  }
  it.each([
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['a bigint', 10n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['an instance of Date', new Date()],
    ['an instance of Map', new Map()],
    ['an instance of Money', new Money()],
  ])('refuses %s, which JSON does not have', (what, wrong) => {
    for (const value of [wrong, { a: { b: wrong } }, { a: [1, { b: wrong }] }]) {
      const problem = checkValue(value);
      expect(problem).toMatchObject({ code: 'JSON_MALFORMED', rule: 'not-json' });
      expect(problem?.message).toContain(what);
    }
  });

  it('refuses an array with holes', () => {
    const holes: unknown[] = [1];
    holes[2] = 3;
    expect(checkValue({ a: holes })?.rule).toBe('not-json');
  });

  it.each([
    [{ '': 1 }, 'PATH_EMPTY_SEGMENT', ''],
    [{ a: { 'b\n': 1 } }, 'PATH_CONTROL_CHARACTER', 'a.b\n'],
    [{ a: { constructor: 1 } }, 'NAME_FORBIDDEN', 'a.constructor'],
    [JSON.parse('{"__proto__":1}'), 'NAME_FORBIDDEN', '__proto__'],
    [{ a: [{ prototype: 1 }] }, 'NAME_FORBIDDEN', 'a'],
    [{ 'a.b': { c: '\u0000' } }, 'STRING_NUL', 'a\\.b.c'],
    [{ a: [{ '\u0000': 1 }] }, 'STRING_NUL', 'a'],
    [{ a: ['\ud800'] }, 'STRING_LONE_SURROGATE', 'a'],
    [{ '\ud800': 1 }, 'STRING_LONE_SURROGATE', '\ud800'],
  ])('refuses %j with %s', (value, code, path) => {
    const problem = checkValue(value);
    expect(problem).toMatchObject({ code, path });
    expect(problem?.remedy.length).toBeGreaterThan(10);
  });

  it('says where inside an array the problem stands', () => {
    expect(checkValue({ list: [0, { x: '\u0000' }] })?.message).toContain('[1]["x"]');
  });
});

describe('the limit of depth', () => {
  it('counts segments of the path', () => {
    expect(checkValue(objects(DEPTH_MAX, 1))).toBe(null);
    expect(checkValue(objects(DEPTH_MAX, {}))).toBe(null);
    expect(checkValue(objects(DEPTH_MAX + 1, 1))).toMatchObject({ code: 'PATH_TOO_DEEP' });
  });

  it('counts levels inside arrays together with the path', () => {
    expect(checkValue(objects(DEPTH_MAX - 2, [[1]]))).toBe(null);
    expect(checkValue(objects(DEPTH_MAX - 1, [[1]]))?.code).toBe('PATH_TOO_DEEP');
    expect(checkValue(objects(DEPTH_MAX - 2, [{}]))).toBe(null);
    expect(checkValue(objects(DEPTH_MAX - 1, [{}]))?.code).toBe('PATH_TOO_DEEP');
    expect(checkValue(arrays(DEPTH_MAX - 1, 1), 'a')).toBe(null);
    expect(checkValue(arrays(DEPTH_MAX, 1), 'a')?.code).toBe('PATH_TOO_DEEP');
  });

  it('counts from the place where the value will stand', () => {
    const deep = Array.from({ length: DEPTH_MAX }, () => 'a').join('.');
    expect(checkValue(1, deep)).toBe(null);
    expect(checkValue({}, deep)).toBe(null);
    expect(checkValue({ b: 1 }, deep)?.code).toBe('PATH_TOO_DEEP');
    expect(checkValue([], deep)?.code).toBe('PATH_TOO_DEEP');
  });

  it('ends a value that contains itself', () => {
    const cycle: Record<string, unknown> = {};
    cycle['a'] = cycle;
    cycle['b'] = cycle;
    expect(checkValue(cycle)?.code).toBe('PATH_TOO_DEEP');
    const list: unknown[] = [];
    list.push(list, list);
    expect(checkValue({ list })?.code).toBe('PATH_TOO_DEEP');
  });
});

describe('the limit of paths', () => {
  it('counts bytes of the whole path, dots and escapes included', () => {
    const half = 'x'.repeat(127);
    expect(checkValue({ [half]: { [half]: 1 } })).toBe(null);
    expect(checkValue({ [half]: { [`${half}x`]: 1 } })).toMatchObject({ code: 'PATH_TOO_LONG' });
    expect(checkValue({ [half]: { ['.'.repeat(64)]: 1 } })).toMatchObject({ code: 'PATH_TOO_LONG' });
    expect(checkValue({ ['é'.repeat(128)]: 1 })).toMatchObject({ code: 'PATH_TOO_LONG' });
    expect(checkValue({ ['😀'.repeat(63)]: 1 })).toBe(null);
    expect(checkValue({ ['😀'.repeat(64)]: 1 })).toMatchObject({ code: 'PATH_TOO_LONG' });
  });

  it('counts from the place where the value will stand, and forgets branches that it has left', () => {
    const at = 'x'.repeat(PATH_BYTES_MAX - 2);
    expect(checkValue({ a: 1, b: 2 }, at)).toBe(null);
    expect(checkValue({ ab: 1 }, at)).toMatchObject({ code: 'PATH_TOO_LONG', path: `${at}.ab` });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`name${index}`, { inner: 1 }]));
    expect(checkValue(many)).toBe(null);
  });

  it('refuses a place that is no path', () => {
    expect(checkValue(1, 'a..b')?.code).toBe('PATH_EMPTY_SEGMENT');
  });
});

describe('the limit of a value', () => {
  it('is 512 KiB, counted in bytes of canonical JSON', () => {
    expect(VALUE_BYTES_MAX).toBe(512 * 1024);
    expect(checkValue({ a: 'x'.repeat(VALUE_BYTES_MAX - 2) })).toBe(null);
    expect(checkValue({ a: 'x'.repeat(VALUE_BYTES_MAX - 1) })).toMatchObject({ code: 'VALUE_TOO_LARGE', path: 'a' });
    expect(checkValue({ a: 'é'.repeat(VALUE_BYTES_MAX / 2 - 1) })).toBe(null);
    expect(checkValue({ a: 'é'.repeat(VALUE_BYTES_MAX / 2) })).toMatchObject({ code: 'VALUE_TOO_LARGE' });
    expect(checkValue({ a: '\u0001'.repeat(100_000) })).toMatchObject({ code: 'VALUE_TOO_LARGE' });
  });

  it('holds for arrays as a whole and for each leaf alone', () => {
    const half = 'x'.repeat(VALUE_BYTES_MAX / 2);
    expect(checkValue({ a: half, b: half, c: half })).toBe(null);
    expect(checkValue({ a: [half, half] })).toMatchObject({ code: 'VALUE_TOO_LARGE', path: 'a' });
    expect(checkValue({ a: [{ name: half }, { [half]: 1 }] })?.code).toBe('VALUE_TOO_LARGE');
  });

  it('is found early in an array that shares its parts and would be huge when written', () => {
    let shared: JsonValue = ['x'.repeat(1000)];
    for (let level = 0; level < 28; level++) shared = [shared, shared];
    expect(checkValue({ a: shared })?.code).toBe('VALUE_TOO_LARGE');
  });

  it('is exact: the check and the size of the text never disagree', () => {
    const near = fc.integer({ min: -20, max: 20 });
    const unit = fc.constantFrom('x', 'é', '\u0001', '"', '😀', '\ufb33');
    fc.assert(
      fc.property(near, unit, (offset, char) => {
        const count = Math.floor(VALUE_BYTES_MAX / (Buffer.byteLength(JSON.stringify(char)) - 2)) + offset;
        const value = [char.repeat(count)];
        const tooLarge = Buffer.byteLength(canonicalJson(value)) > VALUE_BYTES_MAX;
        expect(checkValue({ a: value })?.code).toBe(tooLarge ? 'VALUE_TOO_LARGE' : undefined);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the limit of leaves', () => {
  const wide = (count: number, leaf: JsonValue = {}): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, leaf]));

  it.each([null, true, 1, 'x'])('counts each %j', (leaf) => {
    expect(checkValue(wide(DOCUMENT_LEAVES_MAX, leaf))).toBe(null);
    expect(checkValue(wide(DOCUMENT_LEAVES_MAX + 1, leaf))).toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
  });
  it('counts `{}` as one, and arrays as one', () => {
    expect(checkValue(wide(DOCUMENT_LEAVES_MAX))).toBe(null);
    expect(checkValue(wide(DOCUMENT_LEAVES_MAX + 1))).toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
    expect(checkValue({ a: Array.from({ length: 30_000 }, () => 1), b: 1 })).toBe(null);
  });
});

describe('Document.from', () => {
  it.each([null, 1, 'x', [1], true, undefined])('refuses %j: a document is an object', (value) => {
    const result = Document.from(value as never);
    expect(result.ok ? null : result.problem.code).toBe('DOCUMENT_NOT_OBJECT');
  });

  it('refuses what checkValue refuses, naming the place', () => {
    const result = Document.from({ a: { b: Number.NaN } });
    expect(result.ok ? null : result.problem.path).toBe('a.b');
  });
});
