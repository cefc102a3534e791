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

/** Appends under way behind the same event; the second of two that send the same bytes at once finds them there. */
interface Rivals {
  count: number;
  readonly stored: Set<bigint>;
}

export class Appends {
  readonly #options: AppendsOptions;
  readonly #rivals = new Map<string, Rivals>();

  constructor(options: AppendsOptions) {
    this.#options = options;
  }

  /** As the port says. */
  async append(append: Append): Promise<AppendResult> {
    const place = `${append.expectedRevision}@${append.name}`;
    const rivals = this.#rivals.get(place) ?? { count: 0, stored: new Set() };
    this.#rivals.set(place, rivals);
    rivals.count += 1;
    try {
      const result = await this.#append(append);
      if (result.outcome === 'conflict') return result;
      const alreadyThere = result.alreadyThere || rivals.stored.has(result.position);
      rivals.stored.add(result.position);
      return { ...result, alreadyThere };
    } finally {
      rivals.count -= 1;
      if (rivals.count === 0) this.#rivals.delete(place);
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
