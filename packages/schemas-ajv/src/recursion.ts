// Finds schemas that come back to themselves by more than one way for the same member: each level of a document would double the work.
import type { SchemaProblem } from '@confledger/domain';
import { isJsonObject } from '@confledger/document';
import { compilePattern } from './patterns.js';
import { problem } from './problems.js';
import type { SchemaEdge, SchemaNode, SchemaTree } from './schema-tree.js';

/** A step from a schema down to a member or element, taken from the schema `from` that applies to the same value. */
interface Descent {
  readonly from: SchemaNode;
  readonly edge: SchemaEdge;
}

/** Steps down that are looked at for one schema; more are refused as well. */
const DESCENTS_MAX = 10_000;

/** The refusal of a schema in a cycle from which one member leads back into the cycle in two ways; undefined when there is none. */
export function recursionProblem({ root }: SchemaTree): SchemaProblem | undefined {
  const component = components(root);
  for (const [node, cycle] of component) {
    if (cycle === undefined) continue;
    const descents: Descent[] = [];
    collect(node, descents, (to) => component.get(to) === cycle);
    if (descents.length > DESCENTS_MAX || hasOverlap(descents)) return doubled(node);
  }
  return undefined;
}

function doubled(node: SchemaNode): SchemaProblem {
  return problem(
    'SCHEMA_TOO_COSTLY',
    node.pointer,
    'This schema comes back to itself by more than one way for the same member, so each level of a document would multiply the time of a judgement.',
    'Let each member or element lead back to the schema once: put the reference in one place, beside allOf, anyOf or oneOf and not in each of their branches.',
  );
}

function collect(node: SchemaNode, descents: Descent[], isInCycle: (node: SchemaNode) => boolean): void {
  for (const edge of node.edges) {
    if (descents.length > DESCENTS_MAX) return;
    if (!isInCycle(edge.to)) continue;
    if (edge.relation === 'here') collect(edge.to, descents, isInCycle);
    else if (edge.relation === 'member' || edge.relation === 'element') descents.push({ from: node, edge });
  }
}

function hasOverlap(descents: readonly Descent[]): boolean {
  const exact = new Set<string>();
  const wide: Descent[] = [];
  for (const descent of descents) {
    const { relation, label } = descent.edge;
    if (label.kind !== 'exactly') {
      if (wide.some((other) => overlap(other, descent))) return true;
      wide.push(descent);
      continue;
    }
    const name = `${relation} ${label.name}`;
    if (exact.has(name)) return true;
    exact.add(name);
  }
  return wide.some((one) => descents.some((other) => other.edge.label.kind === 'exactly' && overlap(one, other)));
}

/** Whether some member or element takes both steps, as far as that is easily said; when in doubt, yes. */
function overlap(one: Descent, other: Descent): boolean {
  if (one.edge.relation !== other.edge.relation) return false;
  const [wide, narrow] = one.edge.label.kind === 'others' ? [one, other] : [other, one];
  if (wide.edge.label.kind === 'others') return overlapsOthers(wide, narrow);
  if (wide.edge.label.kind === 'pattern' && narrow.edge.label.kind === 'exactly')
    return matches(wide.edge.label.pattern, narrow.edge.label.name);
  if (narrow.edge.label.kind === 'pattern' && wide.edge.label.kind === 'exactly')
    return matches(narrow.edge.label.pattern, wide.edge.label.name);
  return true;
}

/** `others` leaves out what the same schema names; `contains` takes every element. */
function overlapsOthers(others: Descent, other: Descent): boolean {
  if (other.edge.label.kind === 'any' || (others.from === other.from && others.edge === other.edge)) return true;
  if (others.from === other.from) return false;
  if (other.edge.label.kind !== 'exactly' || typeof others.from.schema === 'boolean') return true;
  const { properties, patternProperties, prefixItems, items } = others.from.schema;
  const { name } = other.edge.label;
  if (other.edge.relation === 'element') {
    const listed = Array.isArray(prefixItems) ? prefixItems : items;
    return !Array.isArray(listed) || Number(name) >= listed.length;
  }
  if (properties !== undefined && isJsonObject(properties) && Object.hasOwn(properties, name)) return false;
  const patterns = patternProperties !== undefined && isJsonObject(patternProperties) ? Object.keys(patternProperties) : [];
  return !patterns.some((pattern) => matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  const compiled = compilePattern(pattern);
  return !compiled.ok || compiled.pattern.test(name);
}

/** Tarjan's strongly connected components: of each schema that is reached, the number of its cycle, or undefined when it is in none. */
function components(root: SchemaNode): Map<SchemaNode, number | undefined> {
  const result = new Map<SchemaNode, number | undefined>();
  const order = new Map<SchemaNode, number>();
  const low = new Map<SchemaNode, number>();
  const open: SchemaNode[] = [];
  const isOpen = new Set<SchemaNode>();
  let next = 0;
  const search = (node: SchemaNode): number => {
    const own = next++;
    let lowest = own;
    order.set(node, own);
    open.push(node);
    isOpen.add(node);
    for (const { relation, to } of node.edges) {
      if (relation === 'apart' || relation === 'name') continue;
      if (!order.has(to)) lowest = Math.min(lowest, search(to));
      else if (isOpen.has(to)) lowest = Math.min(lowest, order.get(to) ?? own);
    }
    low.set(node, lowest);
    if (lowest === own) close(node, own);
    return lowest;
  };
  const close = (node: SchemaNode, own: number): void => {
    const members = open.splice(open.indexOf(node));
    const isCycle = members.length > 1 || node.edges.some(({ to, relation }) => to === node && relation !== 'apart' && relation !== 'name');
    for (const member of members) {
      isOpen.delete(member);
      result.set(member, isCycle ? own : undefined);
    }
  };
  search(root);
  return result;
}
