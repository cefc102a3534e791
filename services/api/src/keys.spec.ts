import { createHash, createPublicKey, generateKeyPairSync, hkdfSync, verify } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { warnOfExposedKeys } from './exposed-keys.js';
import { type KeyFiles, keyFilesOf, KeyUnusable, makeKeys, openKeys } from './keys.js';

let directory: string;
let files: KeyFiles;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'confledger-keys-'));
  files = keyFilesOf(directory);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a new installation makes both keys for their owner alone, and later starts find them', () => {
  const first = makeKeys(files);
  const second = openKeys(files);
  expect(second.keyId).toBe(first.keyId);
  expect(second.publicKey).toBe(first.publicKey);
  expect(second.fingerprint('a')).toBe(first.fingerprint('a'));
  expect(second.macKey).toBe(first.macKey);
  expect(second.mac(Buffer.from('a'))).toBe(first.mac(Buffer.from('a')));
  expect(readdirSync(directory).sort()).toEqual(['fingerprint.key', 'signing.key']);
  for (const file of [files.signingKeyFile, files.fingerprintKeyFile]) expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each(['0644', '0640', '0602'])('a key file with mode %s is used, and is warned of with the remedy', (mode) => {
  makeKeys(files);
  const warned: string[] = [];
  warnOfExposedKeys(files, (text) => void warned.push(text));
  expect(warned).toEqual([]);
  chmodSync(files.fingerprintKeyFile, Number.parseInt(mode, 8));
  warnOfExposedKeys(files, (text) => void warned.push(text));
  expect(warned).toEqual([expect.stringContaining(`mode ${mode}`)]);
  expect(warned[0]).toContain(`chmod 600 ${files.fingerprintKeyFile}`);
  openKeys(files);
});

test('two installations have different keys', () => {
  const other = keyFilesOf(mkdtempSync(path.join(directory, 'other-')));
  const [one, another] = [makeKeys(files), makeKeys(other)];
  expect(another.keyId).not.toBe(one.keyId);
  expect(another.fingerprint('a')).not.toBe(one.fingerprint('a'));
  expect(another.macKey).not.toBe(one.macKey);
  expect(another.mac(Buffer.from('a'))).not.toBe(one.mac(Buffer.from('a')));
});

test.each(['signingKeyFile', 'fingerprintKeyFile'] as const)(
  'where an installation exists, a missing %s is refused by its name and not made anew',
  (missing) => {
    makeKeys(files);
    rmSync(files[missing]);
    expect(() => openKeys(files)).toThrow(KeyUnusable);
    expect(() => openKeys(files)).toThrow(`${files[missing]} is missing`);
    expect(existsSync(files[missing])).toBe(false);
  },
);

test('the mac key is none of the keys that it is made from, and its id is made from it', () => {
  const { macKey } = makeKeys(files);
  const fingerprintKey = Buffer.from(readFileSync(files.fingerprintKeyFile, 'utf8').trim(), 'hex');
  const derived = Buffer.from(hkdfSync('sha256', fingerprintKey, '', 'confledger.mac.v1', 32));
  expect(macKey).toBe(createHash('sha256').update('confledger.mac.id.v1\n').update(derived).digest('hex').slice(0, 16));
});

test('a signature holds under the raw public key, whose hash begins with the key id', () => {
  const signer = makeKeys(files);
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
  makeKeys(files);
  writeFileSync(files.fingerprintKeyFile, 'abc123\n');
  expect(() => openKeys(files)).toThrow(/does not hold 64 hex digits/);
  expect(() => openKeys(files)).not.toThrow(/abc123/);
});
