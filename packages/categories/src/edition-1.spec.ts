// Edition 1: what each of its rules accepts and refuses.
import { isJsonObject, parsePath, type JsonObject, type JsonValue } from '@confledger/document';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { EDITION_1 } from './edition-1/index.js';
import type { CategoryName } from './index.js';

const validators = new Map<JsonObject, ValidateFunction>();
/** The name that the judged value stands at. */
let key: string | undefined;

function validatorOf(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv2020({ strictTypes: false, strictTuples: false, strictRequired: false, $data: true, allErrors: true });
  formats.default(ajv);
  ajv.addVocabulary(['x-unit', 'x-label']);
  ajv.addKeyword({ keyword: 'x-equalsKey', validate: (on: boolean, found: unknown) => !on || found === key });
  return ajv.compile(schema);
}

/** The rules that a value at a path breaks, as sorted JSON pointers into the schema; a missing member with its name. */
function broken(schema: JsonObject, value: JsonValue, path: string): string[] {
  const parsed = parsePath(path);
  key = parsed.ok ? parsed.value.at(-1) : undefined;
  const validate = validators.get(schema) ?? validatorOf(schema);
  validators.set(schema, validate);
  validate(value);
  return [...new Set((validate.errors ?? []).flatMap(ruleOf))].toSorted();
}

/** An `if` only says that its `then` failed, which is listed too. */
function ruleOf({ keyword, schemaPath, params }: ErrorObject): string[] {
  if (keyword === 'if') return [];
  const { missingProperty } = params as { readonly missingProperty?: string };
  return [keyword === 'required' || keyword === 'dependentRequired' ? `${schemaPath} ${missingProperty ?? ''}` : schemaPath];
}

type Place = readonly (string | number)[];

/** A copy with another value at a place; undefined takes away what is there. */
function changed(value: JsonValue, [first, ...rest]: Place, to: JsonValue | undefined): JsonValue {
  if (first === undefined) return to ?? null;
  if (Array.isArray(value)) return (value as JsonValue[]).map((item, index) => (index === first ? changed(item, rest, to) : item));
  const { [first]: old = {}, ...others } = value as JsonObject;
  return rest.length === 0 && to === undefined ? others : { ...others, [first]: changed(old, rest, to) };
}

/** The schema of what stands at a place, as a JSON pointer. */
function pointerOf(schema: JsonObject, [first, ...rest]: Place): string {
  if (first === undefined) return '';
  const properties = schema['properties'] as JsonObject | undefined;
  const isNamed = properties !== undefined && first in properties;
  const step = typeof first === 'number' ? 'items' : isNamed ? `properties/${first}` : 'additionalProperties';
  const inner = (isNamed ? properties[first] : schema[step]) as JsonObject;
  return `/${step}${pointerOf(inner, rest)}`;
}

/** The schema at a place. */
function schemaAt(schema: JsonObject, place: Place): JsonObject {
  const steps = pointerOf(schema, place).split('/').slice(1);
  return steps.reduce((at, step) => at[step] as JsonObject, schema);
}

/** The types that the schema allows at a place; every type where it says nothing. */
function typesAt(schema: JsonObject, place: Place): readonly string[] {
  const { type } = schemaAt(schema, place);
  if (type === undefined) return ['null', 'string', 'number', 'object'];
  return Array.isArray(type) ? (type as string[]) : [type as string];
}

const typeOf = (value: JsonValue): string => (value === null ? 'null' : typeof value);

/** Every place in a value that its schema describes, the value itself first. */
function placesOf(schema: JsonObject, value: JsonValue, place: Place = []): Place[] {
  const inner = Array.isArray(value) ? [...value.entries()] : isJsonObject(value) ? Object.entries(value) : [];
  const described = inner.filter(([name]) => isDescribed(schema, name)) as [string | number, JsonValue][];
  return [place, ...described.flatMap(([name, member]) => placesOf(schemaAt(schema, [name]), member, [...place, name]))];
}

function isDescribed(schema: JsonObject, name: string | number): boolean {
  const { properties = {}, additionalProperties, items } = schema as Readonly<Record<string, JsonObject | undefined>>;
  return typeof name === 'number' ? items !== undefined : name in properties || typeof additionalProperties === 'object';
}

/** Keywords that the tables below have to break, each wherever it stands. */
const KEYWORDS = new Set(
  'enum minimum maximum minLength maxLength pattern format minItems maxItems uniqueItems not x-equalsKey dependentRequired'.split(' '),
);

/** The rules of a schema, but for types, required and unknown members. */
function rulesIn(schema: JsonValue, pointer = '#'): string[] {
  if (schema === false) return [`${pointer}/false schema`];
  if (Array.isArray(schema)) return schema.flatMap((inner, index) => rulesIn(inner as JsonValue, `${pointer}/${index}`));
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema as JsonObject).flatMap(([name, inner]) => {
    const at = `${pointer}/${name}`;
    if (name === 'properties' || name === 'dependentSchemas')
      return Object.entries(inner as JsonObject).flatMap(([member, of]) => rulesIn(of, `${at}/${member}`));
    if (name === 'if') return [];
    if (KEYWORDS.has(name)) return [at];
    return ['items', 'allOf', 'then'].includes(name) || (name === 'additionalProperties' && inner !== false) ? rulesIn(inner, at) : [];
  });
}

const many = (item: JsonValue, count: number): JsonValue => Array.from({ length: count }, () => item);
const LONG = 'n'.repeat(256);
const NAME: readonly (readonly [JsonValue, string, JsonValue])[] = [
  ['', 'minLength', 'n'],
  [LONG, 'maxLength', LONG.slice(1)],
];
const ofName = (category: CategoryName, place: Place) => NAME.map(([...one]) => [category, place, ...one] as const);
const PART = { variant: 'direct', weight: 0 };
const CONDITION = { attribute: 'venue', operator: 'in', values: ['kraken'] };
const VARIANT = { name: 'direct', value: 'direct' };
const RULE = { when: [], serve: [PART] };

/** For each rule: a member of the complete example, a value of it that breaks this rule only, and one at the bound that is accepted. */
const rules: readonly (readonly [category: CategoryName, place: Place, refused: JsonValue, rule: string, accepted: JsonValue])[] = [
  ['trader', ['mode'], 'demo', 'enum', 'paper'],
  ['trader', ['defaultSlippageBps'], 0, 'minimum', 1],
  ['trader', ['defaultSlippageBps'], 1001, 'maximum', 1000],
  ['trader', ['defaultPriorityFee'], -1, 'minimum', 0],
  ['trader', ['defaultPriorityFee'], 1_000_001, 'maximum', 1_000_000],
  ['risk', ['maxPositionSize'], -0.01, 'minimum', 0],
  ['risk', ['maxPositions'], 0, 'minimum', 1],
  ['risk', ['maxPositions'], 101, 'maximum', 100],
  ['risk', ['dailyLossLimit'], -0.01, 'minimum', 0],
  ['risk', ['maxExposurePerToken'], -0.01, 'minimum', 0],
  ['risk', ['maxExposurePerToken'], 1.01, 'maximum', 1],
  ['risk', ['stopLossPercentage'], -0.01, 'minimum', 0],
  ['risk', ['stopLossPercentage'], 100.01, 'maximum', 100],
  ['risk', ['takeProfitPercentage'], -0.01, 'minimum', 0],
  ['risk', ['takeProfitPercentage'], 100.01, 'maximum', 100],
  ['riskLimits', [], -0.01, 'minimum', 0],
  ['mev', ['minPriorityFee'], 999, 'minimum', 1000],
  ['mev', ['minPriorityFee'], 100_001, 'maximum', 100_000],
  ['mev', ['maxPriorityFee'], 4999, 'allOf/0/minimum', 5000],
  ['mev', ['maxPriorityFee'], 1_000_001, 'maximum', 1_000_000],
  ['mev', ['timeoutMs'], 99, 'minimum', 100],
  ['mev', ['timeoutMs'], 5001, 'maximum', 5000],
  ['token', ['symbol'], '', 'minLength', 'A'],
  ['token', ['symbol'], 'ABCDEFGHIJK', 'maxLength', 'ABCDEFGHIJ'],
  ['token', ['decimals'], -1, 'minimum', 0],
  ['token', ['decimals'], 19, 'maximum', 18],
  ['token', ['customSlippageBps'], 0, 'minimum', 1],
  ['token', ['customSlippageBps'], 1001, 'maximum', 1000],
  ['token', ['transferFeeBps'], -1, 'minimum', 0],
  ['token', ['transferFeeBps'], 10_001, 'maximum', 10_000],
  ['token', ['minOrderSize'], -0.01, 'minimum', 0],
  ['token', ['maxOrderSize'], 9.99, 'allOf/0/minimum', 10],
  ['circuitBreaker', ['latencyThresholdMs'], 49, 'minimum', 50],
  ['circuitBreaker', ['latencyThresholdMs'], 1001, 'maximum', 1000],
  ['circuitBreaker', ['errorRateThreshold'], 0.009, 'minimum', 0.01],
  ['circuitBreaker', ['errorRateThreshold'], 1.01, 'maximum', 1],
  ['circuitBreaker', ['failureThreshold'], 0, 'minimum', 1],
  ['circuitBreaker', ['failureThreshold'], 101, 'maximum', 100],
  ['circuitBreaker', ['recoveryTimeoutSecs'], 9, 'minimum', 10],
  ['circuitBreaker', ['recoveryTimeoutSecs'], 601, 'maximum', 600],
  ['circuitBreaker', ['halfOpenMaxRequests'], 0, 'minimum', 1],
  ['circuitBreaker', ['halfOpenMaxRequests'], 11, 'maximum', 10],
  ['monitoring', ['collectionIntervalSecs'], 0, 'minimum', 1],
  ['monitoring', ['collectionIntervalSecs'], 3601, 'maximum', 3600],
  ['monitoring', ['logLevels', 'router'], 'verbose', 'enum', 'off'],
  ['profiles', ['description'], 'd'.repeat(1001), 'maxLength', 'd'.repeat(1000)],
  ['profiles', ['priority'], -1, 'minimum', 0],
  ['profiles', ['priority'], 1001, 'maximum', 1000],
  ['profiles', ['conditions', 'environment'], 'Production', 'pattern', 'p'],
  ...ofName('profiles', ['conditions', 'flag']),
  ['profiles', ['conditions', 'from'], '24:00', 'pattern', '23:59'],
  ['profiles', ['conditions', 'to'], '6:30', 'pattern', '00:00'],
  ['profiles', ['conditions', 'weekdays'], [], 'minItems', ['monday']],
  ['profiles', ['conditions', 'weekdays'], ['monday', 'monday'], 'uniqueItems', ['monday', 'friday']],
  ['profiles', ['conditions', 'weekdays', 0], 'Friday', 'enum', 'thursday'],
  ['profiles', ['conditions', 'zone'], 'Europe Zurich', 'pattern', 'America/Argentina/Buenos_Aires'],
  ['profiles', ['conditions', 'zone'], 'Z'.repeat(65), 'maxLength', 'Etc/GMT+5'],
  ['profiles', ['conditions', 'load', 'cpuPercent'], 0.99, 'minimum', 1],
  ['profiles', ['conditions', 'load', 'cpuPercent'], 100.01, 'maximum', 100],
  ['profiles', ['conditions', 'load', 'memoryPercent'], 0.99, 'minimum', 1],
  ['profiles', ['conditions', 'load', 'memoryPercent'], 100.01, 'maximum', 100],
  ['profiles', ['overrides'], { profiles: {} }, 'properties/profiles/false schema', { risk: { profiles: 1 } }],
  ['profiles', ['overrides'], { flags: {} }, 'properties/flags/false schema', {}],
  ['flags', ['type'], 'integer', 'enum', 'string'],
  ['flags', ['salt'], '', 'minLength', 's'],
  ['flags', ['salt'], 's'.repeat(65), 'maxLength', 's'.repeat(64)],
  ['flags', ['variants'], [], 'minItems', [VARIANT]],
  ['flags', ['variants'], many(VARIANT, 101), 'maxItems', many(VARIANT, 100)],
  ...ofName('flags', ['variants', 0, 'name']),
  ...ofName('flags', ['off']),
  ['flags', ['serve'], [], 'minItems', [PART]],
  ['flags', ['serve'], many(PART, 101), 'maxItems', many(PART, 100)],
  ...ofName('flags', ['serve', 0, 'variant']),
  ['flags', ['serve', 0, 'weight'], -1, 'minimum', 0],
  ['flags', ['serve', 0, 'weight'], 100_001, 'maximum', 100_000],
  ['flags', ['rules'], many(RULE, 101), 'maxItems', many(RULE, 100)],
  ['flags', ['rules', 0, 'when'], many(CONDITION, 101), 'maxItems', many(CONDITION, 100)],
  ...ofName('flags', ['rules', 0, 'when', 0, 'attribute']),
  ['flags', ['rules', 0, 'when', 0, 'operator'], 'equals', 'enum', 'notIn'],
  ['flags', ['rules', 0, 'when', 0, 'values'], [], 'minItems', [1, 'a', true]],
  ['flags', ['rules', 0, 'when', 0, 'values'], many('a', 101), 'maxItems', many('a', 100)],
  ['flags', ['rules', 0, 'when', 0, 'values', 0], null, 'type', false],
  ['flags', ['rules', 0, 'share'], -1, 'minimum', 0],
  ['flags', ['rules', 0, 'share'], 100_001, 'maximum', 100_000],
  ['flags', ['rules', 0, 'serve'], [], 'minItems', [PART]],
  ['flags', ['rules', 0, 'serve'], many(PART, 101), 'maxItems', many(PART, 100)],
  ...ofName('flags', ['rules', 0, 'serve', 0, 'variant']),
  ['flags', ['rules', 0, 'serve', 0, 'weight'], -1, 'minimum', 0],
  ['flags', ['rules', 0, 'serve', 0, 'weight'], 100_001, 'maximum', 100_000],
  ...ofName('flags', ['owner']),
  ['flags', ['expiresAt'], '2027-03-31', 'format', '2027-03-31T00:00:00+02:00'],
];

const ADDRESS = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const TOKEN: JsonObject = { address: ADDRESS, symbol: 'USDC', decimals: 6 };
const FLAG: JsonObject = { enabled: true, off: 'a', serve: [PART] };
const flagOf = (type: string, value: JsonValue): JsonObject => ({ ...FLAG, type, variants: [{ name: 'a', value }] });
const valueRule = (index: number): string => `#/allOf/${index}/then/properties/variants/items/properties/value/type`;
const profileOf = (conditions: JsonObject): JsonObject => ({ priority: 1, conditions, overrides: {} });

/** Rules that several members have together, and documents that break one of them only. */
const together: readonly (readonly [name: string, category: CategoryName, path: string, value: JsonValue, broken: readonly string[]])[] = [
  ['a minimum fee at the maximum fee', 'mev', 'mev.protection', { minPriorityFee: 2000, maxPriorityFee: 2000 }, []],
  [
    'a maximum fee below every minimum fee',
    'mev',
    'mev.protection',
    { minPriorityFee: 1000, maxPriorityFee: 999 },
    ['#/properties/maxPriorityFee/allOf/0/minimum', '#/properties/maxPriorityFee/minimum'],
  ],
  ['a maximum order without a minimum order', 'token', `token.${ADDRESS}`, { ...TOKEN, maxOrderSize: 0 }, []],
  ['a negative maximum order', 'token', `token.${ADDRESS}`, { ...TOKEN, maxOrderSize: -1 }, ['#/properties/maxOrderSize/minimum']],
  [
    'the token of another address',
    'token',
    'token.So11111111111111111111111111111111111111112',
    TOKEN,
    ['#/properties/address/x-equalsKey'],
  ],
  [
    'an address of 31 characters',
    'token',
    `token.${'1'.repeat(31)}`,
    { ...TOKEN, address: '1'.repeat(31) },
    ['#/properties/address/minLength'],
  ],
  ['an address of 32 characters', 'token', `token.${'1'.repeat(32)}`, { ...TOKEN, address: '1'.repeat(32) }, []],
  [
    'an address of 45 characters',
    'token',
    `token.${'1'.repeat(45)}`,
    { ...TOKEN, address: '1'.repeat(45) },
    ['#/properties/address/maxLength'],
  ],
  ...['0', 'O', 'I', 'l', '_'].map(
    (letter) =>
      [
        `an address with ${letter}, which base58 lacks`,
        'token',
        `token.${letter.repeat(32)}`,
        { ...TOKEN, address: letter.repeat(32) },
        ['#/properties/address/pattern'],
      ] as const,
  ),
  ['extensions of any shape', 'token', `token.${ADDRESS}`, { ...TOKEN, extensions: { a: [1, { b: null }], c: {} } }, []],
  ['no condition at all', 'profiles', 'profiles.a', profileOf({}), []],
  [
    'a time without a zone',
    'profiles',
    'profiles.a',
    profileOf({ from: '08:00', to: '09:00' }),
    ['#/properties/conditions/dependentRequired zone'],
  ],
  [
    'a beginning without an end',
    'profiles',
    'profiles.a',
    profileOf({ from: '08:00', zone: 'UTC' }),
    ['#/properties/conditions/dependentRequired to'],
  ],
  [
    'an end without a beginning',
    'profiles',
    'profiles.a',
    profileOf({ to: '08:00', zone: 'UTC' }),
    ['#/properties/conditions/dependentRequired from'],
  ],
  [
    'weekdays without a zone',
    'profiles',
    'profiles.a',
    profileOf({ weekdays: ['monday'] }),
    ['#/properties/conditions/dependentRequired zone'],
  ],
  [
    'an end at the beginning',
    'profiles',
    'profiles.a',
    profileOf({ from: '08:00', to: '08:00', zone: 'UTC' }),
    ['#/properties/conditions/dependentSchemas/from/properties/to/not'],
  ],
  ['an end before the beginning', 'profiles', 'profiles.a', profileOf({ from: '22:00', to: '21:59', zone: 'UTC' }), []],
  ['weekdays without a time', 'profiles', 'profiles.a', profileOf({ weekdays: ['monday'], zone: 'UTC' }), []],
  ['a text in a flag of booleans', 'flags', 'flags.a', flagOf('boolean', 'true'), [valueRule(0)]],
  ['a number in a flag of texts', 'flags', 'flags.a', flagOf('string', 1), [valueRule(1)]],
  ['a text in a flag of numbers', 'flags', 'flags.a', flagOf('number', '1'), [valueRule(2)]],
  ['an array in a flag of objects', 'flags', 'flags.a', flagOf('object', []), [valueRule(3)]],
  ['a boolean in a flag of booleans', 'flags', 'flags.a', flagOf('boolean', false), []],
  ['a text in a flag of texts', 'flags', 'flags.a', flagOf('string', ''), []],
  ['a number in a flag of numbers', 'flags', 'flags.a', flagOf('number', 1.5), []],
  ['an object in a flag of objects', 'flags', 'flags.a', flagOf('object', { a: 1 }), []],
];

describe.each(EDITION_1.map((category) => [category.category, category] as const))('%s', (name, { schema, examples }) => {
  const [, complete] = examples;

  test.each(examples.map(({ path, value }) => [path, value] as const))('accepts the example at %s', (path, value) => {
    expect(broken(schema, value, path)).toEqual([]);
  });

  test.each(rules.filter(([category]) => category === name))(
    '%s: at %j %j breaks %s, and %j does not',
    (_, place, refused, rule, accepted) => {
      const of = (value: JsonValue) => broken(schema, changed(complete.value, place, value), complete.path);
      expect(of(refused)).toEqual([`#${pointerOf(schema, place)}/${rule}`]);
      expect(of(accepted)).toEqual([]);
    },
  );

  test.each(together.filter(([, category]) => category === name))('%s: judged as it should be', (_, __, path, value, expected) => {
    expect(broken(schema, value, path)).toEqual(expected);
  });

  const places = placesOf(schema, complete.value);
  test.each(places.map((place) => [place]))('at %j another type breaks the rule of the type', (place) => {
    const type = `#${pointerOf(schema, place)}/type`;
    for (const value of [null, 'text', 1.5, {}]) {
      const found = broken(schema, changed(complete.value, place, value), complete.path);
      if (typesAt(schema, place).includes(typeOf(value))) expect(found).not.toContain(type);
      else expect(found).toContain(type);
    }
  });

  const objects = places.filter((place) => schemaAt(schema, place)['properties'] !== undefined);
  test.each(objects.map((place) => [place]))('at %j each required member is missed, and an unknown one refused', (place) => {
    const { required = [], additionalProperties } = schemaAt(schema, place) as {
      readonly required?: string[];
      readonly additionalProperties: boolean;
    };
    const pointer = `#${pointerOf(schema, place)}`;
    const of = (member: string, value: JsonValue | undefined) =>
      broken(schema, changed(complete.value, [...place, member], value), complete.path);
    for (const member of required) expect(of(member, undefined)).toContain(`${pointer}/required ${member}`);
    expect(of('unheardOf', 'x')).toEqual(additionalProperties ? [] : [`${pointer}/additionalProperties`]);
  });

  test('the tables above break each rule', () => {
    const one = rules.filter(([category]) => category === name).map(([, place, , rule]) => `#${pointerOf(schema, place)}/${rule}`);
    const several = together.filter(([, category]) => category === name).flatMap(([, , , , expected]) => expected);
    const covered = new Set([...one, ...several].map((rule) => rule.replace(/ (?!schema).*/, '')));
    const own = rulesIn(schema);
    expect(own.filter((rule) => !covered.has(rule))).toEqual([]);
  });
});
