// Paths: text with escapes outside, segments inside. A dot in a name is written `\.`, a backslash `\\`.
import { DEPTH_MAX, PATH_BYTES_MAX } from './limits.js';
import { quoted, type CodedProblem, type Flaw, type Result } from './problem.js';
import { emptySegment, isForbiddenName, segmentFlaw } from './text.js';

export type Segments = readonly string[];

const utf8 = new TextEncoder();

const DOT = 46;
const BACKSLASH = 92;
// The paths that nearly everybody writes: no escapes, no character that could be refused, so split() is the parser.
const PLAIN_PATH = /^[\w-]+(?:\.[\w-]+)*$/;

// A command asks for the segments of its path four times: when it is decided, made, folded, and answered.
let lastText = '';
let lastResult: Result<Segments, CodedProblem> | null = null;

/** The segments of a path, or what is wrong with it. */
export function parsePath(text: string): Result<Segments, CodedProblem> {
  if (lastResult === null || text !== lastText) {
    lastResult = parsed(text);
    lastText = text;
  }
  return lastResult;
}

function parsed(text: string): Result<Segments, CodedProblem> {
  if (text.length <= PATH_BYTES_MAX && PLAIN_PATH.test(text)) {
    const segments = text.split('.');
    if (segments.length <= DEPTH_MAX && !segments.some(isForbiddenName)) return { ok: true, value: Object.freeze(segments) };
  }
  const segments = splitPath(text);
  const flaw = pathFlaw(text) ?? (Array.isArray(segments) ? segmentsFlaw(segments) : segments);
  if (flaw !== null) return { ok: false, problem: { path: text, ...flaw } };
  return { ok: true, value: Object.freeze(segments as Segments) };
}

/** The text of a path. Does not judge: what came from `parsePath` or passed `checkValue` gives a legal path. */
export function formatPath(segments: Segments): string {
  return segments.map(escapeSegment).join('.');
}

/** The path of a member of the object at `base`; '' is the root. */
export function joinPath(base: string, segment: string): string {
  return base === '' ? escapeSegment(segment) : `${base}.${escapeSegment(segment)}`;
}

/** True when the two are the same path, or one lies above the other. '' is the root, above all. */
export function overlaps(a: string, b: string): boolean {
  const [upper, lower] = a.length <= b.length ? [a, b] : [b, a];
  if (upper === '' || upper === lower) return true;
  return lower.startsWith(upper) && lower.charCodeAt(upper.length) === DOT;
}

/** Order of paths: segment by segment, each by UTF-16 code units, as RFC 8785 sorts names. */
export function compareSegments(a: Segments, b: Segments): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const left = a[index] ?? '';
    const right = b[index] ?? '';
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

/** `compareSegments` on texts, without splitting them. */
export function comparePaths(a: string, b: string): number {
  let left = 0;
  let right = 0;
  while (left < a.length && right < b.length) {
    const difference = unitAt(a, left) - unitAt(b, right);
    if (difference !== 0) return difference;
    left += a.charCodeAt(left) === BACKSLASH ? 2 : 1;
    right += b.charCodeAt(right) === BACKSLASH ? 2 : 1;
  }
  return (left < a.length ? 1 : 0) - (right < b.length ? 1 : 0);
}

/** The code unit at an index of a path; the dot between segments sorts before every other, as the end does. */
function unitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  if (code === DOT) return -1;
  return code === BACKSLASH ? text.charCodeAt(index + 1) : code;
}

function escapeSegment(segment: string): string {
  if (!segment.includes('.') && !segment.includes('\\')) return segment;
  return segment.replace(/[.\\]/g, '\\$&');
}

/** Splits at dots and takes escapes away; judges nothing but the escapes. */
export function splitPath(text: string): string[] | Flaw {
  const segments: string[] = [];
  let segment = '';
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      segments.push(segment);
      segment = '';
    } else if (code === BACKSLASH) {
      const next = text.charAt(++index);
      if (next !== '.' && next !== '\\') return badEscape(next);
      segment += next;
    } else {
      segment += text.charAt(index);
    }
  }
  segments.push(segment);
  return segments;
}

/** What is wrong with a path as a whole, or null. */
export function pathFlaw(text: string): Flaw | null {
  if (text === '') {
    return {
      code: 'PATH_EMPTY',
      rule: 'empty-path',
      message: 'The path is empty.',
      remedy: 'Name the value, for example risk.parameters.maxPositionSize; the whole document has calls of its own.',
    };
  }
  const bytes = utf8.encode(text).length;
  return bytes > PATH_BYTES_MAX ? pathTooLong(bytes) : null;
}

/** What is wrong with the segments of a path, or null. */
export function segmentsFlaw(segments: Segments): Flaw | null {
  if (segments.length > DEPTH_MAX) return pathTooDeep(segments.length);
  for (const segment of segments) {
    const flaw = segmentFlaw(segment);
    if (flaw !== null) return flaw;
  }
  return segments.length === 0 ? emptySegment() : null;
}

export function pathTooLong(bytes: number): Flaw {
  return {
    code: 'PATH_TOO_LONG',
    rule: 'path-too-long',
    message: `The path has ${bytes} bytes of UTF-8 as written; ${PATH_BYTES_MAX} are allowed.`,
    remedy: 'Use shorter names or fewer levels.',
  };
}

export function pathTooDeep(depth: number): Flaw {
  return {
    code: 'PATH_TOO_DEEP',
    rule: 'too-deep',
    message: `The value lies ${depth} levels deep, levels inside arrays included; ${DEPTH_MAX} are allowed.`,
    remedy: 'Flatten the structure, or send the inner part as a string.',
  };
}

export function badEscape(next: string): Flaw {
  const found = next === '' ? 'the end of the path' : quoted(next);
  return {
    code: 'PATH_BAD_ESCAPE',
    rule: 'bad-escape',
    message: `A backslash is followed by ${found}; only a dot or another backslash may follow it.`,
    remedy: 'Write "\\." for a dot that belongs to a name and "\\\\" for a backslash.',
  };
}
