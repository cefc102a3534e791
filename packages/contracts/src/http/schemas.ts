// Schemas over HTTP: what is mounted where, what breaks it, and what a proposed one would have refused.
import type { JsonObject } from '@confledger/document/json-and-paths';
import type { Standing, WriteAnswer } from './answers.js';
import type { ErrorCode } from './errors.js';
import type { Truncated } from './lists.js';
import type { DocumentViolations, UnjudgedItem, ViolationItem } from './problems.js';
import type { BatchOperationBody, EnvironmentQuery, Flag, WriteBody, WriteQuery } from './requests.js';

/** The dialects of JSON Schema. */
export type SchemaDialect = 'draft-07' | '2020-12';

/** Where a rule comes from: the ledger itself (without a revision in the answer to a dry run that would set it), a ledger that it inherits from, or a built-in category of the environment's edition. */
export type RuleOriginItem =
  | { readonly kind: 'own'; readonly revision: number | null }
  | { readonly kind: 'parent'; readonly ledger: string; readonly revision: number }
  | { readonly kind: 'category'; readonly category: string; readonly edition: number };

/** A schema at its mount. */
export interface RuleItem {
  /** Segments of a path, `*` for any one; `''` is the root. */
  readonly mount: string;
  readonly dialect: SchemaDialect;
  readonly schema: JsonObject | boolean;
  readonly origin: RuleOriginItem;
  /** False where a nearer one at the very mount counts instead, and for a `true`, which switches its mount off. */
  readonly inForce: boolean;
  /** Its entity tag, with its quotes; null for one that is not the ledger's own. */
  readonly tag: string | null;
}

export interface SchemaQuery extends EnvironmentQuery {
  /** One mount; `''` is the root. Default: all. */
  readonly mount?: string | undefined;
}

export interface SchemasAnswer extends Standing {
  /** By mount; of one mount the nearest first. */
  readonly items: readonly RuleItem[];
  /** What is wrong with head, over the newest activations of its parents. */
  readonly head: DocumentViolations;
  /** What is wrong with what runs; null where nothing does. */
  readonly running: DocumentViolations | null;
  readonly truncated: Truncated;
}

/** What a write to schemas takes beside what every write does. */
export interface SchemaGuards {
  /** Takes the schema although head or what runs breaks it. */
  readonly standing?: 'accepted' | undefined;
}

export interface SchemaWriteQuery extends WriteQuery, SchemaGuards {}

export interface SchemaRemoveQuery extends SchemaWriteQuery {
  readonly mount: string;
}

/** A schema and where it is to be mounted. */
export interface MountedSchemaBody {
  /** Default: the root. */
  readonly mount?: string | undefined;
  /** Default: `2020-12`. A `$schema` in the schema must say the same. */
  readonly dialect?: SchemaDialect | undefined;
  readonly schema: JsonObject | boolean;
}

export interface SchemaBody extends WriteBody, SchemaGuards, MountedSchemaBody {}

export interface SchemaRemoveBody extends WriteBody, SchemaGuards {}

export interface SchemaWriteAnswer extends WriteAnswer {
  readonly mount: string;
  /** What is mounted there behind it, the nearest first: the ledger's own, its parents', the category's. Null where that could not be read. */
  readonly items: readonly RuleItem[] | null;
}

export interface ValidateBody {
  readonly environment?: string | undefined;
  /** The whole document; or `operations`; or neither, to ask about what there is. */
  readonly configuration?: JsonObject | undefined;
  readonly operations?: readonly BatchOperationBody[] | undefined;
  /** As of a write that also takes live: against what runs instead of head. */
  readonly activate?: boolean | 'all' | undefined;
}

export interface ValidateQuery extends EnvironmentQuery {
  readonly activate?: Flag | 'all' | undefined;
}

/** What the rules say of a change that is not made; of head where none is named. The first 100 of each. */
export interface ValidationAnswer {
  readonly environment: string;
  readonly service: string;
  /** Whether the rules let it in. */
  readonly valid: boolean;
  /** What it would be refused for. */
  readonly errors: readonly ViolationItem[];
  readonly errorCount: number;
  /** What is wrong already, and would not refuse it. */
  readonly standing: readonly ViolationItem[];
  readonly standingCount: number;
  readonly unjudged: readonly UnjudgedItem[];
  readonly unjudgedCount: number;
  /** What is wrong with what runs; null where nothing does, and where a change was named. */
  readonly running: DocumentViolations | null;
  readonly truncated: Truncated;
}

export interface WhatIfBody extends MountedSchemaBody {
  readonly environment?: string | undefined;
  readonly of: 'versions' | 'activations';
  /** The first and the last one that are looked at. Default: all. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Versions or activations that break the schema in the same ways. */
export interface WhatIfStretchLine {
  readonly kind: 'stretch';
  readonly from: number;
  readonly to: number;
  /** How many of them. */
  readonly itemCount: number;
  /** The first ten. */
  readonly errors: readonly ViolationItem[];
  readonly count: number;
}

/** How far it is. */
export interface WhatIfProgressLine {
  readonly kind: 'progress';
  /** Versions or activations that were looked at, up to this one. */
  readonly itemCount: number;
  readonly to: number;
}

/** The last line of an answer that came to its end. */
export interface WhatIfEndLine {
  readonly kind: 'end';
  readonly itemCount: number;
  /** Of them, those that the schema would have refused. */
  readonly refusedCount: number;
}

/** The last line of an answer that could not go on. */
export interface WhatIfFailedLine {
  readonly kind: 'failed';
  readonly code: ErrorCode;
  readonly error: string;
}

/** One line. An answer whose last line is neither `end` nor `failed` was cut off. */
export type WhatIfAnswerLine = WhatIfStretchLine | WhatIfProgressLine | WhatIfEndLine | WhatIfFailedLine;
