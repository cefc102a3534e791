// Patterns of schemas: ECMA-262 with the flag u, matched in linear time by re2js.
import { RE2JS } from 're2js';
import type { ClassPart } from './character-properties.js';
import { CODE_POINT_MAX } from './character-sets.js';
import { parsePattern, PatternFlaw, type PatternNode } from './pattern-syntax.js';

/** Most steps that a pattern may take for one character: repetitions are written out, as the engine does it. */
const PATTERN_SIZE_MAX = 2_000;

/** Most memory that the engine may take for the tables of one pattern, by its own estimate. */
const TABLE_BYTES_MAX = 128 * 1024;

/** A pattern that can be asked whether a text has a match. */
export interface LinearPattern {
  readonly source: string;
  /** About how many states it has: the time of a match is at most proportional to this and to the text. */
  readonly size: number;
  test(text: string): boolean;
}

export type CompiledPattern =
  | { readonly ok: true; readonly pattern: LinearPattern }
  /** `isPattern`: a regular expression, but one that is not supported. */
  | { readonly ok: false; readonly isPattern: boolean; readonly message: string };

/** Patterns that are remembered: a schema's are asked for when it is examined, when it is compiled, and when its cost is estimated. */
const REMEMBERED_MAX = 500;
const remembered = new Map<string, CompiledPattern>();

/** The pattern, or why it cannot be used: a whole sentence. */
export function compilePattern(source: string): CompiledPattern {
  const known = remembered.get(source) ?? compiled(source);
  remembered.delete(source);
  remembered.set(source, known);
  const oldest = remembered.size > REMEMBERED_MAX ? remembered.keys().next().value : undefined;
  if (oldest !== undefined) remembered.delete(oldest);
  return known;
}

/** The size that the pattern would have, without compiling it; 0 where it is malformed. */
export function patternSize(source: string): number {
  try {
    return sizeOf(parsePattern(source));
  } catch {
    return 0;
  }
}

function compiled(source: string): CompiledPattern {
  try {
    const node = parsePattern(source);
    const size = sizeOf(node);
    if (size > PATTERN_SIZE_MAX)
      return { ok: false, isPattern: true, message: `The pattern is too large: written out it has more than ${PATTERN_SIZE_MAX} steps.` };
    return { ok: true, pattern: new Re2Pattern(source, size, RE2JS.compile(textOf(node))) };
  } catch (error) {
    if (error instanceof PatternFlaw) {
      const { message, at, isPattern } = error;
      return { ok: false, isPattern, message: `The pattern ${message}, at character ${at + 1}.` };
    }
    return { ok: false, isPattern: true, message: 'The pattern uses something that the engine does not support.' };
  }
}

class Re2Pattern implements LinearPattern {
  readonly source: string;
  readonly size: number;
  private readonly engine: RE2JS;
  private isBounded = false;

  constructor(source: string, size: number, engine: RE2JS) {
    this.source = source;
    this.size = size;
    this.engine = engine;
  }

  test(text: string): boolean {
    if (!this.isBounded) this.boundTables();
    return this.engine.test(text);
  }

  /** The engine gives each pattern 8 MiB for tables, which a schema of many patterns could fill. Without room it goes on without them. */
  private boundTables(): void {
    const { dfa } = this.engine.re2Input;
    dfa.stateBudget = TABLE_BYTES_MAX;
    dfa.memBudget = TABLE_BYTES_MAX;
    this.isBounded = true;
  }

  /** Validators tell patterns apart by their text. */
  toString(): string {
    return this.source;
  }
}

function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case 'class':
    case 'assertion':
      return 1;
    case 'sequence':
    case 'choice':
      return node.of.reduce((sum, each) => sum + sizeOf(each), 1);
    case 'repeat':
      return sizeOf(node.of) * Math.max(node.min + (node.max === Infinity ? 1 : 0), node.max === Infinity ? 1 : node.max, 1) + 1;
  }
}

const ASSERTIONS = { start: '\\A', end: '\\z', boundary: '\\b', 'no boundary': '\\B' } as const;

function textOf(node: PatternNode): string {
  switch (node.kind) {
    case 'class':
      return classText(node.negated, node.parts);
    case 'assertion':
      return ASSERTIONS[node.which];
    case 'sequence':
      return node.of.length === 0 ? '(?:)' : node.of.map(partText).join('');
    case 'choice':
      return node.of.map(textOf).join('|');
    case 'repeat':
      return `(?:${textOf(node.of)})${quantifierText(node.min, node.max)}`;
  }
}

function partText(node: PatternNode): string {
  return node.kind === 'choice' ? `(?:${textOf(node)})` : textOf(node);
}

function quantifierText(min: number, max: number): string {
  if (max === Infinity) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`;
}

function classText(negated: boolean, parts: readonly ClassPart[]): string {
  // An empty class matches nothing, and its negation every character.
  if (parts.length === 0) return negated ? `[${rangeText(0, CODE_POINT_MAX)}]` : `[^${rangeText(0, CODE_POINT_MAX)}]`;
  return `[${negated ? '^' : ''}${parts.map(partOfClass).join('')}]`;
}

function partOfClass(part: ClassPart): string {
  if (part.kind === 'property') return `\\${part.negated ? 'P' : 'p'}{${part.name}}`;
  return part.ranges.map(([from, to]) => rangeText(from, to)).join('');
}

function rangeText(from: number, to: number): string {
  const first = `\\x{${from.toString(16)}}`;
  return from === to ? first : `${first}-\\x{${to.toString(16)}}`;
}
