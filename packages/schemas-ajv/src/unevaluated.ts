// What ajv does not follow exactly when it asks which members and elements no other keyword has evaluated. It is refused.
import { isJsonObject } from '@confledger/document';
import type { SchemaProblem } from '@confledger/domain';
import { invalid } from './problems.js';
import type { SchemaNode } from './schema-tree.js';

const BRANCHES = new Set(['anyOf', 'oneOf', 'if', 'then', 'else', 'dependentSchemas']);

/** The refusals of `unevaluatedItems` or `unevaluatedProperties` in the schema. */
export function unevaluatedProblems(node: SchemaNode, keyword: string, pointer: string): SchemaProblem[] {
  const here = inPlace(node);
  if (here.some(({ node: each }) => hasConditionOfItsOwn(each))) {
    const remedy = 'Name the members of "if" in the "properties" beside it, too; or write "anyOf" in place of "if".';
    return [invalid(pointer, `The keyword "${keyword}" is not supported together with an "if" that names members of its own.`, remedy)];
  }
  if (
    keyword === 'unevaluatedItems' &&
    here.some(({ node: { schema }, inBranch }) => has(schema, 'contains') || (inBranch && has(schema, 'items')))
  ) {
    const remedy = 'Say what the elements may be in "items" or "prefixItems" of this schema.';
    return [
      invalid(pointer, 'The keyword "unevaluatedItems" is not supported together with "contains", or with "items" in a branch.', remedy),
    ];
  }
  return [];
}

interface InPlace {
  readonly node: SchemaNode;
  /** Whether it applies in some cases only. */
  readonly inBranch: boolean;
}

/** The schemas that apply to the same value, this one first. */
function inPlace(root: SchemaNode): InPlace[] {
  const found = new Map<SchemaNode, InPlace>([[root, { node: root, inBranch: false }]]);
  for (const { node, inBranch } of found.values()) {
    for (const { relation, keyword, to } of node.edges) {
      const isBranch = inBranch || BRANCHES.has(keyword);
      const known = found.get(to);
      if (relation !== 'here' || (known !== undefined && (known.inBranch || !isBranch))) continue;
      // Set anew, so that it is looked at again as a branch.
      found.delete(to);
      found.set(to, { node: to, inBranch: isBranch });
    }
  }
  return [...found.values()];
}

/** Whether its `if` evaluates members that its `properties` do not, or elements. */
function hasConditionOfItsOwn({ schema, edges }: SchemaNode): boolean {
  const condition = edges.find(({ keyword }) => keyword === 'if')?.to;
  if (condition === undefined || typeof schema === 'boolean') return false;
  const { properties } = schema;
  return inPlace(condition).some(({ node }) =>
    node.edges.some(({ relation, label }) => {
      if (relation === 'element') return true;
      if (relation !== 'member') return false;
      return label.kind !== 'exactly' || properties === undefined || !isJsonObject(properties) || !Object.hasOwn(properties, label.name);
    }),
  );
}

function has(schema: SchemaNode['schema'], keyword: string): boolean {
  return typeof schema !== 'boolean' && schema[keyword] !== undefined;
}
