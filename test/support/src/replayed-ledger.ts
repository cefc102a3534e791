// What ledgers ran, computed from their events alone by the shortest program that follows the rules: the second opinion on every digest.
import { Document, parsePath, type JsonObject, type JsonValue } from '@confledger/document';
import type { EventMetadata, Layer } from '@confledger/domain';
import type { EventStore } from '../../../packages/application/src/index.js';

export interface Replayed {
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
  readonly layers: readonly Layer[];
  readonly pinned: boolean;
  readonly actor: string;
  readonly kind: string | null;
  /** What the event's parts give: its own document over its layers, each from its own stream. */
  readonly effective: JsonObject;
  readonly recomputed: string;
  readonly recomputedOwn: string;
  /** As the event says it. */
  readonly own: string;
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the streams of ledgers by their names: `<environment>.<service>`. */
export class Replay {
  readonly #store: EventStore;
  readonly #ledgers = new Map<string, Promise<readonly Replayed[]>>();

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** Every activation of a ledger, oldest first. */
  activations(ledger: string): Promise<readonly Replayed[]> {
    const known = this.#ledgers.get(ledger) ?? this.#replay(ledger);
    this.#ledgers.set(ledger, known);
    return known;
  }

  async #replay(ledger: string): Promise<readonly Replayed[]> {
    const found: Replayed[] = [];
    const leaves = new Map<string, JsonValue>();
    const versions = new Map<number, JsonObject>([[0, {}]]);
    for (const { type, data, metadata, revision } of await this.#store.readStream(`config-${ledger}`, { limit: 10_000 })) {
      const event = JSON.parse(data) as never;
      if (type === 'ConfigSet') setLeaf(leaves, event);
      if (type === 'ConfigDeleted') leaves.delete((event as { path: string }).path);
      if (type === 'ConfigSet' || type === 'ConfigDeleted') versions.set(revision, nested(leaves));
      if (type === 'VersionActivated') found.push(await this.#ran(event, revision, JSON.parse(metadata) as EventMetadata, versions));
    }
    return found;
  }

  async #ran(
    event: { version: number; digest: string; own?: string; layers?: readonly Layer[]; pinned?: boolean },
    activation: number,
    { actor, source }: EventMetadata,
    versions: ReadonlyMap<number, JsonObject>,
  ): Promise<Replayed> {
    const { version, digest, own = digest, layers = [], pinned = false } = event;
    const document = versions.get(version);
    if (document === undefined) throw new Error(`version ${version} is none`);
    const effective = laidOver(document, await Promise.all(layers.map((layer) => this.#layer(layer))));
    const parts = { effective, recomputed: digestOf(effective), recomputedOwn: digestOf(document), own };
    return { activation, version, digest, layers, pinned, actor: actor.id, kind: source?.kind ?? null, ...parts };
  }

  async #layer({ ledger, activation, digest }: Layer): Promise<JsonObject> {
    const found = (await this.activations(ledger)).find((each) => each.activation === activation);
    if (found === undefined || found.digest !== digest) throw new Error(`${ledger} did not run ${digest} at ${activation}`);
    return found.effective;
  }
}

/** An own document over what its layers run, nearest first, without what it hides of them. */
export function laidOver({ $inherit: inherit, ...own }: JsonObject, layers: readonly JsonObject[]): JsonObject {
  const below = layers.reduceRight<JsonObject>((under, over) => laid(over, under), {});
  const hidden = isObject(inherit) && Array.isArray(inherit['hide']) ? (inherit['hide'] as string[]) : [];
  return laid(own, hidden.reduce(without, below));
}

/** An empty object is no leaf any more when something is set below it: no event says so. */
export function setLeaf(leaves: Map<string, JsonValue>, { path, value }: { readonly path: string; readonly value: JsonValue }): void {
  for (const above of leaves.keys()) if (path.startsWith(`${above}.`)) leaves.delete(above);
  leaves.set(path, value);
}

/** Leaves as the document that they make. */
export function nested(leaves: ReadonlyMap<string, JsonValue>): JsonObject {
  const root: Record<string, JsonValue> = {};
  for (const [path, value] of leaves) {
    const segments = segmentsOf(path);
    let at = root;
    for (const name of segments.slice(0, -1)) at = (at[name] ??= {}) as Record<string, JsonValue>;
    at[segments.at(-1) ?? ''] = structuredClone(value);
  }
  return root;
}

function segmentsOf(path: string): readonly string[] {
  const segments = parsePath(path);
  if (!segments.ok) throw new Error(segments.problem.message);
  return segments.value;
}

/** Object over object merges; anything else, `{}` written as a leaf included, replaces what lies below it. */
function laid(over: JsonObject, under: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const below = under[name];
    const merges = isObject(value) && Object.keys(value).length > 0 && isObject(below);
    merged[name] = merges ? laid(value, below) : value;
  }
  return merged;
}

/** An object that is emptied is gone. */
function without(document: JsonObject, path: string): JsonObject {
  const remove = (object: JsonObject, [name, ...rest]: readonly string[]): JsonObject => {
    const value = name === undefined ? undefined : object[name];
    if (name === undefined || value === undefined) return object;
    const { [name]: _gone, ...others } = object;
    if (rest.length === 0) return others;
    if (!isObject(value) || Object.keys(value).length === 0) return object;
    const left = remove(value, rest);
    return Object.keys(left).length === 0 ? others : { ...object, [name]: left };
  };
  return remove(document, segmentsOf(path));
}

export function digestOf(json: JsonObject): string {
  const document = Document.from(json);
  if (!document.ok) throw new Error(document.problem.message);
  return document.value.digest;
}
