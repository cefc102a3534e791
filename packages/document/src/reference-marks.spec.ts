import { describe, expect, it } from 'vitest';
import { holdsReference, type JsonValue } from './index.js';

describe('a value holds a reference', () => {
  it.each<[JsonValue, boolean]>([
    ['', false],
    ['plain $5 {x}', false],
    ['${env:A}', true],
    ['${', true],
    ['$${env:A}', false],
    ['$$${env:A}', false],
    ['$${a}${b}', true],
    ['$${$${', false],
    ['x$${', false],
    [['x', { a: '${b}' }], true],
    [['x', { '${a}': 'b' }], false],
    [1, false],
    [null, false],
    [{}, false],
  ])('%j: %j', (value, expected) => {
    expect(holdsReference(value)).toBe(expected);
  });
});
