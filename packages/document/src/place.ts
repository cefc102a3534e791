// Where in a JSON value something stands: names of members and indexes of elements, from the root down.
// An array is one value of the document, so a path ends at it; the message names what lies inside.
import { formatPath } from './path.js';
import type { CodedProblem, Flaw } from './problem.js';

const SHOWN_STEPS_MAX = 8;

export type Place = readonly (string | number)[];

/** The problem that a flaw is at this place. */
export function problemAt(place: Place, flaw: Flaw): CodedProblem {
  const array = place.findIndex((step) => typeof step === 'number');
  const outside = array < 0 ? place : place.slice(0, array);
  const path = formatPath(outside.map(String));
  if (array < 0) return { ...flaw, path };
  return { ...flaw, path, message: `${flaw.message} It stands inside the array, at ${insideText(place.slice(array))}.` };
}

function insideText(steps: Place): string {
  const shown = steps.slice(0, SHOWN_STEPS_MAX).map((step) => `[${JSON.stringify(step)}]`);
  return `${shown.join('')}${steps.length > SHOWN_STEPS_MAX ? '…' : ''}`;
}
