// Counts the swaps of a node and measures how long each came after its activation. Fed by start-trading-node.ts, shown by health.ts.
import type { NodeStatus } from '@confledger/sdk';

export class Swaps {
  #before: NodeStatus | null = null;
  #count = 0;
  #lastDelayMs: number | null = null;

  /** Swaps to what the feed said. */
  get count(): number {
    return this.#count;
  }

  /** Of the newest swap, by the clocks of the api and of this node; null before there was one. */
  get lastDelayMs(): number | null {
    return this.#lastDelayMs;
  }

  /** Takes each status, in order. */
  take(status: NodeStatus, nowMs: number): void {
    const before = this.#before;
    this.#before = status;
    const { running, source } = status;
    if (source !== 'feed' || running === null || running.activation === before?.running?.activation) return;
    this.#count += 1;
    // A node that starts takes over what was activated any time before: that is not a delay.
    const isStart = before === null || before.state === 'connecting' || before.source === 'cache';
    if (!isStart) this.#lastDelayMs = nowMs - Date.parse(running.activatedAt);
  }
}
