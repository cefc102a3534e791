// What is wrong with a request, and what breaks the schemas that are in force.

/** One thing that is wrong: where, which rule, and what to do. */
export interface ProblemDetail {
  readonly path: string | null;
  readonly rule: string;
  readonly message: string;
  readonly remedy: string;
  /** Of the schema that is violated or wrong; `''` is the root. Only where there is one. */
  readonly mount?: string;
  /** JSON pointer below `path`: into an array, or into the schema itself. Only where there is one. */
  readonly pointer?: string;
}

/** A violation: `path` names the leaf or the object, `rule` the keyword, `pointer` what lies inside an array there. */
export interface ViolationItem extends ProblemDetail {
  readonly mount: string;
}

/** A rule over values that are not known: it was not judged. */
export interface UnjudgedItem {
  readonly path: string;
  readonly rule: string;
  readonly mount: string;
}

/** How a document breaks the rules in force: the first 100 of each, and how many there are. */
export interface DocumentViolations {
  readonly violations: readonly ViolationItem[];
  readonly violationCount: number;
  readonly unjudged: readonly UnjudgedItem[];
  readonly unjudgedCount: number;
}

/** What the rules say beside a change that was made: the first 100 of each, and how many there are. */
export interface WriteViolations {
  /** They were there before, and refused nothing. */
  readonly standing: readonly ViolationItem[];
  readonly standingCount: number;
  /** They came in because the sender accepted them. */
  readonly accepted: readonly ViolationItem[];
  readonly acceptedCount: number;
  readonly unjudged: readonly UnjudgedItem[];
  readonly unjudgedCount: number;
  /** Mounts at which a `true` of the ledger switches off what it would inherit. */
  readonly switchedOff: readonly string[];
}

/** A schema of the ledger's own that a write changed. */
export interface SchemaChange {
  readonly mount: string;
  readonly change: 'set' | 'removed';
}
