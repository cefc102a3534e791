// Finds text that Postgres cannot hold, before a fold touches its event. No command writes such text; another program may have.
import { JSON_NESTING_CEILING, parseJson, type DocumentErrorCode } from '@confledger/document';
import type { StoredEvent } from '../ports/event-store.js';

/** Cheap and rarely true: an escape that may stand for NUL or a surrogate, or either of them raw. */
const SUSPICIOUS = /\\u0000|\\u[dD][89a-fA-F]|\0|[\ud800-\udfff]/;
const UNSTORABLE = /\0|\p{Surrogate}/u;
const UNSTORABLE_BY_ESCAPE: ReadonlySet<DocumentErrorCode> = new Set(['STRING_NUL', 'STRING_LONE_SURROGATE']);

/** Text as every store can hold it: what it cannot hold is shown by something that it can. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\\0').replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

/** Why an event's text cannot be stored; null when it can. */
export function unstorableText({ data, metadata, type }: StoredEvent): string | null {
  if (UNSTORABLE.test(type)) return 'its type holds a NUL or a lone surrogate';
  for (const [name, text] of [
    ['data', data],
    ['metadata', metadata],
  ] as const) {
    if (!SUSPICIOUS.test(text)) continue;
    if (UNSTORABLE.test(text) || spellsUnstorable(text)) return `its ${name} hold a NUL or a lone surrogate`;
  }
  return null;
}

/** Whether an escape stands for one of them. Text that is refused for another reason is found out by whoever decodes it. */
function spellsUnstorable(text: string): boolean {
  const read = parseJson(text, { maxDepth: JSON_NESTING_CEILING, negativeZero: 'read' });
  return !read.ok && UNSTORABLE_BY_ESCAPE.has(read.problem.code);
}
