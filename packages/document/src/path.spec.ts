// The grammar of paths: what is accepted, what each refusal says, and the order of paths.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segments } from './arbitraries.js';
import { DEPTH_MAX, PATH_BYTES_MAX } from './limits.js';
import { comparePaths, compareSegments, formatPath, joinPath, overlaps, parsePath } from './path.js';

function problemOf(text: string) {
  const result = parsePath(text);
  if (result.ok) throw new Error(`${text} was accepted`);
  return result.problem;
}

describe('parsePath', () => {
  it.each([
    ['risk.parameters.maxPositionSize', ['risk', 'parameters', 'maxPositionSize']],
    ['a\\.b.c', ['a.b', 'c']],
    ['a\\\\.b', ['a\\', 'b']],
    ['\\.', ['.']],
    ['é.😀.toString', ['é', '😀', 'toString']],
    ['a b', ['a b']],
  ])('reads %s', (text, expected) => expect(parsePath(text)).toEqual({ ok: true, value: expected }));

  it('gives back what formatPath wrote', () => {
    fc.assert(
      fc.property(segments, (names) => {
        expect(parsePath(formatPath(names))).toEqual({ ok: true, value: names });
        expect(names.reduce(joinPath, '')).toBe(formatPath(names));
      }),
    );
  });

  it('counts bytes of UTF-8 as written, escapes included', () => {
    expect(parsePath('a'.repeat(PATH_BYTES_MAX)).ok).toBe(true);
    expect(problemOf('a'.repeat(PATH_BYTES_MAX + 1)).code).toBe('PATH_TOO_LONG');
    expect(parsePath('é'.repeat(127)).ok).toBe(true);
    expect(problemOf('é'.repeat(128)).code).toBe('PATH_TOO_LONG');
    expect(problemOf('\\.'.repeat(128)).code).toBe('PATH_TOO_LONG');
  });

  it('accepts the deepest path and refuses one level more', () => {
    const deep = (levels: number): string => Array.from({ length: levels }, () => 'a').join('.');
    expect(parsePath(deep(DEPTH_MAX)).ok).toBe(true);
    expect(problemOf(deep(DEPTH_MAX + 1)).code).toBe('PATH_TOO_DEEP');
  });

  it.each([
    ['', 'PATH_EMPTY'],
    ['a..b', 'PATH_EMPTY_SEGMENT'],
    ['.a', 'PATH_EMPTY_SEGMENT'],
    ['a.', 'PATH_EMPTY_SEGMENT'],
    ['a.\\x', 'PATH_BAD_ESCAPE'],
    ['a\\', 'PATH_BAD_ESCAPE'],
    ['a\\*', 'PATH_BAD_ESCAPE'],
    ['a\u0000', 'STRING_NUL'],
    ['a\u001f', 'PATH_CONTROL_CHARACTER'],
    ['a\u007f', 'PATH_CONTROL_CHARACTER'],
    ['a\u009f', 'PATH_CONTROL_CHARACTER'],
    ['a\n.b', 'PATH_CONTROL_CHARACTER'],
    ['a\n', 'PATH_CONTROL_CHARACTER'],
    ['a.__proto__', 'NAME_FORBIDDEN'],
    ['constructor.b', 'NAME_FORBIDDEN'],
    ['a.prototype', 'NAME_FORBIDDEN'],
    ['a.\ud800', 'STRING_LONE_SURROGATE'],
  ])('refuses %j with %s and a remedy', (text, code) => {
    expect(problemOf(text)).toMatchObject({ code, path: text });
    expect(problemOf(text).remedy.length).toBeGreaterThan(10);
  });
});

describe('overlaps', () => {
  it.each([
    ['a', 'a', true],
    ['a', 'a.b', true],
    ['a.b.c', 'a', true],
    ['', 'a', true],
    ['a', 'ab', false],
    ['a', 'a\\.b', false],
    ['a\\\\', 'a\\\\.b', true],
    ['a.b', 'a.c', false],
  ])('of %j and %j is %s', (a, b, expected) => expect(overlaps(a, b)).toBe(expected));

  it('agrees with the segments', () => {
    fc.assert(
      fc.property(segments, segments, (a, b) => {
        const shared = Math.min(a.length, b.length);
        const expected = a.slice(0, shared).every((segment, index) => segment === b[index]);
        expect(overlaps(formatPath(a), formatPath(b))).toBe(expected);
      }),
    );
  });
});

describe('the order of paths', () => {
  it('is by segments, each by UTF-16 code units', () => {
    const sorted = ['a', 'a.b', 'a.z', 'a b', 'a-b', 'a\\.b', 'ab', 'b', '😀', '\ufb33'];
    expect([...sorted].reverse().sort(comparePaths)).toEqual(sorted);
  });

  it('is the same on texts and on segments', () => {
    fc.assert(
      fc.property(segments, segments, (a, b) => {
        expect(Math.sign(comparePaths(formatPath(a), formatPath(b)))).toBe(Math.sign(compareSegments(a, b)));
      }),
    );
  });
});
