// What YAML means here, and everything that is refused, with its place.
import { DOCUMENT_LEAVES_MAX, JSON_NESTING_MAX } from '@confledger/document/json-and-paths';
import { describe, expect, test } from 'vitest';
import { PROBLEMS_MAX, VALUES_MAX, YAML_TOKENS_MAX } from '../limits.js';
import { parseFormat } from '../parse-format.js';

const read = (text: string): unknown => {
  const parsed = parseFormat(text, 'yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
};

const problemsOf = (
  text: string,
): readonly { readonly code: string; readonly rule: string; readonly line: number; readonly column: number }[] => {
  const parsed = parseFormat(text, 'yaml');
  return parsed.ok ? [] : parsed.problems;
};

describe('plain scalars', () => {
  test.each([
    'NO',
    'no',
    'yes',
    'Yes',
    'on',
    'OFF',
    'y',
    'n',
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    '1_000',
    '1:30',
    '0b11',
    '1.2.3',
    '0X10',
    '-0b1',
    'nan',
    'inf',
    '+',
    'e1',
    '1e',
    '.',
  ])('%s is a string', (text) => expect(read(`a: ${text}`)).toEqual({ a: text }));

  test.each([
    ['1e3', 1000],
    ['1E+2', 100],
    ['+1', 1],
    ['.5', 0.5],
    ['5.', 5],
    ['-0.25', -0.25],
    ['0.1', 0.1],
    ['1.10', 1.1],
    ['9007199254740992', 9007199254740992],
    ['100000000000000000000', 1e20],
  ])('%s is a number, as its value survives', (text, value) => expect(read(`a: ${text}`)).toEqual({ a: value }));

  test.each(['null', 'Null', 'NULL', '~', ''])('%j is null', (text) => expect(read(`a: ${text}`)).toEqual({ a: null }));
  test.each(['true', 'True', 'TRUE'])('%s is true', (text) => expect(read(`a: ${text}`)).toEqual({ a: true }));

  test.each(['"1"', "'1'", '|-\n  1', '>-\n  1'])('%j is text, whatever it looks like', (text) =>
    expect(read(`a: ${text}`)).toEqual({ a: '1' }),
  );
});

describe('refusals', () => {
  test.each([
    ['a hexadecimal number', 'a: 0x10', 'FORMAT_UNSUPPORTED', 'other-base', 1, 4],
    ['an octal number', 'a: 0o17', 'FORMAT_UNSUPPORTED', 'other-base', 1, 4],
    ['a number with a leading zero', 'a:\n  b: 010', 'FORMAT_UNSUPPORTED', 'leading-zero', 2, 6],
    ['a decimal with a leading zero', 'a: -00.5', 'FORMAT_UNSUPPORTED', 'leading-zero', 1, 4],
    ['infinity', 'a: .inf', 'FORMAT_UNSUPPORTED', 'not-finite', 1, 4],
    ['negative infinity', 'a: -.Inf', 'FORMAT_UNSUPPORTED', 'not-finite', 1, 4],
    ['NaN', 'a: .NaN', 'FORMAT_UNSUPPORTED', 'not-finite', 1, 4],
    ['an integer that a double rounds', 'a: 9007199254740993', 'NUMBER_NOT_EXACT', 'number-not-exact', 1, 4],
    ['a number that is too large', 'a: 1e400', 'NUMBER_NOT_EXACT', 'number-not-exact', 1, 4],
    ['a number that is too close to 0', 'a: 1e-400', 'NUMBER_NOT_EXACT', 'number-not-exact', 1, 4],
    ['a negative zero', 'a: -0', 'NUMBER_NOT_EXACT', 'negative-zero', 1, 4],
    ['a tag', 'a: !!str 5', 'FORMAT_UNSUPPORTED', 'yaml-tag', 1, 4],
    ['a tag of its own', 'a: !secret x', 'FORMAT_UNSUPPORTED', 'yaml-tag', 1, 4],
    ['the tag that means nothing', 'a: ! x', 'FORMAT_UNSUPPORTED', 'yaml-tag', 1, 4],
    ['a merge key', 'b: &b {c: 1}\na:\n  <<: *b', 'FORMAT_UNSUPPORTED', 'merge-key', 3, 3],
    ['a number as a name', 'a: 1\n60: 0.01', 'FORMAT_UNSUPPORTED', 'key-not-string', 2, 1],
    ['a boolean as a name', 'true: 1', 'FORMAT_UNSUPPORTED', 'key-not-string', 1, 1],
    ['null as a name', '~: 1', 'FORMAT_UNSUPPORTED', 'key-not-string', 1, 1],
    ['no name at all', 'a: 1\n: 2', 'FORMAT_UNSUPPORTED', 'key-not-string', 2, 1],
    ['a list as a name', '? [a]\n: 1', 'FORMAT_UNSUPPORTED', 'key-not-string', 1, 3],
    ['an alias as a name', 'a: &x b\n*x : 1', 'FORMAT_UNSUPPORTED', 'key-not-string', 2, 1],
    ['a name twice', 'a: 1\nb: 2\na: 3', 'JSON_DUPLICATE_NAME', 'duplicate-name', 3, 1],
    ['a name twice, once in quotes', '{a: 1, "a": 2}', 'JSON_DUPLICATE_NAME', 'duplicate-name', 1, 8],
    ['a second document', 'a: 1\n---\nb: 2', 'FORMAT_UNSUPPORTED', 'several-documents', 2, 1],
    ['a directive', '%YAML 1.1\n---\na: 1', 'FORMAT_UNSUPPORTED', 'yaml-directive', 1, 1],
    ['a tab as indentation', 'a:\n\tb: 1', 'FORMAT_MALFORMED', 'yaml-tab-as-indent', 2, 1],
    ['an alias without its anchor', 'a: *b', 'FORMAT_MALFORMED', 'unknown-alias', 1, 4],
    ['an alias of what it stands in', 'a: &a\n  b: *a', 'FORMAT_MALFORMED', 'endless-alias', 2, 6],
    ['a quote that is not closed', 'a: "x', 'FORMAT_MALFORMED', 'yaml-missing-char', 1, 6],
    ['an unknown escape', 'a: "\\q"', 'FORMAT_MALFORMED', 'yaml-bad-dq-escape', 1, 5],
    ['a reserved character', 'a: @x', 'FORMAT_MALFORMED', 'yaml-bad-scalar-start', 1, 4],
    ['a forbidden name', 'a:\n  __proto__: 1', 'NAME_FORBIDDEN', 'forbidden-name', 2, 3],
    ['an escaped NUL', 'a: "\\0"', 'STRING_NUL', 'nul-character', 1, 4],
    ['half of a surrogate pair', 'a: "\\ud800"', 'STRING_LONE_SURROGATE', 'lone-surrogate', 1, 4],
    ['a list at the top', '- 1', 'DOCUMENT_NOT_OBJECT', 'not-an-object', 1, 1],
    ['a text at the top', 'NO', 'DOCUMENT_NOT_OBJECT', 'not-an-object', 1, 1],
    ['null at the top', '~', 'DOCUMENT_NOT_OBJECT', 'not-an-object', 1, 1],
  ])('%s is refused at its place', (_, text, code, rule, line, column) => {
    const [problem] = problemsOf(text);
    expect(problem).toMatchObject({ code, rule, line, column });
  });

  test('all of them are listed at once, in the order of the text', () => {
    const found = problemsOf('a: 0x10\nb: 010\n1: x\nb: 2\nc: .inf\n');
    expect(found.map(({ rule, line }) => `${line} ${rule}`)).toEqual([
      '1 other-base',
      '2 leading-zero',
      '3 key-not-string',
      '4 duplicate-name',
      '5 not-finite',
    ]);
  });

  test(`no more than ${PROBLEMS_MAX} are listed`, () => {
    expect(problemsOf('a: [0x1' + ', 0x1'.repeat(PROBLEMS_MAX + 10) + ']')).toHaveLength(PROBLEMS_MAX);
  });

  test('a quoted << is a name like any other', () => expect(read('"<<": 1\n\'1\': 2')).toEqual({ '<<': 1, '1': 2 }));
  test('a version 1.2, comments, a start and an end of the document are taken', () => {
    expect(read('%YAML 1.2\n---\n# c\na: 1 # d\n...\n')).toEqual({ a: 1 });
  });
  test('tabs stand where YAML takes them: behind the first character of a line', () =>
    expect(read('a:\t1\t# x\nb: "\t"')).toEqual({ a: 1, b: '\t' }));
});

describe('aliases', () => {
  test('are written out, and the anchor that was set last counts', () => {
    expect(read('a: &x 1\nb: *x\nc: &x {d: 2}\ne: [*x, *x]')).toEqual({ a: 1, b: 1, c: { d: 2 }, e: [{ d: 2 }, { d: 2 }] });
  });

  /** Levels of nine aliases each: the ninth holds 9⁹ values. */
  const bomb = (item: string, levels: number): string =>
    [
      'a0: &a0 ' + item,
      ...Array.from({ length: levels }, (_, index) => `a${index + 1}: &a${index + 1} [${`*a${index}, `.repeat(9)}]`),
    ].join('\n');

  test('a bomb of nine levels is refused, without its values being made', () => {
    const before = process.memoryUsage().heapUsed;
    expect(problemsOf(bomb('lol', 9))).toMatchObject([{ code: 'DOCUMENT_TOO_LARGE', rule: 'too-many-values' }]);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('each alias counts with all that it stands for', () => {
    const leaves = `a: &a {${Array.from({ length: 1000 }, (_, index) => `k${index}: 1`).join(', ')}}\n`;
    const users = (count: number): string => leaves + Array.from({ length: count }, (_, index) => `u${index}: *a`).join('\n');
    expect(problemsOf(users(DOCUMENT_LEAVES_MAX / 1000 - 1))).toEqual([]);
    expect(problemsOf(users(DOCUMENT_LEAVES_MAX / 1000))).toMatchObject([{ rule: 'too-many-leaves' }]);
  });

  test('so do characters: a long text that is repeated', () => {
    const text = `a: &a ${'x'.repeat(1_000_000)}\n`;
    expect(problemsOf(`${text}b: [${'*a, '.repeat(40)}]`)).toMatchObject([{ rule: 'too-many-characters' }]);
  });

  test('and levels: an alias of a deep value in a deep value', () => {
    const half = JSON_NESTING_MAX / 2 + 1;
    expect(problemsOf(`a: &a ${'['.repeat(half)}${']'.repeat(half)}\nb: ${'['.repeat(half)}*a${']'.repeat(half)}`)).toMatchObject([
      { rule: 'json-too-deep' },
    ]);
  });
});

describe('limits', () => {
  const levels = (count: number): string => `a: ${'['.repeat(count)}1${']'.repeat(count)}`;

  test(`${JSON_NESTING_MAX} levels are read, and no more`, () => {
    expect(problemsOf(levels(JSON_NESTING_MAX - 1))).toEqual([]);
    expect(problemsOf(levels(JSON_NESTING_MAX))).toMatchObject([{ rule: 'json-too-deep' }]);
  });

  test.each([
    ['brackets', `a: ${'['.repeat(200_000)}`],
    ['braces', '{a: '.repeat(100_000)],
    ['dashes', `a:\n  ${'- '.repeat(200_000)}1`],
    ['question marks', '? '.repeat(200_000)],
    ['indented names', Array.from({ length: 2_000 }, (_, index) => `${' '.repeat(index)}a:\n`).join('')],
    ['names on one line', 'a: '.repeat(100_000)],
  ])('%s that are nested without end are refused, and the stack holds', (_, text) => {
    expect(problemsOf(text)[0]?.code).toMatch(/JSON_TOO_DEEP|FORMAT_MALFORMED/);
  });

  test(`more than ${YAML_TOKENS_MAX} tokens are refused before there is a tree`, () => {
    expect(problemsOf(`a:\n${'- 1\n'.repeat(YAML_TOKENS_MAX / 5 + 10)}`)).toMatchObject([{ rule: 'too-many-values' }]);
    expect(problemsOf(`a: [${',1'.repeat(VALUES_MAX)}]`)).toMatchObject([{ rule: 'too-many-values' }]);
  });

  test.each([
    ['closing brackets', `a: 1\n${']'.repeat(300_000)}`, 'yaml-unexpected-token', 1],
    ['anchors', `a: ${'&a '.repeat(300_000)}`, 'yaml-multiple-anchors', 1],
    ['documents', `a: 1\n${'---\n'.repeat(300_000)}`, 'several-documents', 1],
    ['tags', `a: [${'! x, '.repeat(100_000)}]`, 'yaml-tag', PROBLEMS_MAX],
  ])('%s without end are refused once or a few times, not each', (_, text, rule, count) => {
    const found = problemsOf(text);
    expect(found[0]?.rule).toBe(rule);
    expect(found).toHaveLength(count);
  });

  test('20,000 members of one object are read, and none twice', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `k${index}: ${index}`).join('\n');
    expect(Object.keys(read(text) as object)).toHaveLength(20_000);
    expect(problemsOf(`${text}\nk7: 1`)).toMatchObject([{ rule: 'duplicate-name', line: 20_001 }]);
  });
});
