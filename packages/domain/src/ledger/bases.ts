// Which activations of its parents a ledger's activation is laid over.
import { StreamCorrupt } from '../stream/stream-state.js';
import type { Asked } from './asked.js';
import type { EnvironmentFact } from './environment.js';
import type { Layer } from './events.js';
import type { LedgerId } from './ledger-id.js';
import { ancestorsKey, layersKey, NO_BASE, type Base } from './layers.js';
import { activeLayers, type Ledger, type PastActivation } from './state.js';
import type { ToActivate } from './statements.js';

/** What the own document is laid over, and what is recorded with it. */
export type Basis = Pick<ToActivate, 'base' | 'pinned' | 'definition'>;

/** The newest activations of the parents; undefined while they must be loaded. */
export function newestBasis(ledger: Ledger | null, environment: EnvironmentFact | undefined, asked: Asked): Basis | undefined {
  if (environment === undefined) return undefined;
  const { ancestors, definition } = environment;
  if (ancestors.length === 0) return { base: NO_BASE, pinned: false, definition: null };
  const base = asked.get('newest', ancestorsKey(ancestors));
  if (base === undefined) return undefined;
  assertNotBehind(asked.context.id, ledger, base.layers);
  return { base, pinned: false, definition };
}

/** What a draft is judged over: the newest activations of the parents; where one of them cannot be read, the layers that run. */
export function draftBase(ledger: Ledger | null, environment: EnvironmentFact | undefined, asked: Asked): Base | undefined {
  if (environment === undefined) return undefined;
  if (environment.ancestors.length === 0) return NO_BASE;
  const base = asked.get('draftBase', ancestorsKey(environment.ancestors));
  if (base !== null) return base;
  return ledger === null || ledger.active === null ? NO_BASE : baseOf(activeLayers(ledger.active).layers, asked);
}

/** The layers that run, and whether they are pinned; where nothing runs, the newest. */
export function keptBasis(ledger: Ledger | null, environment: EnvironmentFact | undefined, asked: Asked): Basis | undefined {
  const active = ledger?.active ?? null;
  if (active === null) return newestBasis(ledger, environment, asked);
  const { layers, pinned, definition } = activeLayers(active);
  const base = baseOf(layers, asked);
  return base && { base, pinned, definition };
}

/** The layers of an activation of before. They are kept from now on where there is anything that could move. */
export function recordedBasis(past: PastActivation, environment: EnvironmentFact | undefined, asked: Asked): Basis | undefined {
  const base = baseOf(past.layers, asked);
  if (base === undefined || environment === undefined) return undefined;
  return { base, pinned: past.layers.length > 0 || environment.ancestors.length > 0, definition: past.definition };
}

function baseOf(layers: readonly Layer[], asked: Asked): Base | undefined {
  if (layers.length === 0) return NO_BASE;
  const laid = asked.get('laid', layersKey(layers));
  return laid && { layers, document: laid.document, rules: laid.rules };
}

/** Never a lower activation of an ancestor than the one before. A parent that ends before what is recorded of it was set back with its log. */
export function assertNotBehind({ text }: LedgerId, ledger: Ledger | null, newest: readonly Layer[]): void {
  const active = ledger?.active ?? null;
  if (active === null) return;
  for (const before of activeLayers(active).layers) {
    const now = newest.find(({ ledger: name, origin }) => name === before.ledger && origin === before.origin);
    if (now !== undefined && now.activation < before.activation)
      throw new StreamCorrupt(
        `${text} runs activation ${before.activation} of ${before.ledger}, whose newest activation is ${now.activation}`,
      );
  }
}
