// Where a ledger stands: what is head, what runs, what is pending and why, as far as this process knows its parents.
import { Document } from '@confledger/document';
import {
  activeLayers,
  followsOthers,
  layersKey,
  type Ancestor,
  type EnvironmentFact,
  type Layer,
  type Ledger,
  LedgerId,
  type LedgerTypes,
} from '@confledger/domain';
import type { KeptStream } from '../loading/kept-stream.js';
import type { EnvironmentFacts } from './ledger-facts.js';
import { layerOf, runningIn, type Layering } from './layering.js';
import { layersMoved } from './layers-moved.js';
import type { LedgerStanding, PendingReason } from './ledger-standing.js';

/** What this process knows of the environments and of what parents run, without a read. */
export interface Surroundings {
  /** Null while nothing is known. */
  environment(name: string): EnvironmentFact | null;
  /** What these ancestors run of a service, nearest first; null while that is not known of one of them. */
  newest(service: string, ancestors: readonly Ancestor[]): readonly Layer[] | null;
  /** Layers laid over each other; null where they must be read first. */
  laid(layers: readonly Layer[]): Document | null;
}

/** Where a ledger stands at its head. */
export function standingOf(id: LedgerId, ledger: Ledger | null, position: bigint, around: Surroundings): LedgerStanding {
  const { environment, service } = id;
  const head = ledger?.head ?? { version: null, document: Document.empty };
  const active = ledger?.active ?? null;
  const fact = around.environment(environment);
  const inherited = ledger === null ? { newer: [] } : inheritedBy(service, ledger, fact, around);
  const pin = ledger?.pin ?? null;
  return {
    environment,
    service,
    version: head.version,
    active: active?.version ?? null,
    activation: active?.activation ?? null,
    pending: ledger?.pending ?? 0,
    pendingBecause: ledger === null ? [] : reasons(ledger, fact, inherited),
    inherited,
    pin: pin && { activation: pin.activation, actor: pin.actor, pinnedAt: pin.occurredAt },
    digest: head.document.digest,
    position,
  };
}

function inheritedBy(service: string, { active }: Ledger, fact: EnvironmentFact | null, around: Surroundings): LedgerStanding['inherited'] {
  if (fact === null) return null;
  const runs = active === null ? [] : activeLayers(active).layers;
  if (fact.ancestors.length === 0 && runs.length === 0) return NOTHING_NEWER;
  const newest = around.newest(service, fact.ancestors);
  return newest && { newer: layersMoved(runs, newest) };
}

const NOTHING_NEWER = { newer: [] } as const;

/** Why an activation would change what runs. */
function reasons(
  { head, active, schemaRevision }: Ledger,
  fact: EnvironmentFact | null,
  inherited: LedgerStanding['inherited'],
): PendingReason[] {
  if (active === null) return head.version === null ? [] : ['own'];
  const { own, definition } = activeLayers(active);
  return pendingReasons({
    own: head.document.digest !== own,
    layers: inherited !== null && inherited.newer.length > 0,
    schemas: (schemaRevision ?? -1) > active.activation,
    ancestors: fact !== null && followsOthers(definition, fact),
  });
}

/** Those that hold, in the order of every answer. */
export function pendingReasons(holds: Readonly<Record<PendingReason, boolean>>): PendingReason[] {
  return PENDING_REASONS.filter((reason) => holds[reason]);
}

const PENDING_REASONS: readonly PendingReason[] = ['own', 'layers', 'schemas', 'ancestors'];

export interface SurroundingsOptions {
  /** Null where no environments are kept. */
  readonly environments: EnvironmentFacts | null;
  readonly keptOf: (ledger: LedgerId) => KeptStream<LedgerTypes>;
  /** The state of a ledger that this process keeps already. */
  readonly thereOf: (ledger: LedgerId) => KeptStream<LedgerTypes> | undefined;
  readonly unkept: EnvironmentFact;
  readonly layering: Pick<Layering, 'laid' | 'laidIfKept'>;
}

/** What is kept, whatever its age. An ancestor of which nothing is kept yet is read behind the answer, for the next one. */
export function surroundingsOf({ environments, keptOf, thereOf, unkept, layering }: SurroundingsOptions): Surroundings {
  const running = (service: string, { name, parents }: Ancestor): readonly Layer[] | null => {
    const id = LedgerId.of(name, service);
    const loaded = thereOf(id)?.known ?? null;
    if (loaded === null) {
      // Its failure is that of whoever needs it.
      keptOf(id)
        .fresh()
        .catch(() => undefined);
      return null;
    }
    const layer = layerOf(id, loaded.stream.origin, runningIn(loaded.stream.state));
    return layer === null ? runningOf(service, parents) : [layer];
  };
  const runningOf = (service: string, ancestors: readonly Ancestor[]): readonly Layer[] | null => {
    const found = ancestors.map((ancestor) => running(service, ancestor));
    return found.every((each) => each !== null) ? found.flat() : null;
  };
  const laid = (layers: readonly Layer[]): Document | null => {
    const kept = layering.laidIfKept(layersKey(layers));
    // Its failure is that of whoever needs it.
    if (kept === undefined) layering.laid(layers).catch(() => undefined);
    return kept ?? null;
  };
  return { environment: (name) => (environments === null ? unkept : environments.known(name)), newest: runningOf, laid };
}
