// The schemas that one schema has for the members of an object, by what they are for.
import { compilePattern } from './patterns.js';
import type { SchemaNode } from './schema-tree.js';

export interface MembersRules {
  /** Those of `properties` and `patternProperties` for a member of this name. */
  readonly named: (name: string) => readonly SchemaNode[];
  /** For members that none of those is for. */
  readonly others: SchemaNode | undefined;
  /** For names. */
  readonly names: SchemaNode | undefined;
}

const rulesOf = new WeakMap<SchemaNode, MembersRules>();

/** Undefined where the schema says nothing of members. */
export function membersRules(node: SchemaNode): MembersRules | undefined {
  if (!node.edges.some(({ relation }) => relation === 'member' || relation === 'name')) return undefined;
  const known = rulesOf.get(node);
  if (known !== undefined) return known;
  const rules = {
    named: namedBy(node),
    others: node.edges.find(({ keyword }) => keyword === 'additionalProperties')?.to,
    names: node.edges.find(({ keyword }) => keyword === 'propertyNames')?.to,
  };
  rulesOf.set(node, rules);
  return rules;
}

function namedBy({ edges }: SchemaNode): MembersRules['named'] {
  const exactly = new Map<string, SchemaNode>();
  const patterns: { readonly test: (name: string) => boolean; readonly to: SchemaNode }[] = [];
  for (const { keyword, label, to } of edges) {
    if (keyword === 'properties' && label.kind === 'exactly') exactly.set(label.name, to);
    if (keyword !== 'patternProperties' || label.kind !== 'pattern') continue;
    const compiled = compilePattern(label.pattern);
    if (compiled.ok) patterns.push({ test: (name) => compiled.pattern.test(name), to });
  }
  return (name) => {
    const own = exactly.get(name);
    const matching = patterns.filter(({ test }) => test(name)).map(({ to }) => to);
    return own === undefined ? matching : [own, ...matching];
  };
}
