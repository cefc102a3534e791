// Work that holds the event loop for long, one piece after another, with time for others between them.
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A turn of the loop accepts one connection. Work of so many milliseconds leaves room for one more. */
const MS_PER_TURN = 0.5;
/** How long the turns before a piece of work may take, when there is much else to do. */
const OTHERS_MS_MAX = 100;

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Resolves when nobody else's work is to be done before the caller's, which ends with the microtasks that follow.
   * `costMs` says about how many milliseconds it takes: the dearer it is, the more turns of the loop go before it.
   */
  next(costMs: number): Promise<void> {
    const turn = this.#last.then(() => serveOthers(costMs));
    this.#last = turn;
    return turn;
  }
}

async function serveOthers(costMs: number): Promise<void> {
  const began = performance.now();
  let turns = 0;
  do {
    await nextTurn();
    turns += 1;
  } while (turns * MS_PER_TURN < costMs && performance.now() - began < OTHERS_MS_MAX);
}
