// Edits of TOML tables: lines of `name = value`, and sections with their headers. A table may be written in several places; new values go
// where they are legal wherever that is, so that one round may leave something to the next.
import { isJsonObject, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import type { ObjectSource, SourceNode, Table } from '../source-node.js';
import { inlineToml, tableBlocks, tomlEntry, tomlName } from '../toml/write.js';
import { isFirstInLine, lineStart, nextLine } from '../text-lines.js';
import { NoSuchEdit, type Edit } from './edits.js';
import type { Added, Reshaping, Slot } from './slots.js';

/** Where a table stands in the document. */
export interface TablePlace {
  readonly path: readonly string[];
  /** No array of tables and no dotted key leads to it, so that a header names it from anywhere. */
  readonly isNamed: boolean;
}

/** Removes and adds members of a table. */
export function reshapeTable(text: string, source: ObjectSource, change: Reshaping, place: TablePlace): Edit[] {
  const { table } = source;
  if (table === undefined) throw new NoSuchEdit();
  const removals = [...change.removed].flatMap((index) => removalOf(text, change.slots[index]));
  return [...removals, ...additions(text, table, change.added, place)];
}

/** Removes what defines a slot: its line, or its sections. */
export function removalOf(text: string, slot: Slot | undefined): Edit[] {
  if (slot === undefined) throw new NoSuchEdit();
  return slot.member?.entry === undefined
    ? sectionsOf(text, slot.node, false)
    : [linesOf(text, slot.member.entry.start, slot.member.entry.end)];
}

/** Adds elements to an array of tables, at the end of the text. */
export function addElements(text: string, elements: readonly JsonObject[], { path, isNamed }: TablePlace): Edit[] {
  if (!isNamed) throw new NoSuchEdit();
  return elements.map((element) => appended(text, tableBlocks(element, path, '[[')));
}

/** `isCovered`: the lines of a section that is removed anyway hold the table's own values. */
function sectionsOf(text: string, node: SourceNode, isCovered: boolean): Edit[] {
  if (node.kind === 'array') return node.items.flatMap((item) => sectionsOf(text, item, false));
  if (node.kind !== 'object' || node.table === undefined) throw new NoSuchEdit();
  const { origin, headerStart, bodyEnd } = node.table;
  const hasHeader = origin === 'header' || origin === 'element';
  const covered = hasHeader || (origin === 'dotted' && isCovered);
  const below = [...node.members.values()].flatMap(({ node: inner, entry }) => {
    if (entry === undefined) return sectionsOf(text, inner, covered);
    return covered ? [] : [linesOf(text, entry.start, entry.end)];
  });
  return hasHeader ? [sectionLines(text, headerStart, bodyEnd), ...below] : below;
}

function linesOf(text: string, start: number, end: number): Edit {
  if (!isFirstInLine(text, start)) throw new NoSuchEdit();
  const first = lineStart(text, start);
  return { start: text[first] === '\uFEFF' ? first + 1 : first, end: nextLine(text, end), text: '' };
}

/** A section with the empty lines before it. */
function sectionLines(text: string, start: number, end: number): Edit {
  const lines = linesOf(text, start, end);
  let first = lines.start;
  while (first > 1 && /^[ \t\r]*$/.test(text.slice(lineStart(text, first - 1), first - 1))) first = lineStart(text, first - 1);
  return { ...lines, start: first };
}

function additions(text: string, table: Table, added: readonly Added[], { path, isNamed }: TablePlace): Edit[] {
  if (added.length === 0) return [];
  if (table.origin === 'implicit' && !isNamed) throw new NoSuchEdit();
  const ownLines: string[] = [];
  const apart: Record<string, JsonValue> = {};
  for (const { name, value } of added) {
    if (name === null) throw new NoSuchEdit();
    const isApart = table.origin === 'implicit' || (isNamed && table.origin !== 'dotted' && isJsonObject(value));
    if (isApart) apart[name] = value;
    else ownLines.push(table.origin === 'dotted' ? `${table.prefix}.${tomlName(name)} = ${inlineToml(value)}` : tomlEntry(name, value));
  }
  const inBody = ownLines.length === 0 ? [] : [inserted(text, table, ownLines)];
  const blocks = Object.keys(apart).length === 0 ? [] : tableBlocks(apart, path);
  return blocks.length === 0 ? inBody : [...inBody, appended(text, blocks)];
}

/** Lines behind those that a table has; at the start of the text where the root has none. */
function inserted(text: string, table: Table, lines: readonly string[]): Edit {
  const line = lineBreakOf(text);
  if (table.bodyEnd < 0) {
    const at = text.startsWith('\uFEFF') ? 1 : 0;
    return { start: at, end: at, text: lines.join(line) + line + line };
  }
  const at = nextLine(text, table.bodyEnd);
  return { start: at, end: at, text: text[at - 1] === '\n' ? lines.join(line) + line : line + lines.join(line) };
}

/** Sections at the end of the text. */
function appended(text: string, blocks: readonly (readonly string[])[]): Edit {
  const line = lineBreakOf(text);
  const before = text.endsWith('\n') ? line : line + line;
  return {
    start: text.length,
    end: text.length,
    text: before + blocks.map((lines) => lines.join(line)).join(line + line) + line,
    isLast: true,
  };
}

function lineBreakOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
