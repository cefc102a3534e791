// mergePatch against the examples in appendix A of RFC 7396.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { value } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import type { JsonValue } from './json.js';
import { mergePatch } from './merge-patch.js';

const appendixA: readonly (readonly [JsonValue, JsonValue, JsonValue])[] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

describe('mergePatch', () => {
  it.each(appendixA)('of %j and %j is %j', (document, patch, expected) => {
    expect(mergePatch(document, patch)).toEqual(expected);
  });

  it('leaves `{}` where the last member of an object is removed', () => {
    expect(mergePatch({ a: { b: 1 } }, { a: { b: null } })).toEqual({ a: {} });
  });

  it('says the same when applied twice, and leaves its arguments alone', () => {
    fc.assert(
      fc.property(value, value, (document, patch) => {
        const before = canonicalJson([document, patch]);
        const once = mergePatch(document, patch);
        expect(mergePatch(once, patch)).toEqual(once);
        expect(canonicalJson([document, patch])).toBe(before);
      }),
    );
  });

  it('takes names of the prototype as data', () => {
    expect(mergePatch({}, { toString: { valueOf: 1 } })).toEqual({ toString: { valueOf: 1 } });
    const patched = mergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}') as JsonValue) as object;
    expect(Object.getPrototypeOf(patched)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBe(undefined);
  });
});
