// One activation of a ledger as its event says: what it took live, over what, by whom and why.
import { pastActivationOf, type LedgerId } from '@confledger/domain';
import type { ActivationRow } from '../ports/read-model.js';
import { activationEvent, type LedgerReader } from './ledger-versions.js';

/** Null where the event of that number is no activation, or took no effect. */
export async function activationAt(reader: LedgerReader, id: LedgerId, activation: number): Promise<ActivationRow | null> {
  const event = await activationEvent(reader, id, activation);
  if (event === null) return null;
  const { source = null, reason } = event.metadata;
  const { rollbackTo = null, previousActivation } = event.data;
  const before = previousActivation === undefined ? await activationBefore(reader, id, activation) : previousActivation;
  return { ...pastActivationOf(event, before), reason, rollbackTo, source };
}

/** An event of form 1 does not name the activation before it. */
async function activationBefore(reader: LedgerReader, id: LedgerId, activation: number): Promise<number | null> {
  const { stream } = await reader.atRevision(id, activation - 1);
  return stream.state?.active?.activation ?? null;
}
