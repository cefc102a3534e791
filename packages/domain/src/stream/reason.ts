// The rules for the reason of a command, which is stored beside the change for ever.
import { checkValue } from '@confledger/document';
import { refusalOf, refuse, type Refusal, type StreamRefusalCode } from './refusals.js';

/** The longest reason, in characters (UTF-16 code units). */
export const REASON_CHARACTERS_MAX = 2_000;

/** As clients call it. */
const PLACE = 'changeReason';

/** A text is held to the rules of the strings of a document. */
export function reasonRefusal(reason: string | null): Refusal<StreamRefusalCode> | null {
  if (reason === null) return null;
  if (reason.length > REASON_CHARACTERS_MAX) {
    const message = `The reason has ${reason.length} characters, more than ${REASON_CHARACTERS_MAX}`;
    return refuse('REASON_TOO_LONG', PLACE, message, 'Shorten it, and link to the long story');
  }
  const problem = checkValue(reason, PLACE);
  return problem === null ? null : refusalOf(problem);
}
