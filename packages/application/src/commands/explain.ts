// Makes a refusal say what happened: which versions are pending, what changed since the client looked.
import { overlaps } from '@confledger/document';
import { refuse, refuseWith } from '@confledger/domain';
import type { Guards, LedgerState, Refusal, RefusalDetail } from '@confledger/domain';
import type { LedgerReader } from '../reading/ledger-reader.js';
import { versionsBetween } from './versions-between.js';
import type { VersionMade } from './versions-between.js';

/** Versions named in one refusal, and paths named of one version. */
const VERSIONS_NAMED_MAX = 20;
const PATHS_NAMED_MAX = 5;

export async function explainRefusal(reader: LedgerReader, state: LedgerState, refusal: Refusal, guards: Guards): Promise<Refusal> {
  const since = seenVersion(state, refusal, guards);
  if (since === null || state.phase === 'absent' || state.head.version === null) return refusal;
  const versions = await versionsBetween(reader, state.ledger, since, state.head.version);
  const named = versions
    .filter((version) => concerns(version, refusal))
    .slice(-VERSIONS_NAMED_MAX)
    .map((version) => detailOf(version, refusal));
  return refuseWith(refusal.code, refusal.message, [...refusal.details, ...named]);
}

/** A command lost every append against other processes. */
export function writeConflict(attempts: number): Refusal {
  const message = `other writers changed the ledger first, ${attempts} times in a row`;
  return refuse('WRITE_CONFLICT', null, message, 'nothing was written: send the request again');
}

function seenVersion(state: LedgerState, refusal: Refusal, guards: Guards): number | null {
  switch (refusal.code) {
    case 'PENDING_CHANGES':
      return state.phase === 'existing' ? (state.active?.version ?? -1) : null;
    case 'EXPECTED_VERSION_CONFLICT':
      return guards.expectedVersion ?? null;
    case 'IF_MATCH_FAILED':
      return typeof guards.ifMatch === 'number' ? guards.ifMatch : null;
    default:
      return null;
  }
}

/** The entity tag of a path is moved by changes at, above or below it only: the others are no answer to "what changed". */
function concerns({ paths }: VersionMade, { code, details }: Refusal): boolean {
  const addressed = code === 'IF_MATCH_FAILED' ? (details[0]?.path ?? null) : null;
  return addressed === null || paths.some((path) => overlaps(path, addressed));
}

function detailOf({ version, actor, reason, occurredAt, paths }: VersionMade, refusal: Refusal): RefusalDetail {
  const more = paths.length > PATHS_NAMED_MAX ? ` and ${paths.length - PATHS_NAMED_MAX} more` : '';
  const what = `${paths.slice(0, PATHS_NAMED_MAX).join(', ')}${more}`;
  const why = reason === null ? '' : ` (${reason})`;
  const rule = refusal.code === 'PENDING_CHANGES' ? 'pending-version' : 'changed-since';
  return {
    path: paths[0] ?? null,
    rule,
    message: `version ${version} by ${actor} at ${occurredAt} changed ${what}${why}`,
    remedy: `look at version ${version}`,
  };
}
