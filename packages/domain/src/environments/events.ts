// The events of the stream of environments. A storage format: names and members never change.
import { isJsonObject, type JsonObject } from '@confledger/document';
import { isCount, isFlag, isListOf, isText, holdsMembers, membersOf, type EventDecoders } from '../stream/decoders.js';

/** What an environment is for. It says which policy holds where a definition names none, and never changes. */
export type EnvironmentType = 'development' | 'testing' | 'staging' | 'production';

/** All types; each is also the name of an environment that the first start defines. */
export const ENVIRONMENT_TYPES = ['development', 'testing', 'staging', 'production'] as const satisfies readonly EnvironmentType[];

/** How the ledgers of an environment are written and taken live. */
export type EnvironmentPolicy = {
  /** Whether a document may hold a section that no schema describes. */
  readonly unknownSections: 'allowed' | 'refused';
  /** Whether a write needs a reason. */
  readonly reasonRequired: boolean;
  /** What a write without `activate` does: `live` takes it live. */
  readonly writes: 'draft' | 'live';
  /** Whether newer activations of parents are taken by themselves. */
  readonly inherited: 'explicit' | 'automatic';
  /** Whether strings with `${` are references, which are checked when they are written. Absent: off, and they are plain texts. */
  readonly references?: 'on';
};

/** The whole definition of an environment, each time. */
export interface EnvironmentDefined {
  readonly type: 'EnvironmentDefined';
  readonly data: {
    readonly name: string;
    readonly type: EnvironmentType;
    /** Names of its parents, nearest first. */
    readonly inheritsFrom: readonly string[];
    /** True for one that is only inherited from: no node runs it. */
    readonly abstract: boolean;
    /** Anything that people want to know of it. */
    readonly properties: JsonObject;
    /** All members, also those that come from the type. */
    readonly policy: EnvironmentPolicy;
    /** Number of the set of built-in schemas in force. */
    readonly edition: number;
  };
}

/** From here on the environment's ledgers are read as before and take nothing. Another definition brings it back. */
export interface EnvironmentRetired {
  readonly type: 'EnvironmentRetired';
  readonly data: { readonly name: string };
}

export type EnvironmentsEvent = EnvironmentDefined | EnvironmentRetired;

const isOneOf =
  (...words: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value === 'string' && words.includes(value);

const policy = membersOf<EnvironmentPolicy>(
  {
    unknownSections: isOneOf('allowed', 'refused'),
    reasonRequired: isFlag,
    writes: isOneOf('draft', 'live'),
    inherited: isOneOf('explicit', 'automatic'),
    references: isOneOf('on'),
  },
  { optional: ['references'] },
);

/** What this release reads. */
export const ENVIRONMENTS_EVENTS: EventDecoders<EnvironmentsEvent> = {
  EnvironmentDefined: {
    1: membersOf<EnvironmentDefined['data']>({
      name: isText,
      type: isOneOf(...ENVIRONMENT_TYPES),
      inheritsFrom: isListOf(isText),
      abstract: isFlag,
      properties: (value) => isJsonObject(value as JsonObject),
      policy: holdsMembers(policy),
      edition: isCount,
    }),
  },
  EnvironmentRetired: { 1: membersOf<EnvironmentRetired['data']>({ name: isText }) },
};
