// Which version a name means. Pure: a version that is not in the state is asked for with 'needs', loaded by the command
// loop, and the decision is made again.
import { nearestWord } from '@confledger/document';
import type { Document } from '@confledger/document';
import type { Refusal, VersionName } from './commands.js';
import { refuse } from './refusals.js';
import type { ExistingLedger } from './state.js';

/** A version with its document and its place in the row of all versions (1 is the first). */
export interface VersionContent {
  readonly version: number;
  readonly ordinal: number;
  readonly document: Document;
}

/** What the command loop found when it was asked for a version: its content, or the numbers next to it that are versions. */
export type LoadedVersion = VersionContent | { readonly version: number; readonly nearest: readonly number[] };

export type ResolvedVersion =
  | { readonly kind: 'found'; readonly content: VersionContent }
  | { readonly kind: 'needs'; readonly version: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Words that name a version and can therefore be no tag. */
export const VERSION_WORDS = ['latest', 'active', 'previous'] as const;

/** Resolves a name to its number: a refusal when it names nothing here. */
export function versionNumber(ledger: ExistingLedger, name: VersionName): number | Refusal {
  if (typeof name === 'number') return isRevision(name) && name <= ledger.revision ? name : unknownVersion(ledger, name);
  switch (name) {
    case 'latest':
      return (
        ledger.head.version ??
        refuse('NOTHING_TO_ACTIVATE', 'version', `${ledger.ledger} has no version yet`, 'write a value first: that makes the first version')
      );
    case 'active':
      return ledger.active?.version ?? nothingActive(ledger);
    case 'previous':
      return ledger.active === null ? nothingActive(ledger) : (ledger.active.previous ?? nothingPrevious(ledger));
    default:
      return ledger.tags.get(name) ?? unknownTag(ledger, name);
  }
}

/** Resolves a name to the version's content, as far as the state and what was loaded for this decision go. */
export function resolveVersion(ledger: ExistingLedger, name: VersionName, loaded: ReadonlyMap<number, LoadedVersion>): ResolvedVersion {
  const version = versionNumber(ledger, name);
  if (typeof version !== 'number') return { kind: 'refused', refusal: version };
  const { head, active, pending } = ledger;
  if (head.version === version) return { kind: 'found', content: { version, ordinal: head.ordinal, document: head.document } };
  if (active?.version === version && active.document)
    return { kind: 'found', content: { version, ordinal: head.ordinal - pending, document: active.document } };
  const found = loaded.get(version);
  if (!found) return { kind: 'needs', version };
  return 'document' in found
    ? { kind: 'found', content: found }
    : { kind: 'refused', refusal: notAVersion(ledger, version, found.nearest) };
}

const isRevision = (number: number): boolean => Number.isSafeInteger(number) && number >= 0;

export function notAVersion(ledger: ExistingLedger, version: number, nearest: readonly number[]): Refusal {
  const hint = nearest.length === 0 ? 'the ledger has no version yet' : `the nearest versions are ${nearest.join(' and ')}`;
  return refuse('VERSION_NOT_A_VERSION', 'version', `revision ${version} of ${ledger.ledger} is no version`, hint);
}

function unknownVersion(ledger: ExistingLedger, version: number): Refusal {
  return refuse('VERSION_UNKNOWN', 'version', `${ledger.ledger} has no version ${version}`, latestHint(ledger));
}

function unknownTag(ledger: ExistingLedger, name: string): Refusal {
  const near = nearestWord(name, [...VERSION_WORDS, ...ledger.tags.keys()]);
  const remedy =
    near === undefined ? `name a version by its number, a tag, or one of ${VERSION_WORDS.join(', ')}` : `did you mean '${near}'?`;
  return refuse('TAG_UNKNOWN', 'version', `${ledger.ledger} has no version or tag '${name}'`, remedy);
}

function nothingActive(ledger: ExistingLedger): Refusal {
  return refuse('NOTHING_ACTIVE', 'version', `nothing is active in ${ledger.ledger}`, 'activate a version first');
}

function nothingPrevious(ledger: ExistingLedger): Refusal {
  return refuse(
    'NOTHING_PREVIOUS',
    'version',
    `no version was active in ${ledger.ledger} before the one that is active now`,
    latestHint(ledger),
  );
}

function latestHint(ledger: ExistingLedger): string {
  return ledger.head.version === null
    ? 'the ledger has no version yet: write a value first'
    : `the newest version is ${ledger.head.version}`;
}
