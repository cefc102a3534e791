// What a ledger runs now, with its document: for the relay and for the HTTP feed's first subscriber. Without it: for who watches nodes.
import { activeLayers, LedgerId, type Activation, type LedgerTypes } from '@confledger/domain';
import type { KeptStream } from '../loading/kept-stream.js';
import type { ActiveDocument } from '../ports/feed.js';
import type { ActivationNow } from './ledgers.js';
import type { Layering, Ran } from './layering.js';

/** What is active, and where it is known from. */
export interface SourcedActive {
  readonly active: ActiveDocument;
  /** No snapshot says anything of it: the log does, from its first event on. */
  readonly fromLogAlone: boolean;
}

/** Where documents of ledgers come from. */
export interface DocumentSource {
  readonly kept: KeptStream<LedgerTypes>;
  readonly layering: Layering;
}

/**
 * At least as new as the event at `revision`; null when nothing is active. Throws `StreamCorrupt` for an activation of what its ledger does
 * not hold: parts without the key meet it where somebody altered a ledger and computed the hashes anew.
 */
export async function activeDocument({ kept, layering }: DocumentSource, revision: number): Promise<SourcedActive | null> {
  const known = kept.kept;
  const loaded = known !== null && revision >= 0 && known.stream.revision >= revision ? known : await kept.fresh();
  const { stream } = loaded;
  if (stream.origin === null || stream.state === null || stream.state.active === null) return null;
  const { document: own, layered, activation, version, previous, digest, keyId, signature, actor, occurredAt } = stream.state.active;
  const document = await layering.documentOf(kept.id, ranOf(stream.state.active), { version, document: own });
  const active = { activation, version, previous, digest, keyId, signature, actor, occurredAt, document };
  return {
    active: { ledger: kept.id.text, origin: stream.origin, ...active, ...layered },
    // A document of an older version, or of a parent, may have been read with the help of a snapshot.
    fromLogAlone: loaded.fromLogAlone === true && document === own,
  };
}

/** What names the document that runs. */
export function ranOf(active: Activation): Ran {
  const { activation, version, digest } = active;
  const { own, layers } = activeLayers(active);
  return { activation, version, digest, own, layers };
}

/** What the ledger of this name runs, for whoever has only the name; null too where it is no ledger's name. */
export async function activeByName(
  ledgers: { active(ledger: LedgerId): Promise<ActiveDocument | null> },
  name: string,
): Promise<ActiveDocument | null> {
  const id = LedgerId.parse(name);
  return id === null ? null : ledgers.active(id);
}

/** What is active at the end of the log. */
export async function activationNow(kept: KeptStream<LedgerTypes>): Promise<ActivationNow> {
  const { state } = (await kept.fresh()).stream;
  if (state === null) return { kind: 'unknown' };
  if (state.active === null) return { kind: 'none' };
  const { version, digest, activation, occurredAt: activatedAt, statement } = state.active;
  return { kind: 'active', version, digest, activation, activatedAt, statement };
}
