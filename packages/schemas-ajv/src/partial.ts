// Judges documents that are not known as a whole: those of abstract environments, whose objects a descendant may give more members, and those with
// leaves that hold references, whose values only nodes know. What is certain is judged; a rule over what is not known is listed as not judged.
import { holdsReference, type DocumentNode, type JsonObject, type JsonValue, type ObjectNode } from '@confledger/document';
import { FAILURES_MAX, FALSE_SCHEMA, type Failure } from './failures.js';
import { joinPointer, pointerSteps } from './json-pointer.js';
import { compilePattern } from './patterns.js';
import type { SchemaNode } from './schema-tree.js';
import type { PartPlace, Validator } from './validators.js';

/** What of a document is not known. */
export interface PartialMode {
  /** A descendant may add members to any object: that something is missing violates nothing. */
  readonly isAbstract: boolean;
  /** Leaves with references are unknown. */
  readonly hasReferences: boolean;
}

/** Whether a subtree can be judged only in part. */
export function isPartial(node: DocumentNode, { isAbstract, hasReferences }: PartialMode): boolean {
  return (isAbstract && node.kind === 'object') || (hasReferences && hasUnknown(node));
}

/** A rule over something that is not known as a whole. */
export interface OpenRule {
  readonly steps: readonly string[];
  readonly keyword: string;
}

export interface PartialVerdict {
  readonly failures: readonly Failure[];
  readonly unjudged: readonly OpenRule[];
}

/** Keywords that say something of an object, or of a leaf, as a whole. */
const COMPOSITES = ['oneOf', 'anyOf', 'not', 'if', 'const', 'enum', 'dependentSchemas', 'unevaluatedProperties'] as const;
const COMPOSITES_OF_LEAVES = ['oneOf', 'anyOf', 'not', 'if', 'const', 'enum', 'contains', 'uniqueItems', 'unevaluatedItems'] as const;
/** Keywords whose answer may depend on a limit that is not known. */
const OVER_LIMITS = new Set(['oneOf', 'anyOf', 'not', 'if', 'contains', 'unevaluatedItems', 'unevaluatedProperties', 'propertyNames']);
/** What leads to a schema that judges the same value in any case. */
const ALWAYS = new Set(['allOf', '$ref', '$dynamicRef']);

const unknownBelow = new WeakMap<ObjectNode, boolean>();

function hasUnknown(node: DocumentNode): boolean {
  if (node.kind === 'leaf') return holdsReference(node.value);
  const known = unknownBelow.get(node);
  if (known !== undefined) return known;
  let found = false;
  for (const member of node.members.values()) if ((found = hasUnknown(member))) break;
  unknownBelow.set(node, found);
  return found;
}

/** The failures of what stands at a mounted place, and what was not judged; at most FAILURES_MAX and one of each. */
export function judgePartly(
  validator: Validator,
  node: DocumentNode,
  { root, key, mode }: Pick<PartPlace, 'root' | 'key'> & { readonly mode: PartialMode },
): PartialVerdict {
  return new PartialJudge(validator, { root, key, mode }).judge(node);
}

class PartialJudge {
  private readonly failures: Failure[] = [];
  private readonly unjudged: OpenRule[] = [];
  private readonly validator: Validator;
  private readonly root: JsonValue;
  private readonly key: string | undefined;
  private readonly mode: PartialMode;

  constructor(validator: Validator, { root, key, mode }: Pick<PartPlace, 'root' | 'key'> & { readonly mode: PartialMode }) {
    this.validator = validator;
    this.root = root;
    this.key = key;
    this.mode = mode;
  }

  judge(node: DocumentNode): PartialVerdict {
    this.at(node, this.validator.tree.root, []);
    return { failures: this.failures.slice(0, FAILURES_MAX + 1), unjudged: this.unjudged.slice(0, FAILURES_MAX) };
  }

  private at(value: DocumentNode, node: SchemaNode, steps: readonly string[]): void {
    if (node.schema === true || this.failures.length > FAILURES_MAX) return;
    if (node.schema === false) this.fail(node, FALSE_SCHEMA, steps);
    else if (this.mode.hasReferences && value.kind === 'leaf' && holdsReference(value.value)) this.unknown(node, steps, new Set());
    else if (value.kind === 'leaf') this.known(value.value, node, steps);
    else if (isPartial(value, this.mode)) this.object(value, node, steps);
    else this.known(this.valueAt(steps), node, steps);
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

  private valueAt(steps: readonly string[]): JsonValue {
    return steps.reduce<JsonValue>((value, step) => (value as JsonObject)[step] ?? null, this.root);
  }

  /** A leaf whose value is not known, for which its own limits say nothing. */
  private unknown(node: SchemaNode, steps: readonly string[], seen: Set<SchemaNode>): void {
    if (typeof node.schema === 'boolean' || seen.has(node)) return;
    seen.add(node);
    for (const keyword of COMPOSITES_OF_LEAVES) if (node.schema[keyword] !== undefined) this.unjudged.push({ steps, keyword });
    for (const { keyword, to } of node.edges) if (ALWAYS.has(keyword)) this.unknownOr(to, steps, seen);
  }

  /** Whatever a reference gives, the schema `false` refuses that something is there. */
  private unknownOr(node: SchemaNode, steps: readonly string[], seen: Set<SchemaNode>): void {
    if (node.schema === false) this.fail(node, FALSE_SCHEMA, steps);
    else this.unknown(node, steps, seen);
  }

  private placeOf(steps: readonly string[]): PartPlace {
    const { root, key, mode } = this;
    const isUnknown = (limit: unknown): boolean =>
      limit === undefined ? mode.isAbstract : mode.hasReferences && holdsReference(limit as JsonValue);
    return { instancePath: joinPointer('', ...steps), root, key, isUnknown };
  }

  /** What is known as a whole; limits that stand elsewhere may not be. */
  private known(value: JsonValue, node: SchemaNode, steps: readonly string[]): void {
    const { failures, unknownData } = this.validator.judgePart(value, node.pointer, this.placeOf(steps));
    for (const { instancePath, keyword } of unknownData) this.unjudged.push({ steps: pointerSteps(instancePath) ?? steps, keyword });
    this.failures.push(...(unknownData.length === 0 ? failures : failures.filter(({ keyword }) => !OVER_LIMITS.has(keyword))));
  }

  private object(value: ObjectNode, node: SchemaNode, steps: readonly string[]): void {
    if (typeof node.schema === 'boolean') return;
    const { type, maxProperties, dependencies } = node.schema;
    if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object')))
      this.fail(node, 'type', steps, { type });
    if (typeof maxProperties === 'number' && value.members.size > maxProperties)
      this.fail(node, 'maxProperties', steps, { limit: maxProperties });
    if (!this.mode.isAbstract) this.presence(value, node.schema, node, steps);
    for (const keyword of COMPOSITES) if (node.schema[keyword] !== undefined) this.unjudged.push({ steps, keyword });
    if (dependencies !== undefined && node.edges.some(({ keyword }) => keyword === 'dependencies'))
      this.unjudged.push({ steps, keyword: 'dependencies' });
    for (const { keyword, to } of node.edges) if (ALWAYS.has(keyword)) this.at(value, to, steps);
    this.members(value, node, steps);
  }

  /** What asks only which members there are. Parameters as ajv gives them: they belong to what a violation is. */
  private presence({ members }: ObjectNode, schema: JsonObject, node: SchemaNode, steps: readonly string[]): void {
    const { required, minProperties, dependentRequired, dependencies } = schema;
    const lacks = (names: JsonValue | undefined): string[] =>
      Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string' && !members.has(name)) : [];
    for (const missingProperty of lacks(required)) this.fail(node, 'required', steps, { missingProperty });
    if (typeof minProperties === 'number' && members.size < minProperties)
      this.fail(node, 'minProperties', steps, { limit: minProperties });
    for (const [keyword, all] of [
      ['dependentRequired', dependentRequired],
      ['dependencies', dependencies],
    ] as const)
      for (const [property, names] of Object.entries(isObject(all) ? all : {})) {
        if (!members.has(property) || !Array.isArray(names)) continue;
        const more = { depsCount: names.length, deps: names.join(', ') };
        for (const missingProperty of lacks(names)) this.fail(node, keyword, steps, { property, missingProperty, ...more });
      }
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
    const failures =
      typeof names.schema === 'boolean'
        ? names.schema
          ? []
          : [{ steps, node: names, keyword: FALSE_SCHEMA, params: {}, inner: [] }]
        : this.validator.judgePart(name, names.pointer, this.placeOf(steps)).failures;
    if (failures.length > 0) this.fail(node, 'propertyNames', steps, { propertyName: name }, failures);
  }
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
