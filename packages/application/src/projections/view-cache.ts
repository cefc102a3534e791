// The views of the streams that were written lately, bounded by their leaves; one that is not here is read from the tables again.
import type { View } from './projection.js';

/** The leaves that all kept heads and active documents may have together. */
export const CACHED_LEAVES_MAX = 500_000;
/** What a view without leaves counts for. */
const VIEW_COST_MIN = 20;

export class ViewCache {
  readonly #views = new Map<string, View>();
  readonly #leavesMax: number;
  #leaves = 0;

  constructor(leavesMax: number = CACHED_LEAVES_MAX) {
    this.#leavesMax = leavesMax;
  }

  get(stream: string): View | undefined {
    return this.#views.get(stream);
  }

  /** Keeps the newest views; the longest unused go when there are too many leaves. */
  put(views: Iterable<View>): void {
    for (const view of views) {
      this.#drop(view.stream.name);
      this.#views.set(view.stream.name, view);
      this.#leaves += costOf(view);
    }
    for (const stream of this.#views.keys()) {
      if (this.#leaves <= this.#leavesMax || this.#views.size === 1) return;
      this.#drop(stream);
    }
  }

  #drop(stream: string): void {
    const view = this.#views.get(stream);
    if (!view) return;
    this.#views.delete(stream);
    this.#leaves -= costOf(view);
  }
}

function costOf({ projection, stream }: View): number {
  return VIEW_COST_MIN + (stream.state === null ? 0 : projection.sizeOf(stream.state)) + (stream.open?.count ?? 0);
}
