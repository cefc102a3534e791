// What is kept by name, the longest unused first, bounded by the leaves of its documents.
import type { Document } from '@confledger/document';

export interface KeptLimits<Value> {
  readonly leavesOf: (value: Value) => number;
  /** Leaves over all of them. */
  readonly leavesMax: number;
  /** How many are kept at once. Default: any number. */
  readonly countMax?: number;
}

export class KeptByLeaves<Value extends object> {
  readonly #limits: KeptLimits<Value>;
  readonly #kept = new Map<string, Value>();
  #leaves = 0;

  constructor(limits: KeptLimits<Value>) {
    this.#limits = limits;
  }

  get(name: string): Value | undefined {
    const value = this.#kept.get(name);
    if (value === undefined) return undefined;
    this.#kept.delete(name);
    this.#kept.set(name, value);
    return value;
  }

  /** One that is over the limit alone stays until the next is kept. */
  keep(name: string, value: Value): void {
    const { leavesOf, leavesMax, countMax = Infinity } = this.#limits;
    this.#forget(name);
    this.#kept.set(name, value);
    this.#leaves += leavesOf(value);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= countMax && this.#leaves <= leavesMax) return;
      if (oldest !== name) this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    const value = this.#kept.get(name);
    if (value === undefined) return;
    this.#leaves -= this.#limits.leavesOf(value);
    this.#kept.delete(name);
  }
}

/** Documents by what names their content. Those of one family share most of their subtrees; shared leaves count in each. */
export type KeptDocuments = KeptByLeaves<Document>;

const DOCUMENTS_MAX = 4_000;
const LEAVES_MAX = 2_000_000;

export const keptDocuments = (): KeptDocuments =>
  new KeptByLeaves({ leavesOf: ({ leafCount }) => leafCount, leavesMax: LEAVES_MAX, countMax: DOCUMENTS_MAX });
