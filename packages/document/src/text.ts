/// <reference lib="es2024.string" />
// What strings and names may hold. One place, so that parser, value check and path grammar refuse alike.
import { quoted, type Flaw } from './problem.js';

/** Names that make JavaScript programs write into prototypes; refused at any depth. */
export function isForbiddenName(name: string): boolean {
  if (name.length === 9) return name === '__proto__' || name === 'prototype';
  return name.length === 11 && name === 'constructor';
}

/** C0, DEL and C1. */
export function isControlCharacter(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

/** True when some UTF-16 code unit of the text is a control character. */
export function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (isControlCharacter(text.charCodeAt(index))) return true;
  return false;
}

/** What keeps a string value from surviving a round trip through every store, or null. Says where it is, never what the string holds. */
export function stringFlaw(text: string): Flaw | null {
  return textFlaw(text, 'string');
}

function textFlaw(text: string, kind: 'string' | 'name'): Flaw | null {
  const half = loneSurrogateAt(text);
  const zero = text.indexOf('\0');
  if (half < 0 && zero < 0) return null;
  // A name is not quoted either: behind a mistake in the text, a value can stand where a name is expected.
  const what = `The ${kind} of ${text.length} characters`;
  return half >= 0 ? loneSurrogate(what, half) : nul(what, zero);
}

/** Index of the first half of a surrogate pair that stands alone; -1 when there is none. */
function loneSurrogateAt(text: string): number {
  return text.isWellFormed() ? -1 : text.search(/\p{Surrogate}/u);
}

/** What keeps a member name out, at any depth, inside arrays too; or null. */
export function nameFlaw(name: string): Flaw | null {
  return isForbiddenName(name) ? forbiddenName(name) : textFlaw(name, 'name');
}

/** What keeps a member name from being a segment of a path, or null. */
export function segmentFlaw(name: string): Flaw | null {
  if (name === '') return emptySegment();
  return nameFlaw(name) ?? (hasControlCharacter(name) ? controlCharacter(name) : null);
}

export function emptySegment(): Flaw {
  return {
    code: 'PATH_EMPTY_SEGMENT',
    rule: 'empty-segment',
    message: 'A path has an empty segment: every name must have at least one character.',
    remedy: 'Remove the superfluous dot, or give the member a name. A dot that belongs to a name is written "\\.".',
  };
}

export function controlCharacter(text: string): Flaw {
  return {
    code: 'PATH_CONTROL_CHARACTER',
    rule: 'control-character',
    message: `The name ${quoted(text)} holds a control character.`,
    remedy: 'Use printable characters in names; control characters are allowed in values.',
  };
}

function forbiddenName(name: string): Flaw {
  return {
    code: 'NAME_FORBIDDEN',
    rule: 'forbidden-name',
    message: `The name ${quoted(name)} is refused everywhere, because programs that copy it by name would alter their prototypes.`,
    remedy: 'Choose another name; __proto__, constructor and prototype are the only ones that are refused.',
  };
}

function loneSurrogate(what: string, at: number): Flaw {
  return {
    code: 'STRING_LONE_SURROGATE',
    rule: 'lone-surrogate',
    message: `${what} holds half of a surrogate pair at character ${at + 1}, which no UTF-8 text can carry.`,
    remedy: 'Send whole characters; encode binary data as base64.',
  };
}

function nul(what: string, at: number): Flaw {
  return {
    code: 'STRING_NUL',
    rule: 'nul-character',
    message: `${what} holds a NUL (U+0000) at character ${at + 1}, which databases cannot keep.`,
    remedy: 'Remove the NUL; encode binary data as base64.',
  };
}
