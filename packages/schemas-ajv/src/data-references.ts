// `{ "$data": pointer }`: a limit that stands elsewhere in the document. Checked when a schema is set, followed when a document is judged.
import { isJsonObject, type JsonValue } from '@confledger/document';
import type { SchemaProblem } from '@confledger/domain';
import { pointerSteps } from './json-pointer.js';
import { invalid } from './problems.js';
import { DATA_KEYWORDS } from './vocabulary.js';

/** Where `$data` points: `up` levels above the value that is judged, or from the mount (null), and then down. */
export interface DataPointer {
  readonly up: number | null;
  readonly steps: readonly string[];
}

/** The pointer in `{ "$data": pointer }`, undefined where the value is something else, and null where the pointer is malformed. */
export function dataPointer(value: JsonValue): DataPointer | null | undefined {
  if (!isJsonObject(value) || !Object.hasOwn(value, '$data')) return undefined;
  const text = value['$data'];
  if (typeof text !== 'string' || Object.keys(value).length !== 1) return null;
  const relative = /^([1-9]\d{0,2})(\/.*)?$/su.exec(text);
  const steps = pointerSteps(relative === null ? text : (relative[2] ?? ''));
  if (steps === undefined) return null;
  return { up: relative === null ? null : Number(relative[1]), steps };
}

/** The steps from the mount to where it points; undefined above the mount. `place` leads from the mount to the value that is judged. */
export function dataSteps({ up, steps }: DataPointer, place: readonly string[]): readonly string[] | undefined {
  if (up === null) return steps;
  return up > place.length ? undefined : [...place.slice(0, place.length - up), ...steps];
}

/** What stands at the end of the steps; undefined when nothing does. */
export function valueAt(steps: readonly string[], root: unknown): unknown {
  let found = root;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return found;
}

/** Keywords whose values are not read, so that `$data` in them is nothing special. */
const LITERALS = new Set(['default', 'examples']);

/** What is wrong with `$data` as the value of a keyword; undefined when nothing is. */
export function dataProblem({
  name,
  value,
  pointer,
}: {
  readonly name: string;
  readonly value: JsonValue;
  readonly pointer: string;
}): SchemaProblem | undefined {
  if (LITERALS.has(name)) return undefined;
  const data = dataPointer(value);
  if (data === undefined) return undefined;
  if (!DATA_KEYWORDS.includes(name)) {
    // A member may be called $data: then a schema stands there.
    if (data === null && isJsonObject(value) && typeof value['$data'] !== 'string') return undefined;
    return invalid(
      pointer,
      `The keyword "${name}" cannot take its value from the document.`,
      `Write "$data" in one of these only: ${DATA_KEYWORDS.join(', ')}.`,
    );
  }
  if (data !== null) return undefined;
  return invalid(
    pointer,
    'The value of "$data" is neither a JSON pointer nor a relative one that goes up.',
    'Write { "$data": "1/maxFee" } for a neighbour, or { "$data": "/fees/max" } for a place below the mount.',
  );
}
