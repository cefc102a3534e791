// A document as a node shows it: resolved, with an object in the place of each secret.
import {
  differencesToChanges,
  parsePath,
  type Difference,
  type Document,
  type DocumentNode,
  type JsonValue,
  type ObjectNode,
} from '@confledger/document';
import type { Secret } from '@confledger/secrets';

/** What stands at a path: JSON, with a `Secret` in the place of each value that must not be shown. Deep-frozen. */
export type NodeValue = JsonValue | Secret<JsonValue> | NodeObject;

export interface NodeObject {
  readonly [name: string]: NodeValue;
}

/** A leaf that differs; an absent member means that there is none on that side. */
export interface NodeDifference {
  readonly path: string;
  readonly before?: NodeValue;
  readonly after?: NodeValue;
}

/** The secrets below a place. */
interface Hidden {
  secret: Secret<JsonValue> | null;
  readonly below: Map<string, Hidden>;
}

/** What an object was shown as, while it hid these secrets. */
const shownObjects = new WeakMap<ObjectNode, { readonly names: string; readonly shown: NodeObject }>();

export class View {
  /** With secrets in clear. It is judged by what must not meet objects, and never shown. */
  readonly clear: Document;
  /** By the paths of their leaves. */
  readonly secrets: ReadonlyMap<string, Secret<JsonValue>>;
  readonly #hidden: Hidden = { secret: null, below: new Map() };

  constructor(clear: Document, secrets: ReadonlyMap<string, Secret<JsonValue>> = NO_SECRETS) {
    this.clear = clear;
    this.secrets = secrets;
    for (const [path, secret] of secrets) this.#hide(path, secret);
  }

  /** What stands at a path; the empty one is the whole. The same object as long as nothing below it changes. Undefined when absent. */
  valueAt(path: string): NodeValue | undefined {
    const parsed = path === '' ? { ok: true as const, value: [] } : parsePath(path);
    if (!parsed.ok) return undefined;
    if (this.secrets.size === 0) return path === '' ? this.clear.toJson() : this.clear.valueAt(parsed.value);
    const node = this.clear.nodeAt(parsed.value);
    if (node === undefined) return undefined;
    let hidden: Hidden | undefined = this.#hidden;
    for (const segment of parsed.value) hidden = hidden?.below.get(segment);
    return hidden === undefined ? this.clear.valueAt(parsed.value) : this.#shown(node, parsed.value, hidden);
  }

  toJson(): NodeObject {
    return this.valueAt('') as NodeObject;
  }

  /** What differs in `next`, leaf by leaf, sorted by path. Of secrets their names are compared, not their values. */
  diff(next: View): NodeDifference[] {
    const differences = new Map<string, NodeDifference>(
      this.clear.diff(next.clear).map((difference) => [difference.path, shownDifference(difference, this, next)]),
    );
    // What is secret now and was not, or was and is not any more, differs though its value does not.
    for (const path of new Set([...this.secrets.keys(), ...next.secrets.keys()])) {
      const [before, after] = [this.valueAt(path), next.valueAt(path)];
      const isSame = this.secrets.get(path)?.$sealed === next.secrets.get(path)?.$sealed;
      if (!isSame && before !== undefined && after !== undefined) differences.set(path, { path, before, after });
    }
    return [...differences.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  #hide(path: string, secret: Secret<JsonValue>): void {
    const parsed = parsePath(path);
    let place = this.#hidden;
    for (const segment of parsed.ok ? parsed.value : []) {
      const known = place.below.get(segment) ?? { secret: null, below: new Map() };
      place.below.set(segment, known);
      place = known;
    }
    place.secret = secret;
  }

  #shown(node: DocumentNode, segments: readonly string[], hidden: Hidden): NodeValue {
    if (hidden.secret !== null) return hidden.secret;
    if (node.kind === 'leaf') return node.value;
    const names = namesOf(hidden);
    const known = shownObjects.get(node);
    if (known?.names === names) return known.shown;
    const entries = Array.from(node.members, ([name, member]): [string, NodeValue] => {
      const below = hidden.below.get(name);
      const at = [...segments, name];
      return [name, below === undefined ? (this.clear.valueAt(at) ?? null) : this.#shown(member, at, below)];
    });
    const shown = Object.freeze(Object.fromEntries(entries));
    shownObjects.set(node, { names, shown });
    return shown;
  }
}

const NO_SECRETS: ReadonlyMap<string, Secret<JsonValue>> = new Map();

function namesOf({ secret, below }: Hidden): string {
  return secret?.$sealed ?? JSON.stringify(Array.from(below, ([name, hidden]) => [name, namesOf(hidden)]));
}

function shownDifference({ path, before, after }: Difference, from: View, to: View): NodeDifference {
  return {
    path,
    ...(before !== undefined && { before: from.secrets.get(path) ?? before }),
    ...(after !== undefined && { after: to.secrets.get(path) ?? after }),
  };
}

/** The same document as `wanted`, made of `near` as far as they agree: what did not change keeps its objects. */
export function nearTo(near: Document | null, wanted: Document): Document {
  if (near === null || near === wanted) return wanted;
  return near.apply(differencesToChanges(near.diff(wanted)));
}
