// A value as it stands in a text: what it is, and from where to where. Readers make these; values, places and edits are made of them.
import { isJsonObject, type JsonValue } from '@confledger/document/json-and-paths';

interface Extent {
  /** Offset of its first character, and behind its last. */
  readonly start: number;
  readonly end: number;
}

/** A value without members or elements. */
export interface ScalarSource extends Extent {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
}

/** `flow`: in brackets. `block`: YAML by indentation. `tables`: TOML by headers. */
export type Style = 'flow' | 'block' | 'tables';

/** An array. */
export interface ArraySource extends Extent {
  readonly kind: 'array';
  readonly style: Style;
  readonly items: SourceNode[];
}

/** An object. */
export interface ObjectSource extends Extent {
  readonly kind: 'object';
  readonly style: Style;
  readonly members: Map<string, Member>;
  /** Of TOML: how the table came to be. */
  readonly table?: Table;
}

/** A YAML alias: another node, at a second place. */
export interface AliasSource extends Extent {
  readonly kind: 'alias';
  readonly target: PlainSource;
}

/** A value that is written where it stands. */
export type PlainSource = ScalarSource | ArraySource | ObjectSource;
/** What stands at a place of a text. */
export type SourceNode = PlainSource | AliasSource;

/** A member of an object. */
export interface Member {
  readonly nameStart: number;
  /** Behind the name as written. */
  readonly nameEnd: number;
  readonly node: SourceNode;
  /** Of TOML: from where to where the whole `key = value` stands. A table has none. */
  readonly entry?: Extent;
}

/** How a TOML table was defined, and where more of it can be written. */
export interface Table {
  /** `root`; `header`: [a]; `element`: [[a]]; `implicit`: named on the way to another header; `dotted`: by a key with dots. */
  origin: 'root' | 'header' | 'element' | 'implicit' | 'dotted';
  /** Where its header begins; -1 without one. */
  headerStart: number;
  /** Behind the last line of its own; -1 where it has none. */
  bodyEnd: number;
  /** Of a dotted table: the names in front of its members, as its first key writes them. */
  prefix: string;
}

/** The node itself, or what an alias stands for. */
export function plain(node: SourceNode): PlainSource {
  return node.kind === 'alias' ? node.target : node;
}

/** The JSON value. Names were judged before, so that a plain assignment writes no prototype. An alias shares its target's value. */
export function valueOf(node: SourceNode, known: Map<SourceNode, JsonValue> = new Map()): JsonValue {
  const source = plain(node);
  if (source.kind === 'scalar') return source.value;
  const before = known.get(source);
  if (before !== undefined) return before;
  const value = source.kind === 'array' ? source.items.map((item) => valueOf(item, known)) : objectValue(source, known);
  known.set(source, value);
  return value;
}

function objectValue(source: ObjectSource, known: Map<SourceNode, JsonValue>): JsonValue {
  const value: Record<string, JsonValue> = {};
  for (const [name, { node }] of source.members) value[name] = valueOf(node, known);
  return value;
}

/** A value that was read elsewhere, with one place for all that is in it. */
export function sourceOf(value: JsonValue, start: number, end: number): SourceNode {
  if (Array.isArray(value)) {
    return { kind: 'array', style: 'flow', items: value.map((item: JsonValue) => sourceOf(item, start, end)), start, end };
  }
  if (value === null || typeof value !== 'object' || !isJsonObject(value)) return { kind: 'scalar', value: value as null, start, end };
  const members = new Map<string, Member>();
  for (const [name, member] of Object.entries(value)) {
    members.set(name, { nameStart: start, nameEnd: end, node: sourceOf(member, start, end) });
  }
  return { kind: 'object', style: 'flow', members, start, end };
}
