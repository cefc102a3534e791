// The normal form takes away what must differ between two installations, and nothing else.
import { expect, test } from 'vitest';
import { bytesOf, NormalForm } from './normal-form.js';

const HERE = '11111111-1111-4111-8111-111111111111';
const THERE = '22222222-2222-4222-8222-222222222222';
const hex = (digit: string): string => digit.repeat(64);

const textOf = (installation: string, ...texts: readonly string[]): string[] => {
  const form = new NormalForm(installation);
  return texts.map((text) => form.text(text));
};

test.each([
  ['positions', `at ${HERE}:7, then ${HERE}:9`, `at ${THERE}:1042, then ${THERE}:2000`],
  ['ids', `"commandId":"${HERE}"`, `"commandId":"${THERE}"`],
  ['instants', '"occurredAt":"2026-01-01T00:00:00.000Z"', '"occurredAt":"2027-02-03T04:05:06.789Z"'],
  ['hashes', `"hash":"${hex('a')}"`, `"hash":"${hex('b')}"`],
  ['hashes within the text of an event', `{\\"previousHash\\":\\"${hex('a')}\\"}`, `{\\"previousHash\\":\\"${hex('b')}\\"}`],
  ['macs and fingerprints', `"fingerprint":"${hex('a')}","mac":"${hex('c')}"`, `"fingerprint":"${hex('b')}","mac":"${hex('d')}"`],
  ['keys', '"keyId":"ab12","macKey":"cd","publicKey":"x_-y"', '"keyId":"ef34","macKey":"gh","publicKey":"z"'],
  ['signatures', '"signature":"x_-y"', '"signature":"z"'],
])('two installations have other %s', (_what, here, there) => {
  expect(textOf(HERE, here)).toEqual(textOf(THERE, there));
  expect(textOf(HERE, here)).not.toEqual([here]);
});

test.each([
  ['a digest of a document', `"digest":"${hex('a')}"`, `"digest":"${hex('b')}"`],
  ['a version', '"version":7', '"version":8'],
  ['a sentence', '"error":"Nothing is active."', '"error":"Nothing is active"'],
  ['a space', '{"a":1}', '{"a": 1}'],
  ['the key of a cursor', `"next":"${cursor('versions', '7')}"`, `"next":"${cursor('versions', '8')}"`],
])('%s is compared as it is', (_what, here, there) => {
  expect(textOf(HERE, here)).not.toEqual(textOf(HERE, there));
});

test('equal things stay equal and different ones different, from answer to answer', () => {
  const once = textOf(HERE, `"position":"${HERE}:7"`, `"position":"${HERE}:7"`);
  expect(once).toEqual(['"position":"<position 1>"', '"position":"<position 1>"']);
  expect(textOf(HERE, `"position":"${HERE}:7"`, `"position":"${HERE}:8"`)).not.toEqual(once);
});

test('a cursor behind a position is compared by the position', () => {
  expect(textOf(HERE, `${HERE}:7`, `"next":"${cursor('audit', '7')}"`)[1]).toBe(`"next":"<cursor ['audit','<position 1>']>"`);
});

test('the moment of an answer and what differs for a reason are taken out, and headers but for date and length are compared', () => {
  const headers = { date: 'now', 'content-length': '5', etag: '"7"', location: `/${HERE}` };
  const answer = { status: 200, headers, body: '{"timestamp":"2026-01-01T00:00:00.000Z","tookMs":3,"inUse":1}' };
  expect(bytesOf(answer, [/"inUse":\d/g])).toEqual({
    status: 200,
    headers: { etag: '"7"', location: `/${HERE}` },
    body: '{"timestamp":"<now>","tookMs":"<duration>",<unlike>}',
  });
  expect(new NormalForm(HERE).answer(answer)).toEqual({
    status: 200,
    headers: { etag: '"7"', location: '/<id 1>' },
    body: ['{"timestamp":"<now>",', '"tookMs":"<duration>",', '"inUse":1}'],
  });
});

function cursor(kind: string, key: string): string {
  return Buffer.from(JSON.stringify([kind, key])).toString('base64url');
}
