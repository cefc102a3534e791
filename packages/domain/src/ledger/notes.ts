// What rules say of documents, as decisions take it and answers show it.
import type { Document } from '@confledger/document';
import type { RulesInForce } from '../schemas/in-force.js';
import type { Judgement, Unjudged, Violation } from '../schemas/rules.js';

/** What rules say of a document, as a fact. */
export interface Said extends Judgement {
  /** Globs of places that nodes must not pick up live, sorted; of the rules alone. */
  readonly restart: readonly string[];
  /** Globs of places where a reference is refused, sorted; of the rules alone. */
  readonly literal: readonly string[];
  /** Nobody could judge: nothing is known of the document. */
  readonly isUnavailable?: true;
}

/** The subject of that fact. */
export interface ToBeSaid {
  readonly rules: RulesInForce;
  /** An effective document. */
  readonly document: Document;
  readonly isAbstract: boolean;
  /** Leaves with references are unknown. */
  readonly hasReferences: boolean;
}

/** What an answer says beside the change. */
export interface LedgerNotes {
  /** Violations that were there before. */
  readonly standing: readonly Violation[];
  /** Violations that came in because the sender accepted them. */
  readonly accepted: readonly Violation[];
  readonly unjudged: readonly Unjudged[];
  /** Mounts at which a schema of the ledger switches off what it would inherit. */
  readonly switchedOff: readonly string[];
}
