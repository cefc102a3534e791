// Bad input: schemas that may not be stored, mounts that are none, and values that schemas refuse.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ErrorCode, ProblemDetail } from '@confledger/contracts/http';
import { startApi, type ApiUnderTest, type Asked } from './fixtures/api-under-test.js';

const LEDGER = '/configurations/engine';
const SCHEMA = `${LEDGER}/schema`;
/** Stands in the ledger, and in what is sent: no answer may quote it. */
const SECRET = 'hunter2-of-the-desk';

interface BadSchema {
  readonly what: string;
  readonly ask?: string;
  readonly with: Asked;
  readonly status: number;
  readonly code: ErrorCode;
  /** Parts of the first detail. */
  readonly detail?: Partial<ProblemDetail>;
  readonly says?: string;
}

const schema = (value: unknown, more: object = {}): Asked => ({ body: { mount: 'risk', schema: value, ...more } });
const invalid = { status: 400, code: 'SCHEMA_INVALID' } as const;
const nested = (levels: number): unknown => (levels === 0 ? { type: 'number' } : { allOf: [nested(levels - 1), nested(levels - 1)] });
const doubled = Object.fromEntries(
  Array.from({ length: 24 }, (_, index) => [
    `d${index}`,
    index === 23 ? { type: 'object' } : { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
  ]),
);
const wide = (count: number) => ({ properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, {}])) });

const BAD: BadSchema[] = [
  { what: 'a schema that is none', with: schema({ type: 'numbr' }), ...invalid, detail: { mount: 'risk', pointer: '/type' } },
  { what: 'a list in the place of a schema', with: schema([1]), status: 400, code: 'BODY_MEMBER_INVALID', detail: { path: 'schema' } },
  { what: 'no schema at all', with: { body: { mount: 'risk' } }, status: 400, code: 'BODY_MEMBER_MISSING', detail: { path: 'schema' } },
  {
    what: 'a dialect that there is not',
    with: schema({}, { dialect: 'draft-04' }),
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    detail: { message: 'Member "dialect": expected "draft-07" or "2020-12".', remedy: 'Send "draft-07" or "2020-12".' },
  },
  {
    what: 'a what-if that does not say of what',
    ask: `POST ${SCHEMA}/what-if`,
    with: schema({}),
    status: 400,
    code: 'BODY_MEMBER_MISSING',
    detail: { path: 'of', message: 'Member "of" is missing.' },
  },
  {
    what: 'a what-if from the text of a version',
    ask: `POST ${SCHEMA}/what-if`,
    with: schema({}, { of: 'versions', from: 'x' }),
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    detail: { path: 'from', remedy: 'Send a whole number, 0 or more.' },
  },
  {
    what: 'an edition that is no number',
    ask: 'PUT /environments/testing',
    with: { body: { type: 'testing', edition: 'one' } },
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    detail: { path: 'edition', remedy: 'Send the number of an edition of the built-in schemas: 0 (none), 1, or a later one.' },
  },
  {
    what: 'a promotion from what cannot be an environment',
    ask: `POST ${LEDGER}/promote`,
    with: { body: { from: 7, dryRun: true } },
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    detail: { path: 'from', remedy: 'Send the name of an environment, as GET /environments lists them.' },
  },
  { what: 'a remote $ref', with: schema({ $ref: 'https://example.com/s.json' }), ...invalid, detail: { pointer: '/$ref' } },
  { what: 'an $id', with: schema({ $id: 'https://example.com/s', type: 'object' }), ...invalid, detail: { pointer: '/$id' } },
  {
    what: 'two schemas with one $id',
    with: schema({ $defs: { a: { $id: 'x', type: 'object' }, b: { $id: 'x', type: 'object' } } }),
    ...invalid,
    detail: { pointer: '/$defs/a/$id' },
  },
  {
    what: 'a catastrophic pattern with a backreference',
    with: schema({ properties: { a: { type: 'string', pattern: '^(a+)+\\1$' } } }),
    status: 400,
    code: 'PATTERN_UNSUPPORTED',
    detail: { mount: 'risk', pointer: '/properties/a/pattern' },
  },
  {
    what: 'a lookahead',
    with: schema({ type: 'string', pattern: '^(?=a)b$' }),
    status: 400,
    code: 'PATTERN_UNSUPPORTED',
    detail: { pointer: '/pattern' },
  },
  { what: 'endless recursion', with: schema({ $ref: '#' }), status: 400, code: 'SCHEMA_TOO_COSTLY' },
  {
    what: 'an exponential allOf by references',
    with: schema({ $defs: doubled, $ref: '#/$defs/d0' }),
    status: 400,
    code: 'SCHEMA_TOO_COSTLY',
  },
  { what: 'an exponential allOf written out', with: schema(nested(11)), status: 413, code: 'SCHEMA_TOO_LARGE' },
  { what: '70 KiB', with: schema({ description: 'x'.repeat(70 * 1_024) }), status: 413, code: 'SCHEMA_TOO_LARGE' },
  { what: '2,001 nodes', with: schema(wide(2_000)), status: 413, code: 'SCHEMA_TOO_LARGE', says: '2001' },
  {
    what: '$data to nowhere',
    with: schema({ properties: { a: { type: 'number', maximum: { $data: '3/b' } } } }),
    ...invalid,
    detail: { pointer: '/properties/a/maximum' },
  },
  {
    what: 'draft-07 with words of 2020-12',
    with: schema({ unevaluatedProperties: false }, { dialect: 'draft-07' }),
    ...invalid,
    detail: { pointer: '/unevaluatedProperties' },
  },
  {
    what: 'a $schema that is not the dialect',
    with: schema({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }),
    ...invalid,
    detail: { pointer: '/$schema' },
  },
  {
    what: 'a dialect that is none',
    with: schema({}, { dialect: 'draft-04' }),
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    detail: { path: 'dialect' },
  },
  {
    what: 'a mount that is no path',
    with: { body: { mount: 'risk..max', schema: {} } },
    status: 400,
    code: 'MOUNT_INVALID',
    detail: { path: 'mount' },
  },
  {
    what: 'a mount with **',
    with: { body: { mount: 'risk.**', schema: {} } },
    status: 400,
    code: 'MOUNT_INVALID',
    detail: { path: 'mount' },
  },
  {
    what: 'a mount with half a star',
    ask: `DELETE ${SCHEMA}?mount=ri*k`,
    with: {},
    status: 400,
    code: 'MOUNT_INVALID',
    detail: { path: 'mount' },
  },
  { what: 'a mount that is no path, read', ask: `GET ${SCHEMA}?mount=a..b`, with: {}, status: 400, code: 'MOUNT_INVALID' },
  {
    what: 'a mount where nothing is, read',
    ask: `GET ${SCHEMA}?mount=nothing`,
    with: {},
    status: 404,
    code: 'SCHEMA_UNKNOWN',
    detail: { path: 'mount' },
  },
  {
    what: 'a removal where nothing is',
    ask: `DELETE ${SCHEMA}?mount=limitz`,
    with: {},
    status: 404,
    code: 'SCHEMA_UNKNOWN',
    says: 'limits',
  },
  {
    what: 'a removal that names no mount',
    ask: `DELETE ${SCHEMA}`,
    with: {},
    status: 400,
    code: 'QUERY_PARAMETER_MISSING',
    detail: { path: 'mount' },
  },
  {
    what: 'a schema that head breaks',
    with: { body: { mount: 'pending', schema: { type: 'string', maxLength: 3 } } },
    status: 409,
    code: 'SCHEMA_VIOLATED',
    detail: { path: 'pending', rule: 'maxLength', mount: 'pending' },
    says: 'standing: \\"accepted\\"',
  },
  {
    what: 'a schema that what runs breaks, and head does not',
    with: { body: { mount: 'risk.max', schema: { type: 'number', maximum: 5 } } },
    status: 409,
    code: 'SCHEMA_VIOLATED',
    detail: { path: 'risk.max', rule: 'maximum', mount: 'risk.max' },
  },
  {
    what: 'a value that a schema refuses',
    ask: `PUT ${LEDGER}/limits.a`,
    with: { body: { value: SECRET } },
    status: 400,
    code: 'VALIDATION_ERROR',
    detail: { path: 'limits.a', rule: 'type', mount: 'limits' },
  },
  {
    what: 'a document that a schema refuses',
    ask: `PUT ${LEDGER}`,
    with: { body: { configuration: { limits: { a: 1, b: [1, SECRET] } } } },
    status: 400,
    code: 'VALIDATION_ERROR',
    detail: { path: 'limits.b', rule: 'type', mount: 'limits', pointer: '/1' },
  },
  {
    what: 'a value that is deleted though it is required',
    ask: `DELETE ${LEDGER}/limits.a`,
    with: {},
    status: 400,
    code: 'VALIDATION_ERROR',
    detail: { rule: 'required', mount: 'limits' },
  },
  {
    what: 'a patch that a schema refuses',
    ask: `PATCH ${LEDGER}`,
    with: { body: { configuration: { limits: { a: -1 } } } },
    status: 400,
    code: 'VALIDATION_ERROR',
    detail: { path: 'limits.a', rule: 'minimum', mount: 'limits' },
  },
  {
    what: 'a batch whose schema its own values break',
    ask: `POST ${LEDGER}/batch`,
    with: {
      body: {
        operations: [
          { id: 'rule', type: 'SCHEMA_SET', mount: 'fees', schema: { type: 'object', required: ['taker'] } },
          { id: 'value', type: 'SET', key: 'fees.maker', value: 1 },
        ],
      },
    },
    status: 400,
    code: 'VALIDATION_ERROR',
    detail: { path: 'fees', rule: 'required', mount: 'fees' },
  },
  {
    what: 'a batch with two schemas at one mount',
    ask: `POST ${LEDGER}/batch`,
    with: {
      body: {
        operations: [
          { type: 'SCHEMA_SET', mount: 'fees', schema: {} },
          { type: 'SCHEMA_REMOVE', mount: 'fees' },
        ],
      },
    },
    status: 404,
    code: 'SCHEMA_UNKNOWN',
  },
  {
    what: 'a batch operation of a schema without one',
    ask: `POST ${LEDGER}/batch`,
    with: { body: { operations: [{ type: 'SCHEMA_SET', mount: 'fees' }] } },
    status: 400,
    code: 'BATCH_OPERATION_INVALID',
    detail: { path: 'operations.0.schema' },
  },
  {
    what: 'activate: true behind schemas that others set',
    ask: `PUT ${LEDGER}/other?activate=true`,
    with: { body: { value: 2 } },
    status: 409,
    code: 'PENDING_CHANGES',
  },
  {
    what: 'a stale tag',
    with: { ...schema({}, { mount: 'limits' }), headers: { 'if-match': '"s1"' } },
    status: 412,
    code: 'IF_MATCH_FAILED',
  },
  {
    what: 'the tag of a value on a schema',
    with: { ...schema({}, { mount: 'limits' }), headers: { 'if-match': '"1"' } },
    status: 412,
    code: 'IF_MATCH_FAILED',
    detail: { path: 'if-match' },
  },
  {
    what: 'the tag of a schema on a value',
    ask: `PUT ${LEDGER}/other`,
    with: { body: { value: 3 }, headers: { 'if-match': '"s1"' } },
    status: 412,
    code: 'IF_MATCH_FAILED',
    detail: { path: 'if-match' },
  },
  { what: 'a tag that is none', with: { ...schema({}), headers: { 'if-match': 's1' } }, status: 400, code: 'IF_MATCH_MALFORMED' },
  {
    what: 'If-None-Match: * where a schema is mounted',
    with: { ...schema({}, { mount: 'limits' }), headers: { 'if-none-match': '*' } },
    status: 412,
    code: 'IF_NONE_MATCH_FAILED',
  },
  {
    what: 'a reading of a schema that moved',
    ask: `GET ${SCHEMA}?mount=limits`,
    with: { headers: { 'if-match': '"s1"' } },
    status: 412,
    code: 'IF_MATCH_FAILED',
  },
  {
    what: 'a word in the place of standing',
    with: schema({}, { standing: 'ignored' }),
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    detail: { path: 'standing' },
  },
  {
    what: 'a validation of two changes',
    ask: `POST ${LEDGER}/validate`,
    with: { body: { configuration: {}, operations: [] } },
    status: 400,
    code: 'OPTION_MISMATCH',
    detail: { path: 'operations' },
  },
  {
    what: 'a validation of a batch that is none',
    ask: `POST ${LEDGER}/validate`,
    with: { body: { operations: [] } },
    status: 400,
    code: 'BATCH_EMPTY',
  },
  {
    what: 'a what-if of a schema that is none',
    ask: `POST ${SCHEMA}/what-if`,
    with: { body: { schema: { type: 'numbr' }, of: 'versions' } },
    ...invalid,
    detail: { pointer: '/type' },
  },
  {
    what: 'a what-if of nothing',
    ask: `POST ${SCHEMA}/what-if`,
    with: { body: { schema: {} } },
    status: 400,
    code: 'BODY_MEMBER_MISSING',
    detail: { path: 'of' },
  },
  {
    what: 'a what-if of an unknown ledger',
    ask: 'POST /configurations/nothing/schema/what-if',
    with: { body: { schema: {}, of: 'versions' } },
    status: 404,
    code: 'LEDGER_UNKNOWN',
  },
  {
    what: 'schemas of an unknown ledger where nothing is judged',
    ask: 'GET /configurations/nothing/schema?environment=bare',
    with: {},
    status: 404,
    code: 'LEDGER_UNKNOWN',
  },
  {
    what: 'schemas to be restored of what never ran',
    ask: `POST ${LEDGER}/versions/latest/rollback`,
    with: { body: { schemas: 'restore' } },
    status: 404,
    code: 'ACTIVATION_UNKNOWN',
    detail: { path: 'schemas' },
  },
];

let given: ApiUnderTest;
beforeAll(() => prepare());
afterAll(() => given.close());

async function prepare(): Promise<void> {
  given = await startApi();
  await given.ask('PUT /environments/bare', { body: { type: 'testing', edition: 0 } });
  // Runs: risk.max 9. Pending: 5 there, and other values. Mounted: limits, which names numbers of at least 0 and needs a.
  const configuration = { risk: { max: 9 }, limits: { a: 1, b: [1] }, secret: SECRET };
  await given.ask(`PUT ${LEDGER}`, { body: { configuration, activate: true } });
  await given.ask(`PUT ${LEDGER}/risk.max`, { body: { value: 5 } });
  await given.ask(`PUT ${LEDGER}/pending`, { body: { value: SECRET } });
  await given.ask(`POST ${LEDGER}/activate`);
  await given.ask(`PUT ${LEDGER}/risk.max`, { body: { value: 9 } });
  await given.ask(`POST ${LEDGER}/activate`);
  const number = { type: 'number', minimum: 0 };
  const limits = { type: 'object', required: ['a'], properties: { a: number, b: { type: 'array', items: number } } };
  const set = await given.ask(`PUT ${SCHEMA}`, { body: { mount: 'limits', schema: limits } });
  expect(set.status).toBe(200);
  await given.ask(`PUT ${LEDGER}/risk.max`, { body: { value: 4 } });
}

test.each(BAD.map((each) => [each.what, each.code, each] as const))(
  '%s is refused with %s, its place, rule and remedy, and nothing is written',
  async (_what, _code, { ask = `PUT ${SCHEMA}`, with: asked, status, code, detail, says }) => {
    const before = await given.store.lastPosition();
    const answer = await given.ask(ask, asked);
    expect([answer.code, answer.status]).toEqual([code, status]);
    const [first] = answer.body.details;
    expect(first).toMatchObject({ rule: expect.stringMatching(/./), remedy: expect.stringMatching(/[.?]$/), ...detail });
    if (says !== undefined) expect(answer.text).toContain(says);
    expect(answer.text).not.toContain(SECRET);
    expect(await given.store.lastPosition()).toBe(before);
  },
);

test('a schema in cents takes what floating point would refuse: it is not refused, and neither is the value', async () => {
  const cents = { type: 'number', multipleOf: 0.01 };
  expect((await given.ask(`PUT ${SCHEMA}`, { body: { mount: 'price', schema: cents } })).status).toBe(200);
  expect((await given.ask(`PUT ${LEDGER}/price`, { body: { value: 19.99 } })).status).toBe(200);
  expect(await given.ask(`PUT ${LEDGER}/price`, { body: { value: 19.995 } })).toMatchObject({ code: 'VALIDATION_ERROR', status: 400 });
});

test('a catastrophic pattern that can be matched in linear time is taken, and is', async () => {
  const pattern = { type: 'string', pattern: '^(a+)+$' };
  expect((await given.ask(`PUT ${SCHEMA}`, { body: { mount: 'name', schema: pattern } })).status).toBe(200);
  expect((await given.ask(`PUT ${LEDGER}/name`, { body: { value: `${'a'.repeat(5_000)}!` } })).code).toBe('VALIDATION_ERROR');
});

test('schema 65 of a ledger is refused', async () => {
  const operations = Array.from({ length: 65 }, (_, index) => ({ type: 'SCHEMA_SET', mount: `m${index}`, schema: {} }));
  const ask = (count: number) => given.ask('POST /configurations/many/batch', { body: { operations: operations.slice(0, count) } });
  expect(await ask(65)).toMatchObject({ status: 409, code: 'SCHEMA_LIMIT' });
  expect(await ask(64)).toMatchObject({ status: 200 });
});
