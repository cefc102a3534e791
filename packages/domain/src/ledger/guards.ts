// What a client said it saw, against what is there. A guard that fails is refused before anything else is looked at.
import type { EnvironmentPolicy } from '../environments/events.js';
import { refuse } from '../stream/refusals.js';
import type { Guards, LedgerRefusal } from './commands.js';
import type { LedgerId } from './ledger-id.js';
import type { Ledger } from './state.js';

/** Entity tag of what a command addresses: null when it is not there. */
export function entityTag(ledger: Ledger | null, path: string | null, mount: string | null = null): number | null {
  if (ledger === null) return null;
  if (mount !== null) return ledger.schemas.get(mount)?.revision ?? null;
  if (path === null) return ledger.head.version ?? CREATED_ONLY_TAG;
  return ledger.head.document.nodeAt(path)?.revision ?? null;
}

/** The entity tag of a ledger that has no version yet: the revision of its `LedgerCreated`. */
export const CREATED_ONLY_TAG = 0;

/** The ledger that a guard is about, and what the command addresses in it: null for the document. */
export interface Guarded {
  /** Whether the command takes something live. */
  readonly goesLive: boolean;
  readonly id: LedgerId;
  readonly ledger: Ledger | null;
  readonly path: string | null;
  /** The mount of the schema that it addresses; null for any other command. */
  readonly mount: string | null;
}

/** What a change is to take live: what its sender says, or else what its environment does. */
export function activateOf(
  { activate }: Pick<Guards, 'activate'>,
  environment: { readonly policy: Pick<EnvironmentPolicy, 'writes'> } | null | undefined,
): NonNullable<Guards['activate']> {
  return activate ?? environment?.policy.writes === 'live';
}

export function guardRefusal(guarded: Guarded, guards: Guards): LedgerRefusal | null {
  return (
    ifNoneMatch(guarded, guards) ??
    ifMatch(guarded, guards) ??
    expectedVersion(guarded, guards) ??
    expectedActive(guarded, guards) ??
    expectedActivation(guarded, guards) ??
    digestOfNothing(guarded, guards)
  );
}

function ifNoneMatch({ id, ledger, path, mount }: Guarded, { ifNoneMatch: wanted }: Guards): LedgerRefusal | null {
  const tag = wanted === undefined ? null : entityTag(ledger, path, mount);
  if (tag === null) return null;
  const what = whatOf(id, path, mount);
  return refuse(
    'IF_NONE_MATCH_FAILED',
    path,
    `${what} exists already (entity tag "${shownTag(tag, mount)}")`,
    'Leave If-None-Match out to change what is there',
  );
}

function ifMatch({ id, ledger, path, mount }: Guarded, { ifMatch: seen }: Guards): LedgerRefusal | null {
  if (seen === undefined) return null;
  const tag = entityTag(ledger, path, mount);
  if (tag !== null && (seen === '*' || seen === tag)) return null;
  const what = whatOf(id, path, mount);
  const now = tag === null ? 'it does not exist' : `it is at "${shownTag(tag, mount)}"`;
  return refuse(
    'IF_MATCH_FAILED',
    path,
    `If-Match says ${seen === '*' ? '*' : `"${shownTag(seen, mount)}"`} for ${what}, but ${now}`,
    'Read it again, look at what changed since, and repeat the request with the new entity tag',
  );
}

const whatOf = (id: LedgerId, path: string | null, mount: string | null): string =>
  mount === null ? (path ?? id.text) : `the schema at the mount '${mount}'`;

/** The tag of a schema has a letter in front, so that it is never taken for that of a path. */
const shownTag = (tag: number, mount: string | null): string => (mount === null ? `${tag}` : `s${tag}`);

function expectedVersion({ id, ledger }: Guarded, { expectedVersion: seen }: Guards): LedgerRefusal | null {
  if (seen === undefined) return null;
  const version = ledger?.head.version ?? null;
  if (version === seen) return null;
  const now = version === null ? 'has no version yet' : `is at version ${version}`;
  return refuse(
    'EXPECTED_VERSION_CONFLICT',
    'expectedVersion',
    `expectedVersion is ${seen}, but ${id.text} ${now}`,
    'Read it again, look at what changed since, and repeat the request with the new version',
  );
}

function expectedActive({ id, ledger }: Guarded, { expectedActive: seen }: Guards): LedgerRefusal | null {
  if (seen === undefined) return null;
  const active = ledger?.active?.version ?? null;
  if (active === seen) return null;
  const now = active === null ? 'nothing is active' : `version ${active} is active`;
  return refuse(
    'EXPECTED_ACTIVE_CONFLICT',
    'expectedActive',
    `expectedActive is ${seen}, but in ${id.text} ${now}`,
    'Look at what was activated since, and repeat the request with the version that is active now',
  );
}

function expectedActivation({ id, ledger }: Guarded, { expectedActivation: seen }: Guards): LedgerRefusal | null {
  if (seen === undefined) return null;
  const activation = ledger?.active?.activation ?? null;
  if (activation === seen) return null;
  const now = activation === null ? 'nothing is active' : `activation ${activation} runs`;
  return refuse(
    'EXPECTED_ACTIVATION_CONFLICT',
    'expectedActivation',
    `expectedActivation is ${seen}, but in ${id.text} ${now}`,
    'Look at what was activated since, and repeat the request with the activation that runs now',
  );
}

/** A guard that nothing would be compared with would be no guard. */
function digestOfNothing({ goesLive }: Guarded, { expectedDigest }: Guards): LedgerRefusal | null {
  if (expectedDigest === undefined || goesLive) return null;
  const message = 'expectedDigest says what is to run, but this call takes nothing live';
  return refuse('EXPECTED_DIGEST_CONFLICT', 'expectedDigest', message, 'Send activate: true with it, or leave expectedDigest out');
}
