// Reads a text of any format to its source: a value with places, or the problems.
import { sizeFlaw } from './decode.js';
import { readEnv, type EnvOptions } from './env/read.js';
import { EMPTY_TEXT, NOT_OBJECT, ONLY_COMMENTS, RAW_NUL, RAW_SURROGATE } from './flaws.js';
import type { Format } from './format.js';
import { readJson } from './json/read.js';
import { Lines } from './lines.js';
import { judgeSize } from './measure.js';
import { Problems, ReadingStopped, type FormatProblem } from './problem.js';
import { plain, type ObjectSource, type SourceNode } from './source-node.js';
import { readToml } from './toml/read.js';
import { readYaml } from './yaml/read.js';

/** Options of reading; those of `.env` only, so far. */
export type ParseFormatOptions = EnvOptions;

/** The root of a text with its lines, or all that is wrong with it. */
export type SourceRead =
  | { readonly ok: true; readonly root: ObjectSource; readonly lines: Lines }
  | { readonly ok: false; readonly problems: readonly FormatProblem[] };

/** `emptyAllowed`: a TOML text between two rounds of edits may hold nothing. */
export function readSource(text: string, format: Format, options: ParseFormatOptions & { readonly emptyAllowed?: boolean }): SourceRead {
  const problems = new Problems();
  const lines = new Lines(text);
  const root = readWhole(text, format, options, problems);
  return root === null ? { ok: false, problems: problems.list(lines) } : { ok: true, root, lines };
}

/** Null where there are problems. */
function readWhole(text: string, format: Format, options: Parameters<typeof readSource>[2], problems: Problems): ObjectSource | null {
  const emptyAllowed = options.emptyAllowed === true && format === 'toml';
  try {
    judgeText(text, problems, emptyAllowed);
    const node = readers[format](text, problems, options);
    if (problems.any) return null;
    if (node === null) return problems.stop(text.length, ONLY_COMMENTS);
    const root = plain(node);
    if (root.kind !== 'object') return problems.stop(node.start, NOT_OBJECT);
    if (root.style === 'tables' && root.members.size === 0 && !emptyAllowed) return problems.stop(text.length, ONLY_COMMENTS);
    judgeSize(root, problems);
    return root;
  } catch (error) {
    if (error instanceof ReadingStopped) return null;
    throw error;
  }
}

type Reader = (text: string, problems: Problems, options: ParseFormatOptions) => SourceNode | null;

const readers: Readonly<Record<Format, Reader>> = {
  yaml: readYaml,
  toml: readToml,
  json: (text, problems) => readJson(text, problems, { comments: false }),
  jsonc: (text, problems) => readJson(text, problems, { comments: true }),
  env: readEnv,
};

/** What no format is read with: too many bytes, nothing, NUL, half a surrogate pair. */
function judgeText(text: string, problems: Problems, emptyAllowed: boolean): void {
  const tooLarge = sizeFlaw(text);
  if (tooLarge !== null) problems.stop(0, tooLarge);
  if (!emptyAllowed && /^\uFEFF?\s*$/.test(text)) problems.stop(0, EMPTY_TEXT);
  const zero = text.indexOf('\0');
  if (zero >= 0) problems.stop(zero, RAW_NUL);
  const half = text.search(/\p{Surrogate}/u);
  if (half >= 0) problems.stop(half, RAW_SURROGATE);
}
