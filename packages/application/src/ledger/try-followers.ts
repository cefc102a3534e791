// What an activation would do to the ledgers that follow it by themselves: each is tried with the document that its parent would run, down to
// the first that does not follow. A courtesy to whoever activates, on states as this process knows them, and no guarantee.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Document } from '@confledger/document';
import {
  decide,
  descendantsOf,
  follows,
  haveSameLayers,
  activeLayers,
  laidOver,
  NO_BASE,
  parentRules,
  LedgerId,
  ledgerAggregate,
  refuseWith,
  type Ancestor,
  type Base,
  type Decision,
  type EnvironmentFact,
  type Layer,
  type Ledger,
  type LedgerRefusal,
  type LedgerStream,
  type LaidLayers,
  type LedgerTypes,
  type Rule,
} from '@confledger/domain';
import { LoadedFacts, type FactLoaders } from '../commands/facts.js';
import type { KeptStream } from '../loading/kept-stream.js';
import { isStreamFault } from '../loading/broken-streams.js';
import type { EnvironmentFacts } from './ledger-facts.js';
import { layerOf, runningIn, type Layering } from './layering.js';

/** Ledgers that a refusal names. */
const NAMED_MAX = 20;
/** Ledgers that are tried in one turn of the event loop. */
const TRIED_IN_TURN = 4;

/** A ledger that could not follow, and why. */
export interface WouldBlock {
  readonly ledger: string;
  readonly refusal: Pick<LedgerRefusal, 'code' | 'message'>;
}

/** What a ledger would run. */
interface Running {
  readonly layer: Layer;
  readonly document: Document;
  /** Its rules and those of its layers, nearest first. */
  readonly rules: readonly Rule[];
}

export interface TryFollowersOptions {
  readonly layering: Layering;
  readonly keptOf: (ledger: LedgerId) => KeptStream<LedgerTypes>;
  readonly environments: EnvironmentFacts;
  readonly facts: FactLoaders<LedgerTypes>;
}

/** The ledgers that would newly be blocked. */
export async function wouldBlock(options: TryFollowersOptions, parent: LedgerId, running: Running): Promise<readonly WouldBlock[]> {
  const { state } = options.environments;
  if (state === null) return [];
  const trial = new Trial(options, parent.service, new Map([[parent.text, running]]));
  for (const [index, environment] of descendantsOf(state, parent.environment).entries()) {
    await trial.follow(LedgerId.of(environment, parent.service));
    if (index % TRIED_IN_TURN === TRIED_IN_TURN - 1) await nextTurn();
  }
  return trial.blocked;
}

/** The refusal of an activation that would leave ledgers behind. */
export function wouldBlockRefusal(blocked: readonly WouldBlock[]): LedgerRefusal {
  const [what, they] = blocked.length === 1 ? ['One ledger that follows', 'it'] : [`${blocked.length} ledgers that follow`, 'they'];
  const remedy = `Mend what keeps ${they === 'it' ? 'it' : 'them'} from following first, or send acceptBlocked: true: ${they} then ${they === 'it' ? 'keeps' : 'keep'} what runs`;
  const details = blocked.slice(0, NAMED_MAX).map(({ ledger, refusal }) => ({
    path: null,
    rule: 'would-block',
    message: `${ledger} could not follow: ${refusal.message}`,
    remedy,
  }));
  return refuseWith('WOULD_BLOCK', `${what} could not take this activation over`, details);
}

class Trial {
  readonly blocked: WouldBlock[] = [];
  readonly #options: TryFollowersOptions;
  readonly #service: string;
  /** What ledgers would run that would move. */
  readonly #moved: Map<string, Running>;

  constructor(options: TryFollowersOptions, service: string, moved: Map<string, Running>) {
    this.#options = options;
    this.#service = service;
    this.#moved = moved;
  }

  async follow(id: LedgerId): Promise<void> {
    const fact = this.#options.environments.known(id.environment);
    const stream = fact === null ? null : await this.#streamOf(id);
    const ledger = stream?.state ?? null;
    if (fact === null || stream === null || ledger === null || ledger.active === null || !follows(activeLayers(ledger.active), fact))
      return;
    const base = await this.#baseOf(fact.ancestors, this.#moved);
    if (haveSameLayers(activeLayers(ledger.active).layers, base.layers)) return;
    const decision = await this.#decide(id, stream, fact, base);
    if (decision.kind === 'accepted') await this.#moves(id, stream, ledger, decision);
    else if (decision.kind === 'refused' && !(await this.#isBlockedAlready(id, stream, fact)))
      this.blocked.push({ ledger: id.text, refusal: decision.refusal });
  }

  /** Null for one that cannot be loaded: it stays where it is in any case. */
  async #streamOf(id: LedgerId): Promise<LedgerStream | null> {
    const kept = this.#options.keptOf(id);
    try {
      return (kept.known ?? (await kept.fresh())).stream;
    } catch (error) {
      if (isStreamFault(error)) return null;
      throw error;
    }
  }

  async #isBlockedAlready(id: LedgerId, stream: LedgerStream, fact: EnvironmentFact): Promise<boolean> {
    const now = await this.#baseOf(fact.ancestors, new Map());
    return (await this.#decide(id, stream, fact, now)).kind === 'refused';
  }

  async #moves(
    id: LedgerId,
    stream: LedgerStream,
    ledger: Ledger,
    { events }: Extract<Decision<LedgerTypes>, { kind: 'accepted' }>,
  ): Promise<void> {
    const event = events.find(({ type }) => type === 'VersionActivated');
    if (event?.type !== 'VersionActivated' || event.statement.form === 1 || ledger.active === null) return;
    const { version, digest } = event.data;
    const { own, layers } = event.statement;
    const ran = { activation: stream.revision + 1, version, digest, own, layers };
    const layer = layerOf(id, stream.origin, ran);
    const base = await this.#laid(layers);
    const document = await this.#options.layering.documentOver(id, ran, base.document, ledger.active);
    const rules = [...parentRules(ledger.schemas, id.text), ...base.rules];
    if (layer !== null) this.#moved.set(id.text, { layer, document, rules });
  }

  async #decide(id: LedgerId, stream: LedgerStream, fact: EnvironmentFact, base: Base): Promise<Decision<LedgerTypes>> {
    const facts = new LoadedFacts<LedgerTypes>(id, {
      ...this.#options.facts,
      environment: { load: async () => ({ value: fact, sources: [], isLasting: false }) },
      newest: { load: async () => ({ value: base, sources: [], isLasting: false }) },
    });
    const identity = { actor: '', commandId: '', keyed: false, fingerprint: '', meant: null };
    for (;;) {
      const decision = decide(ledgerAggregate, stream, { type: 'Inherit' }, { id, guards: {}, facts, reason: 'tried', ...identity });
      if (decision.kind === 'repeated') throw new Error('a command without a key is never repeated');
      if (decision.kind !== 'needs') return decision;
      await facts.load(decision.needs, stream.revision);
    }
  }

  /** What these ancestors run, or would run. */
  async #baseOf(ancestors: readonly Ancestor[], moved: ReadonlyMap<string, Running>): Promise<Base> {
    const layers = await this.#layersOf(ancestors, moved);
    return { layers, ...(await this.#laid(layers)) };
  }

  async #laid(layers: readonly Layer[]): Promise<LaidLayers> {
    const { layering } = this.#options;
    const parts = await Promise.all(
      layers.map(async (layer): Promise<LaidLayers> => {
        const running = this.#moved.get(layer.ledger);
        if (running?.layer === layer) return running;
        return { document: await layering.layerDocument(layer), rules: await layering.rules.of([layer]) };
      }),
    );
    const rules = parts.flatMap((part) => part.rules);
    return { document: laidOver(parts.map((part) => part.document)), rules: rules.length === 0 ? NO_BASE.rules : rules };
  }

  async #layersOf(ancestors: readonly Ancestor[], moved: ReadonlyMap<string, Running>): Promise<Layer[]> {
    const found: Layer[] = [];
    for (const { name, parents } of ancestors) {
      const id = LedgerId.of(name, this.#service);
      const stream = await this.#streamOf(id);
      const layer = moved.get(id.text)?.layer ?? layerOf(id, stream?.origin ?? null, runningIn(stream?.state ?? null));
      found.push(...(layer === null ? await this.#layersOf(parents, moved) : [layer]));
    }
    return found;
  }
}
