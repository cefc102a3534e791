// What requests hold beside their path: query parameters, headers and bodies, by the name of the operations that share them.
import type { JsonObject, JsonValue } from '@confledger/document/json-and-paths';

/** A flag of a query. */
export type Flag = 'true' | 'false';

/** Names the environment; `production` where path, query and body name none. */
export interface EnvironmentQuery {
  readonly environment?: string | undefined;
}

/** Which version of a document. */
export interface SelectionQuery extends EnvironmentQuery {
  /** `latest` (the default), `active`, `previous`, a number, or a tag. */
  readonly version?: string | undefined;
  /** An instant with offset, ISO 8601. */
  readonly at?: string | undefined;
  /** `local`: answered from what the api keeps. */
  readonly consistency?: 'linearizable' | 'local' | undefined;
}

/** The document or the value alone, without an envelope. */
export interface RawQuery {
  readonly raw?: Flag | undefined;
}

export interface DocumentQuery extends SelectionQuery, RawQuery {
  readonly format?: 'nested' | 'flat' | undefined;
}

/** Which effective document. */
export interface EffectiveQuery extends SelectionQuery {
  /** What a version is laid over. `active` and `previous` mean what ran, unless this says otherwise. */
  readonly layers?: ActivationLayers | undefined;
  /** What this activation took live, in place of a version. */
  readonly activation?: string | undefined;
}

export interface EffectiveDocumentQuery extends EffectiveQuery, RawQuery {
  readonly format?: 'nested' | 'flat' | undefined;
}

/** Without a path: the whole document. */
export interface ExplainQuery extends EffectiveQuery, PathNaming {}

/** Names a path. One of the two is needed; both mean the same. */
export interface PathNaming {
  readonly path?: string | undefined;
  readonly key?: string | undefined;
}

export interface ValueQuery extends SelectionQuery, RawQuery {}

export interface PathQuery extends ValueQuery, PathNaming {}

/** Names paths: at least one. `path` and `key` mean the same, and may be repeated. */
export interface PathsQuery extends SelectionQuery {
  readonly path?: string | readonly string[] | undefined;
  readonly key?: string | readonly string[] | undefined;
  /** Paths without commas, separated by commas. */
  readonly keys?: string | undefined;
}

/** What a write may carry beside the change, in the query. The same may stand in the body; where both do, they must agree. */
export interface WriteQuery extends EnvironmentQuery {
  /** Why; `changeReason` means the same. */
  readonly reason?: string | undefined;
  readonly changeReason?: string | undefined;
  readonly activate?: Flag | 'all' | undefined;
  /** A version. */
  readonly expectedVersion?: string | undefined;
  /** A version; `null`: nothing is active. */
  readonly expectedActive?: string | undefined;
  /** An activation; `null`: nothing is active. */
  readonly expectedActivation?: string | undefined;
  /** Of the document that would run. */
  readonly expectedDigest?: string | undefined;
  readonly acceptOldNodes?: Flag | undefined;
  readonly acceptBlocked?: Flag | undefined;
  readonly dryRun?: Flag | undefined;
}

/** `plain`: the body is the document or the value itself, and what else a write carries stands in the query. */
export interface ContentQuery {
  readonly content?: 'plain' | undefined;
}

export interface ContentWriteQuery extends WriteQuery, ContentQuery {}

/** Which version is to go live: `latest` where none is named. */
export interface ActivateQuery extends ActivateVersionQuery {
  readonly version?: string | undefined;
}

/** Over which activations of its parents a version is taken live: the newest (default), or those that run. */
export type ActivationLayers = 'newest' | 'kept';

export interface ActivateVersionQuery extends WriteQuery {
  readonly layers?: ActivationLayers | undefined;
}

export interface ActivateBody extends WriteBody {
  readonly layers?: ActivationLayers | undefined;
}

/** What is promoted into the ledger of the address. */
export interface PromoteBody extends WriteBody {
  /** An environment: the source is its ledger of the same service. */
  readonly from: string;
  /** `active` (the default), `latest`, `previous`, a number, or a tag. */
  readonly version?: string | number | undefined;
  /** Leaves or whole subtrees; everything where it is absent. */
  readonly paths?: readonly string[] | undefined;
  /** Deletes own leaves of the target that the source lacks. */
  readonly prune?: boolean | undefined;
}

/** Over which activations of its parents a rollback is laid: those that it ran over (default), those that run, or the newest. */
export type RollbackLayers = 'recorded' | 'kept' | 'newest';

/** Whether a rollback leaves the ledger's own schemas as they are (default), or gives back those of the activation too. */
export type RollbackSchemas = 'current' | 'restore';

export interface RollbackQuery extends WriteQuery {
  readonly layers?: RollbackLayers | undefined;
  readonly schemas?: RollbackSchemas | undefined;
  /** Goes on although today's rules refuse what is given back. */
  readonly acceptViolations?: Flag | undefined;
}

export interface RollbackBody extends WriteBody {
  readonly layers?: RollbackLayers | undefined;
  readonly schemas?: RollbackSchemas | undefined;
  readonly acceptViolations?: boolean | undefined;
}

export interface PathWriteQuery extends WriteQuery, PathNaming {}

export interface PathContentWriteQuery extends PathWriteQuery, ContentQuery {}

export interface TagQuery extends WriteQuery {
  /** Takes the tag off the version that has it. */
  readonly move?: Flag | undefined;
}

/** What a write may carry beside the change, in the body. */
export interface WriteBody {
  readonly environment?: string | undefined;
  /** Why; `changeReason` means the same. */
  readonly reason?: string | undefined;
  readonly changeReason?: string | undefined;
  /** True takes live what this call writes; `all` also what others wrote before. */
  readonly activate?: boolean | 'all' | undefined;
  readonly expectedVersion?: number | undefined;
  readonly expectedActive?: number | null | undefined;
  /** The activation that the caller saw run. */
  readonly expectedActivation?: number | null | undefined;
  /** Digest of the document that would run, as a difference or a dry run showed it. */
  readonly expectedDigest?: string | undefined;
  /** Goes on although live nodes cannot verify what would be signed. */
  readonly acceptOldNodes?: boolean | undefined;
  /** Goes on although ledgers that follow this one could not take the activation over. */
  readonly acceptBlocked?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  /** Not available yet: refused unless empty. */
  readonly approvals?: readonly unknown[] | undefined;
}

export interface ConfigurationBody extends WriteBody {
  readonly configuration: JsonObject;
}

export interface ValueBody extends WriteBody {
  readonly value: JsonValue;
}

export interface TagBody extends WriteBody {
  readonly move?: boolean | undefined;
}

/** One operation of a batch. Without `id` it is named by its index. */
export type BatchOperationBody =
  | (PathNaming & { readonly id?: string | undefined; readonly type: 'SET'; readonly value: JsonValue })
  | (PathNaming & { readonly id?: string | undefined; readonly type: 'DELETE' })
  | {
      readonly id?: string | undefined;
      readonly type: 'SCHEMA_SET';
      /** Default: the root. */
      readonly mount?: string | undefined;
      /** Default: `2020-12`. */
      readonly dialect?: 'draft-07' | '2020-12' | undefined;
      readonly schema: JsonObject | boolean;
    }
  | { readonly id?: string | undefined; readonly type: 'SCHEMA_REMOVE'; readonly mount: string };

export interface BatchQuery extends WriteQuery {
  /** Takes schemas although head or what runs breaks them. */
  readonly standing?: 'accepted' | undefined;
}

export interface BatchBody extends WriteBody {
  /** Takes schemas although head or what runs breaks them. */
  readonly standing?: 'accepted' | undefined;
  readonly operations: readonly BatchOperationBody[];
}

/** A page of a list. */
export interface PageQuery {
  /** 50 by default; at most 500. */
  readonly limit?: string | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** A page of a list from the read model. */
export interface PositionedQuery extends PageQuery, EnvironmentQuery {
  /** Wait until the read model has reached this position. */
  readonly atLeast?: string | undefined;
}

export interface ConfigurationsQuery extends PositionedQuery {
  /** Whether retired ledgers are listed: only them, or `all`. Default: `false`. */
  readonly retired?: Flag | 'all' | undefined;
}

export interface VersionQuery extends EnvironmentQuery {
  readonly atLeast?: string | undefined;
}

export interface HistoryQuery extends PositionedQuery, PathNaming {}

export interface AuditQuery extends PositionedQuery {
  readonly service?: string | undefined;
  /** A glob over paths: `*` is one segment, `**` any number. `key` means the same. */
  readonly path?: string | undefined;
  readonly key?: string | undefined;
  readonly actor?: string | undefined;
  readonly type?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface DifferenceQuery extends PageQuery, EnvironmentQuery {
  /** A version; default `active`. */
  readonly from?: string | undefined;
  /** A version; default `latest`. */
  readonly to?: string | undefined;
  /** What the side that is not `active` or `previous` is laid over, where the other one is. */
  readonly layers?: ActivationLayers | undefined;
  readonly fromAt?: string | undefined;
  readonly toAt?: string | undefined;
  readonly consistency?: 'linearizable' | 'local' | undefined;
}

export interface NodesQuery extends EnvironmentQuery {
  readonly service?: string | undefined;
}

export interface FeedQuery extends EnvironmentQuery {
  readonly service: string;
}

/** An operation that takes no query parameters. */
export type NoQuery = Readonly<Record<never, never>>;
