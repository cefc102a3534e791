// Cursors of paged answers: opaque to clients, checked when they come back.
import { parseJsonText } from '@confledger/document';
import { LEDGER_PATTERN } from '@confledger/domain';
import { CursorInvalid } from './ports/read-model.js';

type Kind = 'ledgers' | 'running' | 'versions' | 'activations' | 'audit' | 'history' | 'parked' | 'parkedStreams';

/** Longer text is no cursor of ours; the longest we give out names a ledger. */
const CURSOR_CHARACTERS_MAX = 400;

/** A cursor behind the row with this key. `kind` keeps one list's cursor out of another list. */
export function cursorBehind(kind: Kind, key: string): string {
  return Buffer.from(JSON.stringify([kind, key]), 'utf8').toString('base64url');
}

/** The key that a cursor stands behind, which must match `pattern`; null without a cursor. Throws `CursorInvalid`. */
export function keyOfCursor(kind: Kind, cursor: string | undefined, pattern: RegExp): string | null {
  if (cursor === undefined) return null;
  const parts = cursor.length > CURSOR_CHARACTERS_MAX ? null : partsOf(cursor);
  if (Array.isArray(parts) && parts.length === 2 && parts[0] === kind && typeof parts[1] === 'string' && pattern.test(parts[1]))
    return parts[1];
  throw new CursorInvalid('This cursor was not given out for this list: repeat the call without it.');
}

/** The key of a cursor over numbers (positions, versions). */
export function numberOfCursor(kind: Kind, cursor: string | undefined): bigint | null {
  const key = keyOfCursor(kind, cursor, /^(0|[1-9][0-9]{0,17})$/);
  return key === null ? null : BigInt(key);
}

/** The key of a cursor over ledgers. */
export function ledgerOfCursor(kind: 'ledgers' | 'running', cursor: string | undefined): string | null {
  return keyOfCursor(kind, cursor, LEDGER_PATTERN);
}

function partsOf(cursor: string): unknown {
  try {
    return parseJsonText(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
