// Reads .env files as the common dialects agree: NAME=value, `export`, comments, three kinds of quotes. Names are split at two underscores.
// Nothing is expanded: `${NAME}` stays as it is.
import { JSON_NESTING_MAX, parseJson } from '@confledger/document/json-and-paths';
import { addMember, judgedString, malformed, TOO_DEEP, TOO_MANY_VALUES } from '../flaws.js';
import { VALUES_MAX } from '../limits.js';
import type { FormatFlaw, Problems } from '../problem.js';
import { sourceOf, type Member, type ObjectSource, type SourceNode } from '../source-node.js';

const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const EXPORT = /export[ \t]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_.-]*/y;
const EQUALS = /[ \t]*=[ \t]*/y;
const REST_OF_LINE = /[^\r\n]*/y;
const BEHIND_QUOTES = /[ \t]*(?:#[^\r\n]*)?/y;
const ESCAPE = /\\([nrt"\\$])/g;
const UNESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
/** What parts a name into those of objects: `RISK__LIMIT` is the member LIMIT of the object RISK. */
const SEPARATOR = '__';
/** A value without double quotes that begins like this is JSON where JSON is asked for. */
const JSON_TEXT = /^(?:[[{"]|(?:null|true|false)$|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$)/;

/** How values of an .env text are read. */
export interface EnvOptions {
  /** Reads values that are JSON, unless they stand in double quotes. Otherwise all values are text. */
  readonly jsonValues?: boolean;
}

/** The value of an .env text; null where nothing stands but white space and comments. */
export function readEnv(text: string, problems: Problems, options: EnvOptions): SourceNode | null {
  return new EnvReader(text, problems, options.jsonValues === true).document();
}

interface Value {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly quote: string;
}

class EnvReader {
  private readonly text: string;
  private readonly problems: Problems;
  private readonly jsonValues: boolean;
  private readonly root = objectSource(0);
  private at: number;
  private values = 0;

  constructor(text: string, problems: Problems, jsonValues: boolean) {
    this.text = text;
    this.problems = problems;
    this.jsonValues = jsonValues;
    this.at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  document(): SourceNode | null {
    for (this.match(BLANK); this.at < this.text.length; this.match(BLANK)) this.line();
    return this.root.members.size === 0 && !this.problems.any ? null : this.root;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const piece = pattern.exec(this.text)?.[0] ?? '';
    this.at += piece.length;
    return piece;
  }

  private line(): void {
    if (++this.values > VALUES_MAX) this.problems.stop(this.at, TOO_MANY_VALUES);
    this.match(EXPORT);
    const nameStart = this.at;
    const name = this.match(NAME);
    const nameEnd = this.at;
    if (name === '' || this.match(EQUALS) === '') {
      this.problems.add(this.at, NO_ASSIGNMENT);
      this.match(REST_OF_LINE);
      return;
    }
    this.place(name, { nameStart, nameEnd, node: this.node(this.value()) });
  }

  private value(): Value {
    const quote = this.text[this.at] ?? '';
    if (quote === '"' || quote === "'" || quote === '`') return this.quoted(quote);
    const start = this.at;
    const text = this.match(REST_OF_LINE)
      .replace(/(?:^|[ \t])#.*$/, '')
      .trimEnd();
    return { text, start, end: start + text.length, quote: '' };
  }

  private quoted(quote: string): Value {
    const start = this.at;
    let end = start + 1;
    while (end < this.text.length && this.text[end] !== quote) end += quote === '"' && this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) this.problems.stop(start, QUOTE_OPEN);
    const inside = this.text.slice(start + 1, end).replaceAll('\r\n', '\n');
    this.at = end + 1;
    const behind = this.at;
    this.match(BEHIND_QUOTES);
    if (this.at < this.text.length && !/[\r\n]/.test(this.text[this.at] ?? '')) {
      this.problems.add(behind, MORE_ON_LINE);
      this.match(REST_OF_LINE);
    }
    const text = quote === '"' ? inside.replace(ESCAPE, (_, letter: string) => UNESCAPED[letter] ?? letter) : inside;
    return { text, start, end: behind, quote };
  }

  private node(value: Value): SourceNode {
    const { text, start, end, quote } = value;
    if (this.jsonValues && quote !== '"' && JSON_TEXT.test(text)) return this.jsonNode(value);
    return { kind: 'scalar', value: judgedString(text, start, this.problems), start, end };
  }

  /** The places inside of such a value are those of the value. */
  private jsonNode({ text, start, end }: Value): SourceNode {
    const parsed = parseJson(text, { valuesMax: VALUES_MAX });
    if (parsed.ok) return sourceOf(parsed.value, start, end);
    const { code, rule, remedy } = parsed.problem;
    const flaw = { code, rule, message: 'The value is JSON by its beginning, and breaks a rule of JSON.', remedy } as FormatFlaw;
    this.problems.add(start, code === 'JSON_MALFORMED' ? { ...flaw, code: 'FORMAT_MALFORMED' } : flaw);
    return { kind: 'scalar', value: null, start, end };
  }

  private place(name: string, member: Member): void {
    const segments = name.split(SEPARATOR);
    const last = segments.pop() ?? '';
    if (segments.length >= JSON_NESTING_MAX) this.problems.stop(member.nameStart, TOO_DEEP);
    if (last === '' || segments.includes('')) return this.problems.add(member.nameStart, EMPTY_SEGMENT);
    let object = this.root;
    for (const segment of segments) {
      const node = object.members.get(segment)?.node ?? objectSource(member.nameStart);
      if (node.kind !== 'object' || node.style !== 'block') return this.problems.add(member.nameStart, BELOW_VALUE);
      if (!object.members.has(segment)) addMember(object.members, segment, { ...member, node }, this.problems);
      object = node;
    }
    addMember(object.members, last, member, this.problems);
  }
}

/** An object that names make. One that is written as JSON has another style, and takes no more members. */
function objectSource(start: number): ObjectSource {
  return { kind: 'object', style: 'block', members: new Map(), start, end: start };
}

const NO_ASSIGNMENT = malformed('env-syntax', 'An assignment is expected here.', 'Write NAME=value; begin comments with #.');
const QUOTE_OPEN = malformed('string-not-closed', 'A quote is not closed.', 'Close it with the same quote.');
const MORE_ON_LINE = malformed(
  'env-syntax',
  'The line goes on behind the closing quote.',
  'Begin a new line, or write \\" for a quote in double quotes.',
);
const EMPTY_SEGMENT = malformed(
  'empty-segment',
  'The name has an empty part: two underscores part it into names of objects.',
  'Remove the underscores at its start or end, and write two where a name ends.',
);
const BELOW_VALUE = malformed(
  'name-below-value',
  'The name lies below a name that has a value of its own.',
  'Keep the value, or the names that begin with it and two underscores.',
);
