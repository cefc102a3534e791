// Explains effective documents: the source of each leaf, and what it overrides.
import type { Layering } from './layering.js';
import { ChangeSources } from './change-sources.js';
import { LeafOrigins, type Origin, type Parts, type TracedLeaf } from './leaf-origins.js';
import type { EffectiveOutcome, ExplainOutcome, ExplainSelector, SourcedLeaf } from './ledgers.js';
import type { LedgerReader } from './ledger-versions.js';

export class Explanations {
  readonly #origins: LeafOrigins;
  readonly #changes: ChangeSources;

  constructor(reader: LedgerReader, layering: Layering) {
    this.#origins = new LeafOrigins(layering);
    this.#changes = new ChangeSources(reader);
  }

  /**
   * Where the leaves of a document that was read come from; of those at and below a path where one is given. `running`: what the ledger runs,
   * where that is another document.
   */
  async of(
    ledger: string,
    { path }: Pick<ExplainSelector, 'path'>,
    read: EffectiveOutcome,
    running: EffectiveOutcome | null,
  ): Promise<ExplainOutcome> {
    if (read.kind === 'refused') return read;
    const all = await this.#origins.of({ ledger, live: liveOf(running), ...read });
    const numbered = numberedBySource(path === undefined ? all : all.filter((leaf) => liesAt(leaf.path, path)));
    const { sources, truncated } = await this.#changes.of(numbered.origins);
    return { ...read, leaves: numbered.leaves, sources, truncated };
  }
}

function liveOf(running: EffectiveOutcome | null): Parts['live'] {
  return running?.kind === 'found' && running.activation !== null ? { activation: running.activation, own: running.own } : null;
}

function liesAt(leaf: string, path: string): boolean {
  return leaf === path || leaf.startsWith(`${path}.`);
}

/** Each source once, in the order in which the leaves name them. */
function numberedBySource(traced: readonly TracedLeaf[]): { readonly leaves: SourcedLeaf[]; readonly origins: Origin[] } {
  const origins: Origin[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (origin: Origin): number => {
    const key = `${origin.ledger} ${origin.revision}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, origins.length);
    return origins.push(origin) - 1;
  };
  const leaves = traced.map(({ path, value, origin, overrides }) => ({
    path,
    value,
    source: numberOf(origin),
    overrides: overrides.map((each) => ({ ledger: each.ledger, value: each.value, source: each.origin && numberOf(each.origin) })),
  }));
  return { leaves, origins };
}
