// Protection of transactions against others who profit from their order in a block.
import { closedObject, member, notBelow, setMembers, type Category, type Given, type SetOperation } from '../category.js';

export interface MevProtection {
  /** Lamports, 1,000 to 100,000; not above `maxPriorityFee`. */
  readonly minPriorityFee: number;
  /** Lamports, 1,000 to 1,000,000. */
  readonly maxPriorityFee: number;
  readonly dynamicFeeEnabled?: boolean;
  readonly sandwichProtectionEnabled?: boolean;
  /** Milliseconds, 100 to 5,000. */
  readonly timeoutMs?: number;
  readonly wrapSolEnabled?: boolean;
  readonly useSharedAccounts?: boolean;
}

const schema = closedObject(
  {
    title: 'MEV protection',
    description: 'Protection of transactions against others who profit from their order in a block (maximal extractable value).',
  },
  {
    minPriorityFee: member(
      'integer',
      { title: 'Minimum priority fee', unit: 'lamports', description: 'The lowest fee that is paid to be included early.' },
      { minimum: 1000, maximum: 100_000 },
    ),
    maxPriorityFee: member(
      'integer',
      {
        title: 'Maximum priority fee',
        unit: 'lamports',
        description: 'The highest fee that is paid to be included early. It is not below the minimum priority fee.',
      },
      { minimum: 1000, maximum: 1_000_000, ...notBelow('minPriorityFee') },
    ),
    dynamicFeeEnabled: member('boolean', {
      title: 'Dynamic fee',
      description: 'Whether the fee follows the load of the network, between minimum and maximum.',
    }),
    sandwichProtectionEnabled: member('boolean', {
      title: 'Sandwich protection',
      description: 'Whether transactions are sent so that nobody can place orders around them.',
    }),
    timeoutMs: member(
      'integer',
      { title: 'Timeout', unit: 'ms', description: 'How long a protected transaction may take before it counts as failed.' },
      { minimum: 100, maximum: 5000 },
    ),
    wrapSolEnabled: member('boolean', { title: 'Wrap SOL', description: 'Whether SOL is wrapped and unwrapped within the transaction.' }),
    useSharedAccounts: member('boolean', {
      title: 'Shared accounts',
      description: 'Whether intermediate token accounts of the router are used instead of own ones.',
    }),
  },
  { required: ['minPriorityFee', 'maxPriorityFee'] },
);

const minimal = { minPriorityFee: 1000, maxPriorityFee: 1000 } satisfies MevProtection;
const complete = {
  minPriorityFee: 5000,
  maxPriorityFee: 250_000,
  dynamicFeeEnabled: true,
  sandwichProtectionEnabled: true,
  timeoutMs: 1500,
  wrapSolEnabled: true,
  useSharedAccounts: false,
} satisfies Required<MevProtection>;

export const mev: Category = {
  category: 'mev',
  mount: 'mev.protection',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: 'mev.protection', value: minimal },
    { path: 'mev.protection', value: complete },
  ],
};

/** Sets each member that is given. */
export function setMevProtection(members: Given<MevProtection>): SetOperation[] {
  return setMembers(['mev', 'protection'], members);
}
