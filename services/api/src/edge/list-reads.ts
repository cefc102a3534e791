// Reads of lists take connections of the read model for long. A few run at once, some wait; one caller has a few of them, so that it fills
// neither place alone.
import { serverBusy, tooManyRequests } from './busy.js';
import type { Edge } from './limits.js';

export class ListReads {
  readonly #edge: Edge;
  readonly #ofCaller = new Map<string, number>();
  /** What begins those that wait, in their order. */
  readonly #waiting = new Set<() => void>();

  constructor(edge: Edge) {
    this.#edge = edge;
  }

  /** Runs a read of a caller when there is room for it. Rejects with TOO_MANY_REQUESTS or SERVER_BUSY when there is none. */
  async run<T>(caller: string, read: () => Promise<T>): Promise<T> {
    const { listReadsOfCaller } = this.#edge;
    const count = this.#ofCaller.get(caller) ?? 0;
    if (count >= listReadsOfCaller.max) {
      listReadsOfCaller.refuse();
      throw tooManyRequests('list-reads-of-caller', `${count} reads of lists of this caller are under way`);
    }
    this.#count(caller, 1);
    try {
      await this.#room();
      try {
        return await read();
      } finally {
        this.#edge.listReads.give();
        this.#beginNext();
      }
    } finally {
      this.#count(caller, -1);
    }
  }

  #count(caller: string, change: 1 | -1): void {
    const count = (this.#ofCaller.get(caller) ?? 0) + change;
    if (count === 0) this.#ofCaller.delete(caller);
    else this.#ofCaller.set(caller, count);
  }

  #room(): Promise<void> {
    const { listReads, limits } = this.#edge;
    if (!listReads.isUsedUp) {
      listReads.take();
      return Promise.resolve();
    }
    if (this.#waiting.size >= limits.waitingListReads) {
      listReads.refuse();
      return Promise.reject(allBusy());
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(late);
        listReads.take();
        resolve();
      };
      const late = setTimeout(() => {
        this.#waiting.delete(begin);
        listReads.refuse();
        reject(allBusy());
      }, limits.listReadWaitMs);
      this.#waiting.add(begin);
    });
  }

  #beginNext(): void {
    for (const begin of this.#waiting) {
      this.#waiting.delete(begin);
      return begin();
    }
  }
}

const allBusy = (): Error => serverBusy('list-reads', 'Too many reads of lists are under way');
