// RFC 7396, the merge of PATCH.
import { isJsonObject, type JsonValue } from './json.js';

/**
 * The document with the patch merged in: null removes, objects merge, anything else replaces. An object that loses its
 * last member stays as `{}`. The arguments are left alone.
 */
export function mergePatch(document: JsonValue, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const members = new Map(isJsonObject(document) ? Object.entries(document) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name) ?? null, value));
  }
  return Object.fromEntries(members);
}
