// Tags: names for versions. A tag moves only when that is asked for.
import type { Command, Refusal } from './commands.js';
import type { Decision } from './decisions.js';
import type { DraftEvent } from './events.js';
import { refuse } from './refusals.js';
import type { ExistingLedger } from './state.js';
import { VERSION_WORDS, versionNumber } from './versions.js';
import type { VersionContent } from './versions.js';

/** Tags of one ledger. */
export const TAGS_MAX = 1_000;

const TAG_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export function decideTag(ledger: ExistingLedger, { tag, move }: Extract<Command, { type: 'Tag' }>, { version }: VersionContent): Decision {
  const invalid = tagNameProblem(tag);
  if (invalid) return { kind: 'refused', refusal: invalid };
  const standsAt = ledger.tags.get(tag);
  if (standsAt === version) return { kind: 'nothing', restored: null };
  if (standsAt === undefined && ledger.tags.size >= TAGS_MAX)
    return { kind: 'refused', refusal: refuse('TAG_LIMIT', 'tag', `${ledger.ledger} has ${TAGS_MAX} tags`, 'remove one first') };
  if (standsAt !== undefined && !move) return { kind: 'refused', refusal: tagExists(tag, standsAt) };
  const away: DraftEvent[] = standsAt === undefined ? [] : [{ type: 'VersionUntagged', data: { version: standsAt, tag } }];
  return {
    kind: 'accepted',
    events: [...away, { type: 'VersionTagged', data: { version, tag } }],
    differences: [],
    created: standsAt === undefined,
    restored: null,
  };
}

export function decideUntag(ledger: ExistingLedger, { tag, version: name }: Extract<Command, { type: 'Untag' }>): Decision {
  const version = versionNumber(ledger, name);
  if (typeof version !== 'number') return { kind: 'refused', refusal: version };
  if (ledger.tags.get(tag) !== version) return { kind: 'refused', refusal: tagUnknown(ledger, tag, version) };
  return {
    kind: 'accepted',
    events: [{ type: 'VersionUntagged', data: { version, tag } }],
    differences: [],
    created: false,
    restored: null,
  };
}

function tagNameProblem(tag: string): Refusal | null {
  const remedy = 'take letters, digits, dot, dash and underscore, at most 63, beginning with a letter or digit';
  if (!TAG_PATTERN.test(tag)) return refuse('TAG_NAME_INVALID', 'tag', 'the tag does not have the form of a tag', remedy);
  if (/^[0-9]+$/.test(tag))
    return refuse('TAG_NAME_INVALID', 'tag', `the tag '${tag}' is a number, and numbers name versions`, `put a letter in front: v${tag}`);
  const reserved = VERSION_WORDS.find((word) => word === tag.toLowerCase());
  return reserved ? refuse('TAG_NAME_INVALID', 'tag', `'${tag}' always means a version of its own`, 'take another name') : null;
}

function tagExists(tag: string, version: number): Refusal {
  return refuse('TAG_EXISTS', 'tag', `the tag '${tag}' names version ${version}`, 'move it with move=true, or take another name');
}

function tagUnknown(ledger: ExistingLedger, tag: string, version: number): Refusal {
  const elsewhere = ledger.tags.get(tag);
  const message =
    elsewhere === undefined ? `${ledger.ledger} has no tag '${tag}'` : `the tag '${tag}' names version ${elsewhere}, not ${version}`;
  return refuse(
    'TAG_UNKNOWN',
    'tag',
    message,
    elsewhere === undefined ? 'look at the versions for the tags that exist' : `name version ${elsewhere}`,
  );
}
