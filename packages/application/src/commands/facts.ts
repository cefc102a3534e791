// Facts that one command's decision needs, loaded side by side and kept for its append.
import type { AggregateTypes, FactRevisions, Facts, Need } from '@confledger/domain';

/** A decision names all that it needs at once; what that points to is a second round. */
export const FACT_ROUNDS_MAX = 2;

export interface LoadedFact<Value> {
  readonly value: Value;
  /** The other stream that it was read from and the last revision seen, -1 for none; null for the history of the command's own stream. */
  readonly source: { readonly stream: string; readonly revision: number } | null;
  /** True for what can never be otherwise, such as a version that was found; anything else serves one append. */
  readonly isLasting: boolean;
}

/** How each sort of fact is loaded. */
export type FactLoaders<A extends AggregateTypes> = {
  readonly [Sort in keyof A['facts'] & string]: (id: A['id'], key: string | number) => Promise<LoadedFact<A['facts'][Sort]>>;
};

export class LoadedFacts<A extends AggregateTypes> implements Facts<A> {
  readonly #loaders: FactLoaders<A>;
  readonly #facts = new Map<string, LoadedFact<unknown>>();
  #rounds = 0;

  constructor(loaders: FactLoaders<A>) {
    this.#loaders = loaders;
  }

  get<Sort extends keyof A['facts'] & string>(sort: Sort, key: string | number): A['facts'][Sort] | undefined {
    return this.#facts.get(keyOf(sort, key))?.value as A['facts'][Sort] | undefined;
  }

  /** Rejects as the loaders do, and when decisions ask for more than `FACT_ROUNDS_MAX` rounds: they would never come to an end. */
  async load(id: A['id'], needs: readonly Need<A>[]): Promise<void> {
    this.#rounds += 1;
    if (this.#rounds > FACT_ROUNDS_MAX) throw new Error(`A decision asked for facts ${this.#rounds} times.`);
    const load = async ({ sort, key }: Need<A>): Promise<void> => {
      this.#facts.set(keyOf(sort, key), await this.#loaders[sort](id, key));
    };
    await Promise.all(needs.map(load));
  }

  /** Forgets all that may have changed: facts serve one append. */
  forget(): void {
    this.#rounds = 0;
    for (const [key, { isLasting }] of this.#facts) if (!isLasting) this.#facts.delete(key);
  }

  /** For the metadata of the command's events; undefined when no other stream was looked at. */
  get revisions(): FactRevisions | undefined {
    const sources = [...this.#facts.values()].flatMap(({ source }) => source ?? []);
    if (sources.length === 0) return undefined;
    return Object.fromEntries(sources.map(({ stream, revision }) => [stream, revision]));
  }
}

function keyOf(sort: string, key: string | number): string {
  return `${sort} ${key}`;
}
