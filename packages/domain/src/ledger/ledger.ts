// The ledger as an aggregate.
import { Document } from '@confledger/document';
import type { Aggregate } from '../stream/aggregate.js';
import type { FinishDraft, StreamEnd } from '../stream/record.js';
import { decideLedger } from './decisions.js';
import { LEDGER_EVENTS, type DraftEvent, type LedgerEvent } from './events.js';
import { LedgerId } from './ledger-id.js';
import { ledgerSnapshots } from './snapshots.js';
import type { LedgerTypes } from './ledger-types.js';
import { ledgerFold } from './state.js';

export const ledgerAggregate: Aggregate<LedgerTypes> = {
  streamOf: ({ stream }) => stream,
  idOf: LedgerId.ofStream,
  events: LEDGER_EVENTS,
  apply: ledgerFold(Document.empty),
  decide: decideLedger,
  snapshots: ledgerSnapshots,
  sizeOf: ({ head }) => head.document.leafCount,
};

/** What an activation's signature covers, besides the key's id. */
export interface ActivationToSign {
  readonly ledger: string;
  readonly origin: string;
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
}

export type SignActivation = (activation: ActivationToSign) => { readonly keyId: string; readonly signature: string };

/** Signs activations; every other draft is an event already. */
export function signedBy(sign: SignActivation): FinishDraft<DraftEvent, LedgerEvent> {
  return (draft, end) => (draft.type === 'VersionActivated' ? signed(draft, end, sign) : draft);
}

function signed(draft: Extract<DraftEvent, { type: 'VersionActivated' }>, end: StreamEnd, sign: SignActivation): LedgerEvent {
  const id = LedgerId.ofStream(end.name);
  if (end.origin === null || id === null) throw new TypeError('An activation cannot be the first event of a ledger.');
  const { version, previous, digest } = draft.data;
  const signature = sign({ ledger: id.text, origin: end.origin, activation: end.revision + 1, version, previous, digest });
  return { type: 'VersionActivated', data: { ...draft.data, ...signature } };
}
