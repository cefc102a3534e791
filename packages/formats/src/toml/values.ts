// Reads TOML values and keys with their places: what stands to the right and to the left of an equals sign.
import { JSON_NESTING_MAX } from '@confledger/document/json-and-paths';
import { addMember, judgedString, malformed, TOO_DEEP, TOO_MANY_VALUES } from '../flaws.js';
import { VALUES_MAX } from '../limits.js';
import type { Problems } from '../problem.js';
import type { ArraySource, Member, ObjectSource, ScalarSource, SourceNode } from '../source-node.js';
import { LITERAL_CHARACTERS, tomlLiteral } from './literals.js';
import { readTomlString } from './strings.js';

const BARE_KEY = /[A-Za-z0-9_-]+/y;
const COMMENT = /#[^\n]*/y;
const CONTROL_CHARACTER = /[\u0000-\u0008\u000b-\u001f\u007f]/;

/** One name of a dotted key. */
export interface KeyPart {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Where names lead to in an inline table: tables that dotted keys made there may be extended. */
interface InlineTable {
  readonly members: Map<string, Member>;
  readonly dotted: Map<string, InlineTable>;
}

/** A reader's place in a TOML text. */
export class TomlValues {
  readonly text: string;
  readonly problems: Problems;
  at = 0;
  private values = 0;

  constructor(text: string, problems: Problems) {
    this.text = text;
    this.problems = problems;
    if (text.startsWith('\uFEFF')) this.at = 1;
  }

  match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const piece = pattern.exec(this.text)?.[0] ?? '';
    this.at += piece.length;
    return piece;
  }

  /** Skips spaces; the next character, '' at the end. */
  next(): string {
    let character = this.text[this.at];
    while (character === ' ' || character === '\t') character = this.text[++this.at];
    return character ?? '';
  }

  /** Skips white space, line breaks and comments; the next character, '' at the end. */
  nextOfLines(): string {
    for (;;) {
      const character = this.next();
      if (character === '#') this.comment();
      else if (character === '\n') this.at++;
      else if (character === '\r' && this.text[this.at + 1] === '\n') this.at += 2;
      else return character;
    }
  }

  comment(): void {
    const start = this.at;
    const comment = this.match(COMMENT).replace(/\r$/, '');
    if (CONTROL_CHARACTER.test(comment)) this.problems.stop(start, CONTROL_IN_COMMENT);
  }

  /** The names of a key; spaces around its dots are skipped. */
  key(): KeyPart[] {
    const parts = [this.keyPart()];
    while (this.next() === '.') {
      this.at++;
      parts.push(this.keyPart());
      if (parts.length > JSON_NESTING_MAX) this.problems.stop(this.at, TOO_DEEP);
    }
    return parts;
  }

  private keyPart(): KeyPart {
    const quote = this.next();
    const start = this.at;
    if (quote === '"' || quote === "'") {
      const { value, end } = readTomlString(this.text, start, this.problems, 'one');
      this.at = end;
      return { name: value, start, end };
    }
    const name = this.match(BARE_KEY);
    if (name === '') this.problems.stop(start, NO_NAME);
    return { name, start, end: this.at };
  }

  /** Counts a value or a table. */
  count(): void {
    if (++this.values > VALUES_MAX) this.problems.stop(this.at, TOO_MANY_VALUES);
  }

  value(depth: number): SourceNode {
    const character = this.next();
    this.count();
    if ((character === '[' || character === '{') && depth >= JSON_NESTING_MAX) this.problems.stop(this.at, TOO_DEEP);
    if (character === '[') return this.array(depth + 1);
    if (character === '{') return this.inlineTable(depth + 1);
    return character === '"' || character === "'" ? this.string() : this.literal();
  }

  private string(): ScalarSource {
    const start = this.at;
    const { value, end } = readTomlString(this.text, start, this.problems, 'several');
    this.at = end;
    return { kind: 'scalar', value: judgedString(value, start, this.problems), start, end };
  }

  private literal(): ScalarSource {
    const start = this.at;
    const literal = this.match(LITERAL_CHARACTERS);
    if (literal === '') this.problems.stop(start, NO_VALUE);
    const read = tomlLiteral(literal);
    if ('value' in read) return { kind: 'scalar', value: read.value, start, end: this.at };
    if (read.code === 'FORMAT_MALFORMED') this.problems.stop(start, read);
    this.problems.add(start, read);
    return { kind: 'scalar', value: 0, start, end: this.at };
  }

  private array(depth: number): ArraySource {
    const start = this.at++;
    const items: SourceNode[] = [];
    let character = this.nextOfLines();
    while (character !== ']') {
      items.push(this.value(depth));
      character = this.separator(']');
    }
    return { kind: 'array', style: 'flow', items, start, end: ++this.at };
  }

  private inlineTable(depth: number): ObjectSource {
    const start = this.at++;
    const table: InlineTable = { members: new Map(), dotted: new Map() };
    let character = this.nextOfLines();
    while (character !== '}') {
      this.inlineMember(table, depth);
      character = this.separator('}');
    }
    return { kind: 'object', style: 'flow', members: table.members, start, end: ++this.at };
  }

  private separator(close: ']' | '}'): string {
    const character = this.nextOfLines();
    if (character === close) return character;
    if (character !== ',') this.problems.stop(this.at, close === ']' ? ARRAY_OPEN : TABLE_OPEN);
    this.at++;
    return this.nextOfLines();
  }

  private inlineMember(table: InlineTable, depth: number): void {
    const parts = this.key();
    const [last, ...above] = [...parts].reverse();
    if (last === undefined) return;
    let { members, dotted } = table;
    for (const part of above.reverse()) ({ members, dotted } = this.dottedTable({ members, dotted }, part));
    this.equals();
    const node = this.value(depth + parts.length - 1);
    this.add(members, last, node);
  }

  private dottedTable(table: InlineTable, { name, start, end }: KeyPart): InlineTable {
    const before = table.dotted.get(name);
    if (before !== undefined) return before;
    const made: InlineTable = { members: new Map(), dotted: new Map() };
    table.dotted.set(name, made);
    this.add(table.members, { name, start, end }, { kind: 'object', style: 'flow', members: made.members, start, end: start });
    return made;
  }

  private add(members: Map<string, Member>, { name, start, end }: KeyPart, node: SourceNode): void {
    addMember(members, name, { nameStart: start, nameEnd: end, node }, this.problems);
  }

  /** Skips the equals sign behind a key. */
  equals(): void {
    if (this.next() !== '=') this.problems.stop(this.at, NO_EQUALS);
    this.at++;
  }
}

const NO_NAME = malformed(
  'toml-syntax',
  'A name is expected here.',
  'Write name = value; put a name with other characters than letters, digits, _ and - in quotes.',
);
const NO_VALUE = malformed('toml-syntax', 'A value is expected here.', 'Write a value; text is put in quotes.');
const NO_EQUALS = malformed('toml-syntax', 'An equals sign is expected behind the name.', 'Write name = value.');
const ARRAY_OPEN = malformed('toml-syntax', 'A comma or ] is expected here.', 'Put commas between elements, and close the array with ].');
const TABLE_OPEN = malformed(
  'toml-syntax',
  'A comma or } is expected here.',
  'Put commas between members, and close the inline table with }.',
);
const CONTROL_IN_COMMENT = malformed('raw-control-character', 'A comment holds a control character.', 'Remove it.');
