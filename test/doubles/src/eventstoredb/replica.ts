// What one member of the cluster double has on its disk: all it has written, how much of that it knows to be committed, and the
// appends that wait for their commit. A member keeps its disk when it is killed.
import { EventLog, type LogEvent } from './log.js';
import type { AppendOutcome, AppendRequest } from './node.js';

/** An append that was written and is not committed yet. */
interface Pending {
  /** How many events the log has with it. */
  readonly end: number;
  readonly committed: () => void;
  timer?: NodeJS.Timeout;
}

export class Replica {
  /** Everything on disk; its end may be on no other member. */
  readonly written = new EventLog();
  /** What readers see: as much of it as this member knows to be committed. */
  readonly readable = new EventLog();
  /** Of the newest leader whose log this one follows, or who it was itself. */
  epoch = 0;
  /** In the order of the log. */
  readonly #pending = new Set<Pending>();
  readonly #commitTimeoutMs: number;

  constructor(commitTimeoutMs: number) {
    this.#commitTimeoutMs = commitTimeoutMs;
  }

  /** Takes an append as a leader does: decides by what is written, answers a write once it is committed. */
  append({ stream, expected, events }: AppendRequest, answer: (outcome: AppendOutcome) => void): void {
    const decision = this.written.append(stream, expected, events);
    // IdempotentNotReady: a server drops the duplicate of what is not replicated yet, and says nothing.
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

  /** Takes over what a leader has written, up to so many events. */
  copyFrom(leader: Replica, count: number): void {
    this.written.adopt(leader.written.events.slice(this.written.events.length, count));
  }

  /** Learns that so many events are committed, answers their appends, and shows them to readers. Answers the new ones. */
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

  /** How many events both logs begin with. Events are shared objects, so one that is the same has the same events before it. */
  commonWith(other: Replica): number {
    let count = Math.min(this.written.events.length, other.written.events.length);
    while (count > 0 && this.written.events[count - 1] !== other.written.events[count - 1]) count -= 1;
    return count;
  }

  /** Cuts off what the others have not. Its appends are answered with a timeout, if at all. */
  cutTo(count: number): readonly LogEvent[] {
    if (count < this.readable.events.length) throw new Error('The cluster double would cut off events that are committed: a fault of the double.');
    for (const pending of this.#pending) if (pending.end > count) this.#pending.delete(pending);
    return this.written.setBackTo(count);
  }

  /** Another disk in its place, whose events are all committed. */
  replaceWith(events: readonly LogEvent[]): void {
    for (const log of [this.readable, this.written]) {
      log.setBackTo(0);
      log.adopt(events);
    }
  }

  /** The process ends: what it has in memory is gone. */
  forgetMemory(): void {
    for (const { timer } of this.#pending) clearTimeout(timer);
    this.#pending.clear();
    this.written.forgetRecentIds();
  }
}
