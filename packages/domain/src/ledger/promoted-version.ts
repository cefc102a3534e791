// The version of another ledger that is promoted, as a fact.
import { canonicalJson, parseJsonText, type Document } from '@confledger/document';
import type { Command, LedgerRefusal } from './commands.js';

export type PromoteCommand = Extract<Command, { type: 'Promote' }>;

/** The version that is promoted, or why there is none. */
export type PromotedVersion =
  | { readonly kind: 'found'; readonly version: number; readonly document: Document }
  | { readonly kind: 'refused'; readonly refusal: LedgerRefusal };

/** What is promoted as the key of a fact, and back. */
export const promotedKey = ({ from, version }: PromotedName): string => canonicalJson({ from, version });
export const promotedOfKey = (key: string): PromotedName => parseJsonText(key) as PromotedName;

type PromotedName = Pick<PromoteCommand, 'from' | 'version'>;
