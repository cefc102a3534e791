// What texts of requests must look like, for the OpenAPI document: lengths, patterns and formats as strict as the code that judges them,
// whose refusals say more than a schema could. A spec holds them to what the api refuses.
import { PATH_BYTES_MAX } from '@confledger/document';
import { RESERVED_WORDS } from '../request/addresses.js';
import { TAG_LIST } from '../request/conditions.js';
import { NAME_PATTERN } from '../request/environments.js';
import { IDEMPOTENCY_KEY_BYTES_MAX } from '../request/identity.js';
import { NODE_NAME_PATTERN } from '../request/node-names.js';

/** A part of a JSON Schema for texts. */
export type TextSchema = {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly const?: string;
  readonly not?: { readonly enum: readonly string[] };
};

const SEGMENT = String.raw`(?:[^.\\\u0000-\u001f\u007f-\u009f]|\\[.\\])+`;
const MOUNT_SEGMENT = String.raw`(?:\*|(?:[^.*\\\u0000-\u001f\u007f-\u009f]|\\[.\\*])+)`;
const FORBIDDEN_NAMES = String.raw`(?!(?:.*\.)?(?:__proto__|prototype|constructor)(?:\.|$))`;
const LATIN = String.raw`!-~\u00a0-\u00ff`;

/** Words that name versions, in any letter case. */
const VERSION_WORDS = ['latest', 'active', 'previous']
  .map((word) => Array.from(word, (letter) => `[${letter}${letter.toUpperCase()}]`).join(''))
  .join('|');

/** Names of services and environments. */
export const NAME_TEXT: TextSchema = { pattern: NAME_PATTERN.source };
export const NODE_NAME_TEXT: TextSchema = { pattern: NODE_NAME_PATTERN.source };
export const PATH_TEXT: TextSchema = {
  minLength: 1,
  maxLength: PATH_BYTES_MAX,
  pattern: String.raw`^${FORBIDDEN_NAMES}${SEGMENT}(?:\.${SEGMENT})*$`,
};
/** A mount: segments of a path, `*` for any one of them, `\\*` for a star; empty for the root. */
export const MOUNT_TEXT: TextSchema = {
  maxLength: PATH_BYTES_MAX * 2,
  pattern: String.raw`^(?:${FORBIDDEN_NAMES}${MOUNT_SEGMENT}(?:\.${MOUNT_SEGMENT})*)?$`,
};
/** A path as a segment of the URL. */
export const PATH_IN_URL_TEXT: TextSchema = { ...PATH_TEXT, not: { enum: RESERVED_WORDS } };
/** Any text: the NUL character is refused everywhere. */
export const PLAIN_TEXT: TextSchema = { pattern: String.raw`^[^\u0000]*$` };
/** A text that may not be empty. */
export const SOME_TEXT: TextSchema = { minLength: 1, ...PLAIN_TEXT };
export const TAG_TEXT: TextSchema = {
  pattern: String.raw`^(?!\d+$)(?!(?:${VERSION_WORDS})$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`,
};
/** The number of an event. */
export const NUMBER_TEXT: TextSchema = { pattern: String.raw`^(?:0|[1-9]\d{0,14})$` };
export const POSITION_TEXT: TextSchema = { pattern: String.raw`^[^:\s]+:(?:0|[1-9]\d*)$` };
/** Offsets reach from -14:59 to +14:59. */
export const INSTANT_TEXT: TextSchema = {
  format: 'date-time',
  pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$`,
};
export const PAGE_LIMIT_TEXT: TextSchema = { pattern: String.raw`^(?:[1-9]\d?|[1-4]\d\d|500)$` };
/** HTTP takes white space from both ends. */
export const IDEMPOTENCY_KEY_TEXT: TextSchema = {
  minLength: 1,
  maxLength: IDEMPOTENCY_KEY_BYTES_MAX,
  pattern: `^[${LATIN}](?:[ ${LATIN}]*[${LATIN}])?$`,
};
export const ENTITY_TAG_TEXT: TextSchema = { pattern: String.raw`^(?:\*|(?:W/)?"(?:s?(?:0|[1-9]\d{0,14})|d:[0-9a-f]{64})")$` };
export const ENTITY_TAGS_TEXT: TextSchema = { pattern: TAG_LIST.source };
export const CREATE_ONLY_TEXT: TextSchema = { const: '*' };
