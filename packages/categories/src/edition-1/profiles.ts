// Values that take the place of others while conditions hold.
import type { JsonObject } from '@confledger/document/json-and-paths';
import { closedObject, member, openObject, setMembers, type Category, type Given, type SetOperation } from '../category.js';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** A profile is on while all conditions that are given hold; without any it is never on. */
export interface ProfileConditions {
  /** The environment in which the profile may be on. */
  readonly environment?: string;
  /** The name of a flag that is enabled. */
  readonly flag?: string;
  /** Time of day, `HH:MM`, inclusive; needs `to` and `zone`. */
  readonly from?: string;
  /** Time of day, `HH:MM`, exclusive; other than `from`, and on the next day when it is earlier. */
  readonly to?: string;
  /** The days on which the time begins; needs `zone`. */
  readonly weekdays?: readonly Weekday[];
  /** An IANA time zone. */
  readonly zone?: string;
  readonly load?: ProfileLoad;
}

/** Conditions that only a node which allows them looks at. */
export interface ProfileLoad {
  /** Percent of all processors, 1 to 100. */
  readonly cpuPercent?: number;
  /** Percent of the memory that the process may take, 1 to 100. */
  readonly memoryPercent?: number;
}

export interface Profile {
  readonly description?: string;
  /** 0 to 1,000. */
  readonly priority: number;
  readonly conditions?: ProfileConditions;
  /** A document that is laid over the others while the profile is on. */
  readonly overrides: JsonObject;
}

const CLOCK = '^([01][0-9]|2[0-3]):[0-5][0-9]$';
const PERCENT_OF_LOAD = { minimum: 1, maximum: 100 };

const load = closedObject(
  {
    title: 'Load',
    description: 'How busy the process is. It counts only on nodes that allow it, once it lasted for 30 seconds.',
  },
  {
    cpuPercent: member(
      'number',
      { title: 'Processor load', unit: 'percent', description: 'The profile is on when at least this much of the processors is in use.' },
      PERCENT_OF_LOAD,
    ),
    memoryPercent: member(
      'number',
      { title: 'Memory load', unit: 'percent', description: 'The profile is on when at least this much of the memory is in use.' },
      PERCENT_OF_LOAD,
    ),
  },
);

const times = {
  from: member(
    'string',
    { title: 'Beginning', description: 'The time of day at which the profile begins, inclusive: `22:00`.' },
    { pattern: CLOCK },
  ),
  to: member(
    'string',
    {
      title: 'End',
      description:
        'The time of day at which the profile ends, exclusive: `06:30`. It differs from the beginning; an earlier one is on the next day.',
    },
    { pattern: CLOCK },
  ),
  weekdays: member(
    'array',
    { title: 'Weekdays', description: 'The days on which the profile may begin.' },
    {
      items: member('string', { title: 'Weekday', description: 'A day in the zone of the profile.' }, { enum: WEEKDAYS }),
      minItems: 1,
      uniqueItems: true,
    },
  ),
  // Which zones there are changes by the year: a reader that does not know the name says so.
  zone: member(
    'string',
    {
      title: 'Zone',
      description:
        'The time zone of times and weekdays, by its IANA name, for example `Europe/Zurich`: checked when profiles are evaluated, not by this schema.',
    },
    { maxLength: 64, pattern: '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$' },
  ),
};

const conditions = closedObject(
  { title: 'Conditions', description: 'The profile is on while all of them hold. Without any it is never on.' },
  {
    environment: member(
      'string',
      {
        title: 'Environment',
        description: 'The environment in which the profile may be on. Whether there is one is not checked by this schema.',
      },
      { pattern: '^[a-z0-9][a-z0-9-]{0,62}$' },
    ),
    flag: member(
      'string',
      {
        title: 'Flag',
        description:
          'The name of a flag: the profile may be on while the flag is enabled. Whether there is one is not checked by this schema.',
      },
      { minLength: 1, maxLength: 255 },
    ),
    ...times,
    load,
  },
  {
    dependentRequired: { from: ['to', 'zone'], to: ['from', 'zone'], weekdays: ['zone'] },
    // Only where there is a beginning: the end differs from it.
    dependentSchemas: { from: { properties: { to: { not: { const: { $data: '1/from' } } } } } },
  },
);

const schema = closedObject(
  { title: 'Profile', description: 'Values that take the place of others while conditions hold.' },
  {
    description: member('string', { title: 'Description', description: 'What the profile is for.' }, { maxLength: 1000 }),
    // Enough for an order with room between any two.
    priority: member(
      'integer',
      {
        title: 'Priority',
        unit: 'points',
        description:
          'Of two profiles that are on, the one with the higher priority wins; of two with the same, the one whose name sorts later.',
      },
      { minimum: 0, maximum: 1000 },
    ),
    conditions,
    overrides: openObject(
      {
        title: 'Overrides',
        description: 'What is laid over the document while the profile is on. Profiles and flags cannot be overridden.',
      },
      true,
      { properties: { profiles: false, flags: false } },
    ),
  },
  { required: ['priority', 'overrides'] },
);

const minimal = { priority: 0, overrides: { trader: { mode: 'paper' } } } satisfies Profile;
const complete = {
  description: 'Smaller positions while the market is thin',
  priority: 10,
  conditions: {
    environment: 'production',
    flag: 'thin-market',
    from: '22:00',
    to: '06:30',
    weekdays: ['friday', 'saturday', 'sunday'],
    zone: 'America/New_York',
    load: { cpuPercent: 90, memoryPercent: 80 },
  },
  overrides: { risk: { parameters: { maxPositionSize: 250 } } },
} satisfies Required<Profile> & { readonly conditions: Required<ProfileConditions> & { readonly load: Required<ProfileLoad> } };

export const profiles: Category = {
  category: 'profiles',
  mount: 'profiles.*',
  dialect: '2020-12',
  schema,
  defaults: {},
  examples: [
    { path: 'profiles.paper', value: minimal },
    { path: 'profiles.night', value: complete },
  ],
};

/** Sets each member that is given. `conditions` and `overrides` replace what stands there. */
export function setProfile(name: string, members: Given<Profile>): SetOperation[] {
  return setMembers(['profiles', name], members);
}
