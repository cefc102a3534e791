// What a ledger runs now, with its document: for the relay and for the HTTP feed's first subscriber. Without it: for who watches nodes.
import { LedgerId, StreamCorrupt, type LedgerTypes } from '@confledger/domain';
import type { KeptStream } from '../loading/kept-stream.js';
import type { ActiveDocument } from '../ports/feed.js';
import type { ActivationNow } from './ledgers.js';
import { loadVersion, type LedgerReader } from './ledger-versions.js';

/** What is active, and where it is known from. */
export interface SourcedActive {
  readonly active: ActiveDocument;
  /** No snapshot says anything of it: the log does, from its first event on. */
  readonly fromLogAlone: boolean;
}

/**
 * At least as new as the event at `revision`; null when nothing is active. Throws `StreamCorrupt` for an activation of what its ledger does
 * not hold: parts without the key meet it where somebody altered a ledger and computed the hashes anew.
 */
export async function activeDocument(kept: KeptStream<LedgerTypes>, reader: LedgerReader, revision: number): Promise<SourcedActive | null> {
  const known = kept.kept;
  const loaded = known !== null && revision >= 0 && known.stream.revision >= revision ? known : await kept.fresh();
  const { stream } = loaded;
  if (stream.origin === null || stream.state === null || stream.state.active === null) return null;
  const { document, layered, activation, version, previous, digest, keyId, signature, actor, occurredAt } = stream.state.active;
  const content = document ?? (await documentOf(reader, kept.id, version));
  if (content.digest !== digest)
    throw new StreamCorrupt(`event ${activation} of ${kept.id.stream} does not hold: version ${version} has another digest`);
  const active = { activation, version, previous, digest, keyId, signature, actor, occurredAt, document: content };
  return {
    active: { ledger: kept.id.text, origin: stream.origin, ...active, ...layered },
    // A document of an older version may have been read with the help of a snapshot.
    fromLogAlone: loaded.fromLogAlone === true && content === document,
  };
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

async function documentOf(reader: LedgerReader, id: LedgerId, version: number) {
  const content = await loadVersion(reader, id, version);
  if ('document' in content) return content.document;
  throw new StreamCorrupt(`version ${version} of ${id.stream} does not hold: it is active, but there is no such version`);
}
