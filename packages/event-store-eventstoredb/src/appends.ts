// Appending with an outcome that can be relied on: the same bytes again after an unknown one, then a look at what is stored.
import { setTimeout as pause } from 'node:timers/promises';
import { AppendOutcomeUnknown, AppendTooLarge, EventStoreUnavailable, type AppendResult } from '@confledger/application';
import type { Append, AttemptOutcome, BatchAppends } from './batch-append.js';
import { unavailable } from './failures.js';
import type { Reads } from './reads.js';

/** So often the same bytes are sent; a duplicate that is not replicated yet is dropped by a server without a word. */
export const APPEND_ATTEMPTS_MAX = 3;
const RETRY_DELAY_MS = 50;

/** The newest position that this process has seen anywhere: what is not above it was there before. */
export interface NewestSeen {
  position: bigint;
}

export interface AppendsOptions {
  readonly batch: BatchAppends;
  readonly reads: Reads;
  readonly newestSeen: NewestSeen;
  /** How long one attempt may take. */
  readonly attemptTimeoutMs: number;
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
    const { batch, newestSeen, attemptTimeoutMs, onRetry } = this.#options;
    const seenBefore = newestSeen.position;
    /** Set once an attempt may have written. */
    let doubt: Error | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await batch.attempt(append, attemptTimeoutMs);
      if (outcome.kind === 'stored' && outcome.position !== undefined) {
        // A server answers a repetition like a first time; only the position tells that it stood there before this call.
        return this.#appended(outcome.position, doubt !== undefined || outcome.position <= seenBefore);
      }
      if (outcome.kind === 'conflict' && doubt === undefined) return { outcome: 'conflict', revision: outcome.revision };
      if (outcome.kind === 'unknown') doubt = outcome.error;
      const again = outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.again);
      if (!again || attempt === APPEND_ATTEMPTS_MAX) return this.#decide(append, outcome, doubt);
      onRetry(outcome.error);
      await pause(RETRY_DELAY_MS * attempt);
    }
  }

  #appended(position: bigint, alreadyThere: boolean): AppendResult {
    const { newestSeen } = this.#options;
    if (position > newestSeen.position) newestSeen.position = position;
    return { outcome: 'appended', position, alreadyThere };
  }

  #decide(append: Append, outcome: AttemptOutcome, doubt: Error | undefined): Promise<AppendResult> {
    if (doubt === undefined && outcome.kind === 'refused') {
      if (outcome.tooLarge === true) throw new AppendTooLarge(outcome.error.message);
      throw unavailable('Nothing was appended', outcome.error);
    }
    return this.#lookUp(append, doubt ?? new Error('The append was answered without a position.'));
  }

  /** What stands in the stream where these events would be: ours, others', or (still) nothing. */
  async #lookUp({ name, expectedRevision, events }: Append, doubt: Error): Promise<AppendResult> {
    const { reads } = this.#options;
    try {
      // The event they follow and they themselves, in one page: what arrives between two pages would be taken for somebody else's.
      const page = await reads.stream(name, Math.max(expectedRevision, 0), 'forwards', events.length + 1);
      const found = page.filter(({ revision }) => revision > expectedRevision);
      const isReached = expectedRevision === -1 || page[0]?.revision === expectedRevision;
      if (!isReached || found.some(({ id }, index) => id !== events[index]?.id)) {
        const [head] = await reads.stream(name, undefined, 'backwards', 1);
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
