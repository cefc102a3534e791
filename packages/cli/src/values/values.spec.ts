// How what is typed becomes a value, and which paths are secrets.
import type { RuleItem } from '@confledger/contracts/http';
import { describe, expect, test } from 'vitest';
import { schemaAt } from './schema-at.js';
import { isSecretByName } from './secret-names.js';
import { typedValue } from './typed-value.js';

describe('What is typed, where no schema gives one type,', () => {
  test.each([
    ['5', 5],
    ['-5', -5],
    ['0.1', 0.1],
    ['1e+21', 1e21],
    ['true', true],
    ['false', false],
    ['null', null],
    ['{"a":1}', { a: 1 }],
    ['[1,2]', [1, 2]],
    ['"5"', '5'],
    ['london', 'london'],
    ['', ''],
    ['True', 'True'],
    ['01234', '01234'],
    ['+5', '+5'],
    ['0x10', '0x10'],
    ['5 ', '5 '],
    ['NaN', 'NaN'],
    ['.5', '.5'],
  ])('%j is %j', (text, value) => {
    expect(typedValue('a', text, 'look', null)).toEqual(value);
  });

  test.each(['1.10', '1e3', '-0', '1E5', '100000000000000000001', '9007199254740993', '0.10000000000000000001', '1.0'])(
    'the number %s, which would not come back so, is refused with both remedies',
    (text) => {
      expect(() => typedValue('a', text, 'look', null)).toThrow(
        expect.objectContaining({
          exit: 2,
          message: expect.stringContaining('would not come back') as string,
          remedy: expect.stringMatching(/--string.*--json/) as string,
        }) as Error,
      );
      expect(typedValue('a', text, 'string', null)).toBe(text);
    },
  );

  test.each(['{', '[1,', '{"a":1,"a":2}', '"', '{"a":hunter2}'])('%j is refused as JSON, without repeating it', (text) => {
    const refused = (): unknown => typedValue('a', text, 'look', null);
    expect(refused).toThrow(expect.objectContaining({ exit: 2 }) as Error);
    expect(refused).not.toThrow('hunter2');
  });
});

describe('What is typed, where the schema gives one type,', () => {
  test.each([
    ['5', 'string', '5'],
    ['true', 'string', 'true'],
    ['1.10', 'string', '1.10'],
    ['5', 'number', 5],
    ['true', 'boolean', true],
    ['[1]', 'array', [1]],
    ['{}', 'object', {}],
    ['null', 'null', null],
  ])('%j as %s is %j', (text, type, value) => {
    expect(typedValue('a', text, 'look', type)).toEqual(value);
  });

  test.each([
    ['five', 'number'],
    ['1.10', 'number'],
    ['yes', 'boolean'],
    ['1', 'boolean'],
    ['a,b', 'array'],
  ])('%j as %s is refused', (text, type) => {
    expect(() => typedValue('a', text, 'look', type)).toThrow(expect.objectContaining({ exit: 2 }) as Error);
  });
});

test.each([
  ['api.key', false],
  ['apiKey', true],
  ['exchange.API_KEY', true],
  ['exchange.api-keys', true],
  ['db.password', true],
  ['passwords.db', true],
  ['access_token', true],
  ['token', true],
  ['tokens', true],
  ['tokenizer', false],
  ['token.count', false],
  ['secrets.rotation', true],
  ['monkey', false],
  ['pin', true],
  ['spin', false],
  ['pinned', false],
  ['db.connectionString', true],
  ['seed_phrase', true],
  ['risk.maxPositionSize', false],
])('Text at %s is a secret by its name: %s', (path, isSecret) => {
  expect(isSecretByName(path, true)).toBe(isSecret);
});

test('A number is no secret because of a segment above it, and one because of its own', () => {
  expect(isSecretByName('secrets.rotation.days', false)).toBe(false);
  expect(isSecretByName('account.pin', false)).toBe(true);
  expect(isSecretByName('..', true)).toBe(false);
});

describe('What schemas say of a leaf', () => {
  const rule = (mount: string, schema: RuleItem['schema'], more: Partial<RuleItem> = {}): RuleItem => ({
    ...{ mount, dialect: '2020-12', schema, origin: { kind: 'own', revision: 1 }, inForce: true, tag: null },
    ...more,
  });

  test('is found by properties, additional properties, local references and mounts with a star', () => {
    expect(schemaAt([rule('', { properties: { a: { properties: { b: { type: 'string' } } } } })], 'a.b').type).toBe('string');
    expect(schemaAt([rule('a', { additionalProperties: { type: 'boolean' } })], 'a.x').type).toBe('boolean');
    expect(schemaAt([rule('a', { $ref: '#/$defs/x', $defs: { x: { type: 'integer' } } })], 'a').type).toBe('number');
    expect(schemaAt([rule('flags.*', { properties: { on: { type: 'boolean' } } })], 'flags.dark.on').type).toBe('boolean');
    expect(schemaAt([rule('a', { $ref: '#' })], 'a').type).toBe(null);
  });

  test('is nothing where they allow several types, disagree, are not in force, or say nothing', () => {
    expect(schemaAt([rule('a', { type: ['number', 'null'] })], 'a').type).toBe(null);
    expect(schemaAt([rule('a', { type: 'string' }), rule('a', { type: 'number' })], 'a').type).toBe(null);
    expect(schemaAt([rule('a', { type: 'string' }, { inForce: false })], 'a').type).toBe(null);
    expect(schemaAt([rule('a', true), rule('b', { type: 'string' }), rule('a', {})], 'a').type).toBe(null);
  });

  test('is sensitive where any says so, in force or not, and not where its own schema at the very path says false', () => {
    expect(schemaAt([rule('a', { 'x-sensitive': true }, { inForce: false })], 'a').isSensitive).toBe(true);
    expect(schemaAt([rule('password', { 'x-sensitive': false })], 'password').isSensitive).toBe(false);
    expect(schemaAt([rule('', { properties: { password: { 'x-sensitive': false } } })], 'password').isSensitive).toBe(null);
    expect(
      schemaAt([rule('password', { 'x-sensitive': false }, { origin: { kind: 'parent', ledger: 'b.x', revision: 1 } })], 'password')
        .isSensitive,
    ).toBe(null);
  });
});
