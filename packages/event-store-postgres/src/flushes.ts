// Group commit: appends queue, one flush at a time takes what waits, and each append learns its own outcome.
import {
  AppendOutcomeUnknown,
  EventStoreUnavailable,
  type AppendResult,
  type EventToAppend,
  type StoredEvent,
} from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import { failureOf } from '@confledger/postgres';
import { takeBehind, takeFlush, type AppendGroup, type PendingAppend } from './pending-appends.js';
import type { Reads } from './reads.js';
import type { GroupAnswer } from './functions.js';
import type { Writer } from './writer.js';

export interface FlushesOptions {
  readonly writer: Writer;
  readonly reads: Reads;
  /** How long an append may wait for its outcome, retries included. */
  readonly appendTimeoutMs: number;
  /** Receives the events that a flush committed; they follow each other without gap. */
  readonly onCommitted: (events: readonly StoredEvent[]) => void;
  /** The log reaches to this position; the events themselves are not at hand. */
  readonly onFound: (position: bigint) => void;
  readonly onRetry: (error: unknown) => void;
}

/** More waiting appends than this are refused: the caller should have stopped long before. */
export const WAITING_APPENDS_MAX = 10_000;
/** An attempt gets this long, however late it is made. */
const ATTEMPT_MS_MIN = 250;
const RETRY_DELAY_MS_FIRST = 20;
const RETRY_DELAY_MS_MAX = 500;

export class Flushes {
  readonly #options: FlushesOptions;
  readonly #queue: PendingAppend[] = [];
  /** Appends that have no outcome yet, in the queue or not. */
  #unsettled = 0;
  /** Streams of refused groups, until it is known whether their events are there: what builds on those must wait. */
  readonly #settling = new Set<string>();
  #running = false;
  #closed = false;
  #onIdle: (() => void) | undefined;

  constructor(options: FlushesOptions) {
    this.#options = options;
  }

  /**
   * As the port says. An append that builds on one still waiting (it expects what that one will leave) shares its failure:
   * were it written behind another process's event, it would stand on something that its caller never saw.
   */
  append(stream: string, expectedRevision: number, events: readonly EventToAppend[], bytes: number): Promise<AppendResult> {
    if (this.#closed) return Promise.reject(new EventStoreUnavailable('The event store is closed.'));
    if (this.#unsettled >= WAITING_APPENDS_MAX)
      return Promise.reject(new EventStoreUnavailable(`${WAITING_APPENDS_MAX} appends are waiting already.`));
    return new Promise((resolve, reject) => {
      const deadlineMs = performance.now() + this.#options.appendTimeoutMs;
      this.#unsettled += 1;
      this.#queue.push({
        stream,
        expectedRevision,
        events,
        bytes,
        deadlineMs,
        maybeWritten: false,
        resolve: (result) => {
          resolve(result);
          this.#settled();
        },
        reject: (error) => {
          reject(error);
          this.#settled();
        },
      });
      this.#start();
    });
  }

  /** Refuses further appends and resolves when all that wait have their outcome. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#unsettled > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  #settled(): void {
    this.#unsettled -= 1;
    if (this.#unsettled === 0) this.#onIdle?.();
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    // One turn later: what is appended in this turn shares the flush.
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    const backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
    while (this.#queue.length > 0) {
      const groups = takeFlush(this.#queue, this.#settling);
      if (groups.length === 0) break;
      const answer = await this.#flush(groups);
      if (answer !== null) {
        backoff.reset();
        this.#accept(answer);
        // Those who were answered append again in this turn; the next flush takes them along.
        await new Promise((resolve) => setImmediate(resolve));
      } else {
        await new Promise((resolve) => setTimeout(resolve, backoff.nextMs()));
      }
    }
    this.#running = false;
  }

  /** Null when it failed: each of its appends has been rejected or waits again. */
  async #flush(groups: readonly AppendGroup[]): Promise<readonly GroupAnswer[] | null> {
    let sent = false;
    const deadlineMs = Math.max(...groups.flatMap(({ appends }) => appends.map((append) => append.deadlineMs)));
    try {
      await this.#options.writer.connect();
      sent = true;
      const timeoutMs = Math.max(deadlineMs - performance.now(), ATTEMPT_MS_MIN);
      return await this.#options.writer.flush(groups, timeoutMs);
    } catch (error) {
      this.#failed(groups, error, sent);
      return null;
    }
  }

  #failed(groups: readonly AppendGroup[], error: unknown, sent: boolean): void {
    const failure = sent ? failureOf(error) : 'rolled back';
    // What was connected to must not be used: another attempt would be refused too.
    const isRefused = !sent && error instanceof EventStoreUnavailable;
    const again: PendingAppend[] = [];
    for (const group of groups) {
      let givenUp = false;
      for (const append of group.appends) {
        append.maybeWritten ||= failure === 'unknown';
        givenUp ||= failure === 'faulty' || isRefused || performance.now() >= append.deadlineMs;
        if (givenUp) append.reject(giveUp(append, error));
        else again.push(append);
      }
      if (givenUp) for (const append of takeBehind(this.#queue, group.stream, group.end)) append.reject(giveUp(append, error));
    }
    this.#queue.splice(0, 0, ...again);
    this.#options.onRetry(error);
  }

  #accept(answers: readonly GroupAnswer[]): void {
    const committed: StoredEvent[] = [];
    for (const { group, head, before } of answers) {
      if (head !== group.expectedRevision) {
        void this.#settleRefused(group, head);
        continue;
      }
      let position = before;
      let revision = head;
      for (const append of group.appends) {
        for (const { id, type, data, metadata } of append.events) {
          committed.push({ id, type, data, metadata, stream: group.stream, revision: (revision += 1), position: (position += 1n) });
        }
        append.resolve({ outcome: 'appended', position, alreadyThere: false });
      }
    }
    this.#options.onCommitted(committed);
  }

  /** The stream of this group ended elsewhere: by these very events (ours, sent before), or by others'. */
  async #settleRefused(group: AppendGroup, head: number): Promise<void> {
    this.#settling.add(group.stream);
    const again: PendingAppend[] = [];
    let failure: 'conflict' | Error | undefined;
    for (const append of group.appends) {
      const found = head > append.expectedRevision ? await this.#find(append) : null;
      if (typeof found === 'bigint') {
        append.resolve({ outcome: 'appended', position: found, alreadyThere: true });
        this.#options.onFound(found);
      } else if (failure === undefined && found === null && head === append.expectedRevision) {
        // What it builds on is there already: it may still be written.
        again.push(append);
      } else {
        failure ??= found ?? 'conflict';
        settleFailed(append, failure, head);
      }
    }
    if (failure !== undefined) for (const append of takeBehind(this.#queue, group.stream, group.end)) settleFailed(append, failure, head);
    this.#queue.splice(0, 0, ...again);
    this.#settling.delete(group.stream);
    if (this.#queue.length > 0) this.#start();
  }

  /** The position of the append's last event when all of them are where they should be; null when others are; an error when reads fail. */
  async #find(append: PendingAppend): Promise<bigint | null | Error> {
    const backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
    for (;;) {
      try {
        const { events, stream, expectedRevision } = append;
        const found = await this.#options.reads.stream(stream, expectedRevision + 1, 'forwards', events.length);
        const ours = found.length === events.length && found.every((event, index) => event.id === events[index]?.id);
        return ours ? (found.at(-1)?.position ?? null) : null;
      } catch (error) {
        this.#options.onRetry(error);
        if (performance.now() >= append.deadlineMs) return error instanceof Error ? error : new Error(String(error));
        await new Promise((resolve) => setTimeout(resolve, backoff.nextMs()));
      }
    }
  }
}

function settleFailed(append: PendingAppend, failure: 'conflict' | Error, head: number): void {
  if (failure === 'conflict') append.resolve({ outcome: 'conflict', revision: head });
  else append.reject(giveUp(append, failure));
}

function giveUp(append: PendingAppend, cause: unknown): Error {
  if (!append.maybeWritten && cause instanceof EventStoreUnavailable) return cause;
  const what = `${append.events.length} events to ${append.stream} after revision ${append.expectedRevision}`;
  return append.maybeWritten
    ? new AppendOutcomeUnknown(`Postgres did not say whether it wrote ${what}.`, { cause })
    : new EventStoreUnavailable(`Postgres did not write ${what}.`, { cause });
}
