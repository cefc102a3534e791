// The profiles of a document: `profiles.<name>: { description, priority, conditions, overrides }`. Reads them, and lays those that are on over it.
import {
  Document,
  formatPath,
  isJsonObject,
  type DocumentNode,
  type JsonObject,
  type JsonValue,
  type ObjectNode,
} from '@confledger/document';
import { conditionsOf, type Conditions } from './conditions.js';

export interface Profile {
  readonly name: string;
  readonly priority: number;
  /** Null: there are none, and the profile is never on. */
  readonly conditions: Conditions | null;
  readonly overrides: Document;
}

export interface ProfileFlaw {
  readonly path: string;
  readonly message: string;
  readonly remedy: string;
}

export interface Profiles {
  /** By rising priority, those of the same by name: a later one wins. */
  readonly all: readonly Profile[];
  readonly flaws: readonly ProfileFlaw[];
}

/** What a profile must not override: instructions are not values. */
export const NOT_OVERRIDABLE: readonly string[] = ['profiles', 'flags', '$inherit'];

const NO_PROFILES: Profiles = { all: [], flaws: [] };
const remembered = new WeakMap<ObjectNode, Profiles>();

/** The profiles in a document; one that cannot be read is a flaw. */
export function profilesOf(document: Document): Profiles {
  const section = document.root.members.get('profiles');
  if (section === undefined) return NO_PROFILES;
  if (section.kind !== 'object') return { all: [], flaws: [flaw(['profiles'], 'is no object with a profile under each name')] };
  const known = remembered.get(section);
  if (known !== undefined) return known;
  const profiles = readAll(document, section);
  remembered.set(section, profiles);
  return profiles;
}

/** The document with the overrides of these profiles, in this order: each is laid over it as a layer is. */
export function laidOver(document: Document, profiles: readonly Profile[]): Document {
  return profiles.reduce((below, { overrides }) => overrides.over(below), document);
}

/** Where the overrides turn a value into an object or back: what one of the two knows as a value the other takes for a section. */
export function misshapenPaths({ overrides }: Profile, document: Document): readonly string[] {
  const found: string[] = [];
  compareShapes(overrides.root, document.root, [], found);
  return found;
}

function compareShapes(over: DocumentNode, under: DocumentNode | undefined, segments: readonly string[], found: string[]): void {
  if (under === undefined) return;
  if (isSection(over) !== isSection(under)) found.push(formatPath(segments));
  else if (over.kind === 'object' && under.kind === 'object')
    for (const [name, member] of over.members) compareShapes(member, under.members.get(name), [...segments, name], found);
}

/** A `{}` below the root is a value. */
const isSection = (node: DocumentNode): boolean => node.kind === 'object' && node.members.size > 0;

function readAll(document: Document, section: ObjectNode): Profiles {
  const all: Profile[] = [];
  const flaws: ProfileFlaw[] = [];
  for (const name of section.members.keys()) {
    const read = readProfile(name, document.valueAt(['profiles', name]));
    if ('flaws' in read) flaws.push(...read.flaws);
    else all.push(read);
  }
  all.sort((one, other) => one.priority - other.priority || (one.name < other.name ? -1 : 1));
  return { all, flaws };
}

function readProfile(name: string, value: JsonValue | undefined): Profile | { readonly flaws: readonly ProfileFlaw[] } {
  const at = ['profiles', name];
  if (!isObject(value)) return { flaws: [flaw(at, 'is no object')] };
  const { priority, conditions, overrides } = value;
  const flaws: ProfileFlaw[] = [];
  if (typeof priority !== 'number' || !Number.isInteger(priority)) flaws.push(flaw([...at, 'priority'], 'is no whole number'));
  const read = conditions === undefined ? null : conditionsOf(conditions);
  if (typeof read === 'string') flaws.push(flaw([...at, 'conditions'], read));
  const laid = isObject(overrides) ? Document.from(overrides) : null;
  if (laid === null || !laid.ok) flaws.push(flaw([...at, 'overrides'], 'is no object of values'));
  for (const each of NOT_OVERRIDABLE)
    if (isObject(overrides) && Object.hasOwn(overrides, each))
      flaws.push(flaw([...at, 'overrides', each], 'is a section that no profile can override', 'Remove it from the overrides.'));
  if (flaws.length > 0 || typeof priority !== 'number' || typeof read === 'string' || laid?.ok !== true) return { flaws };
  return { name, priority, conditions: read, overrides: laid.value };
}

const isObject = (value: JsonValue | undefined): value is JsonObject => value !== undefined && isJsonObject(value);

const SHAPE = 'A profile is { priority, conditions, overrides }: see the category of profiles.';

function flaw(segments: readonly string[], what: string, remedy = SHAPE): ProfileFlaw {
  const path = formatPath(segments);
  return { path, message: `${path} ${what}.`, remedy };
}
