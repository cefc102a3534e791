// TOML is read as a kept parser reads it; what JSON has no equal of is refused with its place.
import { equalJson, JSON_NESTING_MAX, type JsonObject } from '@confledger/document/json-and-paths';
import { parse as parseSmolToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { VALUES_MAX } from '../limits.js';
import { parseFormat } from '../parse-format.js';

const VALID = [
  'a = 1\nb.c = 2\nb."d e".f = 3\n\'g.h\' = 4',
  '"" = 1',
  'a = [1, 2.5, "x", [true, false,], # c\n {b = 1}]',
  'a = { b = 1, c.d = 2, c.e = 3, f = {} }',
  '[a]\n[a.b]\n[c.d]\n[c]\nx = 1',
  '[[a]]\nx = 1\n[[a]]\n[a.b]\ny = 2\n[[a.c]]\n[[a.c]]\nz = 3',
  '[a]\nb.c = 1\n[a.b.d]\ne = 2',
  '[ a . "b" ]\n c = 1',
  'a = """\nx\\\n   y "quoted" ""z"""',
  'a = """x"""""',
  "a = '''\nx \\n 'y' ''z'''''",
  'a = "\\b\\t\\n\\f\\r\\"\\\\\\u00e9\\U0001F600"',
  'a = 1_000\nb = -1_0.5_0e+1_0\nc = +1\nd = 1e3\ne = 0\nf = 6.626e-34',
  'a = 1 # c\r\nb = 2\r\n',
  '\n\n# c\n\ta = 1\t\n',
  '1 = 2\n1.2 = 3'.replace('1 = 2\n', ''),
  'inf = 1\nnan = 2\ntrue = 3\n2026-01-01 = 4',
  'a = "\u00e9😀"\n"😀" = 1',
  'a = [\n\n]\nb = [\n1\n,\n2 # c\n]',
  'a = { b = 1, # c\n c = 2,\n}',
  'a = "\\e\\x41"',
];

const INVALID = [
  'a = 1\na = 2',
  'a.b = 1\na = 2',
  'a = 1\na.b = 2',
  '[a]\n[a]',
  '[a]\nb = 1\n[a.b]',
  '[a]\nb.c = 1\n[a.b]',
  '[a.b.c]\nz = 9\n[a]\nb.c.t = 1',
  '[a.b]\nx = 1\n[a]\nb.y = 2',
  'a = {}\n[a.b]',
  'a = { b = 1 }\na.c = 2',
  'a = { b = 1, b = 2 }',
  'a = { b = { c = 1 }, b.d = 2 }',
  'a = { b.c = 1, b = 2 }',
  'a = []\n[[a]]',
  '[[a]]\n[a]',
  '[a]\n[[a]]',
  '[a.b]\n[[a]]',
  'a = [{}]\n[a.b]',
  'a = 01',
  'a = 1__0',
  'a = _1',
  'a = 1_',
  'a = 1.',
  'a = .5',
  'a = 1e',
  'a = 1 2',
  'a = 1 b = 2',
  'a = x',
  'a = True',
  'a =',
  'a',
  '= 1',
  'a. = 1',
  '.a = 1',
  '[]',
  '[a',
  '[a]]',
  '[[a]',
  '[ [a]]',
  '[a] b = 1',
  'a = "x',
  'a = "x\ny"',
  'a = "\\q"',
  'a = "\\ud800"',
  'a = "\\U00110000"',
  "a = 'x\ny'",
  'a = """x',
  '"""a""" = 1',
  'a = [1, 2',
  'a = [1 2]',
  'a = [,]',
  'a = {,}',
  'a = {b = 1',
  'a = {b}',
  'a = "\u0001"',
  'a = 1 # \u0001',
  'é = 1',
  'a = 0X10',
  'a = 0x',
];

function bySmolToml(text: string): JsonObject | null {
  try {
    return parseSmolToml(text) as JsonObject;
  } catch {
    return null;
  }
}

describe('TOML', () => {
  test.each(VALID)('%j is read as another parser reads it', (text) => {
    const parsed = parseFormat(text, 'toml');
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const other = bySmolToml(text);
    expect(other !== null && equalJson(parsed.value, other), JSON.stringify([parsed.value, other])).toBe(true);
  });

  test.each(INVALID)('%j is refused, as another parser refuses it', (text) => {
    expect(parseFormat(text, 'toml').ok).toBe(false);
    expect(bySmolToml(text)).toBe(null);
  });

  test.each([
    ['a = 2026-01-01', 'FORMAT_UNSUPPORTED', 'date', 1, 5],
    ['a = 2026-01-01T07:32:00Z', 'FORMAT_UNSUPPORTED', 'date', 1, 5],
    ['a = [\n  2026-01-01 07:32:00.5+01:00,\n]', 'FORMAT_UNSUPPORTED', 'date', 2, 3],
    ['a = 07:32:00', 'FORMAT_UNSUPPORTED', 'date', 1, 5],
    ['a = inf', 'FORMAT_UNSUPPORTED', 'not-finite', 1, 5],
    ['a = -inf', 'FORMAT_UNSUPPORTED', 'not-finite', 1, 5],
    ['a = nan', 'FORMAT_UNSUPPORTED', 'not-finite', 1, 5],
    ['a = 0x10', 'FORMAT_UNSUPPORTED', 'other-base', 1, 5],
    ['a = 0b1_0', 'FORMAT_UNSUPPORTED', 'other-base', 1, 5],
    ['a = 010', 'FORMAT_MALFORMED', 'leading-zero', 1, 5],
    ['a = 9007199254740993', 'NUMBER_NOT_EXACT', 'number-not-exact', 1, 5],
    ['a = 1e400', 'NUMBER_NOT_EXACT', 'number-not-exact', 1, 5],
    ['a = -0.0', 'NUMBER_NOT_EXACT', 'negative-zero', 1, 5],
    ['[t]\na = 1\na = 2', 'JSON_DUPLICATE_NAME', 'duplicate-name', 3, 1],
    ['[t]\n[t]', 'JSON_DUPLICATE_NAME', 'duplicate-name', 2, 2],
    ['[a.__proto__]\nx = 1', 'NAME_FORBIDDEN', 'forbidden-name', 1, 4],
    ['a = {constructor = 1}', 'NAME_FORBIDDEN', 'forbidden-name', 1, 6],
    ['a = "\\u0000"', 'STRING_NUL', 'nul-character', 1, 5],
    ['a = """\nx', 'FORMAT_MALFORMED', 'string-not-closed', 1, 5],
  ])('%j is refused at its place', (text, code, rule, line, column) => {
    expect(parseFormat(text, 'toml')).toMatchObject({ ok: false, problems: [{ code, rule, line, column }] });
  });

  test('dates, infinities and inexact numbers are listed at once', () => {
    const found = parseFormat('a = 2026-01-01\nb = inf\nc = 9007199254740993', 'toml');
    expect(found.ok ? [] : found.problems.map(({ rule }) => rule)).toEqual(['date', 'not-finite', 'number-not-exact']);
  });

  test.each([
    ['brackets', `a = ${'['.repeat(500_000)}`],
    ['inline tables', `a = ${'{a = '.repeat(200_000)}`],
    ['dots', `${'a.'.repeat(200_000)}a = 1`],
    ['dots in a header', `[${'a.'.repeat(200_000)}a]`],
    ['dots in an inline table', `a = {${'a.'.repeat(200_000)}a = 1}`],
  ])('%s without end are refused, and the stack holds', (_, text) => {
    expect(parseFormat(text, 'toml')).toMatchObject({ ok: false, problems: [{ rule: 'json-too-deep' }] });
  });

  test('levels of headers, dots and brackets count together', () => {
    const half = JSON_NESTING_MAX / 2 + 1;
    const text = `[${Array.from({ length: half }, () => 'a').join('.')}]\nb = ${'['.repeat(half)}${']'.repeat(half)}`;
    expect(parseFormat(text, 'toml')).toMatchObject({ ok: false, problems: [{ rule: 'json-too-deep' }] });
  });

  test(`more than ${VALUES_MAX} values are refused, tables counted`, () => {
    expect(parseFormat('[[a]]\n'.repeat(VALUES_MAX + 1), 'toml')).toMatchObject({
      ok: false,
      problems: [{ rule: 'too-many-values', line: VALUES_MAX + 1 }],
    });
    expect(parseFormat(`a = [${'1,'.repeat(VALUES_MAX)}]`, 'toml')).toMatchObject({ ok: false, problems: [{ rule: 'too-many-values' }] });
  });
});
