// A strict JSON parser: what it accepts survives a round trip through every store. On the path of each request body.
// JSON.parse cannot serve: it keeps the last of two equal names, rounds numbers in silence and lets lone surrogates through.
import type { JsonObject, JsonValue } from './json.js';
import { knownName, rememberName } from './known-names.js';
import { exactNumber } from './number-literal.js';
import {
  badCharacter,
  badEscape,
  badNumber,
  byteOrderMark,
  duplicateName,
  inexactNumber,
  located,
  negativeZero,
  tooDeep,
  tooManyLeaves,
  tooManyValues,
  trailingComma,
  unexpected,
} from './parse-problems.js';
import { limitsOf, type ParseOptions } from './parse-options.js';
import { problemAt } from './place.js';
import type { CodedProblem, Flaw, Result } from './problem.js';
import { copiedString, escapedCharacter, isUnicodeEscape } from './string-literal.js';
import { TextPieces } from './text-pieces.js';
import { TextSearch } from './text-search.js';
import { isForbiddenName, nameFlaw, stringFlaw } from './text.js';

/** Parses JSON text, or says what is wrong with it, where, and what to send instead. Stops at the first limit that is passed. */
export function parseJson(text: string, options: ParseOptions = {}): Result<JsonValue, CodedProblem> {
  const parser = new JsonParser(text, options);
  try {
    return { ok: true, value: parser.document() };
  } catch (error) {
    if (error instanceof JsonRefusal) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** Leaves the recursion with a problem; never leaves this file. */
class JsonRefusal extends Error {
  readonly problem: CodedProblem;
  constructor(problem: CodedProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const [SMALL_E, SMALL_F, SMALL_N, SMALL_T] = [101, 102, 110, 116] as const;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const BYTE_ORDER_MARK = 0xfeff;

// Integers of up to 15 digits are exact in a double, and summing their digits is quicker than Number().
const PLAIN_INTEGER_DIGITS_MAX = 15;
// With more escapes than these, one call of JSON.parse for the string is quicker than joining its parts.
const JOINED_ESCAPES_MAX = 3;

class JsonParser {
  private readonly text: string;
  private readonly max: Required<ParseOptions>;
  private readonly place: (string | number)[] = [];
  private readonly search: TextSearch;
  private readonly pieces: TextPieces;
  private at = 0;
  private depth = 0;
  /** Arrays that are open here. */
  private arrays = 0;
  private leaves = 0;
  private values = 0;

  constructor(text: string, options: ParseOptions) {
    this.text = text;
    this.max = limitsOf(options);
    this.search = new TextSearch(text);
    this.pieces = new TextPieces(text);
  }

  document(): JsonValue {
    if (this.text.charCodeAt(0) === BYTE_ORDER_MARK) this.refuse(byteOrderMark(this.text));
    const value = this.value();
    if (!Number.isNaN(this.next())) this.unexpected('the end of the text');
    return value;
  }

  /** Skips white space and gives the code of the next character, NaN at the end. */
  private next(): number {
    const text = this.text;
    let code = text.charCodeAt(this.at);
    while (code === 32 || code === 10 || code === 13 || code === 9) code = text.charCodeAt(++this.at);
    return code;
  }

  private value(): JsonValue {
    const code = this.next();
    if (++this.values > this.max.valuesMax) this.refuse(tooManyValues(this.max.valuesMax));
    if (code === OPEN_BRACE) return this.object();
    if (this.arrays === 0 && ++this.leaves > this.max.leavesMax) this.refuse(tooManyLeaves(this.max.leavesMax));
    if (code === QUOTE) return this.string();
    if (code === OPEN_BRACKET) return this.array();
    if (code === MINUS || (code >= ZERO && code <= NINE)) return this.number();
    if (code === SMALL_N && this.text.startsWith('null', this.at)) return this.word(null, 4);
    if (code === SMALL_T && this.text.startsWith('true', this.at)) return this.word(true, 4);
    if (code === SMALL_F && this.text.startsWith('false', this.at)) return this.word(false, 5);
    return this.unexpected('a value');
  }

  private word(value: boolean | null, length: number): boolean | null {
    this.at += length;
    return value;
  }

  private enter(): void {
    this.at++;
    if (++this.depth > this.max.maxDepth) this.refuse(tooDeep(this.text, this.at, this.max.maxDepth));
  }

  private object(): JsonObject {
    this.enter();
    const members: Record<string, JsonValue> = {};
    let code = this.next();
    while (code !== CLOSE_BRACE) {
      if (code !== QUOTE) this.unexpected('a name in double quotes, or }');
      const name = this.name();
      if (this.next() !== COLON) this.unexpected('a colon'); // no name then, but perhaps a value: not to be quoted
      this.at++;
      this.place.push(name);
      // Values are never undefined, so a plain read finds a duplicate; hasOwn tells it from what the prototype answers.
      if (members[name] !== undefined && Object.hasOwn(members, name)) this.refuse(duplicateName(this.text, this.at - 1, name));
      members[name] = this.value();
      this.place.pop();
      code = this.separator(CLOSE_BRACE, 'a comma or }');
    }
    this.at++;
    this.depth--;
    return members;
  }

  private array(): readonly JsonValue[] {
    this.enter();
    this.arrays++;
    const items: JsonValue[] = [];
    let code = this.next();
    while (code !== CLOSE_BRACKET) {
      this.place.push(items.length);
      items.push(this.value());
      this.place.pop();
      code = this.separator(CLOSE_BRACKET, 'a comma or ]');
    }
    this.at++;
    this.depth--;
    this.arrays--;
    return items;
  }

  /** Behind a member or element: the closing character, or the first character behind a comma. */
  private separator(close: number, wanted: string): number {
    const code = this.next();
    if (code === close) return code;
    if (code !== COMMA) this.unexpected(wanted);
    this.at++;
    const following = this.next();
    if (following === close) this.refuse(trailingComma(this.text, this.at));
    return following;
  }

  private name(): string {
    const start = this.at + 1;
    const known = knownName(this.text, start);
    if (known !== undefined) {
      this.at = start + known.length + 1;
      return known;
    }
    const name = this.string(true);
    if (isForbiddenName(name)) this.judge(name, start, true);
    // Every escape is longer than what it stands for.
    if (name.length === this.at - 1 - start) rememberName(name, this.text, start);
    return name;
  }

  private string(isName = false): string {
    const start = this.at + 1;
    const end = this.search.plainStringEnd(start);
    if (end < 0) return this.scannedString(start, isName);
    this.at = end + 1;
    // A name becomes a key, and V8 copies those.
    return isName ? this.text.slice(start, end) : this.pieces.slice(start, end);
  }

  /** A string that holds escapes, stands in a text that is not plain, or is not well-formed. Few escapes are joined by hand. */
  private scannedString(start: number, isName: boolean): string {
    const { text } = this;
    let at = this.search.skipPlain(start);
    let from = start;
    let escapes = 0;
    let suspect = false;
    let joined = '';
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      if (code === BACKSLASH) {
        const character = escapedCharacter(text.charCodeAt(at + 1));
        if (character === undefined) suspect = true;
        else if (++escapes <= JOINED_ESCAPES_MAX && !suspect) joined += this.pieces.slice(from, at) + character;
        from = character === undefined ? this.unicodeEscapeEnd(at) : at + 2;
        at = this.search.skipPlain(from);
      } else if (code >= 0x20) {
        if (code >= 0xd800 && code <= 0xdfff) suspect = true;
        at++;
      } else this.refuse(badCharacter(text, at));
    }
    this.at = at + 1;
    const value = suspect || escapes > JOINED_ESCAPES_MAX ? copiedString(text, start, at) : joined + this.pieces.slice(from, at);
    if (suspect) this.judge(value, start, isName);
    return value;
  }

  private unicodeEscapeEnd(at: number): number {
    return isUnicodeEscape(this.text, at) ? at + 6 : this.refuse(badEscape(this.text, at));
  }

  private number(): number {
    const { text } = this;
    const start = this.at;
    let at = start;
    const negative = text.charCodeAt(at) === MINUS;
    if (negative) at++;
    const first = at;
    let sum = 0;
    let code = text.charCodeAt(at);
    while (code >= ZERO && code <= NINE) {
      sum = sum * 10 + (code - ZERO);
      code = text.charCodeAt(++at);
    }
    const whole = at - first;
    if (whole === 0 || (whole > 1 && text.charCodeAt(first) === ZERO)) this.refuse(badNumber(this.text, start));
    if (code !== DOT && (code | 32) !== SMALL_E && whole <= PLAIN_INTEGER_DIGITS_MAX) {
      this.at = at;
      if (!negative) return sum;
      return sum === 0 ? this.negativeZero(start) : -sum;
    }
    return this.longNumber(start, at, whole);
  }

  /** A number with a fraction, an exponent or many digits, whose whole part ends at `at`. */
  private longNumber(start: number, wholeEnd: number, wholeDigits: number): number {
    let at = wholeEnd;
    let digits = wholeDigits;
    if (this.text.charCodeAt(at) === DOT) {
      const end = this.digitsEnd(at + 1, start);
      digits += end - at - 1;
      at = end;
    }
    const hasExponent = (this.text.charCodeAt(at) | 32) === SMALL_E;
    if (hasExponent) {
      const sign = this.text.charCodeAt(at + 1);
      at = this.digitsEnd(sign === MINUS || sign === 43 ? at + 2 : at + 1, start);
    }
    const literal = this.text.slice(start, at);
    const value = exactNumber(literal, digits, hasExponent);
    if (value === null) return this.refuse(inexactNumber(this.text, start, literal));
    this.at = at;
    return value === 0 && literal.startsWith('-') ? this.negativeZero(start) : value;
  }

  private negativeZero(start: number): number {
    return this.max.negativeZero === 'read' ? 0 : this.refuse(negativeZero(this.text, start));
  }

  private digitsEnd(from: number, start: number): number {
    let at = from;
    let code = this.text.charCodeAt(at);
    while (code >= ZERO && code <= NINE) code = this.text.charCodeAt(++at);
    return at > from ? at : this.refuse(badNumber(this.text, start));
  }

  private judge(value: string, start: number, isName: boolean): void {
    const flaw = isName ? nameFlaw(value) : stringFlaw(value);
    if (flaw !== null) this.refuse(located(flaw, this.text, start - 1));
  }

  private unexpected(wanted: string): never {
    return this.refuse(unexpected(this.text, this.at, wanted));
  }

  private refuse(flaw: Flaw): never {
    throw new JsonRefusal(problemAt(this.place, flaw));
  }
}
