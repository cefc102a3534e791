// A schema document as a graph of schemas: what stands where, and which schemas a value meets on its way.
import { isJsonObject, type JsonObject, type JsonValue } from '@confledger/document';
import type { Dialect, SchemaDocument } from '@confledger/domain';
import { fragmentText, joinPointer } from './json-pointer.js';
import { keywordOf, type Keyword, type Relation } from './vocabulary.js';

/** Which members or elements a schema below another one is for. */
export type Label =
  | { readonly kind: 'exactly'; readonly name: string }
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** What `properties` and `patternProperties`, or the elements with a schema of their own, leave over. */
  | { readonly kind: 'others' }
  | { readonly kind: 'any' };

export interface SchemaEdge {
  readonly relation: Relation;
  readonly keyword: string;
  readonly label: Label;
  readonly to: SchemaNode;
}

/** One schema of the document. */
export interface SchemaNode {
  /** JSON pointer in the schema document. */
  readonly pointer: string;
  readonly schema: JsonObject | boolean;
  /** In the order in which they are written; references last. */
  readonly edges: SchemaEdge[];
}

export interface SchemaTree {
  readonly root: SchemaNode;
  readonly nodes: ReadonlyMap<string, SchemaNode>;
  readonly anchors: ReadonlyMap<string, SchemaNode>;
}

const HERE: Label = { kind: 'any' };

/** Keywords that refer to another schema. */
export const REFERENCES = ['$ref', '$dynamicRef'] as const;

/** The schemas of a document, with the references that lead somewhere. What is malformed is passed over. */
export function schemaTree({ dialect, schema }: SchemaDocument): SchemaTree {
  const nodes = new Map<string, SchemaNode>();
  const anchors = new Map<string, SchemaNode>();
  const root = addNode({ dialect, nodes, anchors }, schema, '');
  for (const node of nodes.values()) addReferences(node, { root, nodes, anchors });
  return { root, nodes, anchors };
}

interface Building {
  readonly dialect: Dialect;
  readonly nodes: Map<string, SchemaNode>;
  readonly anchors: Map<string, SchemaNode>;
}

function addNode(building: Building, schema: JsonObject | boolean, pointer: string): SchemaNode {
  const node: SchemaNode = { pointer, schema, edges: [] };
  building.nodes.set(pointer, node);
  if (typeof schema === 'boolean') return node;
  for (const [name, value] of Object.entries(schema)) {
    const keyword = keywordOf(building.dialect, name);
    if (keyword === undefined) continue;
    if (name === '$anchor' || name === '$dynamicAnchor') addAnchor(building, value, node);
    for (const { label, at, schema: inner } of innerSchemas(name, keyword, value)) {
      const to = addNode(building, inner, joinPointer(pointer, name, ...at));
      node.edges.push({ relation: keyword.relation, keyword: name, label, to });
    }
  }
  return node;
}

function addAnchor({ anchors }: Building, value: JsonValue, node: SchemaNode): void {
  if (typeof value === 'string' && !anchors.has(value)) anchors.set(value, node);
}

interface InnerSchema {
  readonly label: Label;
  readonly at: readonly (string | number)[];
  readonly schema: JsonObject | boolean;
}

function innerSchemas(name: string, { shape, relation }: Keyword, value: JsonValue): InnerSchema[] {
  if (shape === 'value') return [];
  if (shape === 'schema' || (shape === 'schema or schemas' && isSchema(value))) {
    return isSchema(value) ? [{ label: labelOfOne(name), at: [], schema: value }] : [];
  }
  if (shape === 'schemas' || shape === 'schema or schemas') {
    if (!Array.isArray(value)) return [];
    return (value as readonly JsonValue[]).flatMap((schema, index) =>
      isSchema(schema) ? [{ label: relation === 'element' ? { kind: 'exactly', name: String(index) } : HERE, at: [index], schema }] : [],
    );
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([member, schema]) =>
    isSchema(schema) ? [{ label: labelOfMember(name, member), at: [member], schema }] : [],
  );
}

function labelOfOne(name: string): Label {
  return name === 'additionalProperties' || name === 'additionalItems' || name === 'items' || name.startsWith('unevaluated')
    ? { kind: 'others' }
    : HERE;
}

function labelOfMember(name: string, member: string): Label {
  if (name === 'properties') return { kind: 'exactly', name: member };
  return name === 'patternProperties' ? { kind: 'pattern', pattern: member } : HERE;
}

function isSchema(value: JsonValue): value is JsonObject | boolean {
  return typeof value === 'boolean' || isJsonObject(value);
}

function addReferences(node: SchemaNode, tree: SchemaTree): void {
  if (typeof node.schema === 'boolean') return;
  for (const keyword of REFERENCES) {
    const reference = node.schema[keyword];
    const to = typeof reference === 'string' ? resolveReference(reference, tree) : undefined;
    if (to !== undefined) node.edges.push({ relation: 'here', keyword, label: HERE, to });
  }
}

/** The schema that a reference within the document leads to. */
export function resolveReference(reference: string, { nodes, anchors }: SchemaTree): SchemaNode | undefined {
  if (!reference.startsWith('#')) return undefined;
  const text = fragmentText(reference);
  return text === undefined ? undefined : (nodes.get(text) ?? anchors.get(text));
}
