// Judges a document of which not everything is known: objects that a descendant may give more members, and leaves that hold references. What is
// known is judged; that a leaf is there counts, whatever it holds; and a rule over more than what is known is listed as not judged.
import { isJsonObject, type DocumentNode, type JsonValue, type ObjectNode } from '@confledger/document';
import { dataPointer } from './data-references.js';
import { joinPointer } from './json-pointer.js';
import { FAILURES_MAX, FALSE_SCHEMA, type Failure } from './failures.js';
import { membersRules } from './members-rules.js';
import type { JudgementMode } from './mode.js';
import { certainOf } from './open-limits.js';
import type { SchemaNode } from './schema-tree.js';
import { isPartial, leadsToUnknownLeaf } from './unknown-leaves.js';
import type { PartVerdict, Validator } from './validators.js';
import { DATA_KEYWORDS } from './vocabulary.js';

/** A rule over what is not known. */
export interface OpenRule {
  readonly steps: readonly string[];
  readonly keyword: string;
}

export interface PartialVerdict {
  readonly failures: readonly Failure[];
  readonly unjudged: readonly OpenRule[];
}

/** What stands at a mounted place. */
export interface MountedValue {
  readonly node: DocumentNode;
  readonly content: JsonValue;
  /** Last segment of the place. */
  readonly key: string | undefined;
}

/** The failures of what stands at a mounted place, and what was not judged; at most FAILURES_MAX and one of each. */
export function judgePartial(validator: Validator, value: MountedValue, mode: JudgementMode): PartialVerdict {
  return new PartialJudge(validator, value, mode).judge();
}

/** Keywords that compare a value as a whole. */
const COMPOSITES = ['oneOf', 'anyOf', 'not', 'if', 'const', 'enum', 'dependentSchemas', 'unevaluatedProperties'];
/** Of an object that may get more members, these are violated by none of its members. */
const COMPOSITES_OF_CLOSED = [...COMPOSITES, 'dependentRequired', 'dependencies'];
const COMPOSITES_OF_LEAF = [...COMPOSITES_OF_CLOSED, 'contains', 'uniqueItems', 'unevaluatedItems'];

/** Something in the document. */
interface Standing<Node extends DocumentNode = DocumentNode> {
  readonly node: Node;
  readonly content: JsonValue;
  /** From the mounted place down. */
  readonly steps: readonly string[];
}

class PartialJudge {
  private readonly failures: Failure[] = [];
  private readonly unjudged: OpenRule[] = [];
  private readonly validator: Validator;
  private readonly root: MountedValue;
  private readonly mode: JudgementMode;

  constructor(validator: Validator, root: MountedValue, mode: JudgementMode) {
    this.validator = validator;
    this.root = root;
    this.mode = mode;
  }

  judge(): PartialVerdict {
    this.at({ ...this.root, steps: [] }, this.validator.tree.root);
    return { failures: this.failures.slice(0, FAILURES_MAX + 1), unjudged: this.unjudged.slice(0, FAILURES_MAX) };
  }

  private at(value: Standing, schema: SchemaNode): void {
    if (schema.schema === true || this.failures.length > FAILURES_MAX) return;
    const { node } = value;
    if (schema.schema === false) this.fail(schema, FALSE_SCHEMA, value.steps);
    else if (!isPartial(node, this.mode)) this.failures.push(...this.known(value.content, schema, value.steps));
    else if (node.kind === 'leaf') this.unknownLeaf(value, schema);
    else this.object({ ...value, node }, schema);
  }

  private fail(
    schema: SchemaNode,
    keyword: string,
    steps: readonly string[],
    params: Failure['params'] = {},
    inner: readonly Failure[] = [],
  ): void {
    this.failures.push({ steps, node: schema, keyword, params, inner });
  }

  /** The failures of what is known as a whole; what else it would be compared with may be not known. */
  private known(content: JsonValue, schema: SchemaNode, steps: readonly string[]): readonly Failure[] {
    const { failures, openLimits }: PartVerdict = this.validator.judgePart(content, schema.pointer, {
      instancePath: joinPointer('', ...steps),
      root: this.root.content,
      key: this.root.key,
      isOpen: this.isOpen,
    });
    for (const limit of openLimits) this.unjudged.push(limit);
    return certainOf(failures, openLimits, this.validator.tree);
  }

  /** Whether a limit is not known that stands at the end of the steps. */
  private readonly isOpen = (steps: readonly string[] | undefined, isMissing: boolean): boolean =>
    (this.mode.isAbstract && isMissing) || (this.mode.hasReferences && steps !== undefined && leadsToUnknownLeaf(this.root.node, steps));

  private unknownLeaf(value: Standing, schema: SchemaNode): void {
    const byData = DATA_KEYWORDS.filter((keyword) => isByData(schema, keyword));
    this.list(schema, [...COMPOSITES_OF_LEAF, ...byData], value.steps);
    this.here(value, schema);
  }

  private object(value: Standing<ObjectNode>, schema: SchemaNode): void {
    this.ownRules(value, schema);
    const { isAbstract } = this.mode;
    this.list(schema, isAbstract ? COMPOSITES : COMPOSITES_OF_CLOSED, value.steps);
    if (isAbstract && schema.edges.some(({ keyword }) => keyword === 'dependencies')) this.list(schema, ['dependencies'], value.steps);
    this.here(value, schema);
    this.members(value, schema);
  }

  /** What can be said of an object without its members' values. */
  private ownRules({ node: { members }, steps }: Standing<ObjectNode>, node: SchemaNode): void {
    if (typeof node.schema === 'boolean') return;
    const { type, maxProperties, minProperties, required } = node.schema;
    if (type !== undefined && type !== 'object' && !(Array.isArray(type) && type.includes('object')))
      this.fail(node, 'type', steps, { type });
    if (typeof maxProperties === 'number' && members.size > maxProperties)
      this.fail(node, 'maxProperties', steps, { limit: maxProperties });
    if (this.mode.isAbstract) return;
    if (typeof minProperties === 'number' && members.size < minProperties)
      this.fail(node, 'minProperties', steps, { limit: minProperties });
    for (const name of Array.isArray(required) ? (required as readonly string[]) : [])
      if (!members.has(name)) this.fail(node, 'required', steps, { missingProperty: name });
  }

  private list({ schema }: SchemaNode, keywords: readonly string[], steps: readonly string[]): void {
    if (typeof schema === 'boolean') return;
    for (const keyword of keywords) {
      const value = schema[keyword];
      if (value !== undefined && !(keyword === 'uniqueItems' && value === false)) this.unjudged.push({ steps, keyword });
    }
  }

  /** The schemas that hold of the same value whatever it is. */
  private here(value: Standing, { edges }: SchemaNode): void {
    for (const { keyword, to } of edges) if (keyword === 'allOf' || keyword === '$ref' || keyword === '$dynamicRef') this.at(value, to);
  }

  private members({ node, content, steps }: Standing<ObjectNode>, schema: SchemaNode): void {
    const rules = membersRules(schema);
    if (rules === undefined || !isJsonObject(content)) return;
    for (const [name, member] of node.members) {
      const value = { node: member, content: content[name] ?? null, steps: [...steps, name] };
      if (rules.names !== undefined) this.name(name, { schema, names: rules.names, steps });
      const named = rules.named(name);
      for (const to of named) this.at(value, to);
      if (named.length > 0 || rules.others === undefined) continue;
      if (rules.others.schema === false) this.fail(schema, 'additionalProperties', steps, { additionalProperty: name });
      else this.at(value, rules.others);
    }
  }

  private name(name: string, { schema, names, steps }: { schema: SchemaNode; names: SchemaNode; steps: readonly string[] }): void {
    if (names.schema === true) return;
    const inner: readonly Failure[] =
      names.schema === false ? [{ steps, node: names, keyword: FALSE_SCHEMA, params: {}, inner: [] }] : this.known(name, names, steps);
    if (inner.length > 0) this.fail(schema, 'propertyNames', steps, { propertyName: name }, inner);
  }
}

function isByData({ schema }: SchemaNode, keyword: string): boolean {
  const value = typeof schema === 'boolean' ? undefined : schema[keyword];
  return value !== undefined && dataPointer(value) !== undefined;
}
