// Setters make operations of a batch; what they set together is a document that the types and the schemas agree on.
import { Document, isJsonObject, type DocumentChange, type JsonObject } from '@confledger/document';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { EDITION_1 } from './edition-1/index.js';
import {
  setAlertThreshold,
  setCircuitBreaker,
  setFlag,
  setLogLevel,
  setMevProtection,
  setMonitoring,
  setProfile,
  setRiskLimit,
  setRiskParameters,
  setToken,
  setTrader,
  type CategoryName,
  type CircuitBreakerConfig,
  type FeatureFlag,
  type FlagCondition,
  type FlagRule,
  type FlagServe,
  type FlagVariant,
  type MevProtection,
  type MonitoringConfig,
  type Profile,
  type ProfileConditions,
  type ProfileLoad,
  type RiskParameters,
  type SetOperation,
  type TokenConfig,
  type TraderConfig,
} from './index.js';

const SOL = 'So11111111111111111111111111111111111111112';

/** The document that operations make of an empty one; an object is set leaf by leaf. */
function applied(operations: readonly SetOperation[]): JsonObject {
  return Document.empty.apply(operations.flatMap(leavesOf)).toJson();
}

function leavesOf({ key, value }: SetOperation): DocumentChange[] {
  const inner = isJsonObject(value) ? Document.from(value) : undefined;
  if (inner?.ok !== true || inner.value.leafCount === 0) return [{ path: key, value }];
  return [...inner.value.leaves()].map((leaf) => ({ path: `${key}.${leaf.path}`, value: leaf.value }));
}

/** All that ajv finds in a value of a category. */
function errorsOf(name: CategoryName, value: unknown): unknown {
  const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, $data: true, allErrors: true });
  formats.default(ajv);
  ajv.addVocabulary(['x-unit', 'x-label', 'x-equalsKey']);
  const validate = ajv.compile(EDITION_1.find(({ category }) => category === name)?.schema ?? false);
  validate(value);
  return validate.errors;
}

test('a setter sets each member that is given, and names the operation by its path', () => {
  expect(setRiskParameters({ maxPositionSize: 100, dailyLossLimit: 50 })).toEqual([
    { id: 'risk.parameters.maxPositionSize', type: 'SET', key: 'risk.parameters.maxPositionSize', value: 100 },
    { id: 'risk.parameters.dailyLossLimit', type: 'SET', key: 'risk.parameters.dailyLossLimit', value: 50 },
  ]);
  expect(setTrader({})).toEqual([]);
});

test('a member that is undefined is not set', () => {
  expect(setTrader({ mode: 'live', defaultSlippageBps: undefined }).map(({ key }) => key)).toEqual(['trader.mode']);
});

test('a name of the caller is one segment, whatever it holds', () => {
  expect(setRiskLimit('btc.daily', 1)[0]?.key).toBe('risk.limits.btc\\.daily');
  expect(setFlag('a\\b', { enabled: true })[0]?.key).toBe('flags.a\\\\b.enabled');
  expect(setProfile('night.asia', { priority: 1 })[0]?.key).toBe('profiles.night\\.asia.priority');
  expect(setAlertThreshold('orders.rejected', 20)[0]?.key).toBe('monitoring.config.alertThresholds.orders\\.rejected');
  expect(setLogLevel('feed.kraken', 'debug')[0]?.key).toBe('monitoring.config.logLevels.feed\\.kraken');
});

test('a token has its address, which is its name, whatever else is set', () => {
  expect(setToken(SOL, { decimals: 9 }).map(({ key, value }) => [key, value])).toEqual([
    [`token.${SOL}.address`, SOL],
    [`token.${SOL}.decimals`, 9],
  ]);
});

const SERVE = { variant: 'on', weight: 100_000 } satisfies FlagServe;
const CONDITIONS = { from: '22:00', to: '06:00', weekdays: ['friday'], zone: 'UTC' } satisfies ProfileConditions;

/** What setters set, by category, at the place of one value. */
const set: readonly (readonly [CategoryName, readonly string[], readonly SetOperation[]])[] = [
  ['trader', ['trader'], setTrader({ mode: 'paper', defaultSlippageBps: 50, defaultPriorityFee: 0 })],
  ['risk', ['risk', 'parameters'], setRiskParameters({ maxPositionSize: 100, dailyLossLimit: 50 })],
  ['riskLimits', ['risk', 'limits', 'a.b'], setRiskLimit('a.b', 0)],
  ['mev', ['mev', 'protection'], setMevProtection({ minPriorityFee: 1000, maxPriorityFee: 2000, dynamicFeeEnabled: true })],
  ['token', ['token', SOL], setToken(SOL, { symbol: 'SOL', decimals: 9, extensions: { a: { b: [1] } } })],
  ['circuitBreaker', ['circuit_breaker', 'config'], setCircuitBreaker({ latencyThresholdMs: 100, errorRateThreshold: 0.1 })],
  [
    'monitoring',
    ['monitoring', 'config'],
    [...setMonitoring({ collectionIntervalSecs: 10 }), ...setAlertThreshold('a.b', 2), ...setLogLevel('d', 'off')],
  ],
  [
    'profiles',
    ['profiles', 'night'],
    setProfile('night', {
      description: 'Less',
      priority: 1,
      conditions: CONDITIONS,
      overrides: { risk: { parameters: { maxPositions: 1 } } },
    }),
  ],
  [
    'flags',
    ['flags', 'new.router'],
    setFlag('new.router', {
      type: 'boolean',
      enabled: true,
      variants: [{ name: 'on', value: true }],
      off: 'on',
      serve: [SERVE],
      rules: [{ when: [{ attribute: 'desk', operator: 'in', values: ['a'] }], serve: [SERVE] }],
    }),
  ],
];

test.each(set)('%s: what the setters make of an empty document is accepted', (name, place, operations) => {
  const document = applied(operations);
  const found = place.reduce<unknown>((at, segment) => (at as JsonObject)[segment], document);
  expect(errorsOf(name, found)).toBeNull();
});

test('objects that a setter takes replace what stands there', () => {
  const operations = setMonitoring({ alertThresholds: { 'a.b': 1 }, logLevels: {} });
  expect(operations.map(({ key }) => key)).toEqual(['monitoring.config.alertThresholds', 'monitoring.config.logLevels']);
  expect(errorsOf('monitoring', (applied(operations)['monitoring'] as JsonObject)['config'])).toBeNull();
});

test('there are setters for every category', () => {
  expect(set.map(([name]) => name)).toEqual(EDITION_1.map(({ category }) => category));
});

/** Of each member of a type whether it may be absent. The compiler holds these tables against the types. */
type Members<T> = { readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? 'optional' : 'required' };

const TRADER: Members<TraderConfig> = { mode: 'optional', defaultSlippageBps: 'optional', defaultPriorityFee: 'optional' };
const RISK: Members<RiskParameters> = {
  maxPositionSize: 'required',
  maxPositions: 'optional',
  dailyLossLimit: 'required',
  maxExposurePerToken: 'optional',
  stopLossPercentage: 'optional',
  takeProfitPercentage: 'optional',
};
const MEV: Members<MevProtection> = {
  minPriorityFee: 'required',
  maxPriorityFee: 'required',
  dynamicFeeEnabled: 'optional',
  sandwichProtectionEnabled: 'optional',
  timeoutMs: 'optional',
  wrapSolEnabled: 'optional',
  useSharedAccounts: 'optional',
};
const TOKEN: Members<TokenConfig> = {
  address: 'required',
  symbol: 'required',
  decimals: 'required',
  customSlippageBps: 'optional',
  transferFeeEnabled: 'optional',
  transferFeeBps: 'optional',
  extensions: 'optional',
  minOrderSize: 'optional',
  maxOrderSize: 'optional',
};
const BREAKER: Members<CircuitBreakerConfig> = {
  latencyThresholdMs: 'required',
  errorRateThreshold: 'required',
  failureThreshold: 'optional',
  recoveryTimeoutSecs: 'optional',
  halfOpenMaxRequests: 'optional',
};
const MONITORING: Members<MonitoringConfig> = { alertThresholds: 'optional', collectionIntervalSecs: 'optional', logLevels: 'optional' };
const PROFILE: Members<Profile> = { description: 'optional', priority: 'required', conditions: 'optional', overrides: 'required' };
const PROFILE_CONDITIONS: Members<ProfileConditions> = {
  environment: 'optional',
  flag: 'optional',
  from: 'optional',
  to: 'optional',
  weekdays: 'optional',
  zone: 'optional',
  load: 'optional',
};
const LOAD: Members<ProfileLoad> = { cpuPercent: 'optional', memoryPercent: 'optional' };
const FLAG: Members<FeatureFlag> = {
  type: 'required',
  enabled: 'required',
  salt: 'optional',
  variants: 'required',
  off: 'required',
  serve: 'required',
  rules: 'optional',
  owner: 'optional',
  expiresAt: 'optional',
};
const FLAG_VARIANT: Members<FlagVariant> = { name: 'required', value: 'required' };
const FLAG_SERVE: Members<FlagServe> = { variant: 'required', weight: 'required' };
const FLAG_RULE: Members<FlagRule> = { when: 'required', share: 'optional', serve: 'required' };
const FLAG_CONDITION: Members<FlagCondition> = { attribute: 'required', operator: 'required', values: 'required' };

const RULES = ['properties', 'rules', 'items'] as const;

describe('types and schemas have the same members', () => {
  test.each([
    ['trader', [], TRADER],
    ['risk', [], RISK],
    ['mev', [], MEV],
    ['token', [], TOKEN],
    ['circuitBreaker', [], BREAKER],
    ['monitoring', [], MONITORING],
    ['profiles', [], PROFILE],
    ['profiles', ['properties', 'conditions'], PROFILE_CONDITIONS],
    ['profiles', ['properties', 'conditions', 'properties', 'load'], LOAD],
    ['flags', [], FLAG],
    ['flags', ['properties', 'variants', 'items'], FLAG_VARIANT],
    ['flags', ['properties', 'serve', 'items'], FLAG_SERVE],
    ['flags', RULES, FLAG_RULE],
    ['flags', [...RULES, 'properties', 'when', 'items'], FLAG_CONDITION],
    ['flags', [...RULES, 'properties', 'serve', 'items'], FLAG_SERVE],
  ] as const)('%s %j', (name, place: readonly string[], members: Readonly<Record<string, string>>) => {
    const root = EDITION_1.find(({ category }) => category === name)?.schema ?? {};
    const schema = place.reduce((at, step) => at[step] as JsonObject, root);
    const { properties = {}, required = [] } = schema;
    if (!isJsonObject(properties) || !Array.isArray(required)) throw new Error('no schema of an object');
    const named = Object.keys(properties).map((member) => [member, required.includes(member) ? 'required' : 'optional']);
    expect(Object.fromEntries(named)).toEqual(members);
  });
});
