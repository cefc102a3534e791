// JSON is refused where the document's strict parser refuses it, with a place; JSONC takes comments and a last comma besides.
import { equalJson, JSON_NESTING_MAX, parseJson, type JsonObject } from '@confledger/document/json-and-paths';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { document } from '../arbitraries.js';
import { parseFormat } from '../parse-format.js';

const ODD_PIECES = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u00e9',
  '\\ud800',
  '-',
  '-0',
  '0',
  '01',
  '1.',
  '.5',
  '1e400',
  '9007199254740993',
  'true',
  'nul',
  ' ',
  '\n',
  '"a":1',
  '"__proto__":1',
  '//',
  '\t',
];

test('JSON is read exactly where the strict parser reads it, and means the same', () => {
  fc.assert(
    fc.property(document, fc.nat(), fc.nat(3), fc.constantFrom(...ODD_PIECES), (value, at, cut, piece) => {
      const text = JSON.stringify(value);
      const start = at % (text.length + 1);
      for (const changed of [text, text.slice(0, start) + piece + text.slice(start + cut)]) {
        // Half of a surrogate pair is refused before anything is read.
        if (/\p{Surrogate}/u.test(changed)) continue;
        const strict = parseJson(changed);
        const here = parseFormat(changed, 'json');
        if (strict.ok && !Array.isArray(strict.value) && typeof strict.value === 'object' && strict.value !== null) {
          expect(here.ok && equalJson(here.value, strict.value), changed).toBe(true);
        } else expect(here.ok, changed).toBe(false);
        if (!strict.ok && !here.ok) {
          const codes = here.problems.map(({ code }) => (code === 'FORMAT_MALFORMED' || code === 'FORMAT_EMPTY' ? 'JSON_MALFORMED' : code));
          // The strict parser judges a name before it looks for the colon.
          expect(codes.includes('JSON_MALFORMED') || codes.includes(strict.problem.code as (typeof codes)[number]), changed).toBe(true);
          if (strict.problem.code === 'JSON_MALFORMED') expect(codes, changed).toContain('JSON_MALFORMED');
        }
      }
    }),
    { numRuns: 600 },
  );
});

describe('a refusal of JSON', () => {
  test.each([
    ['{"a":1,}', 'FORMAT_MALFORMED', 'trailing-comma', 1, 7],
    ['{\n  "a": 1\n  "b": 2\n}', 'FORMAT_MALFORMED', 'json-syntax', 3, 3],
    ['{"a": 01}', 'FORMAT_MALFORMED', 'bad-number', 1, 7],
    ['{"a": "x}', 'FORMAT_MALFORMED', 'string-not-closed', 1, 10],
    ['{"a": "x\n"}', 'FORMAT_MALFORMED', 'string-not-closed', 1, 9],
    ['{"a": "\t"}', 'FORMAT_MALFORMED', 'raw-control-character', 1, 8],
    ['{"a": "\\q"}', 'FORMAT_MALFORMED', 'bad-escape', 1, 8],
    ['{"a": 1} // c', 'FORMAT_MALFORMED', 'json-syntax', 1, 10],
    ['{\n"a": 1,\n"a": 2}', 'JSON_DUPLICATE_NAME', 'duplicate-name', 3, 1],
    ['{"a": 9007199254740993}', 'NUMBER_NOT_EXACT', 'number-not-exact', 1, 7],
    ['{"a": -0}', 'NUMBER_NOT_EXACT', 'negative-zero', 1, 7],
    ['{"a": {"constructor": 1}}', 'NAME_FORBIDDEN', 'forbidden-name', 1, 8],
    ['{"a": "\\u0000"}', 'STRING_NUL', 'nul-character', 1, 7],
    ['{"a": "\\ud800"}', 'STRING_LONE_SURROGATE', 'lone-surrogate', 1, 7],
    ['[1]', 'DOCUMENT_NOT_OBJECT', 'not-an-object', 1, 1],
  ])('%j has its place', (text, code, rule, line, column) => {
    expect(parseFormat(text, 'json')).toMatchObject({ ok: false, problems: [{ code, rule, line, column }] });
  });

  test('lists all that is wrong with values at once', () => {
    const found = parseFormat('{"a": -0, "b": 1e400, "a": 1}', 'json');
    expect(found.ok ? [] : found.problems.map(({ rule }) => rule)).toEqual(['negative-zero', 'number-not-exact', 'duplicate-name']);
  });
});

describe('JSONC', () => {
  const value = (text: string): JsonObject | null => {
    const parsed = parseFormat(text, 'jsonc');
    return parsed.ok ? parsed.value : null;
  };

  test('has comments of both kinds, wherever white space may stand, and a comma behind the last member', () => {
    expect(value('// a\n{ /* b */ "c" /**/ : /* d\n */ [1, /* e */ 2,], // f\n "g": "// no",\n} // h')).toEqual({ c: [1, 2], g: '// no' });
  });

  test.each([
    ['{"a": 1 /* open', 'comment-not-closed', 9],
    ['{,}', 'json-syntax', 2],
    ['{"a": [,]}', 'json-syntax', 8],
    ['{"a": 1,, "b": 2}', 'json-syntax', 9],
    ['{"a": 1 / 2}', 'json-syntax', 9],
    ["{'a': 1}", 'json-syntax', 2],
    ['{"a": 1} # c', 'json-syntax', 10],
  ])('%j is refused', (text, rule, column) => {
    expect(parseFormat(text, 'jsonc')).toMatchObject({ ok: false, problems: [{ rule, line: 1, column }] });
  });
});

test(`${JSON_NESTING_MAX} levels are read; a million are refused, and the stack holds`, () => {
  const nested = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  expect(parseFormat(nested(JSON_NESTING_MAX - 1), 'json').ok).toBe(true);
  for (const levels of [JSON_NESTING_MAX, 1_000_000]) {
    expect(parseFormat(nested(levels), 'json')).toMatchObject({ ok: false, problems: [{ rule: 'json-too-deep' }] });
  }
});
