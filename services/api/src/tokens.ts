// The tokens of a data directory: each file `<actor>.token` holds the token of that actor.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TokenOwner } from './auth.js';
import { keptOrMade } from '@confledger/process/private-file';

/** Entropy of a token that we make. */
const TOKEN_BYTES = 32;
/** The shortest token that is taken from a file, in characters. */
export const TOKEN_CHARACTERS_MIN = 16;

const TOKEN_FILE = /^([A-Za-z0-9][A-Za-z0-9._@-]{0,62})\.token$/;
// Until access control exists, every token may do everything: recording a lesser role would be a lie.
const ROLES: readonly string[] = ['admin'];

/** A token file that cannot be used. The message names the file, never what is in it. */
export class TokenUnusable extends Error {
  override readonly name = 'TokenUnusable';
}

/** Where the token of the first start lies. */
export function adminTokenFile(dataDirectory: string): string {
  return path.join(dataDirectory, 'admin.token');
}

/** The token of the administrator; made at the first start, for its owner's eyes only (mode 0600). */
export function ensureAdminToken(dataDirectory: string): string {
  mkdirSync(dataDirectory, { recursive: true });
  const file = adminTokenFile(dataDirectory);
  return checkedToken(
    file,
    keptOrMade(file, () => `${randomBytes(TOKEN_BYTES).toString('base64url')}\n`),
  );
}

/** Every token of a data directory, by its hash. Throws TokenUnusable for a file that holds none. */
export function loadTokens(dataDirectory: string): TokenOwner[] {
  const files = readdirSync(dataDirectory).flatMap((name) => {
    const actor = TOKEN_FILE.exec(name)?.[1];
    return actor === undefined ? [] : [{ actor, file: path.join(dataDirectory, name) }];
  });
  return files.map(({ actor, file }) => tokenOwner(actor, checkedToken(file, readFileSync(file, 'utf8'))));
}

/** The owner of a token, as the API knows it. */
export function tokenOwner(actor: string, token: string): TokenOwner {
  return { actor, roles: ROLES, sha256: createHash('sha256').update(token, 'utf8').digest('hex') };
}

function checkedToken(file: string, text: string): string {
  const token = text.trim();
  if (token.length >= TOKEN_CHARACTERS_MIN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new TokenUnusable(
    `${file} holds no token, which is one word of at least ${TOKEN_CHARACTERS_MIN} printable ASCII characters. Put one there, or delete it.`,
  );
}
