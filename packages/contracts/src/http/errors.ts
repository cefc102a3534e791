// The error catalogue: every code that an answer may carry, what it means and what to do. The API answers with it, the
// documentation prints it, clients switch over it. The HTTP status of a code is the API's business.
import { DOCUMENT_ERRORS } from './errors-of-documents.js';
import { ENVIRONMENT_ERRORS } from './errors-of-environments.js';
import { LEDGER_ERRORS } from './errors-of-ledgers.js';
import { SCHEMA_ERRORS } from './errors-of-schemas.js';
import { REQUEST_ERRORS } from './errors-of-requests.js';

/** What the catalogue says about one code, as plain text. */
export interface ErrorEntry {
  readonly meaning: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

const ENTRIES = { ...REQUEST_ERRORS, ...LEDGER_ERRORS, ...ENVIRONMENT_ERRORS, ...SCHEMA_ERRORS, ...DOCUMENT_ERRORS };

/** A code of the catalogue. Codes are for ever: one that is no longer answered is removed, never given another meaning. */
export type ErrorCode = keyof typeof ENTRIES;

/** Every code with its meaning and remedy. */
export const ERROR_CATALOGUE: { readonly [C in ErrorCode]: ErrorEntry } = ENTRIES;

/** Every code, in the order of the documentation. */
export const ERROR_CODES = Object.keys(ERROR_CATALOGUE) as readonly ErrorCode[];

/** Whether a text is a code of the catalogue. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CATALOGUE, text);
}
