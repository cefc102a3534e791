// What is asked of the rules of a ledger, and answered.
import type { Judgement, LedgerRefusal, Rule, SchemaDocument, Violation } from '@confledger/domain';
import type { LedgerStanding } from './ledger-standing.js';

/** A rule as its ledger sees it. */
export interface ListedRule extends Rule {
  /** False where a nearer one at the very mount counts instead, and for a `true`, which switches its mount off. */
  readonly inForce: boolean;
}

export type RulesOutcome =
  | {
      readonly kind: 'found';
      readonly standing: LedgerStanding;
      /** By mount, nearest first. */
      readonly rules: readonly ListedRule[];
      /** How head, over the newest layers, breaks those in force. */
      readonly head: Judgement;
      /** How what runs does; null where nothing runs. */
      readonly running: Judgement | null;
    }
  | { readonly kind: 'refused'; readonly refusal: LedgerRefusal };

/** What is asked of a schema that is only proposed. */
export interface WhatIf extends SchemaDocument {
  readonly mount: string;
  readonly of: 'versions' | 'activations';
  /** The first and the last one that are looked at, by their numbers. Default: all. */
  readonly from?: number;
  readonly to?: number;
}

/** One line of its answer. */
export type WhatIfLine =
  | {
      readonly kind: 'stretch';
      /** Versions or activations, by their numbers, which break the schema in the same ways. */
      readonly from: number;
      readonly to: number;
      /** How many of them. */
      readonly ran: number;
      /** The first ten. */
      readonly errors: readonly Violation[];
      readonly count: number;
    }
  | { readonly kind: 'progress'; readonly looked: number; readonly upTo: number }
  | { readonly kind: 'end'; readonly looked: number; readonly refused: number };

export type WhatIfOutcome =
  | { readonly kind: 'answering'; readonly lines: AsyncIterable<WhatIfLine> }
  | { readonly kind: 'refused'; readonly refusal: LedgerRefusal };
