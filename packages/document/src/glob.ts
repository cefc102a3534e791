// Globs over paths: `*` stands for one segment, `**` for any number of them, none included.
import { parsePath, pathFlaw, segmentsFlaw, splitPath, type Segments } from './path.js';
import { DocumentFault, type CodedProblem, type Flaw, type Result } from './problem.js';
import { stringFlaw } from './text.js';

const COMPILED_GLOBS_MAX = 256;
const compiled = new Map<string, (path: string) => boolean>();

const ANY_ONE = Symbol('*');
const ANY_NUMBER = Symbol('**');
type Part = string | typeof ANY_ONE | typeof ANY_NUMBER;

/** The glob itself when it is well formed. A star that belongs to a name is written `\*`. */
export function parseGlob(text: string): Result<string, CodedProblem> {
  const parts = globParts(text);
  return Array.isArray(parts) ? { ok: true, value: text } : { ok: false, problem: { ...parts, path: text } };
}

/** Whether the whole path matches. Throws a DocumentFault for a glob that `parseGlob` refuses; an invalid path matches nothing. */
export function matchesGlob(glob: string, path: string): boolean {
  return compileGlob(glob)(path);
}

/** `matchesGlob` for one glob; the newest 256 are remembered. */
export function compileGlob(glob: string): (path: string) => boolean {
  const known = compiled.get(glob);
  if (known !== undefined) return known;
  const parts = globParts(glob);
  if (!Array.isArray(parts)) throw new DocumentFault(`glob ${JSON.stringify(glob)}: ${parts.message} ${parts.remedy}`);
  const matcher = matcherOf(parts);
  const oldest = compiled.size < COMPILED_GLOBS_MAX ? undefined : compiled.keys().next().value;
  if (oldest !== undefined) compiled.delete(oldest);
  compiled.set(glob, matcher);
  return matcher;
}

/** Whether a path is one of the places that the globs name, or lies below one. A glob that `parseGlob` refuses names none. */
export function compilePlaces(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs
    .flatMap((glob) => [glob, `${glob}.**`])
    .filter((glob) => parseGlob(glob).ok)
    .map(compileGlob);
  return (path) => matchers.some((matches) => matches(path));
}

/** One segment of a glob: a name, or null where any one stands. */
export type GlobSegment = string | null;

/** The segments of a glob of segments and one-segment wildcards; none for `''`, the root. `**` is refused. */
export function globSegments(text: string): Result<readonly GlobSegment[], CodedProblem> {
  if (text === '') return { ok: true, value: [] };
  const parts = globParts(text);
  if (!Array.isArray(parts)) return { ok: false, problem: { ...withoutAnyNumber(parts), path: text } };
  if (parts.includes(ANY_NUMBER)) return { ok: false, problem: { ...anyNumberFlaw(text), path: text } };
  return { ok: true, value: parts.map((part) => (typeof part === 'string' ? part : null)) };
}

/** There is no ** to be offered here. */
function withoutAnyNumber(flaw: Flaw): Flaw {
  if (flaw.rule !== 'star-in-name') return flaw;
  return { ...flaw, remedy: 'Use * for one whole segment; write "\\*" for a star that belongs to a name.' };
}

function anyNumberFlaw(text: string): Flaw {
  return {
    code: 'PATH_BAD_ESCAPE',
    rule: 'one-segment-wildcards',
    message: `${JSON.stringify(text)} holds **, which stands for any number of segments; here * stands for exactly one.`,
    remedy: 'Name each segment, or write * for any one; write "\\*\\*" for a name of two stars.',
  };
}

function matcherOf(parts: readonly Part[]): (path: string) => boolean {
  if (parts.length === 1 && parts[0] === ANY_NUMBER) return (path) => path === '' || parsePath(path).ok;
  return (path) => {
    if (path === '') return false;
    const parsed = parsePath(path);
    return parsed.ok && matches(parts, parsed.value);
  };
}

/** Greedy with one place to return to, the last `**`: enough, because every other part takes exactly one segment. */
function matches(parts: readonly Part[], segments: Segments): boolean {
  let part = 0;
  let segment = 0;
  let resumePart = -1;
  let resumeSegment = 0;
  while (segment < segments.length) {
    const wanted = parts[part];
    if (wanted === ANY_NUMBER) {
      resumePart = ++part;
      resumeSegment = segment;
    } else if (wanted !== undefined && (wanted === ANY_ONE || wanted === segments[segment])) {
      part++;
      segment++;
    } else if (resumePart >= 0) {
      part = resumePart;
      segment = ++resumeSegment;
    } else {
      return false;
    }
  }
  while (parts[part] === ANY_NUMBER) part++;
  return part === parts.length;
}

function globParts(text: string): Part[] | Flaw {
  const flaw = pathFlaw(text) ?? stringFlaw(text);
  if (flaw !== null) return flaw;
  // A star is not a legal escape in a path. An escaped one is carried through the split as NUL, which no name may hold.
  const names = splitPath(text.replace(/\\([\\.*])/g, (escape, next: string) => (next === '*' ? '\u0000' : escape)));
  if (!Array.isArray(names)) return names;
  const parts: Part[] = [];
  for (const name of names) {
    if (name === '*') parts.push(ANY_ONE);
    else if (name === '**') parts.push(ANY_NUMBER);
    else if (name.includes('*')) return starInName(name.replaceAll('\u0000', '\\*'));
    else parts.push(name.replaceAll('\u0000', '*'));
  }
  return segmentsFlaw(parts.map((part) => (typeof part === 'string' ? part : '*'))) ?? parts;
}

function starInName(name: string): Flaw {
  return {
    code: 'PATH_BAD_ESCAPE',
    rule: 'star-in-name',
    message: `In the glob, ${JSON.stringify(name)} mixes a star with other characters; a star stands for a whole segment.`,
    remedy: 'Use * for one segment and ** for any number; write "\\*" for a star that belongs to a name.',
  };
}
