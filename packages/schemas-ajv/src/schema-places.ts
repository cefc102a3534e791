// Which schemas of a document may be about the same place, the place above it, and the places below it. When in doubt, they may.
import { compilePattern, type CompiledPattern } from './patterns.js';
import type { SchemaEdge, SchemaNode } from './schema-tree.js';

/** Edges that are followed back for all questions together; further questions are answered with every schema. */
const VISITS_BACK_MAX = 500_000;
/** Pairs of edges that are looked at to find schemas of the same place; beyond that, every schema may be about any place. */
const PAIRS_MAX = 200_000;
/** Names that are matched with patterns; any further one counts as matched. */
const MATCHES_MAX = 20_000;

type Schemas = ReadonlySet<SchemaNode>;

/** The schemas that judge something, by the places that they judge. A cycle makes no difference: places are never written out. */
export class SchemaPlaces {
  private readonly root: SchemaNode;
  /** Of each schema that is reached from the root, the edges that lead to it. */
  private readonly incoming = new Map<SchemaNode, { readonly from: SchemaNode; readonly goesDown: boolean }[]>();
  private readonly edges = new Map<SchemaNode, EdgesDown>();
  private readonly patterns = new Map<string, CompiledPattern>();
  private pairs: Pairs | undefined;
  private allMemo: Schemas | undefined;
  private readonly known = new WeakMap<Schemas, Map<string, Schemas>>();
  private visitsBack = 0;
  private matched = 0;

  constructor(root: SchemaNode) {
    this.root = root;
    this.incoming.set(root, []);
    // A map goes on with what is added to it.
    for (const from of this.incoming.keys()) {
      for (const edge of from.edges) {
        if (edge.relation === 'apart') continue;
        const known = this.incoming.get(edge.to) ?? [];
        known.push({ from, goesDown: goesDown(edge) });
        this.incoming.set(edge.to, known);
      }
    }
  }

  isReached(node: SchemaNode): boolean {
    return this.incoming.has(node);
  }

  /** The schemas of the whole mounted value. */
  atRoot(): Schemas {
    return withInPlace(new Set([this.root]));
  }

  /** The schemas of the places that are `levels` above those of a schema; none where that is above the root. */
  above(node: SchemaNode, levels: number): Schemas {
    let found = this.back(new Set([node]), false);
    for (let level = 0; level < levels && found.size > 0; level++) found = this.back(this.back(found, true), false);
    if (found.size === 0) return found;
    this.pairs ??= new Pairs(this.root, (of) => this.edgesOf(of));
    const { together, isComplete } = this.pairs;
    if (this.visitsBack > VISITS_BACK_MAX || !isComplete) return this.all;
    return new Set([...found].flatMap((each) => [...(together.get(each) ?? [])]));
  }

  /** The schemas of a member or element that one of these schemas names. */
  below(schemas: Schemas, step: string): Schemas {
    const bySteps = this.known.get(schemas) ?? new Map<string, Schemas>();
    const found = bySteps.get(step) ?? withInPlace(this.named(schemas, step));
    this.known.set(schemas, bySteps.set(step, found));
    return found;
  }

  /** The members that these schemas name one by one. */
  names(schemas: Schemas): Iterable<string> {
    const names = new Set<string>();
    for (const node of schemas) {
      for (const [name, edges] of this.edgesOf(node).exact) if (edges.some(isMember)) names.add(name);
    }
    return names;
  }

  private named(schemas: Schemas, step: string): Schemas {
    const found = new Set<SchemaNode>();
    for (const node of schemas) {
      const { exact, wide } = this.edgesOf(node);
      for (const edge of [...(exact.get(step) ?? []), ...wide.filter((each) => this.isNamed(each, step))]) {
        if (edge.to.schema !== false) found.add(edge.to);
      }
    }
    return found;
  }

  private isNamed({ relation, keyword, label }: SchemaEdge, step: string): boolean {
    if (label.kind === 'pattern') return this.matches(label.pattern, step);
    return relation === 'element' && keyword !== 'contains' && /^(?:0|[1-9]\d*)$/.test(step);
  }

  private matches(source: string, name: string): boolean {
    if (++this.matched > MATCHES_MAX) return true;
    const compiled = this.patterns.get(source) ?? compilePattern(source);
    this.patterns.set(source, compiled);
    return compiled.ok && compiled.pattern.test(name);
  }

  private edgesOf(node: SchemaNode): EdgesDown {
    const known = this.edges.get(node) ?? edgesDown(node);
    this.edges.set(node, known);
    return known;
  }

  private get all(): Schemas {
    return (this.allMemo ??= new Set(this.incoming.keys()));
  }

  /** One level up; or the schemas that lead to these without going down, and these themselves. */
  private back(schemas: Schemas, up: boolean): Schemas {
    if (this.visitsBack > VISITS_BACK_MAX) return this.all;
    const found = new Set(up ? [] : schemas);
    for (const node of up ? schemas : found) {
      for (const { from, goesDown: isDown } of this.incoming.get(node) ?? []) {
        this.visitsBack++;
        if (isDown === up) found.add(from);
      }
    }
    return found;
  }
}

/** The edges of one schema that lead to members and elements. */
interface EdgesDown {
  readonly exact: ReadonlyMap<string, readonly SchemaEdge[]>;
  readonly wide: readonly SchemaEdge[];
}

function edgesDown(node: SchemaNode): EdgesDown {
  const exact = new Map<string, SchemaEdge[]>();
  const wide: SchemaEdge[] = [];
  for (const edge of node.edges) {
    if (!goesDown(edge)) continue;
    if (edge.label.kind !== 'exactly') wide.push(edge);
    else exact.set(edge.label.name, [...(exact.get(edge.label.name) ?? []), edge]);
  }
  return { exact, wide };
}

/** The name of a member stands at no place below its object. */
function goesDown({ relation }: SchemaEdge): boolean {
  return relation === 'member' || relation === 'element';
}

/** Whether a member stands there, and something may. */
function isMember({ relation, to }: SchemaEdge): boolean {
  return relation === 'member' && to.schema !== false;
}

/** With the schemas that judge the same value. */
function withInPlace(schemas: Schemas): Schemas {
  const found = new Set(schemas);
  for (const node of found) for (const { relation, to } of node.edges) if (relation === 'here') found.add(to);
  return found;
}

/** Of each schema, those that may judge the same value. */
class Pairs {
  readonly together = new Map<SchemaNode, Set<SchemaNode>>();
  private readonly open: (readonly [SchemaNode, SchemaNode])[] = [];
  private readonly edgesOf: (node: SchemaNode) => EdgesDown;
  private looked = 0;

  constructor(root: SchemaNode, edgesOf: (node: SchemaNode) => EdgesDown) {
    this.edgesOf = edgesOf;
    this.add(root, root);
    for (let pair = this.open.pop(); pair !== undefined && this.isComplete; pair = this.open.pop()) {
      const [one, other] = pair;
      this.inPlace(one, other);
      this.inPlace(other, one);
      this.down(one, other);
    }
  }

  get isComplete(): boolean {
    return this.looked <= PAIRS_MAX;
  }

  private add(one: SchemaNode, other: SchemaNode): void {
    this.looked++;
    const known = this.together.get(one) ?? new Set();
    if (known.has(other)) return;
    this.together.set(one, known.add(other));
    this.together.set(other, (this.together.get(other) ?? new Set()).add(one));
    this.open.push([one, other]);
  }

  private inPlace(one: SchemaNode, other: SchemaNode): void {
    for (const { relation, to } of one.edges) if (relation === 'here' || relation === 'name') this.add(to, other);
  }

  private down(one: SchemaNode, other: SchemaNode): void {
    const [ones, others] = [this.edgesOf(one), this.edgesOf(other)];
    const isSame = one === other;
    for (const [name, edges] of ones.exact) {
      this.cross(edges, others.exact.get(name) ?? []);
      // What a schema names is not left over for its own `additionalProperties`.
      this.cross(edges, isSame ? others.wide.filter(({ label }) => label.kind !== 'others') : others.wide);
    }
    if (!isSame) for (const edges of others.exact.values()) this.cross(edges, ones.wide);
    this.cross(ones.wide, others.wide);
  }

  private cross(ones: readonly SchemaEdge[], others: readonly SchemaEdge[]): void {
    for (const one of ones) for (const other of others) if (this.isComplete && one.relation === other.relation) this.add(one.to, other.to);
  }
}
