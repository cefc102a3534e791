import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type KeyFiles, keyFilesOf, KeyUnusable, openKeys } from './keys.js';

let directory: string;
let files: KeyFiles;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-keys-'));
  files = keyFilesOf(directory);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('the first opening makes both keys for their owner alone, and later ones find them', () => {
  const first = openKeys(files);
  const second = openKeys(files);
  expect(second.keyId).toBe(first.keyId);
  expect(second.publicKey).toBe(first.publicKey);
  expect(second.fingerprint('a')).toBe(first.fingerprint('a'));
  expect(readdirSync(directory).sort()).toEqual(['fingerprint.key', 'signing.key']);
  for (const file of [files.signingKeyFile, files.fingerprintKeyFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('two installations have different keys', () => {
  const other = keyFilesOf(mkdtempSync(path.join(directory, 'other-')));
  expect(openKeys(other).keyId).not.toBe(openKeys(files).keyId);
  expect(openKeys(other).fingerprint('a')).not.toBe(openKeys(files).fingerprint('a'));
});

test('a signature holds under the raw public key, whose hash begins with the key id', () => {
  const signer = openKeys(files);
  const statement = Buffer.from('confledger.activation.v1\n{}');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, format: 'jwk' });
  expect(verify(null, statement, key, Buffer.from(signer.sign(statement), 'base64url'))).toBe(true);
  expect(verify(null, Buffer.from('other'), key, Buffer.from(signer.sign(statement), 'base64url'))).toBe(false);
  const hash = createHash('sha256').update(Buffer.from(signer.publicKey, 'base64url')).digest('hex');
  expect(signer.keyId).toBe(hash.slice(0, 16));
});

test.each([
  ['an empty file', () => ''],
  ['half a key', () => '-----BEGIN PRIVATE KEY-----\nMC4CAQ'],
  [
    'a key of another kind',
    () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ],
])('a signing key file that holds %s is refused and left alone', (_what, text) => {
  const held = text();
  writeFileSync(files.signingKeyFile, held);
  expect(() => openKeys(files)).toThrow(KeyUnusable);
  expect(readFileSync(files.signingKeyFile, 'utf8')).toBe(held);
});

test('a fingerprint key file that is too short is refused without telling what it holds', () => {
  writeFileSync(files.fingerprintKeyFile, 'abc123\n');
  expect(() => openKeys(files)).toThrow(/does not hold 64 hex digits/);
  expect(() => openKeys(files)).not.toThrow(/abc123/);
});
