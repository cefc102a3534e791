// The built-in categories, by edition. Pure data: depends on paths and JSON only, and runs in a browser too.
import type { JsonObject } from '@confledger/document/json-and-paths';
import type { Category, CategoryName } from './category.js';
import { EDITION_1 } from './edition-1/index.js';

export type { Category, CategoryExample, CategoryName, CategorySchema, Given, SetOperation } from './category.js';
export type { CategoryTypes, FilledCategoryTypes } from './types.js';
export { setCircuitBreaker, type CircuitBreakerConfig } from './edition-1/circuit-breaker.js';
export {
  FLAG_OPERATORS,
  FLAG_TYPES,
  FLAG_WEIGHTS_TOTAL,
  setFlag,
  type FeatureFlag,
  type FlagCondition,
  type FlagOperator,
  type FlagRule,
  type FlagServe,
  type FlagType,
  type FlagVariant,
} from './edition-1/flags.js';
export { setMevProtection, type MevProtection } from './edition-1/mev.js';
export { LOG_LEVELS, setAlertThreshold, setLogLevel, setMonitoring, type LogLevel, type MonitoringConfig } from './edition-1/monitoring.js';
export { setProfile, WEEKDAYS, type Profile, type ProfileConditions, type ProfileLoad, type Weekday } from './edition-1/profiles.js';
export { setRiskLimit, type RiskLimit } from './edition-1/risk-limits.js';
export { setRiskParameters, type RiskParameters } from './edition-1/risk.js';
export { setToken, type TokenConfig } from './edition-1/token.js';
export { setTrader, type TraderConfig } from './edition-1/trader.js';

/** The newest edition; 0 has no categories. */
export const EDITION_NEWEST = 1;

/** Every edition, by its number. None is ever taken away or changed. */
const EDITIONS: readonly (readonly Category[])[] = [Object.freeze([]), EDITION_1];

/** The categories of an edition; undefined for an edition that this release does not know. */
export function categoriesOf(edition: number): readonly Category[] | undefined {
  return EDITIONS[edition];
}

/** What a reader fills in for absent members of a category; undefined where the edition or the category in it is not known. Deep-frozen. */
export function defaultsOf(category: CategoryName, edition: number): JsonObject | undefined {
  return categoriesOf(edition)?.find((one) => one.category === category)?.defaults;
}
