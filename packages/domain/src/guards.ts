// What a client said it saw, against what is there. A guard that fails is refused before anything else is looked at.
import type { Guards, Refusal } from './commands.js';
import { refuse } from './refusals.js';
import type { LedgerState } from './state.js';

/** Entity tag of what a command addresses: null when it is not there. */
export function entityTag(state: LedgerState, path: string | null): number | null {
  if (state.phase === 'absent') return null;
  if (path === null) return state.head.version ?? CREATED_ONLY_TAG;
  return state.head.document.nodeAt(path)?.revision ?? null;
}

/** The entity tag of a ledger that has no version yet: the revision of its `LedgerCreated`. */
export const CREATED_ONLY_TAG = 0;

export function guardRefusal(state: LedgerState, guards: Guards, path: string | null): Refusal | null {
  return (
    ifNoneMatch(state, guards, path) ?? ifMatch(state, guards, path) ?? expectedVersion(state, guards) ?? expectedActive(state, guards)
  );
}

function ifNoneMatch(state: LedgerState, { ifNoneMatch: wanted }: Guards, path: string | null): Refusal | null {
  const tag = wanted === undefined ? null : entityTag(state, path);
  if (tag === null) return null;
  const what = path ?? state.ledger;
  return refuse(
    'IF_NONE_MATCH_FAILED',
    path,
    `${what} exists already (entity tag "${tag}")`,
    'leave If-None-Match out to change what is there',
  );
}

function ifMatch(state: LedgerState, { ifMatch: seen }: Guards, path: string | null): Refusal | null {
  if (seen === undefined) return null;
  const tag = entityTag(state, path);
  if (tag !== null && (seen === '*' || seen === tag)) return null;
  const what = path ?? state.ledger;
  const now = tag === null ? 'it does not exist' : `it is at "${tag}"`;
  return refuse(
    'IF_MATCH_FAILED',
    path,
    `If-Match says ${seen === '*' ? '*' : `"${seen}"`} for ${what}, but ${now}`,
    'read it again, look at what changed since, and repeat the request with the new entity tag',
  );
}

function expectedVersion(state: LedgerState, { expectedVersion: seen }: Guards): Refusal | null {
  if (seen === undefined) return null;
  const version = state.phase === 'existing' ? state.head.version : null;
  if (version === seen) return null;
  const now = version === null ? 'has no version yet' : `is at version ${version}`;
  return refuse(
    'EXPECTED_VERSION_CONFLICT',
    'expectedVersion',
    `expectedVersion is ${seen}, but ${state.ledger} ${now}`,
    'read it again, look at what changed since, and repeat the request with the new version',
  );
}

function expectedActive(state: LedgerState, { expectedActive: seen }: Guards): Refusal | null {
  if (seen === undefined) return null;
  const active = state.phase === 'existing' ? (state.active?.version ?? null) : null;
  if (active === seen) return null;
  const now = active === null ? 'nothing is active' : `version ${active} is active`;
  return refuse(
    'EXPECTED_ACTIVE_CONFLICT',
    'expectedActive',
    `expectedActive is ${seen}, but in ${state.ledger} ${now}`,
    'look at what was activated since, and repeat the request with the version that is active now',
  );
}
