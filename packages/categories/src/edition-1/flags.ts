// Decisions that a node makes for each key: who gets which variant.
import type { JsonObject, JsonValue } from '@confledger/document/json-and-paths';
import { closedObject, member, setMembers, type Category, type Given, type SetOperation } from '../category.js';

/** What the weights of a list add up to, and the highest share: a hundred thousandth is the smallest part. */
export const FLAG_WEIGHTS_TOTAL = 100_000;

/** The types of OpenFeature. */
export const FLAG_TYPES = ['boolean', 'string', 'number', 'object'] as const;
export type FlagType = (typeof FLAG_TYPES)[number];

export const FLAG_OPERATORS = [
  'in',
  'notIn',
  'startsWith',
  'endsWith',
  'contains',
  'lessThan',
  'atMost',
  'greaterThan',
  'atLeast',
] as const;
export type FlagOperator = (typeof FLAG_OPERATORS)[number];

export interface FlagVariant {
  readonly name: string;
  /** Of the flag's type. */
  readonly value: JsonValue;
}

export interface FlagServe {
  /** The name of a variant. */
  readonly variant: string;
  /** Hundred thousandths; those of a list add up to 100,000. */
  readonly weight: number;
}

/** Holds when the attribute is there and the operator holds for one of the values; `notIn` when it holds for none. */
export interface FlagCondition {
  readonly attribute: string;
  readonly operator: FlagOperator;
  readonly values: readonly (string | number | boolean)[];
}

export interface FlagRule {
  /** All must hold; an empty list always does. */
  readonly when: readonly FlagCondition[];
  /** Hundred thousandths of the keys that the rule is for; all without it. */
  readonly share?: number;
  readonly serve: readonly FlagServe[];
}

export interface FeatureFlag {
  readonly type: FlagType;
  readonly enabled: boolean;
  /** Flags with the same salt still divide keys differently: the name is hashed too. */
  readonly salt?: string;
  readonly variants: readonly FlagVariant[];
  /** The variant of a flag that is not enabled. */
  readonly off: string;
  /** Who gets what where no rule matches. */
  readonly serve: readonly FlagServe[];
  /** The first that matches decides. */
  readonly rules?: readonly FlagRule[];
  readonly owner?: string;
  /** An instant with offset, RFC 3339. It changes no answer. */
  readonly expiresAt?: string;
}

const NAME = { minLength: 1, maxLength: 255 };
const PARTS = { minimum: 0, maximum: FLAG_WEIGHTS_TOTAL };
// More than anybody reads; each list is judged as often as it is long.
const LIST_MAX = 100;

// A schema cannot add numbers up, nor look a name up in a list beside.
const CHECKED_LATER = 'checked when flags are evaluated, not by this schema';

function serveOf(title: string, description: string): JsonObject {
  const items = closedObject(
    { title: 'Part', description: 'A variant and its part of the keys.' },
    {
      variant: member('string', { title: 'Variant', description: `The name of a variant of this flag: ${CHECKED_LATER}.` }, NAME),
      weight: member(
        'integer',
        {
          title: 'Weight',
          unit: 'hundred thousandths',
          description: `The part of the keys that gets the variant. The weights of a list add up to 100,000: ${CHECKED_LATER}.`,
        },
        PARTS,
      ),
    },
    { required: ['variant', 'weight'] },
  );
  return member('array', { title, description }, { items, minItems: 1, maxItems: LIST_MAX });
}

const condition = closedObject(
  { title: 'Condition', description: 'What an attribute of the caller must be like. A missing attribute never fits.' },
  {
    attribute: member('string', { title: 'Attribute', description: 'The name of an attribute that the caller gives.' }, NAME),
    operator: member(
      'string',
      { title: 'Operator', description: 'How the attribute is compared with each of the values.' },
      { enum: FLAG_OPERATORS },
    ),
    values: member(
      'array',
      { title: 'Compared values', description: 'One of them must fit; of `notIn` none may.' },
      {
        items: {
          title: 'Compared value',
          description: 'Compared with the attribute.',
          'x-label': 'Compared value',
          type: ['string', 'number', 'boolean'],
        },
        minItems: 1,
        maxItems: LIST_MAX,
      },
    ),
  },
  { required: ['attribute', 'operator', 'values'] },
);

const rule = closedObject(
  { title: 'Rule', description: 'Who gets what, for callers that fit.' },
  {
    when: member(
      'array',
      { title: 'Conditions', description: 'Conditions that must all hold. An empty list always does.' },
      { items: condition, maxItems: LIST_MAX },
    ),
    share: member(
      'integer',
      {
        title: 'Share',
        unit: 'hundred thousandths',
        description: 'The part of the keys that the rule is for; all keys without it.',
      },
      PARTS,
    ),
    serve: serveOf('Served variants', 'Who gets which variant by this rule.'),
  },
  { required: ['when', 'serve'] },
);

const variant = closedObject(
  { title: 'Variant', description: 'One of the possible answers.' },
  {
    name: member('string', { title: 'Variant name', description: 'What the variant is called.' }, NAME),
    value: { title: 'Variant value', description: 'What a caller gets. It has the type of the flag.', 'x-label': 'Variant value' },
  },
  { required: ['name', 'value'] },
);

/** The values of the variants have the type of the flag. */
function valuesOf(type: FlagType): JsonObject {
  return {
    if: { required: ['type'], properties: { type: { const: type } } },
    then: { properties: { variants: { items: { properties: { value: { type } } } } } },
  };
}

const schema = closedObject(
  { title: 'Flag', description: 'A decision that a node makes for each key: who gets which variant.' },
  {
    type: member('string', { title: 'Flag type', description: 'The type of the values.' }, { enum: FLAG_TYPES }),
    enabled: member('boolean', { title: 'Enabled', description: 'Whether rules count. A flag that is not enabled serves `off`.' }),
    salt: member(
      'string',
      { title: 'Salt', description: 'Another salt divides the keys anew. Without one the salt is empty.' },
      { minLength: 1, maxLength: 64 },
    ),
    variants: member(
      'array',
      { title: 'Variants', description: 'The possible answers.' },
      { items: variant, minItems: 1, maxItems: LIST_MAX },
    ),
    off: member(
      'string',
      { title: 'Variant when off', description: `The name of the variant that is served while the flag is not enabled: ${CHECKED_LATER}.` },
      NAME,
    ),
    serve: serveOf('Served variants', 'Who gets which variant where no rule matches.'),
    rules: member(
      'array',
      { title: 'Rules', description: 'Exceptions. The first that matches decides.' },
      { items: rule, maxItems: LIST_MAX },
    ),
    owner: member('string', { title: 'Owner', description: 'Who can say what the flag is for.' }, NAME),
    expiresAt: member(
      'string',
      { title: 'Expiry', description: 'When the flag should be gone. It changes no answer.' },
      { format: 'date-time' },
    ),
  },
  { required: ['type', 'enabled', 'variants', 'off', 'serve'], allOf: FLAG_TYPES.map(valuesOf) },
);

const ON_AND_OFF = [
  { name: 'on', value: true },
  { name: 'off', value: false },
];
const minimal = {
  type: 'boolean',
  enabled: true,
  variants: ON_AND_OFF,
  off: 'off',
  serve: [{ variant: 'on', weight: FLAG_WEIGHTS_TOTAL }],
} satisfies FeatureFlag;
const complete = {
  type: 'string',
  enabled: true,
  salt: '2026-11',
  variants: [
    { name: 'direct', value: 'direct' },
    { name: 'split', value: 'split-by-depth' },
  ],
  off: 'direct',
  serve: [
    { variant: 'direct', weight: 90_000 },
    { variant: 'split', weight: 10_000 },
  ],
  rules: [
    {
      when: [{ attribute: 'venue', operator: 'in', values: ['kraken', 'coinbase'] }],
      share: 50_000,
      serve: [{ variant: 'split', weight: FLAG_WEIGHTS_TOTAL }],
    },
  ],
  owner: 'execution',
  expiresAt: '2027-03-31T00:00:00Z',
} satisfies Required<FeatureFlag>;

export const flags: Category = {
  category: 'flags',
  mount: 'flags.*',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: 'flags.thin-market', value: minimal },
    { path: 'flags.order-split', value: complete },
  ],
};

/** Sets each member that is given. Lists replace what stands there. */
export function setFlag(name: string, members: Given<FeatureFlag>): SetOperation[] {
  return setMembers(['flags', name], members);
}
