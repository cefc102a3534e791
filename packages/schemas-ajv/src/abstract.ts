// Judges documents of abstract environments, whose objects a descendant may give more members. What is there is judged; that something is missing
// violates nothing; and a rule over an object as a whole, which further members could change, is listed as not judged.
import type { DocumentNode, JsonValue, ObjectNode } from '@confledger/document';
import { joinPointer } from './json-pointer.js';
import { FAILURES_MAX, FALSE_SCHEMA, type Failure } from './failures.js';
import { compilePattern } from './patterns.js';
import type { SchemaNode } from './schema-tree.js';
import type { LeafPlace, Validator } from './validators.js';

/** A rule over an object that is not known as a whole. */
export interface OpenRule {
  readonly steps: readonly string[];
  readonly keyword: string;
}

export interface AbstractVerdict {
  readonly failures: readonly Failure[];
  readonly unjudged: readonly OpenRule[];
}

/** Keywords that say something of an object as a whole. */
const COMPOSITES = ['oneOf', 'anyOf', 'not', 'if', 'const', 'enum', 'dependentSchemas', 'unevaluatedProperties'] as const;
/** Keywords whose answer may depend on a limit that is missing. */
const OVER_LEAVES = new Set(['oneOf', 'anyOf', 'not', 'if', 'contains', 'unevaluatedItems', 'unevaluatedProperties', 'propertyNames']);

/** The failures of what stands at a mounted place in an abstract environment, and what was not judged; at most FAILURES_MAX and one of each. */
export function judgeAbstract(validator: Validator, node: DocumentNode, { root, key }: Pick<LeafPlace, 'root' | 'key'>): AbstractVerdict {
  return new AbstractJudge(validator, root, key).judge(node);
}

class AbstractJudge {
  private readonly failures: Failure[] = [];
  private readonly unjudged: OpenRule[] = [];
  private readonly validator: Validator;
  private readonly root: JsonValue;
  private readonly key: string | undefined;

  constructor(validator: Validator, root: JsonValue, key: string | undefined) {
    this.validator = validator;
    this.root = root;
    this.key = key;
  }

  judge(node: DocumentNode): AbstractVerdict {
    this.at(node, this.validator.tree.root, []);
    return { failures: this.failures.slice(0, FAILURES_MAX + 1), unjudged: this.unjudged.slice(0, FAILURES_MAX) };
  }

  private at(value: DocumentNode, node: SchemaNode, steps: readonly string[]): void {
    if (node.schema === true || this.failures.length > FAILURES_MAX) return;
    if (node.schema === false) this.fail(node, FALSE_SCHEMA, steps);
    else if (value.kind === 'leaf') this.leaf(value.value, node, steps);
    else this.object(value, node, steps);
  }

  private fail(
    node: SchemaNode,
    keyword: string,
    steps: readonly string[],
    params: Failure['params'] = {},
    inner: readonly Failure[] = [],
  ): void {
    this.failures.push({ steps, node, keyword, params, inner });
  }

  private leaf(value: JsonValue, node: SchemaNode, steps: readonly string[]): void {
    const place = { instancePath: joinPointer('', ...steps), root: this.root, key: this.key };
    const { failures, missingData } = this.validator.judgeLeaf(value, node.pointer, place);
    for (const { keyword } of missingData) this.unjudged.push({ steps, keyword });
    this.failures.push(...(missingData.length === 0 ? failures : failures.filter(({ keyword }) => !OVER_LEAVES.has(keyword))));
  }

  private object(value: ObjectNode, node: SchemaNode, steps: readonly string[]): void {
    if (typeof node.schema === 'boolean') return;
    const { type, maxProperties, dependencies } = node.schema;
    if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object')))
      this.fail(node, 'type', steps, { type });
    if (typeof maxProperties === 'number' && value.members.size > maxProperties)
      this.fail(node, 'maxProperties', steps, { limit: maxProperties });
    for (const keyword of COMPOSITES) if (node.schema[keyword] !== undefined) this.unjudged.push({ steps, keyword });
    if (dependencies !== undefined && node.edges.some(({ keyword }) => keyword === 'dependencies'))
      this.unjudged.push({ steps, keyword: 'dependencies' });
    for (const { keyword, to } of node.edges)
      if (keyword === 'allOf' || keyword === '$ref' || keyword === '$dynamicRef') this.at(value, to, steps);
    this.members(value, node, steps);
  }

  private members(value: ObjectNode, node: SchemaNode, steps: readonly string[]): void {
    const rules = membersRules(node);
    if (rules === undefined) return;
    for (const [name, member] of value.members) {
      const below = [...steps, name];
      if (rules.names !== undefined) this.name(name, node, rules.names, steps);
      const own = rules.exactly.get(name);
      const matching = rules.patterns.filter(({ test }) => test(name)).map(({ to }) => to);
      for (const to of own === undefined ? matching : [own, ...matching]) this.at(member, to, below);
      if (own !== undefined || matching.length > 0 || rules.others === undefined) continue;
      if (rules.others.schema === false) this.fail(node, 'additionalProperties', steps, { additionalProperty: name });
      else this.at(member, rules.others, below);
    }
  }

  private name(name: string, node: SchemaNode, names: SchemaNode, steps: readonly string[]): void {
    const place = { instancePath: joinPointer('', ...steps), root: this.root, key: this.key };
    const failures =
      typeof names.schema === 'boolean'
        ? names.schema
          ? []
          : [{ steps, node: names, keyword: FALSE_SCHEMA, params: {}, inner: [] }]
        : this.validator.judgeLeaf(name, names.pointer, place).failures;
    if (failures.length > 0) this.fail(node, 'propertyNames', steps, { propertyName: name }, failures);
  }
}

/** The schemas of one schema for members, by what they are for. */
interface MembersRules {
  readonly exactly: ReadonlyMap<string, SchemaNode>;
  readonly patterns: readonly { readonly test: (name: string) => boolean; readonly to: SchemaNode }[];
  readonly others: SchemaNode | undefined;
  readonly names: SchemaNode | undefined;
}

const rulesOf = new WeakMap<SchemaNode, MembersRules>();

function membersRules(node: SchemaNode): MembersRules | undefined {
  if (!node.edges.some(({ relation }) => relation === 'member' || relation === 'name')) return undefined;
  const known = rulesOf.get(node);
  if (known !== undefined) return known;
  const patterns = node.edges.flatMap(({ keyword, label, to }) => {
    const compiled = keyword === 'patternProperties' && label.kind === 'pattern' ? compilePattern(label.pattern) : undefined;
    return compiled?.ok === true ? [{ test: (name: string) => compiled.pattern.test(name), to }] : [];
  });
  const rules = {
    exactly: new Map(
      node.edges.flatMap(({ keyword, label, to }) =>
        keyword === 'properties' && label.kind === 'exactly' ? [[label.name, to] as const] : [],
      ),
    ),
    patterns,
    others: node.edges.find(({ keyword }) => keyword === 'additionalProperties')?.to,
    names: node.edges.find(({ keyword }) => keyword === 'propertyNames')?.to,
  };
  rulesOf.set(node, rules);
  return rules;
}
