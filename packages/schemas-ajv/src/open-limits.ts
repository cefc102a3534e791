// Limits by `$data` that stand at a place that is not known. They are taken to hold; which failures may rest on that is found out here.
import type { Failure } from './failures.js';
import type { SchemaNode, SchemaTree } from './schema-tree.js';

/** A limit that was asked for and is not known. */
export interface OpenLimit {
  /** From the mounted place down to the value that would be compared. */
  readonly steps: readonly string[];
  readonly keyword: string;
  /** The schema that the keyword stands in. */
  readonly node: SchemaNode;
}

type Schemas = ReadonlySet<SchemaNode>;

/** The failures that are some whatever the limits are. */
export function certainOf(failures: readonly Failure[], limits: readonly OpenLimit[], tree: SchemaTree): readonly Failure[] {
  if (limits.length === 0) return failures;
  const open = new Set(limits.map(({ node }) => node));
  return failures.filter((failure) => {
    const grounds = groundsOf(failure, tree);
    for (const node of open) if (grounds.has(node)) return false;
    return true;
  });
}

const groundsKnown = new WeakMap<SchemaNode, Map<string, Schemas>>();

/** The schemas that decide whether the keyword fails. */
function groundsOf({ node, keyword }: Failure, tree: SchemaTree): Schemas {
  const ofNode = groundsKnown.get(node) ?? new Map<string, Schemas>();
  const grounds = ofNode.get(keyword) ?? new Set([...branches(node, keyword), ...groundsAbove(node, tree)]);
  groundsKnown.set(node, ofNode.set(keyword, grounds));
  return grounds;
}

/** Which members are left over for `unevaluated…` depends on all that stands beside it. */
function branches(node: SchemaNode, keyword: string): Iterable<SchemaNode> {
  return keyword.startsWith('unevaluated') ? reached(node) : reachedBy(node, keyword);
}

/** What decides whether the schema is asked at all. */
function groundsAbove(node: SchemaNode, tree: SchemaTree): SchemaNode[] {
  return casesOf(tree).flatMap(({ to, grounds }) => (reached(to).has(node) ? [...grounds] : []));
}

/** A schema that is asked in some cases only, and whose failures have its own name. */
interface Case {
  readonly to: SchemaNode;
  /** The schemas that decide whether it is asked. */
  readonly grounds: Iterable<SchemaNode>;
}

const casesKnown = new WeakMap<SchemaTree, readonly Case[]>();

function casesOf(tree: SchemaTree): readonly Case[] {
  const known = casesKnown.get(tree);
  if (known !== undefined) return known;
  const found = [...tree.nodes.values()].flatMap((node) =>
    node.edges.flatMap(({ keyword, to }): Case[] => {
      if (keyword === 'then' || keyword === 'else') return [{ to, grounds: reachedBy(node, 'if') }];
      return keyword.startsWith('unevaluated') ? [{ to, grounds: reached(node) }] : [];
    }),
  );
  casesKnown.set(tree, found);
  return found;
}

function reachedBy({ edges }: SchemaNode, keyword: string): SchemaNode[] {
  return edges.flatMap((edge) => (edge.keyword === keyword ? [...reached(edge.to)] : []));
}

const reachedKnown = new WeakMap<SchemaNode, Schemas>();

/** The schemas that judge with this one, itself among them. */
function reached(from: SchemaNode): Schemas {
  const known = reachedKnown.get(from);
  if (known !== undefined) return known;
  const found = new Set([from]);
  // A set goes on with what is added to it.
  for (const { edges } of found) for (const { relation, to } of edges) if (relation !== 'apart') found.add(to);
  reachedKnown.set(from, found);
  return found;
}
