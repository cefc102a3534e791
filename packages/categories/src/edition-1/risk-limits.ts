// Limits by name, beside the risk parameters.
import { member, setAt, type Category, type SetOperation } from '../category.js';

/** In the quote currency, at least 0. */
export type RiskLimit = number;

const schema = member(
  'number',
  {
    title: 'Risk limit',
    unit: 'quote currency',
    description: 'An amount that must not be exceeded. The name of the limit says of what: a venue, a strategy, a day.',
  },
  { minimum: 0 },
);

const minimal: RiskLimit = 0;
const complete: RiskLimit = 250_000;

export const riskLimits: Category = {
  category: 'riskLimits',
  mount: 'risk.limits.*',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: 'risk.limits.overnightNotional', value: minimal },
    { path: 'risk.limits.dailyNotional', value: complete },
  ],
};

/** Sets one limit. A dot in its name is part of the name. */
export function setRiskLimit(name: string, limit: RiskLimit): SetOperation[] {
  return [setAt(['risk', 'limits', name], limit)];
}
