// Writes YAML without surprises: block style, two spaces, no folded lines, and quotes around every text that a reader of YAML 1.1 or 1.2
// could take for something else.
import { isJsonObject, type JsonObject, type JsonValue } from '@confledger/document/json-and-paths';
import { indented } from '../text-lines.js';

/** A letter, or one of few marks, and no character behind it that ends a plain text. */
const PLAIN_TEXT = /^[\p{L}_/][\p{L}\p{N}_./@+=$%-]*(?:[ :,()][\p{L}\p{N}_./@+=$%-]+)*$/u;
const PLAIN_NAME = /^[\p{L}_$][\p{L}\p{N}_./$-]*$/u;
/** Words that some version of YAML reads as null or as a boolean. */
const WORD = /^(?:null|true|false|yes|no|on|off|y|n)$/i;
/** Characters of a literal block: printable, and no line break but \n. */
const LITERAL = /^[\t\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;
/** What JSON leaves as it is, and YAML does not call printable. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A document as YAML, with a line end behind it. */
export function yamlDocument(value: JsonObject): string {
  return Object.keys(value).length === 0 ? '{}\n' : `${blockLines(value, 0).join('\n')}\n`;
}

/** The lines of a structure that is not empty, indented by so many spaces. */
export function blockLines(value: JsonObject | readonly JsonValue[], indent: number): string[] {
  if (isArray(value)) return value.flatMap((item) => itemLines(item, indent));
  return Object.entries(value).flatMap(([name, member]) => memberLines(name, member, indent));
}

/** A member, indented by so many spaces. */
export function memberLines(name: string, value: JsonValue, indent: number): string[] {
  const head = `${' '.repeat(indent)}${yamlName(name)}:`;
  if (isStructure(value)) return [head, ...blockLines(value, indent + 2)];
  const [first = '', ...more] = scalarLines(value, indent + 2);
  return [`${head} ${first}`, ...more];
}

/** An element, indented by so many spaces. */
export function itemLines(value: JsonValue, indent: number): string[] {
  const lines = isStructure(value) ? blockLines(value, indent + 2) : scalarLines(value, indent + 2);
  const [first = '', ...more] = lines;
  return [`${' '.repeat(indent)}- ${first.trimStart()}`, ...more];
}

/** True for what takes lines of its own. */
export function isStructure(value: JsonValue): value is JsonObject | readonly JsonValue[] {
  if (isArray(value)) return value.length > 0;
  return isJsonObject(value) && Object.keys(value).length > 0;
}

const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

/** A value on one line, wherever it stands: structures in brackets, with quotes around every text. */
export function inlineYaml(value: JsonValue): string {
  if (isArray(value)) return `[${value.map(inlineYaml).join(', ')}]`;
  if (!isJsonObject(value)) return typeof value === 'string' ? quotedText(value) : scalarText(value);
  const members = Object.entries(value).map(([name, member]) => `${quotedText(name)}: ${inlineYaml(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** A scalar, `{}` or `[]` on the line of its name, where a block stands. */
export function yamlScalar(value: JsonValue): string {
  if (typeof value !== 'string') return inlineYaml(value);
  return PLAIN_TEXT.test(value) && !WORD.test(value) ? value : quotedText(value);
}

/** As `yamlScalar`, or, for a text of several lines, a literal block indented by so many spaces. */
export function scalarLines(value: JsonValue, indent: number): string[] {
  if (typeof value !== 'string' || !isLiteral(value)) return [yamlScalar(value)];
  const ended = value.endsWith('\n');
  const lines = (ended ? value.slice(0, -1) : value).split('\n');
  return [ended ? '|' : '|-', ...indented(lines, indent)];
}

/** Two lines or more that a literal block gives back as they are: their ends are no white space, nor is the start of the first. */
function isLiteral(text: string): boolean {
  const inner = text.endsWith('\n') ? text.slice(0, -1) : text;
  return inner.includes('\n') && LITERAL.test(text) && !/^\s|\s$/.test(inner);
}

/** A name, in quotes where it needs them in a block or in brackets. */
export function yamlName(name: string): string {
  return PLAIN_NAME.test(name) && !WORD.test(name) ? name : quotedText(name);
}

function quotedText(text: string): string {
  return JSON.stringify(text).replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function scalarText(value: null | boolean | number): string {
  return String(value);
}
