// What the schemas in force say of one leaf: its type, and whether it is sensitive.
import type { RuleItem } from '@confledger/contracts/http';
import { isJsonObject, parsePath, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';

export interface SchemaAtLeaf {
  /** The one type that all of them allow; null where they say none, or several. */
  readonly type: string | null;
  /** By `x-sensitive`; null where nothing says it. Only the ledger's own schema at the very path can say false. */
  readonly isSensitive: boolean | null;
}

/** Levels of references that are followed. */
const REFERENCES_MAX = 16;

/** Reads the rules as far as they lead straight to the leaf, by `properties`, `additionalProperties` and local references. */
export function schemaAt(rules: readonly RuleItem[], path: string): SchemaAtLeaf {
  const parsed = parsePath(path);
  if (!parsed.ok) return { type: null, isSensitive: null };
  const found = rules.flatMap((rule) => {
    const rest = below(rule.mount, parsed.value);
    const schema = rest === null ? null : walk(rule.schema, rest);
    return schema === null ? [] : [{ rule, schema, isExact: rest?.length === 0 }];
  });
  const types = new Set(found.filter(({ rule }) => rule.inForce).flatMap(({ schema }) => typeOf(schema)));
  const isSensitive = found.some(({ schema }) => schema['x-sensitive'] === true);
  const isDenied = found.some(({ rule, schema, isExact }) => isExact && rule.origin.kind === 'own' && schema['x-sensitive'] === false);
  return { type: types.size === 1 ? ([...types][0] ?? null) : null, isSensitive: isSensitive ? true : isDenied ? false : null };
}

/** The segments below the mount; null where it does not lie above. `*` is any one segment. */
function below(mount: string, segments: readonly string[]): readonly string[] | null {
  if (mount === '') return segments;
  const parsed = parsePath(mount.replaceAll('\\*', '*'));
  const own = parsed.ok ? parsed.value : mount.split('.');
  return own.length <= segments.length && own.every((each, index) => each === '*' || each === segments[index])
    ? segments.slice(own.length)
    : null;
}

function walk(root: JsonValue, segments: readonly string[]): JsonObject | null {
  let schema = resolved(root, root);
  for (const segment of segments) {
    if (schema === null) return null;
    const properties = schema['properties'];
    const own =
      properties !== undefined && isJsonObject(properties) && Object.hasOwn(properties, segment) ? properties[segment] : undefined;
    schema = resolved(root, own ?? schema['additionalProperties']);
  }
  return schema;
}

function resolved(root: JsonValue, schema: JsonValue | undefined): JsonObject | null {
  let current = schema;
  for (let step = 0; step < REFERENCES_MAX; step += 1) {
    if (current === undefined || !isJsonObject(current)) return null;
    const reference = current['$ref'];
    if (typeof reference !== 'string') return current;
    current = reference.startsWith('#/') ? pointed(root, reference.slice(2)) : undefined;
  }
  return null;
}

function pointed(root: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const part of pointer.split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = value !== undefined && isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/** An integer is a number. A list of types says nothing, unless it has one. */
function typeOf(schema: JsonObject): string[] {
  const type = schema['type'];
  const types = (Array.isArray(type) ? (type as readonly JsonValue[]) : [type]).map((each) => (each === 'integer' ? 'number' : each));
  if (types.length > 1) return ['one of several', 'types'];
  return typeof types[0] === 'string' ? [types[0]] : [];
}
