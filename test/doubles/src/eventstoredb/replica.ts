// The disk of one member of the cluster double: what it has written, how much of that is committed, and the appends that wait for
// their commit. The disk survives when the member is killed.
import { EventLog, type LogEvent } from './log.js';
import type { AppendOutcome, AppendRequest } from './node.js';

/** An append that was written and is not committed yet. */
interface Pending {
  /** Length of the log, in events, that includes it. */
  readonly end: number;
  readonly committed: () => void;
  timer?: NodeJS.Timeout;
}

export class Replica {
  /** Everything on disk. The end may be on no other member. */
  readonly written = new EventLog();
  /** The part that this member knows to be committed. Readers see only this. */
  readonly readable = new EventLog();
  /** Epoch of the newest leader whose whole log this disk has had. */
  epoch = 0;
  /** In the order of the log. */
  readonly #pending = new Set<Pending>();
  readonly #commitTimeoutMs: number;

  constructor(commitTimeoutMs: number) {
    this.#commitTimeoutMs = commitTimeoutMs;
  }

  /** Appends as a leader: decides by what is written, and answers a write when it is committed. */
  append({ stream, expected, events }: AppendRequest, answer: (outcome: AppendOutcome) => void): void {
    const decision = this.written.append(stream, expected, events);
    // IdempotentNotReady: a server drops a duplicate of what is not replicated yet, without an answer.
    if (decision.kind === 'idempotent' && decision.position >= this.readable.nextPosition) return;
    const end = this.written.events.length;
    if (decision.kind !== 'written' || end === this.readable.events.length) {
      answer(decision);
      return;
    }
    const pending: Pending = { end, committed: () => answer(decision) };
    this.#pending.add(pending);
    if (this.#commitTimeoutMs === Infinity) return;
    const giveUp = (): void => {
      this.#pending.delete(pending);
      answer({ kind: 'timeout' });
    };
    pending.timer = setTimeout(giveUp, this.#commitTimeoutMs).unref();
  }

  /** Copies what a leader has written, up to a length of `count` events. */
  copyFrom(leader: Replica, count: number): void {
    this.written.adopt(leader.written.events.slice(this.written.events.length, count));
  }

  /** Commits the first `count` events: shows them to readers and answers their appends. Returns those that are new. */
  commitTo(count: number): readonly LogEvent[] {
    const news = this.written.events.slice(this.readable.events.length, count);
    this.readable.adopt(news);
    for (const pending of this.#pending) {
      if (pending.end > this.readable.events.length) break;
      this.#pending.delete(pending);
      clearTimeout(pending.timer);
      pending.committed();
    }
    return news;
  }

  /** Length of the common prefix of both logs. Members share event objects: the same object has the same events before it. */
  commonWith(other: Replica): number {
    let count = Math.min(this.written.events.length, other.written.events.length);
    while (count > 0 && this.written.events[count - 1] !== other.written.events[count - 1]) count -= 1;
    return count;
  }

  /** Truncates to `count` events and returns the rest. Appends that are cut off are answered with Timeout, if at all. */
  cutTo(count: number): readonly LogEvent[] {
    if (count < this.readable.events.length)
      throw new Error('The cluster double would cut off events that are committed: a bug of the double.');
    for (const pending of this.#pending) if (pending.end > count) this.#pending.delete(pending);
    return this.written.setBackTo(count);
  }

  /** Replaces the whole disk; all of these events are committed. */
  replaceWith(events: readonly LogEvent[]): void {
    for (const log of [this.readable, this.written]) {
      log.setBackTo(0);
      log.adopt(events);
    }
  }

  /** Drops what a process keeps in memory. */
  forgetMemory(): void {
    for (const { timer } of this.#pending) clearTimeout(timer);
    this.#pending.clear();
    this.written.forgetRecentIds();
  }
}
