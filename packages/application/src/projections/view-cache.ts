// The views of the ledgers that were written lately, bounded by their leaves; one that is not here is read from the tables again.
import type { LedgerView } from './ledger-view.js';

/** The leaves that all kept heads and active documents may have together. */
export const CACHED_LEAVES_MAX = 500_000;
/** What a view without leaves counts for. */
const VIEW_COST_MIN = 20;

export class ViewCache {
  readonly #views = new Map<string, LedgerView>();
  readonly #leavesMax: number;
  #leaves = 0;

  constructor(leavesMax: number = CACHED_LEAVES_MAX) {
    this.#leavesMax = leavesMax;
  }

  get(ledger: string): LedgerView | undefined {
    return this.#views.get(ledger);
  }

  /** Keeps the newest views; the longest unused go when there are too many leaves. */
  put(views: Iterable<LedgerView>): void {
    for (const view of views) {
      this.#drop(view.ledger);
      this.#views.set(view.ledger, view);
      this.#leaves += costOf(view);
    }
    for (const ledger of this.#views.keys()) {
      if (this.#leaves <= this.#leavesMax || this.#views.size === 1) return;
      this.#drop(ledger);
    }
  }

  #drop(ledger: string): void {
    const view = this.#views.get(ledger);
    if (!view) return;
    this.#views.delete(ledger);
    this.#leaves -= costOf(view);
  }
}

function costOf({ head, active, open }: LedgerView): number {
  const activeCost = active === null || active.document === head.document ? 0 : active.document.leafCount;
  return VIEW_COST_MIN + head.document.leafCount + activeCost + (open?.count ?? 0);
}
