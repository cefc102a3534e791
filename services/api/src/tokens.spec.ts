import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adminTokenFile, ensureAdminToken, ensureNodeToken, loadTokens, TokenUnusable } from './tokens.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-tokens-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('the first start makes the administrator a token of 32 random bytes, for its owner alone, and later starts keep it', () => {
  const token = ensureAdminToken(directory);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(statSync(adminTokenFile(directory)).mode & 0o777).toBe(0o600);
  expect(ensureAdminToken(directory)).toBe(token);
});

test('each file names its actor, and only the hash of its token is kept', () => {
  writeFileSync(path.join(directory, 'ci.token'), 'a-token-of-the-pipeline\n');
  writeFileSync(path.join(directory, 'notes.txt'), 'not a token');
  expect(loadTokens(directory)).toEqual([
    { actor: 'ci', roles: ['admin'], sha256: createHash('sha256').update('a-token-of-the-pipeline').digest('hex') },
  ]);
});

test('the token of a trading node is made once, for its owner alone, in a file that says what it is', () => {
  const token = ensureNodeToken(directory, 'reference-node');
  const file = path.join(directory, 'reference-node.node.token');
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8').trim()).toBe(token);
  expect(ensureNodeToken(directory, 'reference-node')).toBe(token);
});

test.each([
  ['engine-7.node.token', 'engine-7.node', 'node'],
  ['engine.8.Node.token', 'engine.8.Node', 'node'],
  ['admin.token', 'admin', 'admin'],
  ['node.token', 'node', 'admin'],
  ['engine-7.token', 'engine-7', 'admin'],
  ['engine.nodes.token', 'engine.nodes', 'admin'],
])('%s is the token of %s, with the role %s', (file, actor, role) => {
  writeFileSync(path.join(directory, file), 'a-token-of-somebody');
  expect(loadTokens(directory)).toMatchObject([{ actor, roles: [role] }]);
});

test.each(['', '\n', 'short', 'two words of a token', 'ein-schlüssel-mit-umlaut'])(
  'a file that holds %j is refused by its name, without what is in it',
  (text) => {
    const file = path.join(directory, 'ops.token');
    writeFileSync(file, text);
    expect(() => loadTokens(directory)).toThrow(TokenUnusable);
    expect(() => loadTokens(directory)).toThrow(`${file} holds no token`);
  },
);
