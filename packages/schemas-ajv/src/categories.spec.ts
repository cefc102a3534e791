// The built-in categories by the judge that services use: every schema may be stored, every example is accepted, and messages have labels and units.
import { categoriesOf, type CategoryName } from '@confledger/categories';
import { Document, parsePath, type JsonObject, type JsonValue } from '@confledger/document';
import type { Judgement } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { examineSchema } from './examine.js';
import { costOf, judgeDocument } from './judge.js';
import { Validators } from './validators.js';
import { Verdicts } from './verdicts.js';

const EDITION = 1;
/** Up to here a judgement is made at once. */
const COST_AT_ONCE_MAX = 200_000;
const categories = categoriesOf(EDITION) ?? [];
const rules = categories.map(({ category, mount, dialect, schema }) => ({
  mount,
  dialect,
  schema,
  origin: { kind: 'category', category, edition: EDITION } as const,
}));
const parts = { validators: new Validators(), verdicts: new Verdicts() };

/** A document with one value in it. */
function documentOf(path: string, value: JsonValue): Document {
  const parsed = parsePath(path);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const made = Document.from(parsed.value.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value) as JsonObject);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

/** What all categories together say of a document with one value in it. */
function judged(path: string, value: JsonValue, isAbstract = false): Judgement {
  return judgeDocument({ rules, document: documentOf(path, value), isAbstract, hasReferences: false }, parts);
}

/** The rules that are broken, as `path keyword`. */
const broken = (judgement: Judgement): string[] => judgement.violations.map(({ path, keyword }) => `${path} ${keyword}`);

describe.each(categories.map((category) => [category.category, category] as const))('%s', (_, category) => {
  test('its schema may be stored, and gives labels', () => {
    const examined = examineSchema(category);
    if (examined.kind === 'refused') throw new Error(JSON.stringify(examined.problems));
    expect(examined.annotations).toContainEqual({ below: '', keyword: 'x-label', value: category.schema['title'] });
  });

  test.each(category.examples.map(({ path, value }) => [path, value] as const))('accepts the example at %s, at once', (path, value) => {
    expect(judged(path, value)).toEqual({ violations: [], unjudged: [] });
    expect(costOf({ rules, document: documentOf(path, value), isAbstract: false, hasReferences: false })).toBeLessThan(COST_AT_ONCE_MAX);
  });

  test('in an abstract environment nothing that is required has to be there', () => {
    const [{ path, value }] = category.examples;
    if (typeof value !== 'object') return;
    const [name, first] = Object.entries(value as JsonObject)[0] ?? ['', null];
    expect(judged(path, { [name]: first ?? null }, true).violations).toEqual([]);
  });
});

const ADDRESS = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
const TOKEN: JsonObject = { address: ADDRESS, symbol: 'USDC', decimals: 6 };
const FLAG: JsonObject = { type: 'boolean', enabled: true, off: 'a', serve: [{ variant: 'a', weight: 1 }] };
const profileOf = (conditions: JsonObject, overrides: JsonObject = {}): JsonObject => ({ priority: 1, conditions, overrides });

const refused: readonly (readonly [category: CategoryName, path: string, value: JsonValue, broken: readonly string[]])[] = [
  ['trader', 'trader', { mode: 'demo' }, ['trader.mode enum']],
  ['risk', 'risk.parameters', { maxPositionSize: 1 }, ['risk.parameters required']],
  ['risk', 'risk.parameters', { maxPositionSize: 1, dailyLossLimit: 1, maxLoss: 1 }, ['risk.parameters additionalProperties']],
  ['riskLimits', 'risk.limits.daily', -1, ['risk.limits.daily minimum']],
  ['mev', 'mev.protection', { minPriorityFee: 5000, maxPriorityFee: 4999 }, ['mev.protection.maxPriorityFee minimum']],
  ['token', `token.${ADDRESS}`, { ...TOKEN, minOrderSize: 2, maxOrderSize: 1 }, [`token.${ADDRESS}.maxOrderSize minimum`]],
  ['token', `token.${'1'.repeat(40)}`, TOKEN, [`token.${'1'.repeat(40)}.address x-equalsKey`]],
  ['token', `token.${'0'.repeat(40)}`, { ...TOKEN, address: '0'.repeat(40) }, [`token.${'0'.repeat(40)}.address pattern`]],
  ['circuitBreaker', 'circuit_breaker.config', { latencyThresholdMs: 200 }, ['circuit_breaker.config required']],
  ['monitoring', 'monitoring.config', { logLevels: { router: 'loud' } }, ['monitoring.config.logLevels.router enum']],
  ['profiles', 'profiles.a', profileOf({ from: '08:00', to: '08:00', zone: 'UTC' }), ['profiles.a.conditions.to not']],
  ['profiles', 'profiles.a', profileOf({ weekdays: ['monday'] }), ['profiles.a.conditions dependentRequired']],
  ['profiles', 'profiles.a', profileOf({}, { flags: { b: 1 } }), ['profiles.a.overrides.flags false']],
  ['flags', 'flags.a', { ...FLAG, variants: [{ name: 'a', value: 'x' }] }, ['flags.a.variants type']],
  ['flags', 'flags.a', { ...FLAG, variants: [{ name: 'a', value: true }], expiresAt: 'soon' }, ['flags.a.expiresAt format']],
];

test.each(refused)('%s: what is wrong at %s is named', (_, path, value, expected) => {
  expect(broken(judged(path, value))).toEqual(expected);
});

test('every category refuses something', () => {
  expect([...new Set(refused.map(([category]) => category))]).toEqual(categories.map(({ category }) => category));
});

test('a wrong number is refused with its label and its unit', () => {
  const { violations } = judged('risk.parameters', { maxPositionSize: -1, dailyLossLimit: 1, stopLossPercentage: 101 });
  expect(violations.map(({ message }) => message)).toEqual([
    'Maximum position size must be at least 0 quote currency.',
    'Stop loss must be at most 100 percent.',
  ]);
});
