// Frozen JSON, as documents give it out and nodes read it on their hottest path.
import { sortNames } from './canonical.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { parseJsonText } from './parse-json-text.js';
import { DocumentFault } from './problem.js';

// V8 turns an object that is filled name by name into a hash table beyond about this many members, and every read of it
// becomes ten times slower; one that JSON.parse makes stays quick up to about 128.
const FILLED_MEMBERS_MAX = 12;
const PARSED_MEMBERS_MAX = 120;

/**
 * The value as the document keeps it: arrays of its own, frozen, names of inner objects sorted, -0 as 0.
 * Throws a DocumentFault for what is not JSON.
 */
export function frozenCopy(value: JsonValue): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new DocumentFault(`${value} is no JSON value`);
      return value === 0 ? 0 : value;
    case 'object':
      if (value === null) return null;
      return isJsonObject(value) ? frozenObject(value) : Object.freeze(value.map(frozenCopy));
    default:
      throw new DocumentFault(`a value of type ${typeof value} is no JSON value`);
  }
}

function frozenObject(value: JsonObject): JsonObject {
  const names = sortNames(Object.keys(value));
  const copy = objectFor(names, names.length);
  for (const name of names) copy[name] = frozenCopy(value[name] as JsonValue);
  return Object.freeze(copy);
}

/** An object to be filled with members of these names, laid out for quick reads. */
export function objectFor(names: Iterable<string>, count: number): Record<string, JsonValue> {
  if (count <= FILLED_MEMBERS_MAX || count > PARSED_MEMBERS_MAX) return {};
  const text = `{${Array.from(names, (name) => `${JSON.stringify(name)}:null`).join(',')}}`;
  // A name that needs an escape, which is rare, costs its object the layout: no quick parser reads such names rightly everywhere.
  return text.includes('\\') ? {} : (parseJsonText(text) as Record<string, JsonValue>);
}
