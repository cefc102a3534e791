// Events from which the chain was found to lead to the end that was sealed. Hashes name content, so what was proved once stays proved.

/** An event of a stream, by its hash. */
export interface StreamEnd {
  readonly name: string;
  /** -1 with hash null: before the first event. */
  readonly revision: number;
  readonly hash: string | null;
}

/** Events that are remembered, of all streams together. */
export const PROVED_ENDS_MAX = 100_000;

export class ProvedEnds {
  readonly #hashes = new Map<string, string | null>();

  has({ name, revision, hash }: StreamEnd): boolean {
    return this.#hashes.get(keyOf(name, revision)) === hash;
  }

  add(ends: readonly StreamEnd[]): void {
    if (this.#hashes.size + ends.length > PROVED_ENDS_MAX) this.#hashes.clear();
    for (const { name, revision, hash } of ends) this.#hashes.set(keyOf(name, revision), hash);
  }
}

const keyOf = (name: string, revision: number): string => `${name}@${revision}`;
