// The commands of the stream of environments, and what they may be refused with. Refusals are values; faults are exceptions.
import type { JsonObject } from '@confledger/document';
import type { Refusal, StreamRefusalCode } from '../stream/refusals.js';
import type { EnvironmentsEvent, EnvironmentType } from './events.js';
import type { NamedPolicy } from './policies.js';
import type { Environments } from './state.js';

/** A definition as a client gives it: the whole of it. Members of the policy that are left out are those of the type, `references` apart. */
export interface EnvironmentDefinition {
  readonly type: EnvironmentType;
  /** None by default. */
  readonly inheritsFrom?: readonly string[];
  /** False by default. */
  readonly abstract?: boolean;
  /** `{}` by default. */
  readonly properties?: JsonObject;
  readonly policy?: NamedPolicy;
  /** That of the definition before by default; the newest for an environment that is defined first. */
  readonly edition?: number;
}

export type EnvironmentsCommand =
  | { readonly type: 'Define'; readonly name: string; readonly definition: EnvironmentDefinition }
  | { readonly type: 'Retire'; readonly name: string }
  /** By the first start: the four types by their names, and these names with the type `production`. Nothing where the stream has events. */
  | {
      readonly type: 'DefineFirst';
      readonly names: readonly string[];
      readonly existedBefore: boolean;
      /** Of the built-in schemas, in a new installation: what ran before there were any goes on being judged by none. */
      readonly edition: number;
      /** Whether strings with `${` are references, in a new installation: what ran before goes on having plain texts. */
      readonly references: 'on' | 'off';
    };

/** What the client says it saw, and what it accepts. */
export interface EnvironmentGuards {
  /** The entity tag that the client saw: the revision of the environment's last event. '*': it must exist. */
  readonly ifMatch?: number | '*';
  /** `If-None-Match: *`: it must not exist. */
  readonly ifNoneMatch?: '*';
  /** Gives parents to an environment although some of its nodes cannot verify what has layers. */
  readonly acceptOldNodes?: boolean;
}

/** What is known of apis that do not know environments: they would write past what is defined. */
export interface OlderApis {
  /** Names of those whose heartbeat is seen. */
  readonly seen: readonly string[];
  /** Whether it is certain that none exists without a heartbeat: the operator says so, or there is one process alone. */
  readonly unseenRuledOut: boolean;
}

/** Codes that a command to environments may be refused with, beside those of every stream. */
export type EnvironmentsRefusalCode =
  | 'ENVIRONMENT_UNKNOWN'
  | 'ENVIRONMENT_NAME_INVALID'
  | 'ENVIRONMENT_PARENT_UNKNOWN'
  | 'ENVIRONMENT_PARENT_RETIRED'
  | 'ENVIRONMENT_CYCLE'
  | 'ENVIRONMENT_ANCESTOR_TWICE'
  | 'ENVIRONMENT_TOO_DEEP'
  | 'ENVIRONMENT_TOO_MANY_ANCESTORS'
  | 'ENVIRONMENT_LIMIT'
  | 'ENVIRONMENT_INHERITED_FROM'
  | 'ENVIRONMENT_TYPE_FIXED'
  | 'ENVIRONMENT_ABSTRACT_FIXED'
  | 'ENVIRONMENT_PROPERTIES_TOO_LARGE'
  | 'EDITION_UNKNOWN'
  | 'NODES_TOO_OLD'
  | 'UPGRADE_UNFINISHED'
  | 'IF_MATCH_FAILED'
  | 'IF_NONE_MATCH_FAILED';

/** Why a command to environments is refused. */
export type EnvironmentsRefusal = Refusal<EnvironmentsRefusalCode | StreamRefusalCode>;

/** The types of the stream of environments, as the machinery of streams takes them. */
export interface EnvironmentsTypes {
  /** There is one stream of this kind. */
  readonly id: null;
  readonly state: Environments;
  readonly event: EnvironmentsEvent;
  readonly draft: EnvironmentsEvent;
  readonly command: EnvironmentsCommand;
  readonly guards: EnvironmentGuards;
  readonly notes: undefined;
  readonly facts: {
    /** By the name of an environment: its live nodes that cannot verify an activation with layers. */
    readonly oldNodes: readonly string[];
    /** By `ALL_APIS`. */
    readonly olderApis: OlderApis;
    /** By `EXISTING_INSTALLATION_FACT`: the revision of the installation that was there before its environments. */
    readonly installation: number;
  };
  readonly refusal: EnvironmentsRefusalCode;
}

/** The key of the one fact of its sort. */
export const ALL_APIS = 'all';
