// What was worked out for one object and another, of each first object only the few used last: a document that outlives many others, as a
// child outlives the versions of its parent, must not keep what was made with each of them.

/** Two, for what is compared with the version before it in turns. */
const KEPT_MAX = 2;

interface Remembered<Other, Result> {
  readonly other: Other;
  readonly result: Result;
}

export class RememberedPairs<One extends object, Other extends object, Result> {
  // Weak: what is remembered goes with the first object.
  readonly #kept = new WeakMap<One, Remembered<Other, Result>[]>();

  /** Of a pair that is not remembered, undefined. */
  get(one: One, other: Other): Result | undefined {
    const kept = this.#kept.get(one);
    const index = kept?.findIndex((entry) => entry.other === other) ?? -1;
    const entry = kept?.[index];
    if (kept === undefined || entry === undefined) return undefined;
    if (index > 0) kept.unshift(...kept.splice(index, 1));
    return entry.result;
  }

  remember(one: One, other: Other, result: Result): void {
    const kept = this.#kept.get(one);
    if (kept === undefined) this.#kept.set(one, [{ other, result }]);
    else {
      kept.unshift({ other, result });
      if (kept.length > KEPT_MAX) kept.pop();
    }
  }
}
