// What a category consists of, and the building blocks that all of them share.
import { formatPath, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';

/** Names as the SDK's getters have them, and of what has no getter. */
export type CategoryName = 'trader' | 'risk' | 'riskLimits' | 'mev' | 'token' | 'circuitBreaker' | 'monitoring' | 'profiles' | 'flags';

/** A category of one edition: a schema at its mount. */
export interface CategorySchema {
  readonly category: CategoryName;
  /** Segments of a path; `*` stands for any one segment. */
  readonly mount: string;
  readonly dialect: '2020-12';
  readonly schema: JsonObject;
}

/** A value that the schema accepts, at a path that the mount matches. */
export interface CategoryExample {
  readonly path: string;
  readonly value: JsonValue;
}

/** A category with what is known of it beside its schema. All of it is deep-frozen. */
export interface Category extends CategorySchema {
  /** What a reader fills in for members that are absent, by their names. Documents do not hold it. */
  readonly defaults: JsonObject;
  /** The smallest first, then one that has every member. */
  readonly examples: readonly [CategoryExample, CategoryExample, ...CategoryExample[]];
}

/** One operation of a batch, as `POST …/batch` takes it. Its `id` is its path. */
export interface SetOperation {
  readonly id: string;
  readonly type: 'SET';
  /** A path; dots inside of names are escaped. */
  readonly key: string;
  readonly value: JsonValue;
}

/** Members to set. One that is absent or undefined is left as it is. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Sets one place. */
export function setAt(segments: readonly string[], value: JsonValue): SetOperation {
  const key = formatPath(segments);
  return { id: key, type: 'SET', key, value };
}

/** Sets each member that is given, in the order of the object. A member that is an object replaces what stands there. */
export function setMembers(segments: readonly string[], members: object): SetOperation[] {
  const given = Object.entries(members) as [string, JsonValue | undefined][];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [setAt([...segments, name], value)]));
}

/** What a reader is shown of a member. */
export interface Described {
  /** Shown as heading and label. */
  readonly title: string;
  /** One or two sentences: what it does, and to what it is compared. */
  readonly description: string;
  /** Of a number: what is counted. */
  readonly unit?: string;
}

/** The schema of a member. Every one has a title, a description and a label, for forms, documentation and messages. */
export function member(
  type: 'number' | 'integer' | 'string' | 'boolean' | 'array',
  described: Described,
  rules: JsonObject = {},
): JsonObject {
  return { type, ...annotations(described), ...rules };
}

/** The schema of an object that has these members only. */
export function closedObject(described: Described, properties: JsonObject, rules: JsonObject = {}): JsonObject {
  return { type: 'object', ...annotations(described), properties, additionalProperties: false, ...rules };
}

/** The schema of an object whose members have names of the user's choice; `true`: and any values. */
export function openObject(described: Described, value: JsonObject | true, rules: JsonObject = {}): JsonObject {
  return { type: 'object', ...annotations(described), additionalProperties: value, ...rules };
}

/** A rule that the number is not below the member `name` beside it. It stands apart because `minimum` itself holds the fixed bound. */
export function notBelow(name: string): JsonObject {
  return { allOf: [{ minimum: { $data: `1/${name}` } }] };
}

function annotations({ title, description, unit }: Described): JsonObject {
  return { title, description, 'x-label': title, ...(unit !== undefined && { 'x-unit': unit }) };
}

/** Freezes a category with everything in it: all who import it share it. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
