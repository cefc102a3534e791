// Edits of what stands in brackets: JSON, and the inline forms of YAML and TOML. Comments and line breaks between members stay.
import type { JsonValue } from '@confledger/document/json-and-paths';
import type { ArraySource, ObjectSource } from '../source-node.js';
import { indentation, isFirstInLine, nextLine } from '../text-lines.js';
import { NoSuchEdit, type Edit } from './edits.js';
import type { Added, Reshaping } from './slots.js';

/** How a format writes inside of brackets. */
export interface FlowSyntax {
  /** Matches white space, line breaks and comments. */
  readonly blank: RegExp;
  /** Matches white space and a comment, up to the end of the line. */
  readonly restOfLine: RegExp;
  readonly name: (name: string) => string;
  /** Stands between a name and its value. */
  readonly between: string;
  /** A value; the indentation of its line, or null where all is to be on one line. */
  readonly value: (value: JsonValue, indentation: string | null) => string;
}

/** The edits that remove and add members or elements. Throws NoSuchEdit where the brackets are not as usual. */
export function reshapeFlow(text: string, container: ArraySource | ObjectSource, change: Reshaping, syntax: FlowSyntax): Edit[] {
  return new FlowContainer(text, container, change, syntax).edits();
}

class FlowContainer {
  private readonly text: string;
  private readonly change: Reshaping;
  private readonly syntax: FlowSyntax;
  /** The offset of the comma behind each slot, -1 without one. */
  private readonly commas: readonly number[];
  private readonly severalLines: boolean;

  constructor(text: string, container: ArraySource | ObjectSource, change: Reshaping, syntax: FlowSyntax) {
    const [open, close] = container.kind === 'array' ? '[]' : '{}';
    if (text[container.start] !== open || text[container.end - 1] !== close) throw new NoSuchEdit();
    this.text = text;
    this.change = change;
    this.syntax = syntax;
    this.commas = change.slots.map(({ node }) => this.commaBehind(node.end));
    this.severalLines = text.slice(container.start, change.slots[0]?.start ?? container.start).includes('\n');
  }

  edits(): Edit[] {
    const { slots, removed, added } = this.change;
    const lastKept = slots.findLastIndex((_, index) => !removed.has(index));
    if (lastKept < 0) throw new NoSuchEdit();
    const edits = [...removed].map((index) => this.removal(index));
    if (added.length > 0) edits.push(...this.additions(lastKept));
    else if (lastKept < slots.length - 1 && this.commas.at(-1) === -1) edits.push(this.without(this.commas[lastKept] ?? -1));
    return edits;
  }

  private match(pattern: RegExp, at: number): number {
    pattern.lastIndex = at;
    return at + (pattern.exec(this.text)?.[0].length ?? 0);
  }

  private commaBehind(at: number): number {
    const next = this.match(this.syntax.blank, at);
    return this.text[next] === ',' ? next : -1;
  }

  private without(comma: number): Edit {
    if (comma < 0) throw new NoSuchEdit();
    return { start: comma, end: comma + 1, text: '' };
  }

  /** A slot with its comma: its lines with their comment, or what it takes of one line. */
  private removal(index: number): Edit {
    const slot = this.change.slots[index];
    if (slot === undefined) throw new NoSuchEdit();
    const comma = this.commas[index] ?? -1;
    const end = comma < 0 ? slot.node.end : comma + 1;
    const rest = this.match(this.syntax.restOfLine, end);
    const first = isFirstInLine(this.text, slot.start);
    if (first && this.text[rest] === '\n')
      return { start: slot.start - indentation(this.text, slot.start).length, end: nextLine(this.text, rest), text: '' };
    const start = first ? slot.start : this.spacesBefore(slot.start);
    return { start, end, text: '' };
  }

  private spacesBefore(at: number): number {
    let start = at;
    while (this.text[start - 1] === ' ' || this.text[start - 1] === '\t') start--;
    return start;
  }

  private additions(lastKept: number): Edit[] {
    const slot = this.change.slots[lastKept];
    if (slot === undefined) throw new NoSuchEdit();
    const comma = this.commas[lastKept] ?? -1;
    const trailing = this.commas.at(-1) !== -1;
    const valueEnd = comma < 0 ? slot.node.end : comma + 1;
    const edits: Edit[] = comma < 0 ? [{ start: slot.node.end, end: slot.node.end, text: ',' }] : [];
    const rest = this.match(this.syntax.restOfLine, valueEnd);
    const ownLines = this.severalLines && (this.text[rest] === '\n' || rest === this.text.length);
    const indent = indentation(this.text, slot.start);
    const line = this.text.includes('\r\n') ? '\r\n' : '\n';
    const texts = this.change.added.map((added) => (ownLines ? line + indent : ' ') + this.entry(added, ownLines ? indent : null));
    const at = ownLines ? rest - (this.text[rest - 1] === '\r' ? 1 : 0) : valueEnd;
    return [...edits, { start: at, end: at, text: texts.join(',') + (trailing && ownLines ? ',' : '') }];
  }

  private entry({ name, value }: Added, indent: string | null): string {
    const written = this.syntax.value(value, indent);
    return name === null ? written : `${this.syntax.name(name)}${this.syntax.between}${written}`;
  }
}
