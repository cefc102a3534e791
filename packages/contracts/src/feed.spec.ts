// The bytes that an activation's signature covers: a storage format, since what is signed today is verified for ever.
import { expect, test } from 'vitest';
import { activationStatement, type LayeredActivation } from './feed.js';

const LEDGER = 'production.trading-engine';
const marker = {
  origin: '00000005-0000-8000-8000-000000000001',
  activation: 9,
  version: 8,
  previous: null,
  digest: 'd'.repeat(64),
  keyId: '0123456789abcdef',
  actor: 'alice',
  occurredAt: '2026-01-05T09:00:00.123Z',
};
const layered: LayeredActivation = {
  previousActivation: 6,
  own: 'e'.repeat(64),
  layers: [
    { ledger: 'regional.trading-engine', origin: 'r', activation: 5, version: 4, digest: 'a'.repeat(64) },
    { ledger: 'mixin.trading-engine', origin: 'm', activation: 3, version: 0, digest: 'b'.repeat(64) },
  ],
  restart: [],
  pinned: true,
  definition: 7,
  previousHash: 'c'.repeat(64),
};

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

test('the statement of form 1 has these bytes, whatever else the marker says', () => {
  expect(text(activationStatement(LEDGER, marker))).toBe(
    'confledger.activation.v1\n' +
      `{"activation":9,"digest":"${'d'.repeat(64)}","keyId":"0123456789abcdef","ledger":"production.trading-engine",` +
      '"origin":"00000005-0000-8000-8000-000000000001","previous":null,"version":8}',
  );
});

test('the statement of form 2 has these bytes, with layers in their order', () => {
  expect(text(activationStatement(LEDGER, { ...marker, ...layered }))).toBe(
    'confledger.activation.v2\n' +
      `{"activation":9,"actor":"alice","definition":7,"digest":"${'d'.repeat(64)}","keyId":"0123456789abcdef","layers":[` +
      `{"activation":5,"digest":"${'a'.repeat(64)}","ledger":"regional.trading-engine","origin":"r","version":4},` +
      `{"activation":3,"digest":"${'b'.repeat(64)}","ledger":"mixin.trading-engine","origin":"m","version":0}],` +
      `"ledger":"production.trading-engine","occurredAt":"2026-01-05T09:00:00.123Z","origin":"00000005-0000-8000-8000-000000000001",` +
      `"own":"${'e'.repeat(64)}","pinned":true,"previous":null,"previousActivation":6,"previousHash":"${'c'.repeat(64)}",` +
      '"restart":[],"version":8}',
  );
});

test.each([
  { previousActivation: null },
  { own: 'f'.repeat(64) },
  { layers: [] },
  { layers: layered.layers.toReversed() },
  { restart: ['risk'] },
  { pinned: false },
  { definition: null },
  { previousHash: 'f'.repeat(64) },
  { actor: 'bob' },
  { occurredAt: '2026-01-05T09:00:00.124Z' },
])('the statement of form 2 covers %j', (change) => {
  const whole = { ...marker, ...layered };
  expect(text(activationStatement(LEDGER, { ...whole, ...change }))).not.toBe(text(activationStatement(LEDGER, whole)));
});
