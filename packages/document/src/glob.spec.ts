// Globs against a naive matcher, and what they refuse.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileGlob, matchesGlob, parseGlob } from './glob.js';
import { DEPTH_MAX } from './limits.js';
import { formatPath } from './path.js';
import { DocumentFault } from './problem.js';

function naive(parts: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = parts;
  if (first === undefined) return path.length === 0;
  if (first === '**') return naive(rest, path) || (path.length > 0 && naive(parts, path.slice(1)));
  return path.length > 0 && (first === '*' || first === path[0]) && naive(rest, path.slice(1));
}

describe('matchesGlob', () => {
  it.each([
    ['risk.*', 'risk.limit', true],
    ['risk.*', 'risk', false],
    ['risk.*', 'risk.a.b', false],
    ['risk.**', 'risk', true],
    ['risk.**', 'risk.a.b', true],
    ['**.limit', 'limit', true],
    ['**.limit', 'a.b.limit', true],
    ['**', '', true],
    ['*', '', false],
    ['a.**.b.**.c', 'a.b.x.b.c', true],
    ['a\\.b.*', 'a\\.b.c', true],
    ['a\\.b.*', 'a.b.c', false],
    ['pairs.BTC\\*', 'pairs.BTC*', true],
    ['pairs.\\*', 'pairs.x', false],
    ['pairs.\\*', 'pairs.*', true],
    ['**', 'not..a.path', false],
  ])('of %s and %j is %s', (glob, path, expected) => expect(matchesGlob(glob, path)).toBe(expected));

  it('agrees with a naive matcher', () => {
    const part = fc.constantFrom('a', 'b', 'c.d', '*', '**');
    const segment = fc.constantFrom('a', 'b', 'c.d');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 7 }), fc.array(segment, { minLength: 1, maxLength: 7 }), (parts, path) => {
        const glob = parts.map((text) => (text.startsWith('*') ? text : formatPath([text]))).join('.');
        expect(matchesGlob(glob, formatPath(path))).toBe(naive(parts, path));
      }),
      { numRuns: 3000 },
    );
  });

  it('stays quick where a naive matcher explodes', () => {
    const glob = Array.from({ length: 15 }, () => '**.a').join('.');
    expect(matchesGlob(glob, `${Array.from({ length: DEPTH_MAX - 1 }, () => 'a').join('.')}.b`)).toBe(false);
  });
});

describe('parseGlob', () => {
  it.each([
    ['', 'PATH_EMPTY'],
    ['a..*', 'PATH_EMPTY_SEGMENT'],
    ['max*', 'PATH_BAD_ESCAPE'],
    ['a.***', 'PATH_BAD_ESCAPE'],
    ['a.\\x', 'PATH_BAD_ESCAPE'],
    ['a.__proto__', 'NAME_FORBIDDEN'],
    ['a\u0000', 'STRING_NUL'],
    [Array.from({ length: DEPTH_MAX + 1 }, () => '*').join('.'), 'PATH_TOO_DEEP'],
    ['a'.repeat(256), 'PATH_TOO_LONG'],
  ])('refuses %j with %s', (glob, code) => {
    const result = parseGlob(glob);
    expect(result.ok ? 'accepted' : result.problem.code).toBe(code);
    expect(() => compileGlob(glob)).toThrow(DocumentFault);
  });

  it('gives back a glob that is well formed', () => {
    expect(parseGlob('risk.**.max\\*')).toEqual({ ok: true, value: 'risk.**.max\\*' });
  });

  it('remembers compiled globs, a bounded number of them', () => {
    const first = compileGlob('remembered.*');
    expect(compileGlob('remembered.*')).toBe(first);
    for (let index = 0; index < 300; index++) compileGlob(`other${index}.*`);
    expect(compileGlob('remembered.*')).not.toBe(first);
  });
});
