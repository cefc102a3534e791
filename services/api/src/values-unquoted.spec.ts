// A value of a request may be a secret: whatever is wrong with it or around it, neither the answer nor the log holds a piece of it.
// Names, paths and names of members may be quoted.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Endpoint } from './endpoint.js';
import { startApi, type ApiUnderTest, type Asked } from './fixtures/api-under-test.js';
import type { Answer } from './fixtures/answer-check.js';

/** No piece of it occurs in anything that the api says by itself. */
const SECRET = 'ZqxjKvwpYf';
/** Digits of a number that no double keeps. */
const DIGITS = '83719462057391846205';

const PIECE_LENGTH = 3;
const DIGITS_PIECE_LENGTH = 5;

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
  await given.ask('PUT /configurations/engine', { body: { configuration: { a: { b: 5 }, list: [1] }, activate: true } });
});
afterAll(() => given.close());

function piecesOf(text: string, length: number): string[] {
  return Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length).toLowerCase());
}

const PIECES = [...piecesOf(SECRET, PIECE_LENGTH), ...piecesOf(DIGITS, DIGITS_PIECE_LENGTH)];

/** Digits that each log line has of its own. */
const OWN_DIGITS = /"(?:time|pid|ms)":[\d.]+/g;

function quotedPieces(text: string): string[] {
  const lowered = text.replaceAll(OWN_DIGITS, '').toLowerCase();
  return PIECES.filter((piece) => lowered.includes(piece));
}

/** Asks; a refusal, and what was logged meanwhile, must hold no piece of the secret. */
async function refusedQuietly(what: string, asked: Asked): Promise<Answer> {
  const logged = given.log.length;
  const answer = await given.ask(what, { ...asked, headers: { 'x-request-id': 'r', ...asked.headers } });
  const said = [...(answer.status < 400 ? [] : [answer.text]), ...given.log.slice(logged)].join('\n');
  expect([what, asked, quotedPieces(said), said]).toEqual([what, asked, [], said]);
  return answer;
}

async function refused(what: string, asked: Asked): Promise<void> {
  const { status } = await refusedQuietly(what, asked);
  expect([what, status >= 400 && status < 500]).toEqual([what, true]);
}

const put = (value: string): Asked => ({ raw: `{"value":${value}}` });

describe('JSON with one mistake', () => {
  const text = `{"value":{"password":"${SECRET}","pin":${DIGITS.slice(0, 12)},"list":[true,"${SECRET}"]}}`;
  const inserted = [
    '"',
    "'",
    '\\',
    '\\u',
    '\\ud800',
    '\\u0000',
    '\u0000',
    '\u000b',
    ',',
    ':',
    '}',
    ']',
    '/',
    '//',
    '#',
    '0',
    '.',
    'e',
    '-',
    'é',
    'NaN',
  ];
  const positions = Array.from({ length: text.length }, (_, at) => at);

  test.each(inserted)('quotes nothing of a value, wherever %j is too much', async (wrong) => {
    const answers: number[] = [];
    for (const at of positions)
      answers.push((await refusedQuietly('PUT /configurations/engine/a', { raw: text.slice(0, at) + wrong + text.slice(at) })).status);
    expect(answers).toContain(400);
  });

  test('quotes nothing of a value, wherever a character is missing', async () => {
    for (const at of positions) await refusedQuietly('PUT /configurations/engine/a', { raw: text.slice(0, at) + text.slice(at + 1) });
  });

  test('quotes nothing of a value, wherever it ends too early', async () => {
    for (const at of positions.slice(1)) await refused('PUT /configurations/engine/a', { raw: text.slice(0, at) });
  });
});

test.each([
  ['a NUL', `"${SECRET}\\u0000${SECRET}"`],
  ['a NUL inside an array', `[{"password":"${SECRET}\\u0000"}]`],
  ['half of a surrogate pair', `"${SECRET}\\ud83d"`],
  ['a value that is too large', `["${SECRET.repeat(60_000)}"]`],
  ['a value that is too large inside an object', `{"a":"${SECRET.repeat(60_000)}"}`],
  ['too many levels', `${'['.repeat(2_000)}"${SECRET}"${']'.repeat(2_000)}`],
  ['a number with too many digits', DIGITS],
  ['a number with too many digits behind the dot', `0.${DIGITS}`],
  ['a number that is too large', `${DIGITS}e400`],
  ['a number that is too close to 0', `0.${DIGITS}e-400`],
  ['a number with a leading zero', `0${DIGITS}`],
  ['a name that occurs twice', `{"a":"${SECRET}","a":"${SECRET}"}`],
  ['a forbidden name', `{"__proto__":"${SECRET}"}`],
  ['an empty name', `{"":"${SECRET}"}`],
  ['a name with a control character', `{"a\\n":"${SECRET}"}`],
])('%s in a value is refused without a piece of the value', async (_what, value) => {
  await refused('PUT /configurations/engine/a', put(value));
  await refused('PUT /configurations/engine', { raw: `{"configuration":{"a":${value}}}` });
  await refused('POST /configurations/engine/batch', { raw: `{"operations":[{"type":"SET","key":"a","value":${value}}]}` });
});

const NAMES = ['environment', 'service'];
const TEXTS = [SECRET, `${SECRET}\u0000`, SECRET.repeat(600)];
const WRONG_TYPES = [
  [SECRET],
  { x: SECRET },
  [[SECRET]],
  [{ type: SECRET }],
  [{ type: 'SET', key: [SECRET], id: { x: SECRET } }],
  { version: SECRET, digest: SECRET },
];

/** Where an operation is asked with parameters that exist. */
function addressOf({ method, path }: Endpoint): string {
  const filled = { service: 'engine', environment: 'production', path: 'a', version: 'latest', tag: 'stable', name: 'n', position: 'p' };
  return `${method} ${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => filled[name as keyof typeof filled])}`;
}

test('a member of a body that is not what it has to be is refused without a piece of it, at every call', { timeout: 120_000 }, async () => {
  let refusals = 0;
  for (const endpoint of given.api.endpoints) {
    for (const member of Object.keys(endpoint.body?.schema.shape ?? {})) {
      const values = NAMES.includes(member) ? WRONG_TYPES : [...TEXTS, ...WRONG_TYPES];
      for (const value of values) {
        const { status } = await refusedQuietly(addressOf(endpoint), { body: { [member]: value } });
        if (status >= 400) refusals++;
      }
    }
  }
  expect(refusals).toBeGreaterThan(300);
});

test('the value of a member that is not known is not quoted, at every call', async () => {
  for (const endpoint of given.api.endpoints.filter(({ body }) => body !== null))
    await refusedQuietly(addressOf(endpoint), { body: { unknown: SECRET, activte: [SECRET] } });
});

/** Parameters that hold names, paths or words for versions: those may be quoted. */
const NAMING = [...NAMES, 'key', 'keys', 'path', 'mount', 'version', 'actor', 'type'];

test('a query parameter that is not what it has to be is refused without a piece of it, at every call', async () => {
  let refusals = 0;
  for (const endpoint of given.api.endpoints) {
    const isDifference = endpoint.name === 'readDifference' || endpoint.path.endsWith('/diff');
    for (const parameter of Object.keys(endpoint.query.shape)) {
      if (NAMING.includes(parameter) || (isDifference && ['from', 'to'].includes(parameter))) continue;
      for (const value of [SECRET, `${SECRET}%00`, `2026-07-01T${SECRET}`, SECRET.repeat(600), DIGITS]) {
        const { status } = await refusedQuietly(`${addressOf(endpoint)}?${parameter}=${value}`, {});
        if (status >= 400) refusals++;
      }
    }
  }
  expect(refusals).toBeGreaterThan(300);
});

const operation = (key: string, more: object = {}) => ({ type: 'SET', key, value: SECRET, ...more });

test.each([
  ['overlap', [operation('a'), operation('a.b')]],
  ['have equal ids', [operation('x', { id: 'i' }), operation('y', { id: 'i' })]],
  ['have a path below a value', [operation('list.x')]],
  ['have an empty path', [operation('')]],
  ['have a path with an empty name', [operation('a..b')]],
  ['are of no kind', [operation('a', { type: SECRET })]],
  ['have an id of another type', [operation('a', { id: [SECRET] })]],
  ['have a member too many', [operation('a', { more: SECRET })]],
  ['delete with a value', [operation('a', { type: 'DELETE' })]],
  ['are no objects', [SECRET, [SECRET]]],
  ['are too many', Array.from({ length: 10_001 }, () => operation('a'))],
])('operations of a batch that %s are refused without a piece of a value', async (_what, operations) => {
  await given.ask('PUT /configurations/engine/list', { body: { value: [1] } });
  await refused('POST /configurations/engine/batch', { body: { operations } });
});

test.each([
  ['PUT /configurations/engine/a', 'authorization', `Basic ${SECRET}`],
  ['PUT /configurations/engine/a', 'authorization', `Bearer ${SECRET}`],
  ['PUT /configurations/engine/a', 'authorization', `Bearer ${SECRET} ${SECRET}`],
  ['PUT /configurations/engine/a', 'idempotency-key', SECRET.repeat(26)],
  ['PUT /configurations/engine/a', 'if-match', SECRET],
  ['PUT /configurations/engine/a', 'if-match', DIGITS.slice(0, 10)],
  ['PUT /configurations/engine/a', 'if-match', `W/${DIGITS.slice(0, 10)}`],
  ['PUT /configurations/engine/a', 'if-none-match', SECRET],
  ['GET /configurations/engine', 'if-match', SECRET],
  ['GET /configurations/engine', 'if-none-match', SECRET],
])('%s with a malformed %s of %j is refused without a piece of it', async (what, header, value) => {
  await refused(what, { ...(what.startsWith('PUT') ? put('1') : {}), headers: { [header]: value } });
});
