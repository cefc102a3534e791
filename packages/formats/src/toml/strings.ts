// The four kinds of TOML strings.
import { malformed } from '../flaws.js';
import type { Problems } from '../problem.js';

const PLAIN_BASIC = /[^"\\\u0000-\u0008\u000a-\u001f\u007f]*/y;
const PLAIN_LITERAL = /[^'\u0000-\u0008\u000a-\u001f\u007f]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', b: '\b', e: '\u001b', f: '\f', n: '\n', r: '\r', t: '\t' };
/** How many hex digits follow. */
const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const LINE_CONTINUATION = /\\[ \t]*\r?\n[ \t\r\n]*/y;
const CODE_POINT_MAX = 0x10ffff;

interface StringRead {
  readonly value: string;
  /** Behind the closing quotes. */
  readonly end: number;
}

/** The string whose opening quote stands at an offset, on one line or, with three quotes, on several. */
export function readTomlString(text: string, start: number, problems: Problems, lines: 'one' | 'several'): StringRead {
  return new TomlString(text, start, problems).read(lines);
}

class TomlString {
  private readonly text: string;
  private readonly start: number;
  private readonly problems: Problems;
  private readonly quote: string;
  private at: number;

  constructor(text: string, start: number, problems: Problems) {
    this.text = text;
    this.start = start;
    this.problems = problems;
    this.quote = text[start] ?? '';
    this.at = start;
  }

  read(lines: 'one' | 'several'): StringRead {
    const several = lines === 'several' && this.text.startsWith(this.quote.repeat(3), this.start);
    this.at = this.start + (several ? 3 : 1);
    if (several) this.at += /^\r?\n/.exec(this.text.slice(this.at, this.at + 2))?.[0].length ?? 0;
    const parts: string[] = [];
    for (;;) {
      parts.push(this.match(this.quote === '"' ? PLAIN_BASIC : PLAIN_LITERAL));
      const character = this.text[this.at] ?? '';
      if (character === this.quote) {
        const closed = several ? this.closing() : '';
        if (closed !== null) return { value: parts.join('') + closed, end: (this.at += several ? 0 : 1) };
        parts.push(character);
        this.at++;
      } else if (character === '\\') parts.push(this.escape(several));
      else parts.push(this.lineBreak(several));
    }
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const piece = pattern.exec(this.text)?.[0] ?? '';
    this.at += piece.length;
    return piece;
  }

  /** Three quotes close; up to two more before them belong to the text. Null where fewer than three stand. */
  private closing(): string | null {
    let count = 0;
    while (count < 5 && this.text[this.at + count] === this.quote) count++;
    if (count < 3) return null;
    this.at += count;
    return this.quote.repeat(count - 3);
  }

  private escape(several: boolean): string {
    if (several && this.match(LINE_CONTINUATION) !== '') return '';
    const letter = this.text[this.at + 1] ?? '';
    const simple = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (simple !== undefined) {
      this.at += 2;
      return simple;
    }
    const length = Object.hasOwn(CODE_LENGTHS, letter) ? (CODE_LENGTHS[letter] ?? 0) : 0;
    const digits = this.text.slice(this.at + 2, this.at + 2 + length);
    const code = Number.parseInt(digits, 16);
    const isWhole = length > 0 && digits.length === length && /^[0-9a-fA-F]+$/.test(digits) && code <= CODE_POINT_MAX;
    if (!isWhole) this.problems.stop(this.at, BAD_ESCAPE);
    this.at += 2 + length;
    return String.fromCodePoint(code);
  }

  private lineBreak(several: boolean): string {
    const found = /^\r?\n/.exec(this.text.slice(this.at, this.at + 2))?.[0];
    if (this.at >= this.text.length || (found !== undefined && !several)) return this.problems.stop(this.start, NOT_CLOSED);
    if (found === undefined) return this.problems.stop(this.at, RAW_CONTROL);
    this.at += found.length;
    return '\n';
  }
}

const BAD_ESCAPE = malformed(
  'bad-escape',
  'A backslash in a string begins no TOML escape.',
  'Write \\\\ for a backslash, or put the text in single quotes.',
);
const NOT_CLOSED = malformed(
  'string-not-closed',
  'A string is not closed.',
  'Close it on its line, or begin and end it with three quotes.',
);
const RAW_CONTROL = malformed(
  'raw-control-character',
  'A string holds a raw control character.',
  'Write it as an escape, such as \\u001b.',
);
