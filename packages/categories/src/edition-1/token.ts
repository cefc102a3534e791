// The tokens that are traded, by their addresses.
import type { JsonValue } from '@confledger/document/json-and-paths';
import {
  closedObject,
  member,
  notBelow,
  openObject,
  setAt,
  setMembers,
  type Category,
  type Given,
  type SetOperation,
} from '../category.js';

export interface TokenConfig {
  /** Base58, 32 to 44 characters; equal to the name that the token stands at. */
  readonly address: string;
  /** 1 to 10 characters. */
  readonly symbol: string;
  /** 0 to 18. */
  readonly decimals: number;
  /** Basis points, 1 to 1,000. */
  readonly customSlippageBps?: number;
  readonly transferFeeEnabled?: boolean;
  /** Basis points, 0 to 10,000. */
  readonly transferFeeBps?: number;
  /** Anything that a service wants to know of the token. */
  readonly extensions?: Readonly<Record<string, JsonValue>>;
  /** In tokens, at least 0. */
  readonly minOrderSize?: number;
  /** In tokens, at least 0, and not below `minOrderSize`. */
  readonly maxOrderSize?: number;
}

const schema = closedObject(
  { title: 'Token', description: 'A token that is traded. It stands at its address.' },
  {
    address: member(
      'string',
      { title: 'Address', description: 'The address of the mint, in base58. It equals the name that the token stands at.' },
      { minLength: 32, maxLength: 44, pattern: '^[1-9A-HJ-NP-Za-km-z]*$', 'x-equalsKey': true },
    ),
    symbol: member('string', { title: 'Symbol', description: 'The short name that people know.' }, { minLength: 1, maxLength: 10 }),
    decimals: member(
      'integer',
      { title: 'Decimals', unit: 'digits', description: 'How many digits behind the point an amount of the token has.' },
      { minimum: 0, maximum: 18 },
    ),
    customSlippageBps: member(
      'integer',
      { title: 'Custom slippage', unit: 'bps', description: 'Takes the place of the default slippage for this token.' },
      { minimum: 1, maximum: 1000 },
    ),
    transferFeeEnabled: member('boolean', { title: 'Transfer fee', description: 'Whether the token takes a fee from each transfer.' }),
    transferFeeBps: member(
      'integer',
      { title: 'Transfer fee rate', unit: 'bps', description: 'The fee that the token takes from each transfer.' },
      { minimum: 0, maximum: 10_000 },
    ),
    extensions: openObject({ title: 'Extensions', description: 'Anything else that a service wants to know of the token.' }, true),
    minOrderSize: member(
      'number',
      { title: 'Minimum order size', unit: 'tokens', description: 'The smallest amount that is ordered.' },
      { minimum: 0 },
    ),
    maxOrderSize: member(
      'number',
      {
        title: 'Maximum order size',
        unit: 'tokens',
        description: 'The largest amount that is ordered at once. It is not below the minimum order size.',
      },
      { minimum: 0, ...notBelow('minOrderSize') },
    ),
  },
  { required: ['address', 'symbol', 'decimals'] },
);

const minimal = { address: 'So11111111111111111111111111111111111111112', symbol: 'SOL', decimals: 9 } satisfies TokenConfig;
const complete = {
  address: 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v',
  symbol: 'USDC',
  decimals: 6,
  customSlippageBps: 10,
  transferFeeEnabled: false,
  transferFeeBps: 0,
  extensions: { coingeckoId: 'usd-coin' },
  minOrderSize: 10,
  maxOrderSize: 50_000,
} satisfies Required<TokenConfig>;

export const token: Category = {
  category: 'token',
  mount: 'token.*',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: `token.${minimal.address}`, value: minimal },
    { path: `token.${complete.address}`, value: complete },
  ],
};

/** Sets the address of a token, which stands in it too, and each member that is given. */
export function setToken(address: string, members: Given<Omit<TokenConfig, 'address'>>): SetOperation[] {
  const place = ['token', address];
  return [setAt([...place, 'address'], address), ...setMembers(place, members)];
}
