// Finds what keeps an event from ever being a row, before a fold touches it: text that Postgres cannot hold, an envelope
// with members missing. No command writes such events; a hand at the log, or another release's, may. Used by batch-fold.
import { JSON_NESTING_CEILING, parseJson, parseJsonText, type DocumentErrorCode } from '@confledger/document';
import type { LedgerEvent, Recorded } from '@confledger/domain';
import type { StoredEvent } from '../ports/event-store.js';

/** Cheap and rarely true: an escape that may stand for NUL or a surrogate, or either of them raw. */
const SUSPICIOUS = /\\u0000|\\u[dD][89a-fA-F]|\0|[\ud800-\udfff]/;
const UNSTORABLE = /\0|\p{Surrogate}/u;
const UNSTORABLE_BY_ESCAPE: ReadonlySet<DocumentErrorCode> = new Set(['STRING_NUL', 'STRING_LONE_SURROGATE']);
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Text as every store can hold it: what it cannot hold is shown by something that it can. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\\0').replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

/** Why an event's text cannot be stored; null when it can. */
export function unstorableText({ data, metadata, type }: StoredEvent): string | null {
  if (UNSTORABLE.test(type)) return 'its type holds a NUL or a lone surrogate';
  for (const [name, text] of [['data', data], ['metadata', metadata]] as const) {
    if (!SUSPICIOUS.test(text)) continue;
    if (UNSTORABLE.test(text) || spellsUnstorable(text)) return `its ${name} hold a NUL or a lone surrogate`;
  }
  return null;
}

/** Which member of an event is not what its rows need; null when all are. */
export function misfitMember({ type, data, metadata }: Recorded<LedgerEvent>): string | null {
  const { actor, reason, commandId, correlationId, changeSet, occurredAt } = metadata;
  const isRight: Record<string, boolean> = {
    actor: isText(actor?.id) && isText(actor?.method),
    reason: reason === null || isText(reason),
    commandId: isText(commandId),
    correlationId: isText(correlationId),
    changeSet: isText(changeSet.id) && isCount(changeSet.index) && isCount(changeSet.size),
    occurredAt: INSTANT.test(occurredAt) && Number.isFinite(Date.parse(occurredAt)),
    version: !('version' in data) || isCount(data.version),
    pending: type !== 'VersionActivated' || isCount(data.pending),
    rollbackTo: type !== 'VersionActivated' || data.rollbackTo === undefined || isCount(data.rollbackTo),
  };
  const wrong = Object.keys(isRight).find((name) => isRight[name] === false);
  return wrong === undefined ? null : `its ${wrong} is missing or not what it must be`;
}

/** The hash of the event before, as the envelope of every release says it; null where it says none. */
export function previousHashOf({ metadata }: StoredEvent): string | null {
  const envelope = parsed(metadata);
  if (typeof envelope !== 'object' || envelope === null || !('previousHash' in envelope)) return null;
  return typeof envelope.previousHash === 'string' ? envelope.previousHash : null;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

/** Whether an escape stands for one of them. Text that is refused for another reason is found out by whoever decodes it. */
function spellsUnstorable(text: string): boolean {
  const read = parseJson(text, { maxDepth: JSON_NESTING_CEILING });
  return !read.ok && UNSTORABLE_BY_ESCAPE.has(read.problem.code);
}

/** Text that is no JSON is found out by whoever decodes it. */
function parsed(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return null;
  }
}
