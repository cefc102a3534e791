// What is asked and answered about environments.
import type { JsonObject } from '@confledger/document/json-and-paths';
import type { Flag } from './requests.js';

export type EnvironmentTypeItem = 'development' | 'testing' | 'staging' | 'production';

/** How the ledgers of an environment are written and taken live. */
export interface EnvironmentPolicyItem {
  /** Whether a document may hold a section that no schema describes. */
  readonly unknownSections: 'allowed' | 'refused';
  /** Whether a write needs a reason. */
  readonly reasonRequired: boolean;
  /** What a write without `activate` does: `live` takes it live. */
  readonly writes: 'draft' | 'live';
  /** Whether newer activations of parents are taken by themselves. */
  readonly inherited: 'explicit' | 'automatic';
  /** Whether strings with `${` are references, which are checked when they are written; off: they are plain texts. */
  readonly references: 'on' | 'off';
}

export interface EnvironmentItem {
  readonly environment: string;
  /** Never changes. */
  readonly type: EnvironmentTypeItem;
  /** Names of its parents, nearest first. */
  readonly inheritsFrom: readonly string[];
  /** It is only inherited from: no node runs it. Never changes. */
  readonly abstract: boolean;
  readonly properties: JsonObject;
  readonly policy: EnvironmentPolicyItem;
  /** Number of the set of built-in schemas in force. */
  readonly edition: number;
  readonly retired: boolean;
  /** Of its last event: its entity tag. */
  readonly revision: number;
}

/** An ancestor with its own, up to the top. */
export interface AncestorItem {
  readonly environment: string;
  readonly parents: readonly AncestorItem[];
}

export interface EnvironmentAnswer extends EnvironmentItem {
  /** Its parents with all above them, nearest first. */
  readonly ancestors: readonly AncestorItem[];
  /** All that inherit from it, nearest first. */
  readonly descendants: readonly string[];
  /** The place in the log that the answer is valid at. */
  readonly position: string;
}

export interface EnvironmentsAnswer {
  readonly items: readonly EnvironmentItem[];
  readonly next: null;
  readonly position: string;
}

/** The answer to a definition or a retirement. */
export interface EnvironmentWriteAnswer extends EnvironmentAnswer {
  readonly changed: boolean;
  /** It was not there before. */
  readonly created: boolean;
  readonly dryRun: boolean;
  readonly commandId: string;
  /** What it does to ledgers that run there and below; null where it changes none of them, and while the read model is away. */
  readonly affected: AffectedLedgersItem | null;
}

export interface AffectedLedgersItem {
  /** Whose ancestors changed: each is pending until it is activated. */
  readonly pending: number;
  /** Which follow their parents by themselves from now on and are behind them: each gets an activation. */
  readonly moved: number;
}

export interface EnvironmentsQuery {
  /** `true`: retired ones only; `all`: these too. */
  readonly retired?: Flag | 'all' | undefined;
}

/** What a write to an environment may carry in the query. The same may stand in the body; where both do, they must agree. */
export interface EnvironmentWriteQuery {
  /** Why; `changeReason` means the same. */
  readonly reason?: string | undefined;
  readonly changeReason?: string | undefined;
  readonly dryRun?: Flag | undefined;
}

export interface DefineEnvironmentQuery extends EnvironmentWriteQuery {
  readonly acceptOldNodes?: Flag | undefined;
}

export interface EnvironmentWriteBody {
  readonly reason?: string | undefined;
  readonly changeReason?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** The whole definition: what is left out has its default, whatever it was before. */
export interface EnvironmentBody extends EnvironmentWriteBody {
  readonly type: EnvironmentTypeItem;
  /** None by default. */
  readonly inheritsFrom?: readonly string[] | undefined;
  /** False by default. */
  readonly abstract?: boolean | undefined;
  readonly properties?: JsonObject | undefined;
  /** Members that are left out are those of the type; `references` stays as it was, and is on in an environment that is defined first. */
  readonly policy?: { readonly [P in keyof EnvironmentPolicyItem]?: EnvironmentPolicyItem[P] | undefined } | undefined;
  readonly edition?: number | undefined;
  /** Gives parents although some nodes cannot verify an activation with layers. */
  readonly acceptOldNodes?: boolean | undefined;
}
