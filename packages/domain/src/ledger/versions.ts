// Which version a name means. Pure: a version that is not in the state is a need, loaded by the command loop, and the decision is made
// again.
import { Document, nearestWord } from '@confledger/document';
import { refuse } from '../stream/refusals.js';
import type { LedgerRefusal, VersionName } from './commands.js';
import type { LedgerId } from './ledger-id.js';
import type { Ledger } from './state.js';

/** A version with its document and its place in the row of all versions (1 is the first). */
export interface VersionContent {
  readonly version: number;
  readonly ordinal: number;
  readonly document: Document;
}

/** What was found when a version was loaded: its content, or the numbers next to it that are versions. */
export type LoadedVersion = VersionContent | { readonly version: number; readonly nearest: readonly number[] };

/** A ledger that exists, as names of its versions are resolved in it. */
export interface ExistingLedger {
  readonly id: LedgerId;
  readonly ledger: Ledger;
  /** Of the last event of its stream. */
  readonly revision: number;
}

export type ResolvedVersion =
  | { readonly kind: 'found'; readonly content: VersionContent }
  | { readonly kind: 'needs'; readonly version: number }
  | { readonly kind: 'refused'; readonly refusal: LedgerRefusal };

/** Words that name a version and can therefore be no tag. */
export const VERSION_WORDS = ['latest', 'active', 'previous'] as const;

/** A word for what ran, with everything that it was built on. */
export type RunName = 'active' | 'previous';

/** Whether a name means what ran; every other means an own document. */
export const isOfRun = (name: VersionName | undefined): name is RunName => name === 'active' || name === 'previous';

/** Resolves a name to its number: a refusal when it names nothing here. */
export function versionNumber(existing: ExistingLedger, name: VersionName): number | LedgerRefusal {
  const { ledger, revision } = existing;
  if (typeof name === 'number') return isRevision(name) && name <= revision ? name : unknownVersion(existing, name);
  switch (name) {
    case 'latest':
      return ledger.head.version ?? noVersion(existing);
    case 'active':
      return ledger.active?.version ?? nothingActive(existing);
    case 'previous':
      return ledger.active === null ? nothingActive(existing) : (previousVersion(ledger) ?? nothingPrevious(existing));
    default:
      return ledger.tags.get(name) ?? unknownTag(existing, name);
  }
}

/** The version of the activation before the active one. */
function previousVersion({ activations }: Ledger): number | null {
  return activations.at(-2)?.version ?? null;
}

/** The content of a version; undefined where it must be loaded, a refusal where there is no such version. */
export function contentOf(
  existing: ExistingLedger,
  version: number,
  asked: { get(sort: 'version', key: number): LoadedVersion | undefined },
): VersionContent | LedgerRefusal | undefined {
  const resolved = resolveVersion(existing, version, (wanted) => asked.get('version', wanted));
  if (resolved.kind === 'needs') return undefined;
  return resolved.kind === 'refused' ? resolved.refusal : resolved.content;
}

/** True for a name whose meaning may move: a word or a tag. */
export const isWord = (name: VersionName): boolean => typeof name === 'string';

/** Resolves a number to the version's content, as far as the state and what was loaded for this decision go. */
export function resolveVersion(
  existing: ExistingLedger,
  version: number,
  loaded: (version: number) => LoadedVersion | undefined,
): ResolvedVersion {
  const { head, active, pending } = existing.ledger;
  // Names the empty document in every ledger.
  if (version === 0) return { kind: 'found', content: { version, ordinal: 0, document: Document.empty } };
  if (head.version === version) return { kind: 'found', content: { version, ordinal: head.ordinal, document: head.document } };
  if (active?.version === version && active.document)
    return { kind: 'found', content: { version, ordinal: head.ordinal - pending, document: active.document } };
  const found = loaded(version);
  if (!found) return { kind: 'needs', version };
  return 'document' in found
    ? { kind: 'found', content: found }
    : { kind: 'refused', refusal: notAVersion(existing, version, found.nearest) };
}

const isRevision = (number: number): boolean => Number.isSafeInteger(number) && number >= 0;

export function notAVersion({ id }: Pick<ExistingLedger, 'id'>, version: number, nearest: readonly number[]): LedgerRefusal {
  const versions = nearest.length === 1 ? 'The nearest version is' : 'The nearest versions are';
  const hint = nearest.length === 0 ? 'The ledger has no version yet' : `${versions} ${nearest.join(' and ')}`;
  return refuse(
    'VERSION_NOT_A_VERSION',
    'version',
    `${id.text} has no version ${version}: a version is the number of its last event, so that there are gaps`,
    hint,
  );
}

function unknownVersion(existing: ExistingLedger, version: number): LedgerRefusal {
  return refuse('VERSION_UNKNOWN', 'version', `${existing.id.text} has no version ${version}`, latestHint(existing));
}

function noVersion({ id }: ExistingLedger): LedgerRefusal {
  return refuse(
    'NOTHING_TO_ACTIVATE',
    'version',
    `${id.text} has no version yet`,
    'Write a value first, or activate version 0 to run what is inherited alone',
  );
}

function unknownTag({ id, ledger }: ExistingLedger, name: string): LedgerRefusal {
  const near = nearestWord(name, [...VERSION_WORDS, ...ledger.tags.keys()]);
  const remedy =
    near === undefined ? `Name a version by its number, a tag, or one of ${VERSION_WORDS.join(', ')}` : `Did you mean '${near}'?`;
  return refuse('TAG_UNKNOWN', 'version', `${id.text} has no version or tag '${name}'`, remedy);
}

export function nothingActive({ id }: ExistingLedger): LedgerRefusal {
  return refuse('NOTHING_ACTIVE', 'version', `Nothing is active in ${id.text}`, 'Activate a version first');
}

export function nothingPrevious(existing: ExistingLedger): LedgerRefusal {
  return refuse(
    'NOTHING_PREVIOUS',
    'version',
    `No version was active in ${existing.id.text} before the one that is active now`,
    latestHint(existing),
  );
}

function latestHint({ ledger }: ExistingLedger): string {
  return ledger.head.version === null
    ? 'The ledger has no version yet: write a value first'
    : `The newest version is ${ledger.head.version}`;
}
