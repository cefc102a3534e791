// Reads JSON and JSONC with the place of each value. Its grammar is that of the document's strict parser, which tells no places; a spec
// holds the two together. JSONC adds comments and a comma behind the last member.
import { JSON_NESTING_MAX } from '@confledger/document/json-and-paths';
import { addMember, decimalValue, judgedString, malformed, TOO_DEEP, TOO_MANY_VALUES } from '../flaws.js';
import { VALUES_MAX } from '../limits.js';
import type { Problems } from '../problem.js';
import type { ArraySource, Member, ObjectSource, ScalarSource, SourceNode } from '../source-node.js';

const WHITE_SPACE = /[ \t\r\n]*/y;
const PLAIN_CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD_CHARACTER = /[\w.+-]/;
const HEX_DIGITS = /^[0-9a-fA-F]{4}$/;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS: Readonly<Record<string, readonly [string, boolean | null]>> = { n: ['null', null], t: ['true', true], f: ['false', false] };

/** The value of a JSON text, or of a JSONC text; null where nothing stands but white space and comments. */
export function readJson(text: string, problems: Problems, form: { readonly comments: boolean }): SourceNode | null {
  return new JsonReader(text, problems, form.comments).document();
}

class JsonReader {
  private readonly text: string;
  private readonly problems: Problems;
  private readonly comments: boolean;
  private at: number;
  private values = 0;

  constructor(text: string, problems: Problems, comments: boolean) {
    this.text = text;
    this.problems = problems;
    this.comments = comments;
    this.at = text.startsWith('\uFEFF') ? 1 : 0;
  }

  document(): SourceNode | null {
    if (this.next() === '') return null;
    const value = this.value(0);
    if (this.next() !== '') this.unexpected('the end of the text');
    return value;
  }

  /** Skips white space and comments; the next character, '' at the end. */
  private next(): string {
    for (;;) {
      this.at += this.match(WHITE_SPACE).length;
      if (!this.comments || this.text[this.at] !== '/') return this.text[this.at] ?? '';
      this.comment();
    }
  }

  private comment(): void {
    const block = this.text[this.at + 1] === '*';
    if (!block && this.text[this.at + 1] !== '/') this.unexpected('a value');
    const end = block ? this.text.indexOf('*/', this.at + 2) : this.text.indexOf('\n', this.at);
    if (end < 0 && block) {
      this.problems.stop(this.at, malformed('comment-not-closed', 'A comment is not closed.', 'Close it with */.'));
    }
    this.at = end < 0 ? this.text.length : end + (block ? 2 : 1);
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    return pattern.exec(this.text)?.[0] ?? '';
  }

  private value(depth: number): SourceNode {
    const character = this.next();
    if (++this.values > VALUES_MAX) this.problems.stop(this.at, TOO_MANY_VALUES);
    if ((character === '{' || character === '[') && depth >= JSON_NESTING_MAX) this.problems.stop(this.at, TOO_DEEP);
    if (character === '{') return this.object(depth + 1);
    if (character === '[') return this.array(depth + 1);
    if (character === '"') return this.stringValue();
    if (character === '-' || (character >= '0' && character <= '9')) return this.number();
    return this.word(character);
  }

  private word(character: string): ScalarSource {
    const [word, value] = WORDS[character] ?? ['', null];
    const end = this.at + word.length;
    if (word === '' || !this.text.startsWith(word, this.at) || WORD_CHARACTER.test(this.text[end] ?? '')) return this.unexpected('a value');
    const start = this.at;
    this.at = end;
    return { kind: 'scalar', value, start, end };
  }

  private object(depth: number): ObjectSource {
    const start = this.at++;
    const members = new Map<string, Member>();
    let character = this.next();
    while (character !== '}') {
      if (character !== '"') this.unexpected('a name in double quotes, or }');
      const nameStart = this.at;
      const name = this.string();
      const nameEnd = this.at;
      if (this.next() !== ':') this.unexpected('a colon');
      this.at++;
      const node = this.value(depth);
      addMember(members, name, { nameStart, nameEnd, node }, this.problems);
      character = this.separator('}');
    }
    return { kind: 'object', style: 'flow', members, start, end: ++this.at };
  }

  private array(depth: number): ArraySource {
    const start = this.at++;
    const items: SourceNode[] = [];
    let character = this.next();
    while (character !== ']') {
      items.push(this.value(depth));
      character = this.separator(']');
    }
    return { kind: 'array', style: 'flow', items, start, end: ++this.at };
  }

  /** Behind a member or element: the closing character, or the first one behind a comma. */
  private separator(close: '}' | ']'): string {
    const character = this.next();
    if (character === close) return character;
    if (character !== ',') this.unexpected(`a comma or ${close}`);
    const comma = this.at++;
    const following = this.next();
    if (following === close && !this.comments) {
      this.problems.stop(comma, malformed('trailing-comma', 'A comma stands before the closing bracket.', 'Remove the last comma.'));
    }
    return following;
  }

  private stringValue(): ScalarSource {
    const start = this.at;
    const value = judgedString(this.string(), start, this.problems);
    return { kind: 'scalar', value, start, end: this.at };
  }

  private string(): string {
    const parts: string[] = [];
    this.at++;
    for (;;) {
      const piece = this.match(PLAIN_CHARACTERS);
      this.at += piece.length;
      parts.push(piece);
      const character = this.text[this.at];
      if (character === '"') break;
      parts.push(character === '\\' ? this.escape() : this.badCharacter());
    }
    this.at++;
    return parts.length === 1 ? (parts[0] ?? '') : parts.join('');
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? '';
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (letter === 'u' && HEX_DIGITS.test(digits)) {
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (character === undefined) {
      const remedy = 'Write \\\\ for a backslash, \\uXXXX with four hex digits for a character.';
      return this.problems.stop(this.at, malformed('bad-escape', 'A backslash in a string begins no JSON escape.', remedy));
    }
    this.at += 2;
    return character;
  }

  private badCharacter(): never {
    if (this.at >= this.text.length || /[\r\n]/.test(this.text[this.at] ?? '')) {
      return this.problems.stop(
        this.at,
        malformed('string-not-closed', 'A string is not closed.', 'Close it with a double quote on its line.'),
      );
    }
    const remedy = 'Write it as an escape, such as \\t or \\u001b.';
    return this.problems.stop(this.at, malformed('raw-control-character', 'A string holds a raw control character.', remedy));
  }

  private number(): ScalarSource {
    const start = this.at;
    const literal = this.match(NUMBER);
    this.at += literal.length;
    if (literal === '' || WORD_CHARACTER.test(this.text[this.at] ?? '')) {
      const remedy = 'Write digits without leading zeros, such as 0.5, -12 or 1e6.';
      this.problems.stop(start, malformed('bad-number', 'A number is not written as JSON writes numbers.', remedy));
    }
    const value = decimalValue(literal);
    if (typeof value !== 'number') this.problems.add(start, value);
    return { kind: 'scalar', value: typeof value === 'number' ? value : 0, start, end: this.at };
  }

  private unexpected(wanted: string): never {
    const message = `${wanted[0]?.toUpperCase()}${wanted.slice(1)} is expected here.`;
    return this.problems.stop(this.at, malformed('json-syntax', message, this.usualRemedy()));
  }

  private usualRemedy(): string {
    const character = this.text[this.at];
    if (character === undefined) return 'Send the whole text: something is still open.';
    if (character === "'") return 'Write strings and names in double quotes.';
    if (character === '#') return 'Remove the comment, or write it behind // in a .jsonc file.';
    if (character === '/') return 'Remove the comment, or read the text as JSONC: JSON has none.';
    return /\p{L}/u.test(character) ? 'Put text in double quotes.' : 'Check the text with a JSON validator.';
  }
}
