// A marker counts when one key signed exactly what it says, for exactly this ledger.
import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { activationStatement, type ActivationMarker } from './feed.js';
import { isSignedBy, readPublicKey } from './public-keys.js';

const LEDGER = 'production.trading-engine';

function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const text = publicKey.export({ format: 'jwk' }).x ?? '';
  const read = readPublicKey(text);
  if (read === null) throw new Error('the key cannot be read');
  return { text, read, privateKey };
}

const ours = keyPair();
const unsigned = {
  origin: 'o',
  activation: 7,
  version: 6,
  previous: 3,
  digest: 'd',
  changes: 1,
  keyId: ours.read.id,
  actor: 'a',
  occurredAt: 't',
};
const signature = sign(null, activationStatement(LEDGER, unsigned), ours.privateKey).toString('base64url');
const marker: ActivationMarker = { ...unsigned, signature };

test('a marker is signed by the key that signed it, and by no other', () => {
  expect([isSignedBy(ours.read, LEDGER, marker), isSignedBy(keyPair().read, LEDGER, marker)]).toEqual([true, false]);
});

test.each([{ digest: 'e' }, { activation: 8 }, { version: 7 }, { previous: 4 }, { origin: 'p' }, { keyId: '0'.repeat(16) }])(
  'a marker that was changed to %j is not signed any more',
  (change) => expect(isSignedBy(ours.read, LEDGER, { ...marker, ...change })).toBe(false),
);

test('a marker of one ledger is not signed for another', () => {
  expect(isSignedBy(ours.read, 'staging.trading-engine', marker)).toBe(false);
});

test('the id of a key is the same each time, 16 hex digits, and not that of another key', () => {
  expect(ours.read.id).toMatch(/^[0-9a-f]{16}$/);
  expect(readPublicKey(ours.text)?.id).toBe(ours.read.id);
  expect(keyPair().read.id).not.toBe(ours.read.id);
});

test.each([
  ['nothing', ''],
  ['31 bytes', Buffer.alloc(31).toString('base64url')],
  ['33 bytes', Buffer.alloc(33).toString('base64url')],
  ['padding', `${ours.text}=`],
  ['a PEM', '-----BEGIN PUBLIC KEY-----'],
])('%s is not read as a key', (_what, text) => expect(readPublicKey(text)).toBe(null));
