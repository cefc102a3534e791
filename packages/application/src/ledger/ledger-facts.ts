// The facts that decisions on a ledger need beside its own state, and how each is read.
import {
  ancestorsOfKey,
  environmentFactOf,
  layersOfKey,
  LedgerId,
  pastActivationOf,
  promotedOfKey,
  UNKEPT_ENVIRONMENT,
  type Base,
  type EnvironmentFact,
  type Environments,
  type EnvironmentsTypes,
  type LedgerTypes,
  type StatementFact,
} from '@confledger/domain';
import type { FactLoader, FactLoaders, FactSource, LoadedFact } from '../commands/facts.js';
import { isStreamFault } from '../loading/broken-streams.js';
import type { KeptStream } from '../loading/kept-stream.js';
import type { Loaded } from '../loading/loaded.js';
import type { Layering } from './layering.js';
import { promotedVersion } from './promoted-version.js';
import type { RuleFacts } from './rule-facts.js';
import { activationEvent, latestActivation, loadVersion, type LedgerReader } from './ledger-versions.js';

/** The environments of an installation, as decisions on ledgers ask for them. */
export class EnvironmentFacts implements FactLoader<LedgerId, EnvironmentFact> {
  readonly #kept: Pick<KeptStream<EnvironmentsTypes>, 'fresh' | 'kept'>;
  /** When the read began that confirmed what is kept, by `performance.now()`. */
  #confirmedAtMs = Number.NEGATIVE_INFINITY;
  /** Facts of one state, by name of the environment. */
  #facts = new Map<string, LoadedFact<EnvironmentFact>>();
  #of: Loaded<EnvironmentsTypes> | null = null;

  constructor(kept: Pick<KeptStream<EnvironmentsTypes>, 'fresh' | 'kept'>) {
    this.#kept = kept;
  }

  async load(_ledger: LedgerId | null, name: string | number): Promise<LoadedFact<EnvironmentFact>> {
    const askedAtMs = performance.now();
    const loaded = await this.#kept.fresh();
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, askedAtMs);
    return this.#factOf(loaded, String(name));
  }

  recent(_ledger: LedgerId, name: string | number, sinceMs: number): LoadedFact<EnvironmentFact> | undefined {
    const { kept } = this.#kept;
    return kept === null || this.#confirmedAtMs < sinceMs ? undefined : this.#factOf(kept, String(name));
  }

  /** All environments, as far as this process knows them; null before the first read, and before any was defined. */
  get state(): Environments | null {
    return this.#kept.kept?.stream.state ?? null;
  }

  /** By a read that begins with the call. */
  async fresh(): Promise<Environments | null> {
    await this.load(null, '');
    return this.state;
  }

  /** As far as this process knows; null before the first read. */
  known(name: string): EnvironmentFact | null {
    const { kept } = this.#kept;
    return kept === null ? null : this.#factOf(kept, name).value;
  }

  #factOf(loaded: Loaded<EnvironmentsTypes>, name: string): LoadedFact<EnvironmentFact> {
    if (this.#of?.stream !== loaded.stream) {
      this.#of = loaded;
      this.#facts = new Map();
    }
    const known = this.#facts.get(name);
    if (known !== undefined) return known;
    const { revision, name: stream, state } = loaded.stream;
    const value = environmentFactOf(state, revision, name);
    const fact = { value, sources: [{ stream, revision }], isLasting: false };
    this.#facts.set(name, fact);
    return fact;
  }
}

const UNKEPT: FactLoader<LedgerId, EnvironmentFact> = {
  load: () => Promise.resolve(UNKEPT_FACT),
  recent: () => UNKEPT_FACT,
};

const UNKEPT_FACT: LoadedFact<EnvironmentFact> = { value: UNKEPT_ENVIRONMENT, sources: [], isLasting: true };

export interface LedgerFactsOptions {
  readonly reader: LedgerReader;
  readonly layering: Layering;
  readonly keptOf: (ledger: LedgerId) => KeptStream<LedgerTypes>;
  /** Null where no environments are kept: then each may have ledgers, and none inherits. */
  readonly environments: EnvironmentFacts | null;
  readonly statementFor: (ledger: LedgerId) => Promise<StatementFact>;
  readonly rules: RuleFacts;
}

export function ledgerFactLoaders(options: LedgerFactsOptions): FactLoaders<LedgerTypes> {
  const { reader, layering, keptOf, environments, statementFor, rules } = options;
  return {
    version: {
      async load(ledger, version) {
        const value = await loadVersion(reader, ledger, Number(version));
        // A number that is no version now may become one.
        return { value, sources: [], isLasting: 'document' in value, isOwn: true };
      },
    },
    environment: environments ?? UNKEPT,
    statement: {
      load: async (ledger) => ({ value: await statementFor(ledger), sources: [], isLasting: false }),
    },
    newest: {
      async load({ service }, key) {
        const { base, sources } = await layering.newest(service, ancestorsOfKey(String(key)));
        return { value: base, sources, isLasting: false };
      },
    },
    draftBase: new DraftBases(layering, keptOf),
    laid: {
      load: async (_ledger, key) => ({ value: await layering.base(layersOfKey(String(key))), sources: [], isLasting: true }),
      recent(_ledger, key) {
        const document = layering.laidIfKept(String(key));
        const rules = layering.rules.ifKept(String(key));
        return document && rules && { value: { document, rules }, sources: [], isLasting: true };
      },
    },
    promoted: {
      async load(_ledger, key) {
        const { from, version } = promotedOfKey(String(key));
        const { value, source } = await promotedVersion({ reader, keptOf }, from, version);
        return { value, sources: [source], isLasting: false };
      },
    },
    ...rules,
    schemasAt: {
      load: async (ledger, activation) => {
        const value = await layering.rules.schemasAt(ledger, Number(activation));
        return { value, sources: [], isLasting: true, isOwn: true };
      },
    },
    usedBy: {
      load: (ledger) => usedBy(ledger, { keptOf, environments }),
    },
    activation: {
      async load(ledger, activation) {
        const event = await activationEvent(reader, ledger, Number(activation));
        return { value: event && pastActivationOf(event, null), sources: [], isLasting: event !== null, isOwn: true };
      },
    },
    latestActivation: {
      async load(ledger, version) {
        const event = await latestActivation(reader, ledger, Number(version));
        return { value: event && pastActivationOf(event, null), sources: [], isLasting: false, isOwn: true };
      },
    },
  };
}

/** Services whose parents' activations are kept for drafts. */
const DRAFT_BASES_MAX = 1_000;

/** What drafts are judged over: a copy that is recent enough will do. */
class DraftBases implements FactLoader<LedgerId, Base | null> {
  readonly #layering: Layering;
  readonly #keptOf: LedgerFactsOptions['keptOf'];
  readonly #kept = new Map<string, { readonly askedAtMs: number; readonly fact: LoadedFact<Base | null> }>();

  constructor(layering: Layering, keptOf: LedgerFactsOptions['keptOf']) {
    this.#layering = layering;
    this.#keptOf = keptOf;
  }

  async load({ service }: LedgerId, key: string | number): Promise<LoadedFact<Base | null>> {
    const askedAtMs = performance.now();
    const fact = await this.#read(service, String(key));
    if (this.#kept.size >= DRAFT_BASES_MAX) this.#kept.clear();
    this.#kept.set(`${service} ${key}`, { askedAtMs, fact });
    return fact;
  }

  recent({ service }: LedgerId, key: string | number, sinceMs: number): LoadedFact<Base | null> | undefined {
    const kept = this.#kept.get(`${service} ${key}`);
    const isRecent = kept !== undefined && kept.askedAtMs >= sinceMs && kept.fact.sources.every((source) => !this.#hasMoved(source));
    return isRecent ? kept.fact : undefined;
  }

  /** As this process knows: it may have written there itself. */
  #hasMoved({ stream, revision }: FactSource): boolean {
    const id = LedgerId.ofStream(stream);
    return id !== null && (this.#keptOf(id).known?.stream.revision ?? revision) !== revision;
  }

  async #read(service: string, key: string): Promise<LoadedFact<Base | null>> {
    try {
      const { base, sources } = await this.#layering.newest(service, ancestorsOfKey(key));
      return { value: base, sources, isLasting: false };
    } catch (error) {
      if (!isStreamFault(error)) throw error;
      return { value: null, sources: [], isLasting: false };
    }
  }
}

/** Every environment is looked at: what runs may follow a definition of before. */
async function usedBy(
  { text, service }: LedgerId,
  { keptOf, environments }: Pick<LedgerFactsOptions, 'keptOf' | 'environments'>,
): Promise<LoadedFact<readonly string[]>> {
  const state = (await environments?.fresh()) ?? null;
  const names = state === null ? [] : [...state.environments.keys()];
  const found = await Promise.all(
    names.map(async (name) => {
      const id = LedgerId.of(name, service);
      const { stream } = await keptOf(id).fresh();
      const layers = stream.state?.active?.layered?.layers ?? [];
      return { name: id.text, revision: stream.revision, stream: id.stream, isOver: layers.some(({ ledger }) => ledger === text) };
    }),
  );
  const over = found.filter(({ isOver }) => isOver);
  return { value: over.map(({ name }) => name), sources: over.map(({ stream, revision }) => ({ stream, revision })), isLasting: false };
}
