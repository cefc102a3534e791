// The example bodies of the OpenAPI document. They are about one ledger and fit together with the examples of the parameters; a spec
// sends every one of them.
import type { OperationName, Operations } from '@confledger/contracts/http';

/** Operations with a body, required or not. */
export type OperationWithBody = {
  [N in OperationName]: Operations[N]['body'] extends null ? never : N;
}[OperationName];

const RISK = { risk: { parameters: { maxPositionSize: 1_000_000, dailyLossLimit: 50_000, maxPositions: 20 } } };
const MARKETS = { markets: { symbols: ['BTC-USD', 'ETH-USD'] } };

/** A body that works for each operation that takes one. */
export const EXAMPLE_BODIES: { readonly [N in OperationWithBody]: NonNullable<Operations[N]['body']> } = {
  createConfiguration: { configuration: { ...RISK, ...MARKETS }, reason: 'The first configuration', activate: true },
  replaceConfiguration: { configuration: { ...RISK, ...MARKETS }, reason: 'As agreed with the desk' },
  replaceConfigurationIn: { configuration: { ...RISK, ...MARKETS }, reason: 'As agreed with the desk' },
  mergeConfiguration: { configuration: { risk: { parameters: { maxPositions: 5 } } }, reason: 'Fewer positions over the holidays' },
  deleteConfiguration: { reason: 'Starts anew' },
  retireConfiguration: { reason: 'Created by mistake' },
  restoreConfiguration: { reason: 'Is needed after all' },
  setValueByKey: { value: 10, reason: 'Lower limit for the weekend' },
  setValue: { value: 10, reason: 'Lower limit for the weekend' },
  deleteValueByKey: { reason: 'No longer used' },
  deleteValue: { reason: 'No longer used' },
  writeBatch: {
    operations: [
      { id: 'limit', type: 'SET', path: 'risk.parameters.maxPositionSize', value: 500_000 },
      { id: 'symbols', type: 'DELETE', path: 'markets.symbols' },
    ],
    reason: 'Markets are closed',
  },
  setSchema: {
    mount: 'markets.symbols',
    schema: { type: 'array', maxItems: 50, uniqueItems: true, items: { type: 'string', pattern: '^[A-Z]+-[A-Z]+$' } },
    reason: 'The gateway takes 50 symbols',
  },
  removeSchema: { reason: 'The gateway takes any number now' },
  validateConfiguration: { operations: [{ type: 'SET', path: 'risk.parameters.maxPositions', value: 200 }] },
  whatIfSchema: { mount: 'risk.parameters.maxPositions', schema: { type: 'integer', maximum: 10 }, of: 'versions' },
  activate: { reason: 'Approved by the desk' },
  activateVersion: { reason: 'Approved by the desk' },
  rollBack: { reason: 'The new limit was wrong' },
  promote: { from: 'testing', paths: ['markets.symbols'], reason: 'Tested for a week' },
  rollBackTo: { reason: 'Back to what ran yesterday' },
  tagVersion: { reason: 'Released', move: true },
  untagVersion: { reason: 'Withdrawn' },
  reportNode: { environment: 'production', service: 'trading-engine', state: 'waiting', running: null, rejected: null },
  defineEnvironment: { type: 'production', properties: { owner: 'desk' }, reason: 'Names the owner' },
  retireEnvironment: { reason: 'No longer used' },
  sealInstallation: { streams: ['config-production.trading-engine'], dryRun: true },
};

/** Example bodies with comments: the same members around what is written. */
export const COMMENTED_EXAMPLES = {
  configuration: `{\n  "configuration": {\n    // of the desk\n    "risk": { "parameters": { "maxPositionSize": 1000000, "dailyLossLimit": 50000, }, },\n  },\n}`,
  value: '{ "value": 10, /* for the weekend */ }',
} as const;

/** The example body of an operation; undefined for one without a body. */
export function exampleBody(name: OperationName): unknown {
  return (EXAMPLE_BODIES as { readonly [N in OperationName]?: unknown })[name];
}
