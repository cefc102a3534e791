// What a ledger runs now, with its document: for the relay and for the HTTP feed's first subscriber. Without it: for who watches nodes.
import type { ActivationNow } from '../ledgers.js';
import type { KeptLedger } from './kept-ledger.js';
import type { LedgerReader } from './ledger-reader.js';
import type { ActiveDocument } from '../ports/feed.js';

/** At least as new as the event at `revision`; null when nothing is active. */
export async function activeDocument(kept: KeptLedger, reader: LedgerReader, revision: number): Promise<ActiveDocument | null> {
  const known = kept.kept;
  const { state } = known !== null && revision >= 0 && known.state.revision >= revision ? known : await kept.fresh();
  if (state.phase === 'absent' || state.active === null) return null;
  const { document, rollbackTo: _rollbackTo, ...active } = state.active;
  const content = document ?? (await documentOf(reader, state.ledger, active.version));
  return { ledger: state.ledger, origin: state.origin, ...active, document: content };
}

/** What is active at the end of the log. */
export async function activationNow(kept: KeptLedger): Promise<ActivationNow> {
  const { state } = await kept.fresh();
  if (state.phase === 'absent') return { kind: 'unknown' };
  if (state.active === null) return { kind: 'none' };
  const { version, digest, activation, occurredAt: activatedAt } = state.active;
  return { kind: 'active', version, digest, activation, activatedAt };
}

async function documentOf(reader: LedgerReader, ledger: string, version: number) {
  const content = await reader.version(ledger, version);
  if ('document' in content) return content.document;
  throw new Error(`version ${version} of ${ledger} is active, but the log holds no such version`);
}
