// Typed windows on what runs now. Reading one costs a property read: no await, no lookup, no allocation.
import type { NodeSnapshot } from './snapshot.js';
import type { JudgedCategories } from './category-set.js';
import type { Judged } from './schema-set.js';

/** What stands at one path, now. */
export interface Handle<T> {
  readonly path: string;
  /** Deep-frozen; the same object as long as its subtree does not change. */
  readonly current: T;
}

export class Handles {
  #snapshot: NodeSnapshot | null = null;
  #judged: ReadonlyMap<string, Judged> = new Map();
  #categories: JudgedCategories = new Map();
  readonly #byPath = new Map<string, LiveHandle>();

  get snapshot(): NodeSnapshot | null {
    return this.#snapshot;
  }

  /** What the schemas made of the running snapshot. */
  get judged(): ReadonlyMap<string, Judged> {
    return this.#judged;
  }

  /** What the categories are in the running snapshot. */
  get categories(): JudgedCategories {
    return this.#categories;
  }

  /** One handle per path, however often it is asked for. */
  at(path: string): Handle<unknown> {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const handle = new LiveHandle(path, valueAt(path, this.#snapshot, this.#judged));
    this.#byPath.set(path, handle);
    return handle;
  }

  /**
   * Takes a snapshot live. Everything is worked out before, and nothing of anybody else's runs between the assignments:
   * no reader ever sees two handles of two snapshots.
   */
  swap(snapshot: NodeSnapshot, judged: ReadonlyMap<string, Judged>, categories: JudgedCategories): void {
    const next = Array.from(this.#byPath.values(), (handle) => ({ handle, value: valueAt(handle.path, snapshot, judged) }));
    for (const { handle, value } of next) handle.current = value;
    this.#snapshot = snapshot;
    this.#judged = judged;
    this.#categories = categories;
  }
}

function valueAt(path: string, snapshot: NodeSnapshot | null, judged: ReadonlyMap<string, Judged>): unknown {
  const known = judged.get(path);
  return known === undefined ? snapshot?.get(path) : known.output;
}

/** `current` is a plain data property: behind a getter into one shared record, a read took 4.6 ns instead of 1.3. */
class LiveHandle implements Handle<unknown> {
  readonly path: string;
  current: unknown;

  constructor(path: string, current: unknown) {
    this.path = path;
    this.current = current;
  }
}
