// The samples of setters on the page of built-in categories.
import type { CategoryName } from '@confledger/categories';
import type { SetterSample } from './categories-page.js';

/** A sample prints the path and the value of each operation. */
const sampleOf = (setters: readonly string[], calls: readonly string[], output: readonly string[]): SetterSample => ({
  code: [
    `import { ${setters.join(', ')} } from '@confledger/categories';`,
    '',
    calls.length === 1 ? `const operations = ${calls[0]};` : `const operations = [\n${calls.map((call) => `  ...${call},\n`).join('')}];`,
    'for (const { key, value } of operations) console.log(key, value);',
  ].join('\n'),
  output: output.join('\n'),
});

const USDC = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';

export const SETTER_SAMPLES: Readonly<Record<CategoryName, SetterSample>> = {
  trader: sampleOf(
    ['setTrader'],
    ["setTrader({ mode: 'paper', defaultSlippageBps: 50 })"],
    ['trader.mode paper', 'trader.defaultSlippageBps 50'],
  ),
  risk: sampleOf(
    ['setRiskParameters'],
    ['setRiskParameters({ maxPositionSize: 1000, dailyLossLimit: 500 })'],
    ['risk.parameters.maxPositionSize 1000', 'risk.parameters.dailyLossLimit 500'],
  ),
  riskLimits: sampleOf(
    ['setRiskLimit'],
    ["setRiskLimit('overnightNotional', 0)", "setRiskLimit('kraken.spot', 250_000)"],
    ['risk.limits.overnightNotional 0', String.raw`risk.limits.kraken\.spot 250000`],
  ),
  mev: sampleOf(
    ['setMevProtection'],
    ['setMevProtection({ minPriorityFee: 5000, maxPriorityFee: 250_000, dynamicFeeEnabled: true })'],
    ['mev.protection.minPriorityFee 5000', 'mev.protection.maxPriorityFee 250000', 'mev.protection.dynamicFeeEnabled true'],
  ),
  token: sampleOf(
    ['setToken'],
    [`setToken('${USDC}', { symbol: 'USDC', decimals: 6 })`],
    [`token.${USDC}.address ${USDC}`, `token.${USDC}.symbol USDC`, `token.${USDC}.decimals 6`],
  ),
  circuitBreaker: sampleOf(
    ['setCircuitBreaker'],
    ['setCircuitBreaker({ latencyThresholdMs: 150, errorRateThreshold: 0.1 })'],
    ['circuit_breaker.config.latencyThresholdMs 150', 'circuit_breaker.config.errorRateThreshold 0.1'],
  ),
  monitoring: sampleOf(
    ['setAlertThreshold', 'setLogLevel', 'setMonitoring'],
    ['setMonitoring({ collectionIntervalSecs: 10 })', "setAlertThreshold('orders.rejected', 20)", "setLogLevel('router', 'debug')"],
    [
      'monitoring.config.collectionIntervalSecs 10',
      String.raw`monitoring.config.alertThresholds.orders\.rejected 20`,
      'monitoring.config.logLevels.router debug',
    ],
  ),
  profiles: sampleOf(
    ['setProfile'],
    [
      [
        "setProfile('night', {",
        '  priority: 10,',
        "  conditions: { from: '22:00', to: '06:30', zone: 'America/New_York' },",
        '  overrides: { risk: { parameters: { maxPositionSize: 250 } } },',
        '})',
      ].join('\n'),
    ],
    [
      'profiles.night.priority 10',
      "profiles.night.conditions { from: '22:00', to: '06:30', zone: 'America/New_York' }",
      'profiles.night.overrides { risk: { parameters: { maxPositionSize: 250 } } }',
    ],
  ),
  flags: sampleOf(
    ['setFlag'],
    ["setFlag('thin-market', { enabled: true, serve: [{ variant: 'on', weight: 100_000 }] })"],
    ['flags.thin-market.enabled true', "flags.thin-market.serve [ { variant: 'on', weight: 100000 } ]"],
  ),
};
