// Tags: names for versions. A tag moves only when that is asked for.
import { refuse } from '../stream/refusals.js';
import type { Command, LedgerRefusal } from './commands.js';
import type { DraftEvent } from './events.js';
import { VERSION_WORDS, type ExistingLedger } from './versions.js';

/** Tags of one ledger. */
export const TAGS_MAX = 1_000;

const TAG_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** The events that give a version a tag, none where it has it; or why not. */
export function tagged(
  existing: ExistingLedger,
  { tag, move }: Extract<Command, { type: 'Tag' }>,
  version: number,
): DraftEvent[] | LedgerRefusal {
  const { id, ledger } = existing;
  const invalid = tagNameProblem(tag);
  if (invalid) return invalid;
  const standsAt = ledger.tags.get(tag);
  if (standsAt === version) return [];
  if (standsAt === undefined && ledger.tags.size >= TAGS_MAX)
    return refuse('TAG_LIMIT', 'tag', `${id.text} has ${TAGS_MAX} tags`, 'Remove one first');
  if (standsAt !== undefined && !move) return tagExists(tag, standsAt);
  const away: DraftEvent[] = standsAt === undefined ? [] : [{ type: 'VersionUntagged', data: { version: standsAt, tag } }];
  return [...away, { type: 'VersionTagged', data: { version, tag } }];
}

/** The event that takes a tag from a version; or why not. */
export function untagged(existing: ExistingLedger, tag: string, version: number): DraftEvent[] | LedgerRefusal {
  if (existing.ledger.tags.get(tag) !== version) return tagUnknown(existing, tag, version);
  return [{ type: 'VersionUntagged', data: { version, tag } }];
}

function tagNameProblem(tag: string): LedgerRefusal | null {
  const remedy = 'Take letters, digits, dot, dash and underscore, at most 63, beginning with a letter or digit';
  if (!TAG_PATTERN.test(tag)) return refuse('TAG_NAME_INVALID', 'tag', 'The tag does not have the form of a tag', remedy);
  if (/^[0-9]+$/.test(tag))
    return refuse('TAG_NAME_INVALID', 'tag', `The tag '${tag}' is a number, and numbers name versions`, `Put a letter in front: v${tag}`);
  const reserved = VERSION_WORDS.find((word) => word === tag.toLowerCase());
  return reserved ? refuse('TAG_NAME_INVALID', 'tag', `'${tag}' always means a version of its own`, 'Take another name') : null;
}

function tagExists(tag: string, version: number): LedgerRefusal {
  return refuse('TAG_EXISTS', 'tag', `The tag '${tag}' names version ${version}`, 'Move it with move=true, or take another name');
}

function tagUnknown({ id, ledger }: ExistingLedger, tag: string, version: number): LedgerRefusal {
  const elsewhere = ledger.tags.get(tag);
  const message =
    elsewhere === undefined ? `${id.text} has no tag '${tag}'` : `The tag '${tag}' names version ${elsewhere}, not ${version}`;
  return refuse(
    'TAG_UNKNOWN',
    'tag',
    message,
    elsewhere === undefined ? 'Look at the versions for the tags that exist' : `Name version ${elsewhere}`,
  );
}
