// A configuration text to its value, with the line and column of each path.
import { parsePath, type JsonObject } from '@confledger/document/json-and-paths';
import type { Format } from './format.js';
import type { Lines, Position } from './lines.js';
import type { FormatProblem } from './problem.js';
import { readSource, type ParseFormatOptions } from './read-source.js';
import { plain, valueOf, type ObjectSource, type SourceNode } from './source-node.js';

/** A place in the value: a path as text, or its segments, with numbers for elements of arrays. */
export type PlacePath = string | readonly (string | number)[];

/** A text that was read. */
export interface ParsedText {
  readonly ok: true;
  readonly value: JsonObject;
  /**
   * Where a path stands: a member at its name, an element at its value. Where nothing stands at the path, the nearest object or array
   * above it that does. What an alias repeats stands where it was written.
   */
  readonly placeOf: (path: PlacePath) => Position;
}

/** A text that was read, or all that is wrong with it. */
export type ParsedFormat = ParsedText | { readonly ok: false; readonly problems: readonly FormatProblem[] };

/** Reads a configuration, which is an object, or says everything that is wrong with it; up to PROBLEMS_MAX, in the order of the text. */
export function parseFormat(text: string, format: Format, options: ParseFormatOptions = {}): ParsedFormat {
  const read = readSource(text, format, options);
  if (!read.ok) return read;
  const { root, lines } = read;
  return { ok: true, value: valueOf(root) as JsonObject, placeOf: (path) => placeIn(root, lines, path) };
}

function placeIn(root: ObjectSource, lines: Lines, path: PlacePath): Position {
  let at = root.start;
  let node: SourceNode = root;
  for (const segment of segmentsOf(path)) {
    const found = stepInto(node, String(segment));
    if (found === undefined) break;
    ({ at, node } = found);
  }
  return lines.position(at);
}

function segmentsOf(path: PlacePath): readonly (string | number)[] {
  if (typeof path !== 'string') return path;
  const parsed = parsePath(path);
  return parsed.ok ? parsed.value : [];
}

function stepInto(node: SourceNode, segment: string): { readonly at: number; readonly node: SourceNode } | undefined {
  const source = plain(node);
  if (source.kind === 'scalar') return undefined;
  if (source.kind === 'array') {
    const item = /^[0-9]+$/.test(segment) ? source.items[Number(segment)] : undefined;
    return item === undefined ? undefined : { at: item.start, node: item };
  }
  const member = source.members.get(segment);
  return member === undefined ? undefined : { at: member.nameStart, node: member.node };
}
