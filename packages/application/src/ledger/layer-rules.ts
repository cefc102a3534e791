// The rules that come with layers: the schemas that each of those ledgers held itself when it was activated, then those of its own layers.
import {
  layersKey,
  LedgerId,
  parentRules,
  type Layer,
  type LedgerTypes,
  type PastActivation,
  type Rule,
  type Schemas,
} from '@confledger/domain';
import type { KeptStream } from '../loading/kept-stream.js';
import type { LedgerReader } from './ledger-versions.js';

/** Lists of layers whose rules are kept. */
const RULES_KEPT_MAX = 4_000;

export interface LayerRulesOptions {
  readonly reader: LedgerReader;
  readonly keptOf: (ledger: LedgerId) => KeptStream<LedgerTypes>;
  /** The activation that a layer names; rejects where there is none, or another one. */
  readonly activationOf: (layer: Layer) => Promise<{ readonly id: LedgerId; readonly past: PastActivation }>;
  /** What is stored of its rules; null where nothing is. */
  readonly storedOf: (layer: Layer) => Promise<readonly Rule[] | null>;
}

export class LayerRules {
  readonly #options: LayerRulesOptions;
  /** By `layersKey`, the oldest first. What layers recorded never changes. */
  readonly #kept = new Map<string, readonly Rule[]>();

  constructor(options: LayerRulesOptions) {
    this.#options = options;
  }

  /** Nearest first. The same object for the same layers, as long as it is kept. */
  async of(layers: readonly Layer[]): Promise<readonly Rule[]> {
    if (layers.length === 0) return NONE;
    const key = layersKey(layers);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const found = (await Promise.all(layers.map((layer) => this.#ofLayer(layer)))).flat();
    return this.#keep(key, found.length === 0 ? NONE : found);
  }

  /** The same, where it is known without a read. */
  ifKept(key: string): readonly Rule[] | undefined {
    return this.#kept.get(key);
  }

  /** A ledger's own schemas when an activation of it took effect. */
  async schemasAt(id: LedgerId, activation: number): Promise<Schemas> {
    const kept = this.#options.keptOf(id).known?.stream;
    const ledger = kept?.state ?? null;
    if (ledger?.active?.activation === activation) return ledger.active.schemas;
    const isCovered = kept !== undefined && kept.revision >= activation;
    if (isCovered && ledger !== null && (ledger.schemaRevision ?? -1) < activation) return ledger.schemas;
    const { stream } = await this.#options.reader.atRevision(id, activation);
    return stream.state?.schemas ?? NO_SCHEMAS;
  }

  /** Those of an activation, as the ledgers laid over it see them. */
  async ofRun(id: LedgerId, { activation, layers }: Pick<PastActivation, 'activation' | 'layers'>): Promise<readonly Rule[]> {
    const [schemas, above] = await Promise.all([this.schemasAt(id, activation), this.of(layers)]);
    return [...parentRules(schemas, id.text), ...above];
  }

  async #ofLayer(layer: Layer): Promise<readonly Rule[]> {
    const stored = this.#isKept(layer) ? null : await this.#options.storedOf(layer);
    if (stored !== null) return stored;
    const { id, past } = await this.#options.activationOf(layer);
    return this.ofRun(id, past);
  }

  /** The state of its ledger is in memory, as far as the activation. */
  #isKept({ ledger, activation }: Layer): boolean {
    const id = LedgerId.parse(ledger);
    return id !== null && (this.#options.keptOf(id).known?.stream.revision ?? -1) >= activation;
  }

  #keep(key: string, rules: readonly Rule[]): readonly Rule[] {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    this.#kept.set(key, rules);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= RULES_KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
    return rules;
  }
}

const NONE: readonly Rule[] = [];
const NO_SCHEMAS: Schemas = new Map();
