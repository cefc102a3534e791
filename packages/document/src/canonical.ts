// Canonical JSON (RFC 8785): the bytes that hashes cover. Every event is hashed, so this is on the hottest path of the api.
import type { JsonObject, JsonValue } from './json.js';

// What a JSON string must escape, and surrogates, on whose account JSON.stringify decides. The test costs a third of a call to it.
const NEEDS_ESCAPING = /["\\\u0000-\u001f\ud800-\udfff]/;
// Below this many names an insertion sort beats Array.prototype.sort.
const FEW_NAMES_MAX = 24;

/** The RFC 8785 form of a value: names sorted by UTF-16 code units, shortest numbers, -0 as 0. Throws a TypeError for what is not JSON. */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      return canonicalNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? canonicalArray(value) : canonicalObject(value as JsonObject);
    default:
      throw new TypeError(`canonicalJson: a value of type ${typeof value} is not JSON`);
  }
}

function canonicalNumber(value: number): string {
  if (value - value !== 0) throw new TypeError(`canonicalJson: ${value} is not JSON`);
  return `${value}`;
}

function canonicalString(value: string): string {
  return NEEDS_ESCAPING.test(value) ? JSON.stringify(value) : `"${value}"`;
}

function canonicalArray(items: readonly JsonValue[]): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    text += canonicalJson(items[index] as JsonValue);
  }
  return `${text}]`;
}

function canonicalObject(members: JsonObject): string {
  const names = sortNames(Object.keys(members));
  let text = '{';
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    if (index > 0) text += ',';
    text += `${canonicalString(name)}:${canonicalJson(members[name] as JsonValue)}`;
  }
  return `${text}}`;
}

/** Sorts names in place by UTF-16 code units; quick where they are few or sorted already. */
export function sortNames(names: string[]): string[] {
  if (names.length > FEW_NAMES_MAX) return isSorted(names) ? names : names.sort();
  for (let index = 1; index < names.length; index++) {
    const name = names[index] as string;
    let hole = index;
    while (hole > 0 && (names[hole - 1] as string) > name) {
      names[hole] = names[hole - 1] as string;
      hole--;
    }
    names[hole] = name;
  }
  return names;
}

function isSorted(names: readonly string[]): boolean {
  for (let index = 1; index < names.length; index++) if ((names[index - 1] as string) > (names[index] as string)) return false;
  return true;
}
