// Reads a regular expression of ECMA-262 with the flag u into a tree. Strict: what the flag u makes an error is an error here.
import { propertyPart, type ClassPart } from './character-properties.js';
import { classEscape, isSyntaxCharacter, SIMPLE_ESCAPES, type Ranges } from './character-sets.js';

/** A regular expression. Groups are gone: only whether a text matches is asked. */
export type PatternNode =
  | { readonly kind: 'class'; readonly negated: boolean; readonly parts: readonly ClassPart[] }
  | { readonly kind: 'assertion'; readonly which: 'start' | 'end' | 'boundary' | 'no boundary' }
  | { readonly kind: 'sequence'; readonly of: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly of: readonly PatternNode[] }
  | { readonly kind: 'repeat'; readonly of: PatternNode; readonly min: number; readonly max: number };

/** What is wrong with a pattern, as the end of a sentence that begins with "The pattern". */
export class PatternFlaw extends Error {
  readonly at: number;
  /** Whether it is a regular expression all the same, of a kind that is not supported. */
  readonly isPattern: boolean;

  constructor(message: string, at: number, isPattern: boolean) {
    super(message);
    this.at = at;
    this.isPattern = isPattern;
  }
}

/** Deepest nesting of groups. */
const GROUP_DEPTH_MAX = 100;
/** Most repetitions that a quantifier may ask for; the engine has the same limit. */
export const REPEATS_MAX = 1_000;

const GROUP_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** The tree of a pattern. Throws a PatternFlaw. */
export function parsePattern(text: string): PatternNode {
  return new PatternReader(text).read();
}

class PatternReader {
  private readonly text: string;
  private at = 0;
  private depth = 0;
  private readonly names = new Set<string>();

  constructor(text: string) {
    this.text = text;
  }

  read(): PatternNode {
    const node = this.choice();
    if (this.at < this.text.length) throw this.flaw('has a ")" without a "("');
    return node;
  }

  private choice(): PatternNode {
    const of = [this.sequence()];
    while (this.take('|')) of.push(this.sequence());
    return of.length === 1 && of[0] !== undefined ? of[0] : { kind: 'choice', of };
  }

  private sequence(): PatternNode {
    const of: PatternNode[] = [];
    while (this.at < this.text.length && !this.sees('|') && !this.sees(')')) of.push(this.term());
    return { kind: 'sequence', of };
  }

  private term(): PatternNode {
    const assertion = this.assertion();
    if (assertion !== undefined) {
      if (/^[*+?{]/.test(this.text.slice(this.at))) throw this.flaw('repeats an assertion');
      return assertion;
    }
    return this.repeated(this.atom());
  }

  private assertion(): PatternNode | undefined {
    if (this.take('^')) return { kind: 'assertion', which: 'start' };
    if (this.take('$')) return { kind: 'assertion', which: 'end' };
    if (this.take('\\b')) return { kind: 'assertion', which: 'boundary' };
    if (this.take('\\B')) return { kind: 'assertion', which: 'no boundary' };
    if (/^\(\?<?[=!]/.test(this.text.slice(this.at, this.at + 4)))
      throw this.unsupported('looks ahead or behind, which no engine does in linear time');
    return undefined;
  }

  private atom(): PatternNode {
    if (this.take('(')) return this.group();
    if (this.take('[')) return this.characterClass();
    if (this.take('.')) return { kind: 'class', negated: true, parts: [{ kind: 'ranges', ranges: LINE_ENDS }] };
    if (this.take('\\')) return this.escape();
    const code = this.codePoint();
    const character = String.fromCodePoint(code);
    if (character !== '/' && isSyntaxCharacter(character)) {
      this.at -= character.length;
      throw this.flaw(/[*+?{]/.test(character) ? 'repeats nothing' : `has a "${character}" that needs a backslash`);
    }
    return literal(code);
  }

  private group(): PatternNode {
    if (++this.depth > GROUP_DEPTH_MAX) throw this.unsupported(`nests groups deeper than ${GROUP_DEPTH_MAX}`);
    if (this.take('?<')) this.groupName();
    else if (this.sees('?') && !this.take('?:')) throw this.unsupported('has a group of a kind that is not supported');
    const node = this.choice();
    if (!this.take(')')) throw this.flaw('has a "(" without a ")"');
    this.depth--;
    return node;
  }

  private groupName(): void {
    const end = this.text.indexOf('>', this.at);
    const name = end < 0 ? '' : this.text.slice(this.at, end);
    if (!GROUP_NAME.test(name)) throw this.flaw('has a group whose name is malformed');
    if (this.names.has(name)) throw this.flaw('names two groups alike');
    this.names.add(name);
    this.at = end + 1;
  }

  private repeated(of: PatternNode): PatternNode {
    const range = this.quantifier();
    if (range === undefined) return of;
    this.take('?');
    const [min, max] = range;
    if (min > max) throw this.flaw('has a repetition whose limits are in the wrong order');
    if (min > REPEATS_MAX || (max !== Infinity && max > REPEATS_MAX)) throw this.unsupported(`repeats more than ${REPEATS_MAX} times`);
    return { kind: 'repeat', of, min, max };
  }

  private quantifier(): [number, number] | undefined {
    if (this.take('*')) return [0, Infinity];
    if (this.take('+')) return [1, Infinity];
    if (this.take('?')) return [0, 1];
    if (!this.sees('{')) return undefined;
    const found = /^\{(\d+)(,(\d*))?\}/.exec(this.text.slice(this.at));
    if (found === null) throw this.flaw('has a "{" that begins no repetition');
    this.at += found[0].length;
    const min = Number(found[1]);
    if (found[2] === undefined) return [min, min];
    return [min, found[3] === '' || found[3] === undefined ? Infinity : Number(found[3])];
  }

  private escape(): PatternNode {
    if (/^(?:[1-9]|k)/.test(this.text.slice(this.at, this.at + 1)))
      throw this.unsupported('refers back to a group, which no engine does in linear time');
    const part = this.classPartEscape();
    if (part !== undefined) return { kind: 'class', negated: false, parts: [part] };
    return literal(this.characterEscape(''));
  }

  /** `\d`, `\W`, `\p{…}`. */
  private classPartEscape(): ClassPart | undefined {
    const letter = this.text.charAt(this.at);
    const ranges = classEscape(letter);
    if (ranges !== undefined) {
      this.at++;
      return { kind: 'ranges', ranges };
    }
    if (letter !== 'p' && letter !== 'P') return undefined;
    const found = /^[pP]\{([^}]*)\}/.exec(this.text.slice(this.at));
    const part = found === null ? undefined : propertyPart(found[1] ?? '', letter === 'P');
    if (found === null || part === undefined) throw this.unsupported('has a property of characters that is not supported');
    this.at += found[0].length;
    return part;
  }

  private characterEscape(alsoAllowed: string): number {
    const rest = this.text.slice(this.at, this.at + 12);
    const coded =
      /^u\{([0-9a-f]+)\}/i.exec(this.text.slice(this.at)) ??
      /^u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/i.exec(rest) ??
      /^u([0-9a-f]{4})/i.exec(rest) ??
      /^x([0-9a-f]{2})/i.exec(rest);
    if (coded !== null) return this.codedCharacter(coded);
    const control = /^c([a-z])/i.exec(rest);
    if (control !== null) {
      this.at += 2;
      return (control[1] ?? '').charCodeAt(0) % 32;
    }
    if (/^0(?!\d)/.test(rest)) {
      this.at++;
      return 0;
    }
    const letter = rest.charAt(0);
    const simple = SIMPLE_ESCAPES.get(letter);
    if (simple === undefined && (letter === '' || !(isSyntaxCharacter(letter) || alsoAllowed.includes(letter))))
      throw this.flaw('has a backslash that escapes nothing');
    this.at++;
    return simple ?? letter.charCodeAt(0);
  }

  private codedCharacter([whole, first = '', second]: RegExpExecArray): number {
    const code = Number.parseInt(first, 16);
    if (code > 0x10ffff) throw this.flaw('names a character that does not exist');
    this.at += whole.length;
    return second === undefined ? code : 0x10000 + ((code - 0xd800) << 10) + (Number.parseInt(second, 16) - 0xdc00);
  }

  private characterClass(): PatternNode {
    const negated = this.take('^');
    const parts: ClassPart[] = [];
    while (!this.take(']')) {
      if (this.at >= this.text.length) throw this.flaw('has a "[" without a "]"');
      parts.push(this.classRange());
    }
    return { kind: 'class', negated, parts };
  }

  private classRange(): ClassPart {
    const from = this.classAtom();
    if (!this.sees('-') || this.text.startsWith('-]', this.at)) return typeof from === 'number' ? one(from) : from;
    this.at++;
    if (this.at >= this.text.length) throw this.flaw('has a "[" without a "]"');
    const to = this.classAtom();
    if (typeof from !== 'number' || typeof to !== 'number' || from > to)
      throw this.flaw('has a range of characters whose ends are in the wrong order or no characters');
    return { kind: 'ranges', ranges: [[from, to]] };
  }

  private classAtom(): ClassPart | number {
    if (!this.take('\\')) return this.codePoint();
    if (this.take('b')) return 8;
    return this.classPartEscape() ?? this.characterEscape('-');
  }

  private codePoint(): number {
    const code = this.text.codePointAt(this.at) ?? 0;
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }

  private sees(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  private take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  private flaw(message: string): PatternFlaw {
    return new PatternFlaw(message, this.at, false);
  }

  private unsupported(message: string): PatternFlaw {
    return new PatternFlaw(message, this.at, true);
  }
}

const LINE_ENDS: Ranges = [
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
];

function one(code: number): ClassPart {
  return { kind: 'ranges', ranges: [[code, code]] };
}

function literal(code: number): PatternNode {
  return { kind: 'class', negated: false, parts: [one(code)] };
}
