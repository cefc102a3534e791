// Reads TOML 1.0 with the place of each value, and what TOML 1.1 adds to inline tables and escapes. Written here because the kept parsers
// give no places (smol-toml) or overflow the stack on nested brackets and long strings (toml-eslint-parser); a spec compares with one.
import { duplicateName, malformed } from '../flaws.js';
import { nameFlaw } from '@confledger/document/json-and-paths';
import type { FormatFlaw, Problems } from '../problem.js';
import type { ArraySource, Member, ObjectSource, SourceNode, Table } from '../source-node.js';
import { TomlValues, type KeyPart } from './values.js';

type TableSource = ObjectSource & { readonly table: Table };

/** The value of a TOML text. Where nothing stands but white space and comments, it has no members. */
export function readToml(text: string, problems: Problems): ObjectSource {
  return new TomlReader(text, problems).document();
}

class TomlReader {
  private readonly values: TomlValues;
  private readonly problems: Problems;
  private readonly root = tableSource('root', -1);
  private current: TableSource = this.root;

  constructor(text: string, problems: Problems) {
    this.values = new TomlValues(text, problems);
    this.problems = problems;
  }

  document(): ObjectSource {
    for (let character = this.values.nextOfLines(); character !== ''; character = this.values.nextOfLines()) {
      if (character === '[') this.header();
      else this.entry();
      this.endOfLine();
    }
    return this.root;
  }

  private endOfLine(): void {
    const character = this.values.next();
    if (character === '#') this.values.comment();
    else if (character !== '' && character !== '\n' && !this.values.text.startsWith('\r\n', this.values.at)) {
      this.problems.stop(this.values.at, MORE_ON_LINE);
    }
  }

  private header(): void {
    const start = this.values.at;
    const close = this.values.text.startsWith('[[', start) ? ']]' : ']';
    this.values.at += close.length;
    const parts = this.values.key();
    this.values.next();
    if (!this.values.text.startsWith(close, this.values.at)) this.problems.stop(this.values.at, HEADER_OPEN);
    this.values.at += close.length;
    this.values.count();
    const last = parts[parts.length - 1];
    if (last === undefined) return;
    let table = this.root;
    for (const part of parts.slice(0, -1)) table = this.above(table, part);
    this.current = close === ']' ? this.table(table, last, start) : this.element(table, last, start);
    this.current.table.bodyEnd = this.values.at;
  }

  /** A table on the way to the one that a header names. */
  private above(parent: TableSource, part: KeyPart): TableSource {
    const before = parent.members.get(part.name)?.node;
    if (before === undefined) return this.add(parent, part, tableSource('implicit', part.start));
    const table = before.kind === 'array' && before.style === 'tables' ? before.items.at(-1) : before;
    return isTable(table) ? table : this.problems.stop(part.start, NO_TABLE);
  }

  private table(parent: TableSource, part: KeyPart, start: number): TableSource {
    const before = parent.members.get(part.name)?.node;
    if (before === undefined) return this.add(parent, part, tableSource('header', start, start));
    if (!isTable(before) || before.table.origin !== 'implicit') return this.problems.stop(part.start, duplicateName(part.name));
    Object.assign(before.table, { origin: 'header', headerStart: start });
    return before;
  }

  private element(parent: TableSource, part: KeyPart, start: number): TableSource {
    const before = parent.members.get(part.name)?.node;
    const element = tableSource('element', start, start);
    if (before === undefined) {
      const tables: ArraySource = { kind: 'array', style: 'tables', items: [element], start, end: start };
      this.add(parent, part, tables);
    } else if (before.kind === 'array' && before.style === 'tables') before.items.push(element);
    else this.problems.stop(part.start, duplicateName(part.name));
    return element;
  }

  private entry(): void {
    const { values } = this;
    const start = values.at;
    const parts = values.key();
    const last = parts[parts.length - 1];
    if (last === undefined) return;
    const tables = [this.current];
    let table = this.current;
    for (const part of parts.slice(0, -1)) tables.push((table = this.dotted(table, part, values.text.slice(start, part.end))));
    values.equals();
    const node = values.value(parts.length - 1);
    if (table.members.has(last.name)) this.problems.add(last.start, duplicateName(last.name));
    else this.add(table, last, node, { start, end: values.at });
    for (const each of tables) each.table.bodyEnd = values.at;
  }

  /** The table of a name in front of a dot. Only keys of its own section lead to it, as no header opens a section twice. */
  private dotted(parent: TableSource, part: KeyPart, prefix: string): TableSource {
    const before = parent.members.get(part.name)?.node;
    if (before === undefined) return this.add(parent, part, { ...tableSource('dotted', part.start), table: dottedTable(prefix) });
    const isOpen = isTable(before) && before.table.origin === 'dotted';
    return isOpen ? before : this.problems.stop(part.start, duplicateName(part.name));
  }

  private add<Node extends SourceNode>(parent: TableSource, part: KeyPart, node: Node, entry?: Member['entry']): Node {
    const flaw = nameFlaw(part.name);
    if (flaw !== null) this.problems.add(part.start, flaw as FormatFlaw);
    const place = { nameStart: part.start, nameEnd: part.end, node };
    parent.members.set(part.name, entry === undefined ? place : { ...place, entry });
    return node;
  }
}

function tableSource(origin: Table['origin'], start: number, headerStart = -1): TableSource {
  const table: Table = { origin, headerStart, bodyEnd: -1, prefix: '' };
  return { kind: 'object', style: 'tables', members: new Map(), start: Math.max(0, start), end: Math.max(0, start), table };
}

function dottedTable(prefix: string): Table {
  return { origin: 'dotted', headerStart: -1, bodyEnd: -1, prefix };
}

function isTable(node: SourceNode | undefined): node is TableSource {
  return node?.kind === 'object' && node.table !== undefined;
}

const MORE_ON_LINE = malformed('toml-syntax', 'The line goes on behind the value.', 'Begin a new line, and put text in quotes.');
const HEADER_OPEN = malformed(
  'toml-syntax',
  'The header of a table is not closed.',
  'Close it with ], or with ]] where it begins with [[.',
);
const NO_TABLE = malformed(
  'toml-syntax',
  'The header leads through a value that is no table.',
  'Choose another name, or make the value a table.',
);
