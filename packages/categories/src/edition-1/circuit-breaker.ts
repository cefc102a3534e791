// When calls to a venue stop for a while, and how they start again.
import { closedObject, member, setMembers, type Category, type Given, type SetOperation } from '../category.js';

export interface CircuitBreakerConfig {
  /** Milliseconds, 50 to 1,000. */
  readonly latencyThresholdMs: number;
  /** Fraction of the requests, 0.01 to 1. */
  readonly errorRateThreshold: number;
  /** 1 to 100. */
  readonly failureThreshold?: number;
  /** Seconds, 10 to 600. */
  readonly recoveryTimeoutSecs?: number;
  /** 1 to 10. */
  readonly halfOpenMaxRequests?: number;
}

/** What a reader fills in. */
export const circuitBreakerDefaults = {
  latencyThresholdMs: 200,
  errorRateThreshold: 0.05,
  failureThreshold: 5,
  recoveryTimeoutSecs: 60,
  halfOpenMaxRequests: 3,
} as const satisfies Required<CircuitBreakerConfig>;

const schema = closedObject(
  { title: 'Circuit breaker', description: 'When calls to a venue stop for a while (the breaker opens), and how they start again.' },
  {
    latencyThresholdMs: member(
      'integer',
      { title: 'Latency threshold', unit: 'ms', description: 'A request that takes longer counts as failed.' },
      { minimum: 50, maximum: 1000, default: circuitBreakerDefaults.latencyThresholdMs },
    ),
    errorRateThreshold: member(
      'number',
      {
        title: 'Error rate threshold',
        unit: 'failures per request',
        description: 'The breaker opens when a larger part of the requests fails: 0.05 is one in twenty.',
      },
      { minimum: 0.01, maximum: 1, default: circuitBreakerDefaults.errorRateThreshold },
    ),
    failureThreshold: member(
      'integer',
      { title: 'Failure threshold', unit: 'failures', description: 'The breaker opens after this many failures in a row.' },
      { minimum: 1, maximum: 100, default: circuitBreakerDefaults.failureThreshold },
    ),
    recoveryTimeoutSecs: member(
      'integer',
      {
        title: 'Recovery timeout',
        unit: 's',
        description: 'How long an open breaker waits before it lets requests try again (half open).',
      },
      { minimum: 10, maximum: 600, default: circuitBreakerDefaults.recoveryTimeoutSecs },
    ),
    halfOpenMaxRequests: member(
      'integer',
      {
        title: 'Requests while half open',
        unit: 'requests',
        description: 'How many requests a half-open breaker lets through. When they succeed it closes.',
      },
      { minimum: 1, maximum: 10, default: circuitBreakerDefaults.halfOpenMaxRequests },
    ),
  },
  { required: ['latencyThresholdMs', 'errorRateThreshold'] },
);

const minimal = { latencyThresholdMs: 200, errorRateThreshold: 0.05 } satisfies CircuitBreakerConfig;
const complete = {
  latencyThresholdMs: 150,
  errorRateThreshold: 0.1,
  failureThreshold: 10,
  recoveryTimeoutSecs: 120,
  halfOpenMaxRequests: 2,
} satisfies Required<CircuitBreakerConfig>;

export const circuitBreaker: Category = {
  category: 'circuitBreaker',
  mount: 'circuit_breaker.config',
  dialect: '2020-12',
  schema,
  defaults: circuitBreakerDefaults,
  examples: [
    { path: 'circuit_breaker.config', value: minimal },
    { path: 'circuit_breaker.config', value: complete },
  ],
};

/** Sets each member that is given. */
export function setCircuitBreaker(members: Given<CircuitBreakerConfig>): SetOperation[] {
  return setMembers(['circuit_breaker', 'config'], members);
}
