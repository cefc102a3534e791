// In how many ways a judgement gets from the root of a schema document to its schemas: what a judgement costs, and whether it ends.
import type { SchemaDocument, SchemaProblem } from '@confledger/domain';
import { problem } from './problems.js';
import { recursionProblem } from './recursion.js';
import { schemaTree, type SchemaNode, type SchemaTree } from './schema-tree.js';

/** Most ways from the root to schemas, references followed and each cycle once. */
export const WAYS_MAX = 10_000;

/**
 * How many ways lead from the root to schemas, the one to the root itself included. References are followed, each cycle once. Counts no further
 * than one more than WAYS_MAX.
 */
export function waysOf(document: SchemaDocument): number {
  return countWays(schemaTree(document).root);
}

/** Calls `visit` for each way from the root, with the depth of the value in the document; false when there are more than WAYS_MAX. */
export function countWays(root: SchemaNode, visit?: (node: SchemaNode, depth: number, isRepeated: boolean) => void): number {
  const passed = new Set<SchemaNode>();
  let ways = 0;
  const go = (node: SchemaNode, depth: number): void => {
    const isRepeated = passed.has(node);
    if (++ways > WAYS_MAX) return;
    visit?.(node, depth, isRepeated);
    if (isRepeated) return;
    passed.add(node);
    for (const { relation, to } of node.edges) {
      if (ways > WAYS_MAX) break;
      if (relation !== 'apart') go(to, relation === 'here' ? depth : depth + 1);
    }
    passed.delete(node);
  };
  go(root, 0);
  return ways;
}

/** What makes judgements by this schema cost too much; undefined when nothing does. */
export function costProblem(tree: SchemaTree): SchemaProblem | undefined {
  const endless = endlessAt(tree.root);
  if (endless !== undefined) {
    return problem(
      'SCHEMA_TOO_COSTLY',
      endless.pointer,
      'A cycle of references comes back to this schema without going down into a member or an element, so a judgement would never end.',
      'Let the reference stand below properties, items or another keyword that goes down.',
    );
  }
  if (countWays(tree.root) > WAYS_MAX) {
    return problem(
      'SCHEMA_TOO_COSTLY',
      '',
      `More than ${WAYS_MAX} ways lead from the root of the schema to schemas in it, so a judgement would take too long.`,
      'Refer to a schema fewer times, above all in allOf, anyOf and oneOf of schemas that do the same in turn.',
    );
  }
  return recursionProblem(tree);
}

/** A schema that comes back to itself for the same value. */
function endlessAt(root: SchemaNode): SchemaNode | undefined {
  const state = new Map<SchemaNode, 'open' | 'done'>();
  const reached = [root];
  const search = (node: SchemaNode): SchemaNode | undefined => {
    state.set(node, 'open');
    for (const { relation, to } of node.edges) {
      if (relation === 'apart') continue;
      if (relation !== 'here') reached.push(to);
      else if (state.get(to) === 'open') return to;
      else if (!state.has(to)) {
        const found = search(to);
        if (found !== undefined) return found;
      }
    }
    state.set(node, 'done');
    return undefined;
  };
  for (let node = reached.pop(); node !== undefined; node = reached.pop()) {
    if (state.has(node)) continue;
    const found = search(node);
    if (found !== undefined) return found;
  }
  return undefined;
}
