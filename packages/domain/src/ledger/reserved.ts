// The root member `$inherit`, which is kept for ledgers that are built on others. No write may bring it in; what an older release let in can be
// read and deleted.
import type { Difference, Document } from '@confledger/document';
import { refuse } from '../stream/refusals.js';
import type { LedgerRefusal } from './commands.js';

export const RESERVED_NAME = '$inherit';

/** Whether a document holds the reserved member. */
export function holdsReserved(document: Document): boolean {
  return document.nodeAt([RESERVED_NAME]) !== undefined;
}

/** The refusal of changes that set something at the reserved member or below it; null for all others. */
export function reservedNameRefusal(differences: readonly Difference[]): LedgerRefusal | null {
  const written = differences.find((difference) => 'after' in difference && isReserved(difference.path));
  return written === undefined ? null : nameReserved(written.path, `${written.path} cannot be written`);
}

/** `what` is the first half of the sentence that says what cannot be done. */
export function nameReserved(path: string, what: string): LedgerRefusal {
  const message = `${what}: the root member ${RESERVED_NAME} is reserved`;
  return refuse('NAME_RESERVED', path, message, `Choose another name; a member ${RESERVED_NAME} that is there can be read and deleted`);
}

function isReserved(path: string): boolean {
  return path === RESERVED_NAME || path.startsWith(`${RESERVED_NAME}.`);
}
