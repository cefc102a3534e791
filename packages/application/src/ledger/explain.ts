// Makes a refusal say what happened: which versions are pending, what changed since the client looked.
import { overlaps } from '@confledger/document';
import {
  mountIn,
  refuseWith,
  type Command,
  type Guards,
  type Ledger,
  type LedgerId,
  type LedgerRefusal,
  type Refusal,
  type RefusalDetail,
} from '@confledger/domain';
import type { LedgerReader } from './ledger-versions.js';
import { seenUpTo, versionsBetween, type VersionMade } from './versions-between.js';

/** Versions named in one refusal, and paths named of one version. */
const VERSIONS_NAMED_MAX = 20;
const PATHS_NAMED_MAX = 5;

/** A refusal on the state that it was decided on, and what the client said it had seen. */
export interface Refused {
  readonly id: LedgerId;
  readonly ledger: Ledger | null;
  readonly refusal: LedgerRefusal;
  readonly guards: Guards;
  readonly command: Command;
}

export async function explainRefusal(reader: LedgerReader, refused: Refused): Promise<LedgerRefusal> {
  const { id, ledger, refusal } = refused;
  const since = seenVersion(refused);
  const latest = ledger?.head.version ?? null;
  if (since === null || latest === null) return refusal;
  const versions = await versionsBetween(reader, id, since, latest);
  const concerned = versions.filter((version) => concerns(version, refusal));
  const named = concerned.slice(-VERSIONS_NAMED_MAX).map((version) => detailOf(version, refusal));
  return refuseWith(refusal.code, refusal.message, [...refusal.details, ...named, ...notNamed(concerned.length - named.length)]);
}

function notNamed(count: number): RefusalDetail[] {
  if (count === 0) return [];
  const message = `${count} older version${count === 1 ? ' is' : 's are'} not named here`;
  return [{ path: null, rule: 'versions-not-named', message, remedy: 'List the versions to see all of them' }];
}

function seenVersion({ ledger, refusal, guards, command }: Refused): number | null {
  switch (refusal.code) {
    case 'PENDING_CHANGES':
      return ledger === null ? null : seenUpTo(ledger.active?.version ?? null);
    case 'EXPECTED_VERSION_CONFLICT':
      return guards.expectedVersion ?? null;
    case 'IF_MATCH_FAILED':
      // The tag of a schema is moved by no version.
      return mountIn(command) === null && typeof guards.ifMatch === 'number' ? guards.ifMatch : null;
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
    message: `Version ${version} by ${actor} at ${occurredAt} changed ${what}${why}`,
    remedy: `Look at version ${version}`,
  };
}
