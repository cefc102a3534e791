// A first look at a YAML text, token by token: what is refused wherever it stands, and what would wear the parser down. Its tree takes a
// kilobyte for each value and its nesting the stack, so the tokens are counted before there is a tree.
import { JSON_NESTING_MAX } from '@confledger/document/json-and-paths';
import { CST, Lexer } from 'yaml';
import { malformed, TOO_DEEP, TOO_MANY_VALUES, unsupported } from '../flaws.js';
import { YAML_TOKENS_MAX } from '../limits.js';
import type { FormatFlaw, Problems } from '../problem.js';

/** Marks that the lexer puts between tokens: they have no characters in the text. */
const MARKS = new Set<string>([CST.BOM, CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);
const VERSION_1_2 = /^%YAML[ \t]+1\.2[ \t]*(?:#.*)?$/;

/** Anchors in a row: one of an object, one of the name of its first member. */
const ANCHORS_MAX = 2;

/** Notes tags, directives and what the lexer cannot read; stops at too many tokens or levels. */
export function judgeTokens(text: string, problems: Problems): void {
  const levels = new Levels();
  let at = 0;
  let tokens = 0;
  let anchors = 0;
  for (const token of new Lexer().lex(text)) {
    if (++tokens > YAML_TOKENS_MAX) problems.stop(at, TOO_MANY_VALUES);
    if (MARKS.has(token) && !text.startsWith(token, at)) continue;
    const type = CST.tokenType(token);
    const flaw = type === 'tag' ? TAG : type === 'directive-line' && !VERSION_1_2.test(token) ? DIRECTIVE : null;
    if (flaw !== null) problems.add(at, flaw);
    anchors = type === 'anchor' ? anchors + 1 : type === 'space' || type === 'newline' ? anchors : 0;
    if (anchors > ANCHORS_MAX) problems.stop(at, parserFlaw('MULTIPLE_ANCHORS'));
    levels.take(type, token);
    if (levels.depth > JSON_NESTING_MAX) problems.stop(at, TOO_DEEP);
    at += token.length;
  }
}

type TokenType = ReturnType<typeof CST.tokenType>;

/** How deep the text is nested at a token: brackets that are open, and columns at which a block began. */
class Levels {
  private readonly columns: number[] = [];
  private column = 0;
  private flow = 0;
  /** Colons in the line, outside of brackets: each but the first would be a level. */
  private colons = 0;
  /** Nothing but indicators stood in the line so far. */
  private atStart = true;

  get depth(): number {
    return this.columns.length + this.flow + Math.max(0, this.colons - 1);
  }

  take(type: TokenType, token: string): void {
    if (type === 'map-value-ind' && this.flow === 0) this.colons++;
    if (type === 'newline') this.newLine();
    else if (type === 'flow-map-start' || type === 'flow-seq-start') this.flow++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') this.flow = Math.max(0, this.flow - 1);
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind') this.block(true);
    else if (type !== 'space' && type !== 'comment' && type !== 'byte-order-mark') this.block(false);
    const lastLine = token.lastIndexOf('\n');
    this.column = lastLine < 0 ? this.column + token.length : token.length - lastLine - 1;
    if (type !== 'newline' && lastLine >= 0 && this.column === 0) this.newLine();
  }

  private newLine(): void {
    this.column = 0;
    this.colons = 0;
    this.atStart = true;
  }

  private block(isIndicator: boolean): void {
    if (this.flow > 0 || !this.atStart) return;
    while ((this.columns.at(-1) ?? -1) > this.column) this.columns.pop();
    if (this.columns.at(-1) !== this.column) this.columns.push(this.column);
    this.atStart = isIndicator;
  }
}

const TAG: FormatFlaw = unsupported(
  'yaml-tag',
  'A tag stands here, and JSON has none.',
  'Remove the tag. To make text of a value, put it in quotes.',
);

const DIRECTIVE: FormatFlaw = unsupported(
  'yaml-directive',
  'A directive stands here: only YAML 1.2 is read, without tags.',
  'Remove the line that begins with %.',
);

/** What the parser found, by its code. Its own messages may hold values. */
export function parserFlaw(code: string): FormatFlaw {
  if (code === 'RESOURCE_EXHAUSTION') return TOO_DEEP;
  if (code === 'MULTIPLE_DOCS') {
    return unsupported('several-documents', 'A second document begins here.', 'Keep one document in a file, and remove the line ---.');
  }
  const [message, remedy] = SYNTAX[code] ?? ['The text is not YAML here', 'Check indentation, quotes and brackets above this place.'];
  return malformed(`yaml-${code.toLowerCase().replaceAll('_', '-')}`, `${message}.`, remedy);
}

const INDENT = 'Indent members of one object by the same number of spaces.';
const SYNTAX: Readonly<Record<string, readonly [string, string]>> = {
  ALIAS_PROPS: ['An alias has an anchor or a tag of its own', 'Remove what stands before the *.'],
  BAD_ALIAS: ['An alias has no valid name', 'Put text that begins with * in quotes.'],
  BAD_DQ_ESCAPE: ['A backslash in double quotes begins no escape', 'Write \\\\ for a backslash, or use single quotes.'],
  BAD_INDENT: ['The indentation fits no level above', INDENT],
  BAD_SCALAR_START: ['A plain text cannot begin with this character', 'Put the text in quotes.'],
  BLOCK_AS_IMPLICIT_KEY: ['A nested value stands on the line of its name', 'Begin a new line, or put text with ": " in quotes.'],
  BLOCK_IN_FLOW: ['A block stands inside of brackets', 'Write it with brackets and commas too.'],
  KEY_OVER_1024_CHARS: ['A name has more than 1,024 characters', 'Use a shorter name.'],
  MULTIPLE_ANCHORS: ['A value has two anchors', 'Keep one of them.'],
  MISSING_CHAR: ['A quote, bracket, comma or colon is missing', 'Close what is open, and write a space behind each colon.'],
  MULTILINE_IMPLICIT_KEY: ['A name goes over several lines', 'Write a colon and a space behind the name, on its line.'],
  TAB_AS_INDENT: ['A tab indents the line', 'Indent with spaces: YAML allows tabs behind the first character of a line only.'],
  UNEXPECTED_TOKEN: ['Something stands here that does not belong', 'Check quotes and brackets; put text with : or # in quotes.'],
};
