// Appending with an outcome that can be relied on: the same bytes again after an unknown one, then a look at what is stored.
import { setTimeout as pause } from 'node:timers/promises';
import { AppendOutcomeUnknown, AppendTooLarge, EventStoreUnavailable, type AppendResult, type EventToAppend } from '@confledger/application';
import type { AttemptOutcome, BatchAppends } from './batch-append.js';
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

  /** As the port says, for a stream's name on the server. */
  async append(name: string, expectedRevision: number, events: readonly EventToAppend[]): Promise<AppendResult> {
    const place = `${expectedRevision}@${name}`;
    const rivals = this.#rivals.get(place) ?? { count: 0, stored: new Set() };
    this.#rivals.set(place, rivals);
    rivals.count += 1;
    try {
      const result = await this.#append(name, expectedRevision, events);
      if (result.outcome === 'conflict') return result;
      const alreadyThere = result.alreadyThere || rivals.stored.has(result.position);
      rivals.stored.add(result.position);
      return { ...result, alreadyThere };
    } finally {
      rivals.count -= 1;
      if (rivals.count === 0) this.#rivals.delete(place);
    }
  }

  async #append(name: string, expectedRevision: number, events: readonly EventToAppend[]): Promise<AppendResult> {
    const { batch, newestSeen, attemptTimeoutMs, onRetry } = this.#options;
    const seenBefore = newestSeen.position;
    /** Set once an attempt may have written. */
    let doubt: Error | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await batch.attempt(name, expectedRevision, events, attemptTimeoutMs);
      if (outcome.kind === 'stored' && outcome.position !== undefined) {
        // A server answers a repetition like a first time; only the position tells that it stood there before this call.
        return this.#appended(outcome.position, doubt !== undefined || outcome.position <= seenBefore);
      }
      if (outcome.kind === 'conflict' && doubt === undefined) return { outcome: 'conflict', revision: outcome.revision };
      if (outcome.kind === 'unknown') doubt = outcome.error;
      const again = outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.again);
      if (!again || attempt === APPEND_ATTEMPTS_MAX) return this.#decide(name, expectedRevision, events, outcome, doubt);
      onRetry(outcome.error);
      await pause(RETRY_DELAY_MS * attempt);
    }
  }

  #appended(position: bigint, alreadyThere: boolean): AppendResult {
    const { newestSeen } = this.#options;
    if (position > newestSeen.position) newestSeen.position = position;
    return { outcome: 'appended', position, alreadyThere };
  }

  #decide(name: string, expectedRevision: number, events: readonly EventToAppend[], outcome: AttemptOutcome, doubt: Error | undefined): Promise<AppendResult> {
    if (doubt === undefined && outcome.kind === 'refused') {
      if (outcome.tooLarge === true) throw new AppendTooLarge(outcome.error.message);
      throw unavailable('Nothing was appended', outcome.error);
    }
    return this.#lookUp(name, expectedRevision, events, doubt);
  }

  /** What stands in the stream where these events would be: ours, others', or (still) nothing. */
  async #lookUp(name: string, expectedRevision: number, events: readonly EventToAppend[], doubt: Error | undefined): Promise<AppendResult> {
    const { reads } = this.#options;
    try {
      const found = await reads.stream(name, expectedRevision + 1, 'forwards', events.length);
      const last = found.at(-1);
      if (last !== undefined && found.length === events.length && events.every((event, index) => event.id === found[index]?.id)) {
        return this.#appended(last.position, true);
      }
      const [head] = await reads.stream(name, undefined, 'backwards', 1);
      const revision = head?.revision ?? -1;
      // At the expected revision it may still arrive; anywhere else it never can.
      if (revision !== expectedRevision) return { outcome: 'conflict', revision };
    } catch (error) {
      if (!(error instanceof EventStoreUnavailable)) throw error;
      throw new AppendOutcomeUnknown(`${doubt?.message ?? 'The append was answered without a position.'} And the stream cannot be read.`, { cause: error });
    }
    throw new AppendOutcomeUnknown(`${doubt?.message ?? 'The append was answered without a position.'} It is not in the stream yet.`, { cause: doubt });
  }
}
