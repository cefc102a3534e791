// What a service may put at risk.
import { closedObject, member, setMembers, type Category, type Given, type SetOperation } from '../category.js';

export interface RiskParameters {
  /** In the quote currency, at least 0. */
  readonly maxPositionSize: number;
  /** 1 to 100. */
  readonly maxPositions?: number;
  /** In the quote currency, at least 0. */
  readonly dailyLossLimit: number;
  /** Fraction of the capital, 0 to 1. */
  readonly maxExposurePerToken?: number;
  /** Percent of the entry price, 0 to 100. */
  readonly stopLossPercentage?: number;
  /** Percent of the entry price, 0 to 100. */
  readonly takeProfitPercentage?: number;
}

const PERCENTAGE = { minimum: 0, maximum: 100 };

const schema = closedObject(
  { title: 'Risk parameters', description: 'What a service may put at risk.' },
  {
    maxPositionSize: member(
      'number',
      { title: 'Maximum position size', unit: 'quote currency', description: 'The largest value that one position may have.' },
      { minimum: 0 },
    ),
    maxPositions: member(
      'integer',
      { title: 'Maximum positions', unit: 'positions', description: 'How many positions may be open at once.' },
      { minimum: 1, maximum: 100 },
    ),
    dailyLossLimit: member(
      'number',
      { title: 'Daily loss limit', unit: 'quote currency', description: 'The loss of one day at which trading stops.' },
      { minimum: 0 },
    ),
    maxExposurePerToken: member(
      'number',
      {
        title: 'Maximum exposure per token',
        unit: 'times the capital',
        description: 'The largest part of the capital that may be in one token: 0.25 is a quarter.',
      },
      { minimum: 0, maximum: 1 },
    ),
    stopLossPercentage: member(
      'number',
      { title: 'Stop loss', unit: 'percent', description: 'The loss, in percent of the entry price, at which a position is closed.' },
      PERCENTAGE,
    ),
    takeProfitPercentage: member(
      'number',
      { title: 'Take profit', unit: 'percent', description: 'The gain, in percent of the entry price, at which a position is closed.' },
      PERCENTAGE,
    ),
  },
  { required: ['maxPositionSize', 'dailyLossLimit'] },
);

const minimal = { maxPositionSize: 1000, dailyLossLimit: 500 } satisfies RiskParameters;
const complete = {
  maxPositionSize: 1000,
  maxPositions: 10,
  dailyLossLimit: 500,
  maxExposurePerToken: 0.25,
  stopLossPercentage: 5,
  takeProfitPercentage: 12.5,
} satisfies Required<RiskParameters>;

export const risk: Category = {
  category: 'risk',
  mount: 'risk.parameters',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: 'risk.parameters', value: minimal },
    { path: 'risk.parameters', value: complete },
  ],
};

/** Sets each member that is given. */
export function setRiskParameters(members: Given<RiskParameters>): SetOperation[] {
  return setMembers(['risk', 'parameters'], members);
}
