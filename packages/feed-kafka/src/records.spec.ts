import { expect, test } from 'vitest';
import { activeTopic, beatMessage, leafMessage, markerMessage, readBeat, readKey, readLeaf, readMarker } from './records.js';

const bytes = (text: unknown): Buffer => Buffer.from(String(text));
const stored = ({ value, headers }: ReturnType<typeof leafMessage>) => ({
  value: value === null ? null : bytes(value),
  ...(headers === undefined ? {} : { headers }),
});

test('the topic is the namespace and the word active', () => expect(activeTopic('confledger')).toBe('confledger.active'));

test('a leaf is its ledger and path, split at the first bar, with value and version', () => {
  const leaf = { path: 'a|b', value: { not: 'a number' }, version: 7 };
  const message = leafMessage('production.x', leaf, 3);
  expect(message).toEqual({ key: 'production.x|a|b', value: '{"value":{"not":"a number"},"version":7}', partition: 3 });
  expect(readKey(bytes(message.key))).toEqual({ kind: 'ledger', ledger: 'production.x', path: 'a|b' });
  expect(readLeaf('a|b', stored(message))).toEqual(leaf);
});

test('a removal is null with the version as a header', () => {
  const leaf = { path: 'a', version: 7, removed: true } as const;
  const message = leafMessage('production.x', leaf, 0);
  expect(message).toMatchObject({ value: null, headers: { version: '7' } });
  expect(readLeaf('a', stored(message))).toEqual(leaf);
  expect(readLeaf('a', { value: null })).toEqual({ ...leaf, version: 0 });
});

test('a path inside the value does not count', () => {
  expect(readLeaf('a', { value: bytes('{"path":"b","value":1,"version":1}') })).toEqual({ path: 'a', value: 1, version: 1 });
});

test('marker and beat survive the way', () => {
  const marker = {
    origin: 'o',
    activation: 3,
    version: 2,
    previous: null,
    digest: 'd',
    changes: 1,
    keyId: 'k',
    signature: 's',
    actor: 'a',
    occurredAt: 't',
  };
  const beat = { installation: 'i', incarnation: 'n', position: 'i:7', time: 't', partitions: 2 };
  expect(readMarker({ value: bytes(markerMessage('production.x', marker, 0).value) })).toEqual(marker);
  expect(readBeat({ value: bytes(beatMessage(beat, 0).value) })).toEqual(beat);
  expect(readKey(bytes(beatMessage(beat, 0).key))).toEqual({ kind: 'beat' });
});

test('what is none of ours is none', () => {
  const twice = bytes(String.raw`{"value":"\\","version":1,"version":2}`);
  expect(readKey(null)).toBeNull();
  expect(readKey(bytes('something'))).toBeNull();
  for (const value of [bytes('{'), bytes('null'), bytes('[]'), bytes('{"value":1}'), twice]) {
    expect([readLeaf('a', { value }), readMarker({ value }), readBeat({ value })]).toEqual([null, null, null]);
  }
});
