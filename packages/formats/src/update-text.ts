// An existing text brought to another value: what differs is changed, and comments, order and notation of the rest stay.
import { equalJson, type JsonObject } from '@confledger/document/json-and-paths';
import type { UpdatedFormat } from './format.js';
import { UPDATE_ROUNDS_MAX } from './limits.js';
import type { FormatFlaw, FormatProblem } from './problem.js';
import { readSource } from './read-source.js';
import { valueOf } from './source-node.js';
import { NoSuchEdit, withEdits } from './update/edits.js';
import { flowSyntaxOf } from './update/flow-syntaxes.js';
import { editsOf, type RoundKind } from './update/updater.js';
import { writeFormat, type WriteProblem } from './write-format.js';

/** The text with its changes, or why there is none. */
export type UpdatedText =
  | { readonly ok: true; readonly text: string }
  /** The text cannot be read. */
  | { readonly ok: false; readonly problems: readonly FormatProblem[] }
  /** The value cannot be written in this format, or the text cannot be brought to it: CANNOT_KEEP. */
  | { readonly ok: false; readonly problem: WriteProblem };

/**
 * The text with the values that differ changed, byte for byte the same where nothing does. An array is changed element by element, as long
 * as no element comes before others that stay; then it is written anew, without its comments. A comment on the line of what is removed goes
 * with it. YAML: an alias stays while its value does, and is written out otherwise. TOML: new tables go to the end. What is read back from
 * the result equals the value; where no edits reach that, the refusal is CANNOT_KEEP, and the text can be written anew by `writeFormat`.
 */
export function updateText(text: string, format: UpdatedFormat, value: JsonObject): UpdatedText {
  const read = readSource(text, format, {});
  if (!read.ok) return read;
  if (equalJson(valueOf(read.root), value)) return { ok: true, text };
  const written = writeFormat(value, format === 'jsonc' ? 'json' : format);
  if (!written.ok) return written;
  for (const first of WAYS) {
    const updated = roundsFrom({ text, format, wanted: value, root: read.root }, first);
    if (updated !== null) return { ok: true, text: updated };
  }
  return { ok: false, problem: { ...NOT_KEPT, paths: [''] } };
}

/** What is tried, one after the other: the smallest edits, aliases written out before, members of the root as a whole. */
const WAYS: readonly (readonly RoundKind[])[] = [[], ['allAliases'], ['allAliases', 'members']];

/** The text after some rounds, or null where they do not reach the value. */
function roundsFrom(given: Stand, first: readonly RoundKind[]): string | null {
  let stand = given;
  for (let round = 0; round < UPDATE_ROUNDS_MAX + first.length; round++) {
    const kind = first[round];
    const text = roundOf(stand, kind === undefined ? ['own', 'aliases'] : [kind]);
    if (text === null) return null;
    const read = readSource(text, given.format, { emptyAllowed: true });
    if (!read.ok) return null;
    if (equalJson(valueOf(read.root), given.wanted)) return text;
    stand = { ...given, text, root: read.root };
  }
  return null;
}

interface Stand {
  readonly text: string;
  readonly format: UpdatedFormat;
  readonly wanted: JsonObject;
  readonly root: Parameters<typeof editsOf>[0]['root'];
}

/** The text after the edits of the first kind that finds any; null where an edit is not possible. */
function roundOf({ text, format, wanted, root }: Stand, kinds: readonly RoundKind[]): string | null {
  const syntax = flowSyntaxOf(format, text);
  try {
    for (const kind of kinds) {
      const edits = editsOf({ text, root, wanted, syntax, kind });
      if (edits.length > 0 || kind === 'allAliases' || kind === 'members') return withEdits(text, edits);
    }
    return null;
  } catch (error) {
    if (error instanceof NoSuchEdit) return null;
    throw error;
  }
}

const NOT_KEPT: FormatFlaw = {
  code: 'CANNOT_KEEP',
  rule: 'no-such-edit',
  message: 'The text is written in a way in which its values cannot be changed one by one.',
  remedy: 'Write the whole file anew; its comments and its order are then lost.',
};
