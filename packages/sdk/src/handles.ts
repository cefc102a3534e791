// Typed windows on what runs now. Reading one costs a property read: no await, no lookup, no allocation.
import type { NodeSnapshot } from './snapshot.js';
import type { Judged } from './schema-set.js';

/** What stands at one path, now. */
export interface Handle<T> {
  readonly path: string;
  /** Deep-frozen; the same object as long as its subtree does not change. */
  readonly current: T;
}

/** Everything that a swap replaces, at once. */
interface Live {
  readonly snapshot: NodeSnapshot | null;
  readonly judged: ReadonlyMap<string, Judged>;
  /** What the handles read, by their number. Only a new handle adds to it. */
  readonly values: unknown[];
}

interface Holder {
  live: Live;
}

export class Handles {
  readonly #holder: Holder = { live: { snapshot: null, judged: new Map(), values: [] } };
  readonly #byPath = new Map<string, Handle<unknown>>();

  get snapshot(): NodeSnapshot | null {
    return this.#holder.live.snapshot;
  }

  /** What the schemas made of the running snapshot. */
  get judged(): ReadonlyMap<string, Judged> {
    return this.#holder.live.judged;
  }

  /** One handle per path, however often it is asked for. */
  at(path: string): Handle<unknown> {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const { snapshot, judged, values } = this.#holder.live;
    const handle = new LiveHandle(path, this.#holder, this.#byPath.size);
    this.#byPath.set(path, handle);
    values.push(valueAt(path, snapshot, judged));
    return handle;
  }

  /** Takes a snapshot live. Everything is worked out before; one assignment swaps all. */
  swap(snapshot: NodeSnapshot, judged: ReadonlyMap<string, Judged>): void {
    const values = Array.from(this.#byPath.keys(), (path) => valueAt(path, snapshot, judged));
    this.#holder.live = { snapshot, judged, values };
  }
}

function valueAt(path: string, snapshot: NodeSnapshot | null, judged: ReadonlyMap<string, Judged>): unknown {
  const known = judged.get(path);
  return known === undefined ? snapshot?.get(path) : known.output;
}

class LiveHandle implements Handle<unknown> {
  readonly path: string;
  // Not `#private`: handles are read in hot loops, and these compile to plain loads.
  private readonly holder: Holder;
  private readonly index: number;

  constructor(path: string, holder: Holder, index: number) {
    this.path = path;
    this.holder = holder;
    this.index = index;
  }

  get current(): unknown {
    return this.holder.live.values[this.index];
  }
}
