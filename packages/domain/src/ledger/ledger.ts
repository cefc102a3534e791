// The ledger as an aggregate.
import { Document } from '@confledger/document';
import type { Aggregate } from '../stream/aggregate.js';
import type { EventPlacement, FinishDraft } from '../stream/record.js';
import { decideLedger } from './decisions.js';
import { LEDGER_EVENTS, type DraftEvent, type LedgerEvent, type UnsignedActivation, type VersionActivated } from './events.js';
import { LedgerId } from './ledger-id.js';
import { ledgerSnapshots } from './snapshots.js';
import type { LedgerTypes } from './ledger-types.js';
import { ledgerFold, type LayeredStatement } from './state.js';

export const ledgerAggregate: Aggregate<LedgerTypes> = {
  streamOf: ({ stream }) => stream,
  idOf: LedgerId.ofStream,
  events: LEDGER_EVENTS,
  schemaVersionOf: ledgerSchemaVersion,
  apply: ledgerFold(Document.empty),
  decide: decideLedger,
  isDraft: (events) => events.every(({ type }) => type === 'LedgerCreated' || type === 'ConfigSet' || type === 'ConfigDeleted'),
  snapshots: ledgerSnapshots,
  sizeOf: ({ head }) => head.document.leafCount,
};

/** What the signature of every activation covers, besides the key's id. */
export interface ActivationToSign {
  readonly ledger: string;
  readonly origin: string;
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
  /** What a statement of form 2 covers too; null for form 1. */
  readonly more: ActivationToSignMore | null;
}

export type ActivationToSignMore = LayeredStatement & {
  /** Id of the actor. */
  readonly actor: string;
  readonly occurredAt: string;
};

export type SignActivation = (activation: ActivationToSign) => { readonly keyId: string; readonly signature: string };

/** Signs activations; every other draft is an event already. */
export function signedBy(sign: SignActivation): FinishDraft<DraftEvent, LedgerEvent> {
  return (draft, place) => (draft.type === 'VersionActivated' ? signed(draft, place, sign) : draft);
}

/** The schemaVersion of an event that was made just now: activations of form 1 have no `own`. */
function ledgerSchemaVersion({ type, data }: LedgerEvent): number {
  return type === 'VersionActivated' && 'own' in data ? 2 : 1;
}

function signed({ data, statement }: UnsignedActivation, { end, actor, occurredAt }: EventPlacement, sign: SignActivation): LedgerEvent {
  const id = LedgerId.ofStream(end.name);
  if (end.origin === null || end.hash === null || id === null) throw new TypeError('An activation cannot be the first event of a ledger.');
  const { version, previous, digest } = data;
  const covered = { ledger: id.text, origin: end.origin, activation: end.revision + 1, version, previous, digest };
  // Form 1 is what a release of before reads: members that it does not know would be refused by it.
  if (statement.form === 1)
    return { type: 'VersionActivated', data: { ...data, ...sign({ more: null, ...covered }) } as VersionActivated['data'] };
  const { form: _form, ...layered } = statement;
  const more = { previousHash: end.hash, actor: actor.id, occurredAt, ...layered };
  return { type: 'VersionActivated', data: { ...data, ...layered, ...sign({ more, ...covered }) } };
}
