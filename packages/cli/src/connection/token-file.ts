// Reads a token from its file or from standard input. No message holds a token.
import { readFileSync, statSync } from 'node:fs';
import { fileError, systemCode } from '../errors/cli-error.js';

/** Longest token, in characters. */
export const TOKEN_CHARACTERS_MAX = 4_096;

const WINDOWS = process.platform === 'win32';

/** The token in a file. `warn` receives one sentence where others can read it. */
export function tokenIn(file: string, warn: (text: string) => void): string {
  let text: string;
  try {
    if (!WINDOWS && (statSync(file).mode & 0o077) !== 0) warn(`The token file ${file} can be read by others: chmod 600 '${file}'`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw fileError(
      `The token file ${file} cannot be read (${systemCode(error) ?? 'unknown'}).`,
      'Name the right file, or make it readable.',
    );
  }
  return checkedToken(text, file);
}

/** The token in what was read from `source`. */
export function checkedToken(text: string, source: string): string {
  const token = text.trim();
  if (token.length > 0 && token.length <= TOKEN_CHARACTERS_MAX && /^[\x21-\x7e]+$/.test(token)) return token;
  throw fileError(`${source} holds no token, which is one word of at most ${TOKEN_CHARACTERS_MAX} printable ASCII characters.`);
}
