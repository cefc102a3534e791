// What is written is read back as the same value.
import { canonicalJson, equalJson, type JsonObject } from '@confledger/document/json-and-paths';
import fc from 'fast-check';
import { parse as parseSmolToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { document, HARD_TEXTS, tomlDocument } from './arbitraries.js';
import type { WrittenFormat } from './format.js';
import { parseFormat } from './parse-format.js';
import { writeFormat } from './write-format.js';

const RUNS = { numRuns: 200 };

function written(value: JsonObject, format: WrittenFormat): string {
  const result = writeFormat(value, format);
  if (!result.ok) throw new Error(`${result.problem.rule}: ${result.problem.paths.join()}`);
  return result.text;
}

function expectRoundTrip(value: JsonObject, format: WrittenFormat): void {
  const text = written(value, format);
  const read = parseFormat(text, format);
  if (!read.ok) throw new Error(`${JSON.stringify(read.problems)}\n${text}`);
  expect(equalJson(read.value, value), `${text}\n${canonicalJson(read.value)}`).toBe(true);
  expect(written(read.value, format)).toBe(text);
}

describe.each(['yaml', 'json'] as const)('%s', (format) => {
  test('gives every document back', () => {
    fc.assert(
      fc.property(document, (value) => expectRoundTrip(value, format)),
      RUNS,
    );
  });
});

describe('toml', () => {
  test('gives every document back that has no null', () => {
    fc.assert(
      fc.property(tomlDocument, (value) => expectRoundTrip(value, 'toml')),
      RUNS,
    );
  });
});

test.each(HARD_TEXTS)('%j is text in every format, as a value, as a name and in an array', (hard) => {
  const value = { value: hard, [hard]: 1, list: [hard, [hard]], in: { [hard]: { [hard]: hard } } };
  for (const format of ['yaml', 'toml', 'json'] as const) expectRoundTrip(value, format);
});

test('another YAML parser reads the same from what is written, by the rules of YAML 1.2 and of 1.1', () => {
  fc.assert(
    fc.property(document, (value) => {
      const text = written(value, 'yaml');
      for (const version of ['1.2', '1.1'] as const) {
        expect(equalJson(parseYaml(text, { version, merge: true }) as JsonObject, value), text).toBe(true);
      }
    }),
    RUNS,
  );
});

test('what is written has no character that YAML does not call printable', () => {
  const value = { '\u007f\u0085': '\u2028\ufeff\u0001', list: ['\u009f\uffff'] };
  expect(/[^\n\u0020-\u007e]/.test(written(value, 'yaml'))).toBe(false);
  expect(written(value, 'yaml')).toContain('"\\u2028\\ufeff\\u0001"');
});

test('another TOML parser reads the same from what is written', () => {
  fc.assert(
    fc.property(tomlDocument, (value) => {
      const text = written(value, 'toml');
      expect(equalJson(parseSmolToml(text) as JsonObject, value), text).toBe(true);
    }),
    RUNS,
  );
});
