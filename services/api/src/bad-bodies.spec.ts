// Bad input: bodies.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BadInput, deep, LEDGER, raw, setValue, startBadInput } from './fixtures/bad-input.js';

const BAD: BadInput[] = [
  {
    what: 'a body that is not JSON',
    ask: `PUT ${LEDGER}`,
    with: raw('{"configuration": {a: 1}}'),
    status: 400,
    code: 'JSON_MALFORMED',
    says: 'line 1',
  },
  {
    what: 'a body with a byte order mark',
    ask: `PUT ${LEDGER}`,
    with: raw('\ufeff{}'),
    status: 400,
    code: 'JSON_MALFORMED',
  },
  {
    what: 'a body with NaN',
    ask: `PUT ${LEDGER}/x`,
    with: raw('{"value":NaN}'),
    status: 400,
    code: 'JSON_MALFORMED',
    says: 'string',
  },
  { what: 'a body that is null', ask: `PUT ${LEDGER}`, with: raw('null'), status: 400, code: 'BODY_NOT_OBJECT' },
  { what: 'a body that is an array', ask: `PUT ${LEDGER}`, with: raw('[]'), status: 400, code: 'BODY_NOT_OBJECT' },
  { what: 'a body that is missing', ask: `PUT ${LEDGER}`, status: 400, code: 'BODY_MISSING' },
  {
    what: 'a body that is missing though its type is given',
    ask: `PUT ${LEDGER}`,
    with: { headers: { 'content-type': 'application/json' } },
    status: 400,
    code: 'BODY_MISSING',
  },
  {
    what: 'a body with the wrong content type',
    ask: `PUT ${LEDGER}`,
    with: { raw: '{"configuration":{}}', headers: { 'content-type': 'text/plain' } },
    status: 415,
    code: 'CONTENT_TYPE_UNSUPPORTED',
    at: 'content-type',
    says: 'application/json',
  },
  {
    what: 'a body with a content type that is none',
    ask: `PUT ${LEDGER}`,
    with: { raw: '{"configuration":{}}', headers: { 'content-type': ';;' } },
    status: 415,
    code: 'CONTENT_TYPE_UNSUPPORTED',
  },
  {
    what: 'a body over the limit',
    ask: `PUT ${LEDGER}`,
    with: raw(`{"configuration":{"a":"${'x'.repeat(10 * 1024 * 1024)}"}}`),
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  {
    what: 'a body that is not UTF-8',
    ask: `PUT ${LEDGER}`,
    with: raw(Buffer.from('{"configuration":{"a":"\xe9"}}', 'latin1')),
    status: 400,
    code: 'BODY_NOT_UTF8',
  },
  {
    what: 'a value that is too large',
    ask: `PUT ${LEDGER}/x`,
    with: setValue('x'.repeat(256 * 1024)),
    status: 413,
    code: 'VALUE_TOO_LARGE',
    at: 'x',
  },
  {
    what: 'a document with too many leaves',
    ask: `PUT ${LEDGER}`,
    with: { body: { configuration: Object.fromEntries(Array.from({ length: 100_001 }, (_, n) => [`k${n}`, 0])) } },
    status: 413,
    code: 'DOCUMENT_TOO_LARGE',
  },
  {
    what: 'an integer whose value would change',
    ask: `PUT ${LEDGER}/x`,
    with: raw('{"value":9007199254740993}'),
    status: 400,
    code: 'NUMBER_NOT_EXACT',
    says: 'string',
  },
  {
    what: 'a decimal whose value would change',
    ask: `PUT ${LEDGER}/x`,
    with: raw('{"value":0.12345678901234567890}'),
    status: 400,
    code: 'NUMBER_NOT_EXACT',
  },
  {
    what: 'a number beyond all',
    ask: `PUT ${LEDGER}/x`,
    with: raw('{"value":1e999}'),
    status: 400,
    code: 'NUMBER_NOT_EXACT',
  },
  {
    what: 'a lone surrogate',
    ask: `PUT ${LEDGER}/x`,
    with: raw('{"value":"\\ud800"}'),
    status: 400,
    code: 'STRING_LONE_SURROGATE',
  },
  { what: 'NUL', ask: `PUT ${LEDGER}/x`, with: raw('{"value":["\\u0000"]}'), status: 400, code: 'STRING_NUL' },
  {
    what: 'nesting of 5,000 arrays',
    ask: `PUT ${LEDGER}/x`,
    with: raw(`{"value":${deep(5_000, '[', ']')}}`),
    status: 400,
    code: 'JSON_TOO_DEEP',
  },
  {
    what: 'nesting of 5,000 objects',
    ask: `PUT ${LEDGER}/x`,
    with: raw(`{"value":${deep(5_000, '{"a":', '}')}}`),
    status: 400,
    code: 'JSON_TOO_DEEP',
  },
  {
    what: 'a name twice in an object',
    ask: `PUT ${LEDGER}`,
    with: raw('{"configuration":{"a":{"b":1,"b":1}}}'),
    status: 400,
    code: 'JSON_DUPLICATE_NAME',
  },
  {
    what: 'a name twice, once as an escape',
    ask: `PUT ${LEDGER}/x`,
    with: raw('{"value":1,"v\\u0061lue":2}'),
    status: 400,
    code: 'JSON_DUPLICATE_NAME',
  },
  {
    what: 'a configuration that is no object',
    ask: `PUT ${LEDGER}`,
    with: { body: { configuration: [1] } },
    status: 400,
    code: 'DOCUMENT_NOT_OBJECT',
    at: 'configuration',
  },
  {
    what: 'a body without its configuration',
    ask: `PUT ${LEDGER}`,
    with: { body: { changeReason: 'x' } },
    status: 400,
    code: 'BODY_MEMBER_MISSING',
    at: 'configuration',
  },
  {
    what: 'a body without its value',
    ask: `PUT ${LEDGER}/x`,
    with: { body: {} },
    status: 400,
    code: 'BODY_MEMBER_MISSING',
    at: 'value',
  },
  {
    what: 'an unknown member',
    ask: `PUT ${LEDGER}/x`,
    with: { body: { value: 1, changereason: 'x' } },
    status: 400,
    code: 'BODY_MEMBER_UNKNOWN',
    at: 'changereason',
    says: 'did you mean changeReason?',
  },
  {
    what: 'a member of another kind',
    ask: `PUT ${LEDGER}/x`,
    with: { body: { value: 1, activate: 'yes' } },
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    at: 'activate',
    says: 'expected true, false or',
  },
  {
    what: 'a reason of another kind',
    ask: `PUT ${LEDGER}/x`,
    with: { body: { value: 1, changeReason: null } },
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    at: 'changeReason',
  },
  {
    what: 'a version that is no number',
    ask: `PUT ${LEDGER}/x`,
    with: { body: { value: 1, expectedVersion: '5' } },
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    at: 'expectedVersion',
  },
  {
    what: 'a reason that is too long',
    ask: `PUT ${LEDGER}/x`,
    with: { body: { value: 1, changeReason: 'x'.repeat(2_001) } },
    status: 400,
    code: 'REASON_TOO_LONG',
    at: 'changeReason',
    says: '2000',
  },
  {
    what: 'a reason in the query that is too long',
    ask: `DELETE ${LEDGER}/a?changeReason=${'x'.repeat(2_001)}`,
    status: 400,
    code: 'REASON_TOO_LONG',
  },
  {
    what: 'approvals',
    ask: `PUT ${LEDGER}/x`,
    with: { body: { value: 1, approvals: [{ by: 'bob' }] } },
    status: 400,
    code: 'APPROVALS_NOT_AVAILABLE',
    at: 'approvals',
  },
  {
    what: 'an option that query and body give differently',
    ask: `PUT ${LEDGER}/x?activate=true`,
    with: { body: { value: 1, activate: false } },
    status: 400,
    code: 'OPTION_MISMATCH',
    at: 'activate',
  },
];

let given: Awaited<ReturnType<typeof startBadInput>>;
beforeAll(async () => {
  given = await startBadInput();
});
afterAll(() => given.api.close());

test.each(BAD.map((input) => [input.what, input.code, input] as const))(
  '%s is refused with %s, and nothing is written',
  (_what, _code, input) => given.refused(input),
);

test('strings that look like no number stay strings', async () => {
  const answer = await given.api.ask(`PUT /configurations/strings`, {
    body: { configuration: { a: 'NaN', b: 'Infinity', c: '9007199254740993' } },
  });
  expect(answer.status).toBe(200);
  expect((await given.api.ask('GET /configurations/strings')).data.configuration).toEqual({
    a: 'NaN',
    b: 'Infinity',
    c: '9007199254740993',
  });
});
