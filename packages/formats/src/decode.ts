// Bytes to text: UTF-8 with or without byte order mark, and nothing else.
import { TEXT_BYTES_MAX } from './limits.js';
import { Lines } from './lines.js';
import type { FormatFlaw, FormatProblem } from './problem.js';

/** The text of some bytes, or why they are none. */
export type Decoded = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problems: readonly FormatProblem[] };

/**
 * The text of a file. A byte order mark stays at its start, where `parseFormat` skips it and `updateText` keeps it. The size is judged
 * before anything is decoded.
 */
export function decodeText(bytes: Uint8Array): Decoded {
  if (bytes.length > TEXT_BYTES_MAX) return refused(tooLarge());
  const utf16 = utf16Flaw(bytes);
  if (utf16 !== null) return refused(utf16);
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return notUtf8(bytes);
  }
}

/** The problem of a text that is too large, or null. A text counts by its characters, each of which has at least one byte. */
export function sizeFlaw(text: string): FormatFlaw | null {
  return text.length > TEXT_BYTES_MAX ? tooLarge() : null;
}

function refused(flaw: FormatFlaw, position = { line: 1, column: 1 }): Decoded {
  return { ok: false, problems: [{ ...flaw, ...position }] };
}

/** A byte order mark of UTF-16, or the NULs that its ASCII has. */
function utf16Flaw(bytes: Uint8Array): FormatFlaw | null {
  const [first, second] = bytes;
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const unmarked = bytes.length >= 4 && (first === 0) !== (second === 0) && (bytes[2] === 0) !== (bytes[3] === 0);
  if (!marked && !unmarked) return null;
  return {
    code: 'FORMAT_ENCODING',
    rule: 'utf-16',
    message: 'The text is encoded as UTF-16; UTF-8 is the only encoding that is read.',
    remedy: 'Save the file as UTF-8.',
  };
}

function notUtf8(bytes: Uint8Array): Decoded {
  const before = readableStart(bytes);
  const flaw: FormatFlaw = {
    code: 'FORMAT_ENCODING',
    rule: 'not-utf-8',
    message: 'The text is not valid UTF-8 here. It may be Latin-1 or Windows-1252; UTF-8 is the only encoding that is read.',
    remedy: 'Save the file as UTF-8.',
  };
  return refused(flaw, new Lines(before).position(before.length));
}

/** The text before the first byte that is not UTF-8: found by halving, as a decoder does not say where it failed. */
function readableStart(bytes: Uint8Array): string {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (startIsReadable(bytes.subarray(0, middle))) low = middle;
    else high = middle - 1;
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, low), { stream: true });
}

function startIsReadable(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function tooLarge(): FormatFlaw {
  return {
    code: 'FORMAT_TOO_LARGE',
    rule: 'text-too-large',
    message: `The text has more than ${TEXT_BYTES_MAX} bytes.`,
    remedy: 'Split the configuration among several services.',
  };
}
