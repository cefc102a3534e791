// .env files, as the common dialects agree.
import { JSON_NESTING_MAX } from '@confledger/document/json-and-paths';
import { describe, expect, test } from 'vitest';
import { VALUES_MAX } from '../limits.js';
import { parseFormat } from '../parse-format.js';

const read = (text: string, jsonValues = false): unknown => {
  const parsed = parseFormat(text, 'env', { jsonValues });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
};

describe('.env', () => {
  test.each([
    ['A=1', { A: '1' }],
    ['A = spaced ', { A: 'spaced' }],
    ['A=', { A: '' }],
    ['export A=1\nexport\tB=2', { A: '1', B: '2' }],
    ['# c\n\nA=1 # c\n  # d\nB=a#b', { A: '1', B: 'a#b' }],
    ["A='x # y' # c", { A: 'x # y' }],
    ['A="x\\ny\\t\\"z\\" \\$"', { A: 'x\ny\t"z" $' }],
    ["A='x\\ny'", { A: 'x\\ny' }],
    ['A=`it\'s "x"`', { A: 'it\'s "x"' }],
    ['KEY="-----BEGIN\nabc\n-----END"\nB=1', { KEY: '-----BEGIN\nabc\n-----END', B: '1' }],
    ['A="x\r\ny"\r\nB=1\r\n', { A: 'x\ny', B: '1' }],
    ['A=${B}/x', { A: '${B}/x' }],
    ['A=#c', { A: '' }],
    ["A='' # c", { A: '' }],
    ['A=x=y', { A: 'x=y' }],
    ['A.B-C=1', { 'A.B-C': '1' }],
    ['RISK__Limits__MAX=5\nRISK__on=true\nPLAIN_NAME=1', { RISK: { Limits: { MAX: '5' }, on: 'true' }, PLAIN_NAME: '1' }],
  ])('%j is read', (text, value) => expect(read(text)).toEqual(value));

  test.each([
    ['1', 1],
    ['true', true],
    ['null', null],
    ['[1, "a"]', [1, 'a']],
    ['\'{"a": 1}\'', { a: 1 }],
    ['"1"', '1'],
    ['"[1]"', '[1]'],
    ['NO', 'NO'],
    ['010', '010'],
    ['-', '-'],
    ['nullx', 'nullx'],
    ['1.5.2', '1.5.2'],
  ])('with JSON values asked for, %s is read as %j', (text, value) => expect(read(`A=${text}`, true)).toEqual({ A: value }));

  test('an array or object that is a value takes no more members', () => {
    expect(parseFormat('A={"b":1}\nA__c=2', 'env', { jsonValues: true })).toMatchObject({
      ok: false,
      problems: [{ rule: 'name-below-value', line: 2 }],
    });
  });

  test.each([
    ['A', 'FORMAT_MALFORMED', 'env-syntax', 1, 2],
    ['B=1\nA: 1', 'FORMAT_MALFORMED', 'env-syntax', 2, 2],
    ['1A=1', 'FORMAT_MALFORMED', 'env-syntax', 1, 1],
    ['A="x', 'FORMAT_MALFORMED', 'string-not-closed', 1, 3],
    ['A="x" y', 'FORMAT_MALFORMED', 'env-syntax', 1, 6],
    ['A=1\nB=2\nexport A=3', 'JSON_DUPLICATE_NAME', 'duplicate-name', 3, 8],
    ['A=1\nA__B=2', 'FORMAT_MALFORMED', 'name-below-value', 2, 1],
    ['A__B=2\nA=1', 'JSON_DUPLICATE_NAME', 'duplicate-name', 2, 1],
    ['__A=1', 'FORMAT_MALFORMED', 'empty-segment', 1, 1],
    ['A__=1', 'FORMAT_MALFORMED', 'empty-segment', 1, 1],
    ['A____B=1', 'FORMAT_MALFORMED', 'empty-segment', 1, 1],
    ['A__constructor=1', 'NAME_FORBIDDEN', 'forbidden-name', 1, 1],
    ['constructor__A=1', 'NAME_FORBIDDEN', 'forbidden-name', 1, 1],
  ])('%j is refused at its place', (text, code, rule, line, column) => {
    expect(parseFormat(text, 'env')).toMatchObject({ ok: false, problems: [{ code, rule, line, column }] });
  });

  test.each([
    ['9007199254740993', 'NUMBER_NOT_EXACT'],
    ['{"a": 1', 'FORMAT_MALFORMED'],
    ['{"a": 1, "a": 2}', 'JSON_DUPLICATE_NAME'],
  ])('with JSON values asked for, %s is refused at its place', (text, code) => {
    expect(parseFormat(`B=1\nA=${text}`, 'env', { jsonValues: true })).toMatchObject({
      ok: false,
      problems: [{ code, line: 2, column: 3 }],
    });
  });

  test(`names have ${JSON_NESTING_MAX} parts at most, and a text ${VALUES_MAX} values`, () => {
    const name = (parts: number): string => Array.from({ length: parts }, () => 'A').join('__');
    expect(parseFormat(`${name(JSON_NESTING_MAX)}=1`, 'env').ok).toBe(true);
    for (const parts of [JSON_NESTING_MAX + 1, 1_000_000]) {
      expect(parseFormat(`${name(parts)}=1`, 'env')).toMatchObject({ ok: false, problems: [{ rule: 'json-too-deep' }] });
    }
    const lines = Array.from({ length: VALUES_MAX + 1 }, (_, index) => `A${index}=\n`).join('');
    expect(parseFormat(lines, 'env')).toMatchObject({ ok: false, problems: [{ rule: 'too-many-values' }] });
  });

  test('a refusal holds no value, which may be a secret', () => {
    const parsed = parseFormat('KEY="hunter2\nA=1', 'env');
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });
});
