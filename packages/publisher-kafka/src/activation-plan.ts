// What has to be written so that the topic holds an activation: its differing leaves, then its marker; or nothing.
import type { ActiveDocument } from '@confledger/application';
import { activationMarker, type ActivationMarker, type FeedLeaf } from '@confledger/contracts';
import type { FeedAlarm } from './alarms.js';
import type { HeldLedger } from './held-ledger.js';
import type { SignatureCheck } from './signatures.js';

export interface ActivationPlan {
  readonly active: ActiveDocument;
  readonly leaves: readonly FeedLeaf[];
  readonly marker: ActivationMarker;
}

/** Null when nothing is to be written. A marker counts only when its signature holds and its origin is ours. */
export function planActivation(held: HeldLedger, active: ActiveDocument, holds: SignatureCheck): ActivationPlan | FeedAlarm | null {
  const newest = held.marker;
  const counts =
    newest !== null && newest.origin === active.origin && (held.written || isOf(newest, active) || holds(active.ledger, newest));
  if (counts && newest.activation > active.activation) return aboveAlarm(active, newest);
  const leaves = held.leavesTowards(active.document, active.version);
  if (counts && newest.activation === active.activation && newest.digest === active.digest && leaves.length === 0) return null;
  return { active, leaves, marker: activationMarker(active, leaves.length) };
}

/** The same statement with the same signature needs no second check. */
function isOf(marker: ActivationMarker, active: ActiveDocument): boolean {
  return (['origin', 'activation', 'version', 'previous', 'digest', 'keyId', 'signature'] as const).every(
    (name) => marker[name] === active[name],
  );
}

function aboveAlarm({ ledger, activation }: ActiveDocument, newest: ActivationMarker): FeedAlarm {
  const message = `the topic holds activation ${newest.activation} of ${ledger}, signed by this installation, but the log's newest is ${activation}: has the log been set back?`;
  return { kind: 'above', ledger, message };
}
