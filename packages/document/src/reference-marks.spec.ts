// What counts as a reference, character by character.
import { describe, expect, it, test } from 'vitest';
import type { JsonValue } from './json.js';
import { holdsReference } from './reference-marks.js';

describe('a string holds a reference', () => {
  it.each(['${', '${env:A}', 'a ${env:A} b', '$ ${a}', '$$ ${a}', '$${a}${b}', '$${${a}', '$$${a}${b}', '$${$${a}${b}', '${${a}', '€${'])(
    'in %j',
    (text) => {
      expect(holdsReference(text)).toBe(true);
    },
  );
});

describe('a string holds none', () => {
  it.each(['', '$', '$$', '{}', '$ {a}', '$(a)', '$}{', 'a$', '$${', '$${a}', 'a $${a} b', '$$${x}', '$$$${x}', '$${a}$${b}', '$${$'])(
    'in %j',
    (text) => {
      expect(holdsReference(text)).toBe(false);
    },
  );
});

test.each<[value: JsonValue, holds: boolean]>([
  [['a', '${x}'], true],
  [[[['${x}']]], true],
  [[{ a: { b: '${x}' } }], true],
  [[{ '${x}': 'a' }], false],
  [['$${x}', 1, null, true], false],
  [[], false],
  [{}, false],
  [null, false],
  [5, false],
  [false, false],
])('a reference counts at any depth of a value, and never in a name: %j', (value, holds) => {
  expect(holdsReference(value)).toBe(holds);
});
