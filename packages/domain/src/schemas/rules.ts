// The rules of a ledger: schemas, each mounted at a place of the document. Which of them are in force, and where each comes from.
import type { Document, JsonObject } from '@confledger/document';

/** The dialects of JSON Schema that a schema may be written in. */
export const DIALECTS = ['draft-07', '2020-12'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** A schema and the dialect that it is written in. `true` allows everything and switches off what its mount would inherit. */
export type SchemaDocument = {
  readonly dialect: Dialect;
  readonly schema: JsonObject | boolean;
};

/** Where a rule comes from: the ledger itself, a layer (which may be far above), or a category of the environment's edition. */
export type RuleOrigin =
  | { readonly kind: 'own'; readonly revision: number }
  /** `ledger` is `<environment>.<service>`; the revision is of its `SchemaSet`. */
  | { readonly kind: 'parent'; readonly ledger: string; readonly revision: number }
  | { readonly kind: 'category'; readonly category: string; readonly edition: number };

/** A schema at its mount. */
export interface Rule extends SchemaDocument {
  /** Segments of a path; `*` stands for any one segment, `\*` for a star. `''` is the root. */
  readonly mount: string;
  readonly origin: RuleOrigin;
}

/** What a set of rules is to be asked about. */
export interface ToJudge {
  /** Those in force, in the order of their mounts. */
  readonly rules: readonly Rule[];
  /** An effective document. */
  readonly document: Document;
  /** In an abstract environment a leaf that is missing may be given by a descendant: that it is missing violates nothing. */
  readonly isAbstract: boolean;
  /**
   * The policy of the environment has references on. Then a leaf that is a string, or an array with a string at any depth in it, is *unknown*
   * where `holdsReference` says so: that it is present is known, and nothing else.
   */
  readonly hasReferences: boolean;
}

/** One way in which a document breaks a rule. No part of it holds a value of the document. */
export interface Violation {
  readonly mount: string;
  /** The leaf, or the object, that is wrong. */
  readonly path: string;
  /** JSON pointer below `path`, where that is an array; null elsewhere. */
  readonly pointer: string | null;
  /** The keyword that is violated; `cost` where the judgement did not come to an end. */
  readonly keyword: string;
  /** A whole sentence, made from keyword and schema. */
  readonly message: string;
  readonly remedy: string;
  /**
   * Two violations with equal identities are the same one: hex SHA-256 of mount, concrete place, place of the keyword in the schema, its
   * parameters, and the digest of the whole leaf where it lies at or inside one.
   */
  readonly identity: string;
}

/** A rule over leaves that are not known. */
export interface Unjudged {
  readonly mount: string;
  readonly path: string;
  readonly keyword: string;
}

/** What rules say of a document. */
export interface Judgement {
  /** In the order of their paths. */
  readonly violations: readonly Violation[];
  readonly unjudged: readonly Unjudged[];
}

/** What is wrong with a schema itself. */
export interface SchemaProblem {
  readonly code: SchemaProblemCode;
  /** JSON pointer into the schema; `''` is its root. */
  readonly pointer: string;
  readonly message: string;
  readonly remedy: string;
}

export type SchemaProblemCode = 'SCHEMA_INVALID' | 'SCHEMA_TOO_LARGE' | 'SCHEMA_TOO_COSTLY' | 'PATTERN_UNSUPPORTED';

/** Annotations that a schema makes of the places below its mount. */
export interface SchemaAnnotation {
  /** Segments below the mount, as a glob: `*` stands for any one. `''` is the mount itself. */
  readonly below: string;
  readonly keyword: 'x-sensitive' | 'x-reload' | 'x-reference' | 'x-unit' | 'x-label';
  /** As written: `true` or `false`, `'restart'`, a unit, a label. */
  readonly value: string | boolean;
}

/** A schema as it was looked at before it is stored: what is wrong with it, or what it says of places. */
export type Examined =
  | { readonly kind: 'refused'; readonly problems: readonly [SchemaProblem, ...SchemaProblem[]] }
  | { readonly kind: 'fit'; readonly annotations: readonly SchemaAnnotation[] };
