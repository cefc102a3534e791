// The installation's keys in files: the signing key of activations, and the key of request fingerprints, which the mac key is made from.
// Made by the start that makes the installation, each whole or not at all.
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import path from 'node:path';
import type { Authority, Keys } from '@confledger/application';
import { keyIdOf } from '@confledger/contracts';
import { keptOrMade, readIfThere } from '@confledger/process/private-file';
import { hmacOf } from './mac.js';

export interface KeyFiles {
  /** Ed25519 private key, PKCS #8 PEM. */
  readonly signingKeyFile: string;
  /** 32 bytes as 64 hex digits; shared by all apis of an installation, never rotated. */
  readonly fingerprintKeyFile: string;
}

/** A key file that is there and cannot be used. The message names the file, never what is in it. */
export class KeyUnusable extends Error {
  override readonly name = 'KeyUnusable';
}

const FINGERPRINT_KEY_BYTES = 32;
const MAC_KEY_BYTES = 32;
const RAW_KEY_BYTES = 32;

/** Where the keys of a data directory lie. */
export function keyFilesOf(dataDirectory: string): KeyFiles {
  return { signingKeyFile: path.join(dataDirectory, 'signing.key'), fingerprintKeyFile: path.join(dataDirectory, 'fingerprint.key') };
}

/** The keys of an installation that exists. Throws KeyUnusable for a file that is missing, or holds something else. */
export function openKeys({ signingKeyFile, fingerprintKeyFile }: KeyFiles): Keys {
  const signing = parseSigningKey(signingKeyFile, keptText(signingKeyFile, 'signing key'));
  return keysOf(signing, parseFingerprintKey(fingerprintKeyFile, keptText(fingerprintKeyFile, 'fingerprint key')));
}

/** The mac key alone, for who verifies. Throws KeyUnusable for a file that is missing, or holds something else. */
export function openAuthority(fingerprintKeyFile: string): Authority {
  return authorityOf(parseFingerprintKey(fingerprintKeyFile, keptText(fingerprintKeyFile, 'fingerprint key')));
}

/** The raw public key of a signing key, base64url; null where there is no file. Throws KeyUnusable for one that holds something else. */
export function publicKeyIn(signingKeyFile: string): string | null {
  const text = readIfThere(signingKeyFile);
  return text === null ? null : rawPublicKey(parseSigningKey(signingKeyFile, text)).toString('base64url');
}

/** A new fingerprint key in a file of its own, or the one that is there. Throws KeyUnusable for a file that holds something else. */
export function makeFingerprintKey(file: string): Authority {
  return authorityOf(parseFingerprintKey(file, keptOrMade(file, newFingerprintKey)));
}

/** The keys for a new installation: made where they are missing. Throws KeyUnusable for a file that holds something else. */
export function makeKeys({ signingKeyFile, fingerprintKeyFile }: KeyFiles): Keys {
  const signing = parseSigningKey(signingKeyFile, keptOrMade(signingKeyFile, newSigningKey));
  return keysOf(signing, parseFingerprintKey(fingerprintKeyFile, keptOrMade(fingerprintKeyFile, newFingerprintKey)));
}

/** Another key in place of a missing one would make this process write what every other api refuses. */
function keptText(file: string, what: string): string {
  const text = readIfThere(file);
  if (text !== null) return text;
  throw new KeyUnusable(
    `${file} is missing, and the event store holds an installation already. Put the installation's ${what} back from a backup.`,
  );
}

function keysOf(privateKey: KeyObject, fingerprintKey: Buffer): Keys {
  const raw = rawPublicKey(privateKey);
  const fingerprint = hmacOf(fingerprintKey);
  return {
    keyId: keyIdOf(raw),
    publicKey: raw.toString('base64url'),
    sign: (statement) => sign(null, statement, privateKey).toString('base64url'),
    fingerprint: (text) => fingerprint(Buffer.from(text, 'utf8')),
    ...authorityOf(fingerprintKey),
  };
}

/** The raw key is the end of its SubjectPublicKeyInfo. */
function rawPublicKey(privateKey: KeyObject): Buffer {
  return createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-RAW_KEY_BYTES);
}

function authorityOf(fingerprintKey: Buffer): Authority {
  const macKey = Buffer.from(hkdfSync('sha256', fingerprintKey, '', 'confledger.mac.v1', MAC_KEY_BYTES));
  return {
    macKey: createHash('sha256').update('confledger.mac.id.v1\n').update(macKey).digest('hex').slice(0, 16),
    mac: hmacOf(macKey),
  };
}

function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function newFingerprintKey(): string {
  return `${randomBytes(FINGERPRINT_KEY_BYTES).toString('hex')}\n`;
}

function parseSigningKey(file: string, text: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    throw new KeyUnusable(`${file} holds no private key in PEM form. Put the installation's signing key back from a backup.`);
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new KeyUnusable(`${file} holds a ${String(key.asymmetricKeyType)} key; activations are signed with Ed25519.`);
  return key;
}

function parseFingerprintKey(file: string, text: string): Buffer {
  if (!/^[0-9a-f]{64}\s*$/.test(text))
    throw new KeyUnusable(`${file} does not hold 64 hex digits. Put the installation's fingerprint key back from a backup.`);
  return Buffer.from(text.trim(), 'hex');
}
