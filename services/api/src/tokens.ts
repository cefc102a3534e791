// The tokens of a data directory: each file `<actor>.token` holds the token of that actor. Where the name ends in `.node.token`, it is the
// token of a trading node, which may only read and report.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TokenOwner } from './auth.js';
import type { Role } from './permissions.js';
import { keptOrMade } from '@confledger/process/private-file';

/** Entropy of a token that we make. */
const TOKEN_BYTES = 32;
/** The shortest token that is taken from a file, in characters. */
export const TOKEN_CHARACTERS_MIN = 16;

const TOKEN_FILE = /^([A-Za-z0-9][A-Za-z0-9._@-]{0,62})\.token$/;
// In any letter case: a slip of the shift key must not give a node every permission.
const NODE_ACTOR = /.\.node$/i;

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
  return ensureToken(dataDirectory, adminTokenFile(dataDirectory));
}

/** The token of the trading node `name`, which may only read and report; made where it is missing, as that of the administrator. */
export function ensureNodeToken(dataDirectory: string, name: string): string {
  return ensureToken(dataDirectory, path.join(dataDirectory, `${name}.node.token`));
}

function ensureToken(dataDirectory: string, file: string): string {
  mkdirSync(dataDirectory, { recursive: true });
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
  return { actor, roles: [roleOf(actor)], sha256: createHash('sha256').update(token, 'utf8').digest('hex') };
}

function roleOf(actor: string): Role {
  return NODE_ACTOR.test(actor) ? 'node' : 'admin';
}

function checkedToken(file: string, text: string): string {
  const token = text.trim();
  if (token.length >= TOKEN_CHARACTERS_MIN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new TokenUnusable(
    `${file} holds no token, which is one word of at least ${TOKEN_CHARACTERS_MIN} printable ASCII characters. Put one there, or delete it.`,
  );
}
