// Values that this node takes from variables in the place of the ledger's: for one machine, and shown to everybody who looks at the fleet.
import { checkValue, formatPath, parseJson, type Document, type DocumentNode, type JsonValue, type ObjectNode } from '@confledger/document';
import { referencesIn } from '@confledger/resolution';
import { isSecretName } from '@confledger/secrets';
import type { NodeProblem } from '../errors.js';
import type { Variables } from './reference-values.js';

export interface OverridesOption {
  /** Variables that begin with it override; the rest of the name is the path, its segments joined by `__`, compared without case. */
  readonly prefix: string;
}

/** The separator of segments in a variable's name. */
const SEPARATOR = '__';

export interface Overridden {
  readonly changes: readonly { readonly path: string; readonly value: JsonValue }[];
  /** Paths whose names say that a secret stands there. */
  readonly secrets: ReadonlySet<string>;
  readonly problems: readonly NodeProblem[];
  /** Variables that name no place. */
  readonly unused: readonly string[];
}

export class LocalOverrides {
  readonly #prefix: string;
  readonly #variables: Variables;
  #used = '';

  constructor({ prefix }: OverridesOption, variables: Variables) {
    this.#prefix = prefix;
    this.#variables = variables;
  }

  /** What the variables say of this document. */
  of(document: Document): Overridden {
    this.#used = this.#text();
    const changes: { path: string; value: JsonValue }[] = [];
    const secrets = new Set<string>();
    const problems: NodeProblem[] = [];
    const unused: string[] = [];
    const takenBy = new Map<string, string>();
    for (const name of this.#names()) {
      const found = placesNamed(document.root, name.slice(this.#prefix.length).split(SEPARATOR).map(comparable));
      const [place] = found;
      if (place === undefined) {
        unused.push(name);
        continue;
      }
      const path = formatPath(place.segments);
      const problem = ambiguity(name, found) ?? twice(name, takenBy.get(path), path) ?? this.#take(name, place, path, changes);
      takenBy.set(path, name);
      if (problem !== null) problems.push(problem);
      else if (isSecretPlace(place)) secrets.add(path);
    }
    return { changes, secrets, problems, unused };
  }

  /** Whether the variables say something else than they last did. */
  haveChanged(): boolean {
    return this.#text() !== this.#used;
  }

  #names(): string[] {
    return Object.keys(this.#variables)
      .filter((name) => name.startsWith(this.#prefix) && name.length > this.#prefix.length && this.#variables[name] !== undefined)
      .sort();
  }

  #text(): string {
    return JSON.stringify(this.#names().map((name) => [name, this.#variables[name]]));
  }

  #take(name: string, { node }: Place, path: string, changes: { path: string; value: JsonValue }[]): NodeProblem | null {
    if (node.kind === 'object') return { path, message: `the variable ${name} names an object; override a value below it` };
    const value = valueOf(this.#variables[name] ?? '', node.value);
    if (value === undefined)
      return { path, message: `the variable ${name} must hold ${typeName(node.value)} as JSON, as the value in the ledger is one` };
    const flaw = checkValue(value, path);
    if (flaw !== null) return { path, message: `the variable ${name} cannot stand there: ${flaw.rule}` };
    changes.push({ path, value });
    return null;
  }
}

interface Place {
  readonly segments: readonly string[];
  readonly node: DocumentNode;
}

const comparableNames = new WeakMap<ObjectNode, ReadonlyMap<string, readonly string[]>>();

/** In lower case; what a variable's name cannot hold counts as an underscore. */
const comparable = (name: string): string => name.toLowerCase().replace(/[^a-z0-9_]/g, '_');

function placesNamed(root: ObjectNode, names: readonly string[]): readonly Place[] {
  let places: readonly Place[] = [{ segments: [], node: root }];
  for (const name of names) {
    places = places.flatMap(({ segments, node }) => {
      if (node.kind !== 'object') return [];
      const members = namesOf(node).get(name) ?? [];
      return members.flatMap((member) => {
        const below = node.members.get(member);
        return below === undefined ? [] : [{ segments: [...segments, member], node: below }];
      });
    });
  }
  return places;
}

function namesOf(node: ObjectNode): ReadonlyMap<string, readonly string[]> {
  const known = comparableNames.get(node);
  if (known !== undefined) return known;
  const names = new Map<string, string[]>();
  for (const name of node.members.keys()) names.set(comparable(name), [...(names.get(comparable(name)) ?? []), name]);
  comparableNames.set(node, names);
  return names;
}

function ambiguity(name: string, [first, second]: readonly Place[]): NodeProblem | null {
  if (first === undefined || second === undefined) return null;
  const other = formatPath(second.segments);
  return { path: formatPath(first.segments), message: `the variable ${name} matches two paths, this one and ${other}` };
}

function twice(name: string, other: string | undefined, path: string): NodeProblem | null {
  return other === undefined ? null : { path, message: `the variables ${other} and ${name} name the same path` };
}

/** As JSON of the type that stands there. A text may stand there as it is; one in quotes is JSON. Undefined for another type. */
function valueOf(text: string, before: JsonValue): JsonValue | undefined {
  const parsed = parseJson(text);
  const json = parsed.ok ? parsed.value : undefined;
  const type = typeAt(before);
  if (type === 'any') return isObject(json) ? undefined : json === undefined ? text : json;
  if (type === 'string') return typeof json === 'string' ? json : text;
  return json !== undefined && typeAt(json) === type ? json : undefined;
}

/** What a reference that stands alone gives is of its type; a path and `json` may give any. */
function typeAt(value: JsonValue): string {
  if (value === null) return 'any';
  if (typeof value !== 'string') return Array.isArray(value) ? 'array' : typeof value;
  const alone = referencesIn(value).texts[0]?.alone ?? null;
  if (alone === null || (alone.type === null && alone.scheme !== 'path')) return 'string';
  return alone.type === null || alone.type === 'json' ? 'any' : alone.type;
}

const isObject = (value: JsonValue | undefined): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const TYPE_NAMES: Readonly<Record<string, string>> = { array: 'an array', any: 'a single value or an array', object: 'no object' };
const typeName = (value: JsonValue): string => TYPE_NAMES[typeAt(value)] ?? `a ${typeAt(value)}`;

/** By its names, or because what stands there is fetched from where secrets are. */
function isSecretPlace({ segments, node }: Place): boolean {
  if (isSecretName(segments)) return true;
  const references = node.kind === 'leaf' ? referencesIn(node.value).references : [];
  return references.some(({ scheme, name }) => scheme === 'file' || scheme === 'credential' || (scheme === 'env' && isSecretName([name])));
}
