// The TypeScript types of the categories, by their names.
import type { circuitBreakerDefaults, CircuitBreakerConfig } from './edition-1/circuit-breaker.js';
import type { FeatureFlag } from './edition-1/flags.js';
import type { MevProtection } from './edition-1/mev.js';
import type { MonitoringConfig } from './edition-1/monitoring.js';
import type { Profile } from './edition-1/profiles.js';
import type { RiskLimit } from './edition-1/risk-limits.js';
import type { RiskParameters } from './edition-1/risk.js';
import type { TokenConfig } from './edition-1/token.js';
import type { TraderConfig } from './edition-1/trader.js';

/** What stands in a document at the mount of a category: at each place that the mount matches. */
export interface CategoryTypes {
  readonly trader: TraderConfig;
  readonly risk: RiskParameters;
  readonly riskLimits: RiskLimit;
  readonly mev: MevProtection;
  readonly token: TokenConfig;
  readonly circuitBreaker: CircuitBreakerConfig;
  readonly monitoring: MonitoringConfig;
  readonly profiles: Profile;
  readonly flags: FeatureFlag;
}

/** The same with the defaults filled in. */
export interface FilledCategoryTypes extends Omit<CategoryTypes, 'circuitBreaker'> {
  readonly circuitBreaker: CircuitBreakerConfig & Required<Pick<CircuitBreakerConfig, keyof typeof circuitBreakerDefaults>>;
}
