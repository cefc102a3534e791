// What the projection driver does with each stream: fold it, pass over it, or park it until a release comes that knows it.
import { kindOfStream, type StreamKind } from '../streams.js';
import { projectedLedger } from './ledger-view.js';

/** `none`: known, and makes no rows. `unknown`: a later release may make rows of it, so it is parked. */
export type StreamUse =
  | { readonly kind: 'ledger'; readonly ledger: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly reason: string };

export type StreamUses = (stream: string) => StreamUse;

/** What this release makes of each kind of stream. `unknown` until there is code that folds it, or that decides that it makes no rows. */
export const USES_OF_KINDS: Readonly<Record<StreamKind, StreamUse['kind']>> = {
  ledger: 'ledger',
  installation: 'none',
  credentials: 'unknown',
  environments: 'unknown',
  accessControl: 'unknown',
  proposal: 'unknown',
  template: 'unknown',
  keyring: 'unknown',
  secretAccess: 'unknown',
  accessLog: 'unknown',
  fleet: 'unknown',
};

/** What this release does with a stream. */
export function useOfStream(stream: string): StreamUse {
  const kind = kindOfStream(stream);
  const use = kind === null ? 'unknown' : USES_OF_KINDS[kind];
  if (use === 'none') return { kind: 'none' };
  if (use === 'unknown') return { kind: 'unknown', reason: 'this release does not know its stream' };
  const ledger = projectedLedger(stream);
  return ledger === null ? { kind: 'unknown', reason: 'its stream is not named after a ledger' } : { kind: 'ledger', ledger };
}
