// Facts that one command's decision needs: what is known at once, what is loaded side by side, and how fresh each is.
import { isDeepStrictEqual } from 'node:util';
import type { AggregateTypes, FactRevisions, Facts, Need } from '@confledger/domain';
import { isStreamFault } from '../loading/broken-streams.js';
import { EventStoreUnavailable } from '../ports/event-store.js';

/** A decision names all that it needs at once; what that points to is a second round, and what is judged on all of them a third. */
export const FACT_ROUNDS_MAX = 3;

/** How old a kept copy may be when the command arrives to accept a draft, in milliseconds. */
export const RECENT_FACT_MS = 1_000;

/** Facts that were loaded longer ago than this when their append is to be sent are read anew. */
export const FACT_AGE_MS_MAX = 2_000;

/** How often facts that became too old are read anew before the event store is taken for too slow. */
const FACTS_OUTDATED_MAX = 4;

/** A stream that a fact was read from, and the last revision seen: -1 where there is no such stream. */
export interface FactSource {
  readonly stream: string;
  readonly revision: number;
}

export interface LoadedFact<Value> {
  readonly value: Value;
  /** The other streams that it was read from; none for the history of the command's own stream. */
  readonly sources: readonly FactSource[];
  /** True for what can never be otherwise, such as a version that was found; anything else serves one append. */
  readonly isLasting: boolean;
  /** Read from the command's own stream: an append that lands shows that it holds still, however long ago it was read. */
  readonly isOwn?: true;
}

/** How one sort of fact is loaded. */
export interface FactLoader<Id, Value> {
  /** By reads that begin with the call. */
  load(id: Id, key: string | number, subject?: unknown): Promise<LoadedFact<Value>>;
  /** What is kept of it, if that was confirmed at `sinceMs` (by `performance.now()`) or later, or can never be otherwise. */
  recent?(id: Id, key: string | number, sinceMs: number, subject?: unknown): LoadedFact<Value> | undefined;
}

export type FactLoaders<A extends AggregateTypes> = {
  readonly [Sort in keyof A['facts'] & string]: FactLoader<A['id'], A['facts'][Sort]>;
};

interface KnownFact<A extends AggregateTypes> {
  readonly need: Need<A>;
  readonly fact: LoadedFact<unknown>;
  /** It was read after the command came, or can never be otherwise: it may refuse, and take live. */
  readonly isConfirmed: boolean;
  /** When its read began, by `performance.now()`. */
  readonly askedAtMs: number;
}

export class LoadedFacts<A extends AggregateTypes> implements Facts<A> {
  readonly #id: A['id'];
  readonly #loaders: FactLoaders<A>;
  readonly #facts = new Map<string, KnownFact<A>>();
  /** When the command came, by `performance.now()`. */
  readonly #cameAtMs = performance.now();
  /** False after a lost append: then everything is read anew. */
  #takesRecent = true;
  #rounds = 0;
  /** The revision that the rounds are counted for. */
  #decidedOn: number | null = null;
  #outdated = 0;
  #wasBehind = false;

  constructor(id: A['id'], loaders: FactLoaders<A>) {
    this.#id = id;
    this.#loaders = loaders;
  }

  get<Sort extends keyof A['facts'] & string>(sort: Sort, key: string | number, subject?: unknown): A['facts'][Sort] | undefined {
    const known = this.#facts.get(keyOf(sort, key)) ?? this.#recent(sort, key, subject);
    return known?.fact.value as A['facts'][Sort] | undefined;
  }

  /** What was looked at and not read since the command came: enough to accept a draft, and nothing else. */
  get unconfirmed(): readonly Need<A>[] {
    const needs: Need<A>[] = [];
    for (const { need, isConfirmed } of this.#facts.values()) if (!isConfirmed) needs.push(need);
    return needs;
  }

  /**
   * What a decision on the stream's state at `revision` asks for. Rejects as the loaders do, and when decisions on one state ask for more
   * than `FACT_ROUNDS_MAX` rounds: they would never come to an end. On a state that moved meanwhile another decision is made.
   */
  async load(needs: readonly Need<A>[], revision: number): Promise<void> {
    if (revision !== this.#decidedOn) this.#rounds = 0;
    this.#decidedOn = revision;
    this.#rounds += 1;
    if (this.#rounds > FACT_ROUNDS_MAX) throw new Error(`A decision asked for facts ${this.#rounds} times.`);
    await this.#read(needs);
  }

  /** Reads what is unconfirmed. What is decided on it may be another decision, which has its own rounds. */
  confirm(): Promise<void> {
    this.#rounds = 0;
    return this.#read(this.unconfirmed);
  }

  /** Takes over what another command of the same stream has read since this one came. */
  takeFrom(other: LoadedFacts<A>): void {
    for (const [key, known] of other.#facts)
      if (known.isConfirmed && known.askedAtMs >= this.#cameAtMs && this.#facts.get(key)?.isConfirmed !== true) this.#facts.set(key, known);
  }

  /** Forgets all that may have changed. `afterLoss`: an append was lost, so that what is kept is not believed either. */
  forget({ afterLoss = false }: { readonly afterLoss?: boolean } = {}): void {
    this.#rounds = 0;
    if (afterLoss) this.#takesRecent = false;
    for (const [key, { fact }] of this.#facts) if (!fact.isLasting) this.#facts.delete(key);
  }

  /**
   * Forgets what was read too long ago to append on. Throws `EventStoreUnavailable` when that happens again and again: with a store that
   * takes seconds for each read a command would be decided for ever.
   */
  forgetOutdated(): void {
    if (!this.isOutdated) return;
    this.#outdated += 1;
    if (this.#outdated > FACTS_OUTDATED_MAX)
      throw new EventStoreUnavailable(`The event store needs more than ${FACT_AGE_MS_MAX} ms for the reads that one command depends on.`);
    this.forget({ afterLoss: true });
  }

  /** Something was read longer ago than `FACT_AGE_MS_MAX`. A recent copy counts from when the command came. */
  get isOutdated(): boolean {
    const since = performance.now() - FACT_AGE_MS_MAX;
    for (const { fact, askedAtMs } of this.#facts.values()) if (mayChange(fact) && askedAtMs < since) return true;
    return false;
  }

  /**
   * Forgets what a decision found to be behind the command's own stream, which another writer may have taken further since it was read. True
   * once: what is behind when it was read anew is behind for good.
   */
  forgetBehind(): boolean {
    if (this.#wasBehind) return false;
    this.#wasBehind = true;
    this.forget({ afterLoss: true });
    return true;
  }

  /** Reads everything anew that may have changed, and says whether it is the same: each stream by its end, what has none by its value. */
  async areStillTrue(): Promise<boolean> {
    const before = [this.revisions, this.#streamless];
    const needs = [...this.#facts.values()].filter(({ fact }) => mayChange(fact)).map(({ need }) => need);
    await this.#read(needs);
    return isDeepStrictEqual(before, [this.revisions, this.#streamless]);
  }

  get #streamless(): ReadonlyMap<string, unknown> {
    const facts = [...this.#facts].filter(([, { fact }]) => mayChange(fact) && fact.sources.length === 0);
    return new Map(facts.map(([key, { fact }]) => [key, fact.value]));
  }

  /** For the metadata of the command's events; undefined when no other stream was looked at. */
  get revisions(): FactRevisions | undefined {
    let revisions: Record<string, number> | undefined;
    for (const { fact } of this.#facts.values())
      for (const { stream, revision } of fact.sources) (revisions ??= {})[stream] = Math.min(revision, revisions[stream] ?? revision);
    return revisions;
  }

  async #read(needs: readonly Need<A>[]): Promise<void> {
    const askedAtMs = performance.now();
    const load = async (need: Need<A>): Promise<void> => {
      const { sort, key, subject, isAhead } = need;
      try {
        const fact = await this.#loaders[sort].load(this.#id, key, subject);
        this.#keep({ sort, key, subject }, fact, { isConfirmed: true, askedAtMs });
      } catch (error) {
        if (isAhead !== true || !isStreamFault(error)) throw error;
      }
    };
    await Promise.all(needs.map(load));
  }

  #recent(sort: keyof A['facts'] & string, key: string | number, subject: unknown): KnownFact<A> | undefined {
    const loader = this.#loaders[sort];
    if (loader.recent === undefined) return undefined;
    const fact = loader.recent(this.#id, key, this.#cameAtMs - RECENT_FACT_MS, subject);
    if (fact === undefined || !(fact.isLasting || this.#isRecentEnough)) return undefined;
    return this.#keep({ sort, key, subject }, fact, { isConfirmed: fact.isLasting, askedAtMs: this.#cameAtMs });
  }

  get #isRecentEnough(): boolean {
    return this.#takesRecent && performance.now() - this.#cameAtMs <= FACT_AGE_MS_MAX;
  }

  #keep(need: Need<A>, fact: LoadedFact<unknown>, how: Pick<KnownFact<A>, 'isConfirmed' | 'askedAtMs'>): KnownFact<A> {
    const known = { need, fact, ...how };
    this.#facts.set(keyOf(need.sort, need.key), known);
    return known;
  }
}

const mayChange = ({ isLasting, isOwn }: LoadedFact<unknown>): boolean => !isLasting && isOwn !== true;

function keyOf(sort: string, key: string | number): string {
  return `${sort} ${key}`;
}
