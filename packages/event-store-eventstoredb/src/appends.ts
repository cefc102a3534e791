// Appending with an outcome that can be relied on, within a fixed time: the same bytes again after an unknown outcome, on the server that
// leads then, and at last a look at what is stored.
import { setTimeout as pause } from 'node:timers/promises';
import { AppendOutcomeUnknown, AppendTooLarge, EventStoreUnavailable, type AppendResult } from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import { attemptAppend, type Append, type AttemptOutcome } from './batch-append.js';
import type { Connection } from './connection.js';
import { asError, unavailable } from './failures.js';
import type { Reads } from './reads.js';
import type { ServerNode } from './server-node.js';

/** From the call of `append` to its answer: finding a server, all attempts and the look-up included. */
export const COMMAND_WAIT_MS = 5_000;
/** The end of that time, kept for the look-up after an unknown outcome. */
export const LOOK_UP_MS = 1_000;
const RETRY_DELAY_MS_FIRST = 50;
const RETRY_DELAY_MS_MAX = 250;

/** The newest position that this process has seen anywhere: what is not above it was there before. */
export interface NewestSeen {
  position: bigint;
}

export interface AppendsOptions {
  readonly connection: Connection;
  readonly reads: Reads;
  readonly newestSeen: NewestSeen;
  /** How long one attempt may be without an answer before its server is left. */
  readonly attemptTimeoutMs: number;
  /** See `COMMAND_WAIT_MS`. */
  readonly commandWaitMs: number;
  readonly onRetry: (error: Error) => void;
}

interface UnderWay {
  readonly append: Append;
  readonly result: Promise<AppendResult>;
}

export class Appends {
  readonly #options: AppendsOptions;
  /** By the id of their last event. */
  readonly #underWay = new Map<string, UnderWay>();

  constructor(options: AppendsOptions) {
    this.#options = options;
  }

  /**
   * As the port says. What is being appended already is not sent a second time: a server drops a duplicate of what is not replicated
   * yet without a word, and only the end of the attempt's time would tell.
   */
  async append(append: Append): Promise<AppendResult> {
    const key = append.events.at(-1)?.id ?? '';
    const same = this.#underWay.get(key);
    if (same !== undefined && areSame(same.append, append)) {
      const result = await same.result;
      return result.outcome === 'appended' ? { ...result, alreadyThere: true } : result;
    }
    const underWay = { append, result: this.#append(append) };
    this.#underWay.set(key, underWay);
    try {
      return await underWay.result;
    } finally {
      if (this.#underWay.get(key) === underWay) this.#underWay.delete(key);
    }
  }

  async #append(append: Append): Promise<AppendResult> {
    const { newestSeen, commandWaitMs, onRetry } = this.#options;
    const endMs = performance.now() + commandWaitMs;
    const lastAttemptMs = endMs - Math.min(LOOK_UP_MS, commandWaitMs / 2);
    const seenBefore = newestSeen.position;
    /** Set once an attempt may have written. */
    let doubt: Error | undefined;
    const backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
    for (;;) {
      const outcome = await this.#attempt(append, lastAttemptMs);
      if (outcome.kind === 'stored' && outcome.position !== undefined) {
        // A server answers a repetition like a first time; only the position shows that it stood there before this call.
        return this.#appended(outcome.position, doubt !== undefined || outcome.position <= seenBefore);
      }
      if (outcome.kind === 'conflict' && doubt === undefined) return { outcome: 'conflict', revision: outcome.revision };
      if (outcome.kind === 'unknown') doubt = outcome.error;
      // In doubt every refusal is worth another attempt: only a server that answers can end the doubt.
      const again = outcome.kind === 'unknown' || (outcome.kind === 'refused' && (outcome.again || doubt !== undefined));
      if (!again || performance.now() >= lastAttemptMs) return this.#decide(append, outcome, doubt, endMs);
      onRetry(outcome.error);
      await pause(Math.min(backoff.nextMs(), Math.max(lastAttemptMs - performance.now(), 0)));
    }
  }

  /** One attempt, which ends by `untilMs` (of `performance.now()`). A server that refuses for now, or does not answer, is left. */
  async #attempt(append: Append, untilMs: number): Promise<AttemptOutcome> {
    const { connection, attemptTimeoutMs } = this.#options;
    let node: ServerNode;
    try {
      node = await connection.node({ timeoutMs: Math.max(untilMs - performance.now(), 0) });
    } catch (error) {
      return { kind: 'refused', error: asError(error), again: false };
    }
    const timeoutMs = Math.max(Math.min(attemptTimeoutMs, untilMs - performance.now()), 0);
    const stopWatching = connection.watchAnswer(node);
    const outcome = await attemptAppend(node, append, timeoutMs).finally(stopWatching);
    if (outcome.kind === 'stored' || outcome.kind === 'conflict') connection.accepted(node);
    else if (outcome.kind === 'unknown' || outcome.again) connection.leave(node, outcome.error);
    return outcome;
  }

  #appended(position: bigint, alreadyThere: boolean): AppendResult {
    const { newestSeen } = this.#options;
    if (position > newestSeen.position) newestSeen.position = position;
    return { outcome: 'appended', position, alreadyThere };
  }

  #decide(append: Append, outcome: AttemptOutcome, doubt: Error | undefined, endMs: number): Promise<AppendResult> {
    if (doubt === undefined && outcome.kind === 'refused') {
      if (outcome.tooLarge === true) throw new AppendTooLarge(outcome.error.message);
      throw unavailable('Nothing was appended', outcome.error);
    }
    return this.#lookUp(append, doubt ?? new Error('The append was answered without a position.'), endMs);
  }

  /** What stands in the stream where these events would be: ours, others', or (still) nothing. */
  async #lookUp({ name, expectedRevision, events }: Append, doubt: Error, endMs: number): Promise<AppendResult> {
    const { reads } = this.#options;
    const leftMs = (): number => Math.max(endMs - performance.now(), 0);
    try {
      // The event they follow and they themselves, in one page: what arrives between two pages would be taken for somebody else's.
      const page = await reads.stream(name, Math.max(expectedRevision, 0), 'forwards', events.length + 1, leftMs());
      const found = page.filter(({ revision }) => revision > expectedRevision);
      const isReached = expectedRevision === -1 || page[0]?.revision === expectedRevision;
      if (!isReached || found.some(({ id }, index) => id !== events[index]?.id)) {
        const [head] = await reads.stream(name, undefined, 'backwards', 1, leftMs());
        return { outcome: 'conflict', revision: head?.revision ?? -1 };
      }
      const last = found.at(-1);
      if (last !== undefined && found.length === events.length) return this.#appended(last.position, true);
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
      throw new AppendOutcomeUnknown(`${doubt.message} And the stream cannot be read.`, { cause: error });
    }
    throw new AppendOutcomeUnknown(`${doubt.message} It is not in the stream, and may still arrive.`, { cause: doubt });
  }
}

function areSame(one: Append, other: Append): boolean {
  const isSamePlace = one.name === other.name && one.expectedRevision === other.expectedRevision;
  return isSamePlace && one.events.length === other.events.length && one.events.every(({ id }, index) => id === other.events[index]?.id);
}
