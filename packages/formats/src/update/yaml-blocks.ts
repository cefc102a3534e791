// Edits of YAML blocks: whole lines of members and elements, and values behind a colon or a dash.
import type { JsonValue } from '@confledger/document/json-and-paths';
import { plain, type ArraySource, type ObjectSource, type SourceNode } from '../source-node.js';
import { isFirstInLine, lineEnd, lineStart, nextLine } from '../text-lines.js';
import { blockLines, isStructure, itemLines, memberLines, scalarLines, yamlScalar } from '../yaml/write.js';
import { NoSuchEdit, type Edit } from './edits.js';
import { slotsOf, type Reshaping, type Slot } from './slots.js';

/** A colon or a dash, with the anchor behind it, which stays. */
const COLON = /[ \t]*:(?:[ \t]+&[^\s,[\]{}]+)?/y;
const DASH = /-[ \t]*(?:&[^\s,[\]{}]+[ \t]+)?$/;
/** Other white space belongs to the text. */
const ASCII_SPACE = ' \t\r\n';
const SPACES_AND_COMMENT = /[ \t]*(?:[ \t]#[^\n]*)?/y;

/** Puts another value behind the colon or dash of a slot. */
export function replaceInBlock(text: string, slot: Slot, value: JsonValue): Edit[] {
  const { start } = slot.node;
  const end = contentEnd(text, slot.node);
  const behind = indicatorEnd(text, slot);
  const sameLine = !text.slice(behind, end).includes('\n');
  if (!isStructure(value)) {
    const lines = scalarLines(value, columnOf(text, entryStart(text, slot)) + 2);
    // A comment behind a literal block would become part of it.
    const scalar = commentEnd(text, end) === end ? lines.join(lineBreakOf(text)) : yamlScalar(value);
    if (!sameLine) return [{ start: behind, end, text: ` ${scalar}` }];
    return [{ start, end, text: start === behind ? ` ${scalar}` : scalar }];
  }
  const line = lineBreakOf(text);
  const lines = blockLines(value, columnOf(text, entryStart(text, slot)) + 2);
  if (slot.member === undefined) return [{ start: behind, end, text: ` ${lines.join(line).trimStart()}` }];
  const block = line + lines.join(line);
  const comment = commentEnd(text, end);
  if (comment === end) return [{ start: behind, end, text: block }];
  // The comment stays on the line of the name, as it could become part of a text of several lines.
  return [
    { start: behind, end, text: '' },
    { start: comment, end: comment, text: block },
  ];
}

/** A whole block, as the root is. */
export function replaceBlock(text: string, node: ArraySource | ObjectSource, value: JsonValue): Edit[] {
  const line = lineBreakOf(text);
  const lines = isStructure(value) ? blockLines(value, columnOf(text, node.start)) : [yamlScalar(value)];
  return [{ start: node.start, end: contentEnd(text, node), text: lines.join(line).trimStart() }];
}

/** Removes and adds members or elements. Throws NoSuchEdit where they do not stand on lines of their own. */
export function reshapeBlock(text: string, change: Reshaping): Edit[] {
  const { slots, removed, added } = change;
  const last = slots.at(-1);
  if (last === undefined || removed.size === slots.length) throw new NoSuchEdit();
  const edits = [...removed].map((index) => removal(text, slots, removed, index));
  if (added.length === 0) return edits;
  const line = lineBreakOf(text);
  const indent = columnOf(text, entryStart(text, last));
  const lines = added.flatMap(({ name, value }) => (name === null ? itemLines(value, indent) : memberLines(name, value, indent)));
  const at = lineBehind(text, last.node);
  const isAfterBreak = text[at - 1] === '\n';
  return [...edits, { start: at, end: at, text: isAfterBreak ? lines.join(line) + line : line + lines.join(line) }];
}

function removal(text: string, slots: readonly Slot[], removed: ReadonlySet<number>, index: number): Edit {
  const slot = slots[index];
  if (slot === undefined) throw new NoSuchEdit();
  const start = entryStart(text, slot);
  if (isFirstInLine(text, start)) return { start: firstOfLine(text, start), end: lineBehind(text, slot.node), text: '' };
  // The first member on the line of a dash: the next one that stays takes its place.
  const next = slots.find((_, other) => other > index && !removed.has(other));
  const isFirst = slots.findIndex((_, other) => removed.has(other)) === index;
  if (next === undefined || !isFirst || slots.indexOf(next) !== index + 1) throw new NoSuchEdit();
  return { start, end: entryStart(text, next), text: '' };
}

function firstOfLine(text: string, at: number): number {
  const start = lineStart(text, at);
  return text[start] === '\uFEFF' ? start + 1 : start;
}

/** Where a member's name begins, or the dash of an element. */
function entryStart(text: string, slot: Slot): number {
  return slot.member === undefined ? dashOf(text, slot) : slot.start;
}

function dashOf(text: string, slot: Slot): number {
  return slot.node.start - dashBefore(text, slot).length;
}

function dashBefore(text: string, { node }: Slot): string {
  const dash = DASH.exec(text.slice(lineStart(text, node.start), node.start))?.[0];
  if (dash === undefined) throw new NoSuchEdit();
  return dash;
}

/** Behind the colon or dash of a slot, and behind its anchor. */
function indicatorEnd(text: string, slot: Slot): number {
  if (slot.member === undefined) return dashOf(text, slot) + dashBefore(text, slot).trimEnd().length;
  COLON.lastIndex = slot.member.nameEnd;
  const colon = COLON.exec(text);
  if (colon === null) throw new NoSuchEdit();
  return slot.member.nameEnd + colon[0].length;
}

/** Behind the last character of a value that is no white space. */
function contentEnd(text: string, node: SourceNode): number {
  if (node.kind !== 'alias' && node.kind !== 'scalar' && node.style === 'block') {
    const last = slotsOf(node).at(-1);
    return last === undefined ? node.end : Math.max(contentEnd(text, last.node), last.start);
  }
  if (node.kind === 'alias' || plain(node).kind !== 'scalar') return node.end;
  let end = node.end;
  while (end > node.start && ASCII_SPACE.includes(text[end - 1] ?? '')) end--;
  return end;
}

/** Where the line behind a value begins, its comment and the empty lines of a literal block left behind. */
function lineBehind(text: string, node: SourceNode): number {
  const last = lastScalar(node);
  if (last.end > last.start && text[last.end - 1] === '\n') return last.end;
  return nextLine(text, contentEnd(text, node));
}

function lastScalar(node: SourceNode): SourceNode {
  if (node.kind === 'alias' || node.kind === 'scalar' || node.style !== 'block') return node;
  const last = slotsOf(node).at(-1);
  return last === undefined ? node : lastScalar(last.node);
}

/** The end of a comment on the line of an offset, or the offset itself. */
function commentEnd(text: string, at: number): number {
  SPACES_AND_COMMENT.lastIndex = at;
  const found = SPACES_AND_COMMENT.exec(text)?.[0] ?? '';
  return found.includes('#') ? lineEnd(text, at) : at;
}

function columnOf(text: string, at: number): number {
  return at - firstOfLine(text, at);
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
