// How orders are sent where nothing more exact says otherwise.
import { closedObject, member, setMembers, type Category, type Given, type SetOperation } from '../category.js';

export interface TraderConfig {
  readonly mode?: 'paper' | 'live';
  /** Basis points, 1 to 1,000. */
  readonly defaultSlippageBps?: number;
  /** Lamports, 0 to 1,000,000. */
  readonly defaultPriorityFee?: number;
}

const schema = closedObject(
  { title: 'Trader', description: 'How orders are sent where nothing more exact says otherwise.' },
  {
    mode: member(
      'string',
      { title: 'Mode', description: 'Whether orders are simulated (`paper`) or sent to the market (`live`).' },
      { enum: ['paper', 'live'] },
    ),
    defaultSlippageBps: member(
      'integer',
      {
        title: 'Default slippage',
        unit: 'bps',
        description: 'How far the price of a fill may lie from the quoted one, for tokens without a slippage of their own.',
      },
      { minimum: 1, maximum: 1000 },
    ),
    // 0 sends without a fee. The upper bound is the highest fee that `mev.protection` can allow.
    defaultPriorityFee: member(
      'integer',
      { title: 'Default priority fee', unit: 'lamports', description: 'Paid for each transaction whose fee nothing else decides.' },
      { minimum: 0, maximum: 1_000_000 },
    ),
  },
);

const minimal = { mode: 'paper' } satisfies TraderConfig;
const complete = { mode: 'live', defaultSlippageBps: 50, defaultPriorityFee: 10_000 } satisfies Required<TraderConfig>;

export const trader: Category = {
  category: 'trader',
  mount: 'trader',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: 'trader', value: minimal },
    { path: 'trader', value: complete },
  ],
};

/** Sets each member that is given. */
export function setTrader(members: Given<TraderConfig>): SetOperation[] {
  return setMembers(['trader'], members);
}
