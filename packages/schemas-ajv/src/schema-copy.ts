// The copy of a schema that is compiled: without what only people and services read, and each schema an object that is known by its place.
import { isJsonObject, type JsonObject, type JsonValue } from '@confledger/document';
import type { Dialect } from '@confledger/domain';
import { joinPointer, referenceTo } from './json-pointer.js';
import { REFERENCES, type SchemaNode, type SchemaTree } from './schema-tree.js';
import { keywordOf } from './vocabulary.js';

/** The keyword that stands for the schema `false`, whose failures would not say where it stands. */
export const NEVER = 'x-never';
/** Our keyword: the string equals the last segment of the mounted place. */
export const EQUALS_KEY = 'x-equalsKey';

export interface SchemaCopy {
  readonly schema: JsonObject | boolean;
  /** The schema of the document that an object of the copy stands for. */
  readonly originals: ReadonlyMap<object, SchemaNode>;
}

const NOT_COMPILED = new Set(
  '$schema $comment title description default readOnly writeOnly examples deprecated contentMediaType contentEncoding $ref $dynamicRef $anchor $dynamicAnchor'.split(
    ' ',
  ),
);
/** Keywords in which `false` has a failure of its own, which says more. */
const MAY_BE_FALSE = new Set(['additionalProperties', 'additionalItems', 'unevaluatedProperties', 'unevaluatedItems']);

/** The copy of a whole schema document. */
export function copyOf(dialect: Dialect, tree: SchemaTree): SchemaCopy {
  const originals = new Map<object, SchemaNode>();
  const schemaCopy = (node: SchemaNode, keyword: string): JsonObject | boolean => {
    const { schema } = node;
    if (schema === true) return true;
    if (schema === false && MAY_BE_FALSE.has(keyword)) return false;
    const copy: Record<string, JsonValue> = {};
    originals.set(copy, node);
    if (schema === false) {
      copy[NEVER] = true;
      return copy;
    }
    for (const [name, value] of Object.entries(schema)) {
      if (isCompiled(dialect, name, value)) copy[name] = valueCopy(name, value, joinPointer(node.pointer, name));
    }
    Object.assign(copy, referencesOf(node, copy));
    return copy;
  };
  const valueCopy = (keyword: string, value: JsonValue, pointer: string): JsonValue => {
    if (keywordOf(dialect, keyword)?.shape === 'value') return value;
    const node = tree.nodes.get(pointer);
    if (node !== undefined) return schemaCopy(node, keyword);
    // An array or object of schemas: the keyword itself is not theirs.
    if (Array.isArray(value)) return (value as readonly JsonValue[]).map((each, index) => innerCopy(each, joinPointer(pointer, index)));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, innerCopy(each, joinPointer(pointer, name))]));
  };
  const innerCopy = (value: JsonValue, pointer: string): JsonValue => {
    const node = tree.nodes.get(pointer);
    return node === undefined ? value : schemaCopy(node, '');
  };
  return { schema: schemaCopy(tree.root, ''), originals };
}

function isCompiled(dialect: Dialect, name: string, value: JsonValue): boolean {
  if (name.startsWith('x-')) return name === EQUALS_KEY && value === true;
  return !NOT_COMPILED.has(name) && keywordOf(dialect, name) !== undefined;
}

/** References by pointer. In one document `$dynamicRef` leads where `$ref` would. */
function referencesOf({ edges }: SchemaNode, { allOf }: JsonObject): JsonObject {
  const references = edges
    .filter(({ keyword }) => (REFERENCES as readonly string[]).includes(keyword))
    .map(({ to }) => ({ $ref: referenceTo(to.pointer) }));
  const [first, ...others] = references;
  if (first === undefined) return {};
  return others.length === 0 ? first : { ...first, allOf: [...(Array.isArray(allOf) ? (allOf as readonly JsonValue[]) : []), ...others] };
}
