// Whatever is sent to whatever call, with every method: the answer is one that the OpenAPI document promises, and never a fault of ours.
import { OPERATION_NAMES, OPERATIONS, type OperationName } from '@confledger/contracts/http';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { startApi, type ApiUnderTest } from './fixtures/api-under-test.js';

const RUNS = 120;
/** Followed for ever, or compared by their own specs. */
const LEFT_OUT: ReadonlySet<OperationName> = new Set(['feed']);
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'PURGE'];

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
  await given.ask('PUT /configurations/engine', { body: { configuration: { risk: { max: 1, list: [1, 2] } }, activate: true } });
  await given.ask('PUT /configurations/engine/versions/latest/tags/stable');
});
afterAll(() => given.close());

/** What a reader of the documentation might send, and what nobody should. */
const word = fc.oneof(
  fc.constantFrom(
    'engine',
    'production',
    'staging',
    'risk.max',
    'risk',
    'latest',
    'active',
    'previous',
    'stable',
    '1',
    '2',
    '0',
    '-1',
    'true',
    '',
  ),
  fc.constantFrom(
    '2026-07-01T12:00:00Z',
    '2026-07-01',
    'now',
    '%',
    '%00',
    '%ff',
    '...',
    '*',
    'a.*.b',
    '**',
    '\u0000',
    '\ud800',
    '__proto__',
    '1e400',
    '9'.repeat(30),
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
);

const body = fc.oneof(
  fc.constantFrom(
    '',
    '{}',
    '[]',
    'null',
    '1',
    '"x"',
    '{',
    '{"value":}',
    '{"value":1,"value":2}',
    '\ufeff{}',
    '{"__proto__":1}',
    '['.repeat(200),
  ),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  fc
    .record(
      {
        value: fc.jsonValue({ maxDepth: 2 }),
        configuration: fc.dictionary(word, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
        operations: fc.array(
          fc.record(
            {
              type: fc.constantFrom('SET', 'DELETE', 'SCHEMA_SET', 'SCHEMA_REMOVE', 'X'),
              key: word,
              value: fc.jsonValue(),
              mount: word,
              schema: fc.jsonValue({ maxDepth: 2 }),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 4 },
        ),
        activate: fc.oneof(fc.boolean(), fc.constantFrom('all', 'x')),
        version: fc.oneof(word, fc.integer()),
        changeReason: word,
        expectedVersion: fc.oneof(fc.integer(), word),
        state: word,
        running: fc.jsonValue(),
        mount: word,
        dialect: fc.constantFrom('draft-07', '2020-12', 'x'),
        schema: fc.oneof(fc.boolean(), fc.jsonValue({ maxDepth: 2 }), fc.constant({ type: 'number', maximum: 3 })),
        of: fc.constantFrom('versions', 'activations', 'x'),
        standing: fc.constantFrom('accepted', 'x'),
        confirm: fc.jsonValue(),
        stream: word,
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value)),
);

const headers = fc.record(
  {
    'if-match': fc.constantFrom('*', '"x"', 'W/"1"', 'x', ''),
    'if-none-match': fc.constantFrom('*', '"x"', 'x'),
    'idempotency-key': fc.constantFrom('a', 'x'.repeat(300), ' '),
    'content-type': fc.constantFrom('application/json', 'text/plain', 'application/merge-patch+json', 'x', ''),
    accept: fc.constantFrom('*/*', 'text/html', 'x'),
  },
  { requiredKeys: [] },
);

/** A URL has no segments that are empty, and takes `.` and `..` for steps, also where they are encoded: they would ask for another address. */
function segmentOf(text: string): string {
  return ['', '.', '..'].includes(text) ? 'x' : encoded(text);
}

test.each(OPERATION_NAMES.filter((name) => !LEFT_OUT.has(name)))('%s', { timeout: 60_000 }, async (name) => {
  const endpoint = given.api.endpoints.find((each) => each.name === name);
  if (endpoint === undefined) throw new Error(`there is no endpoint ${name}`);
  const parameters = Object.keys(z.toJSONSchema(endpoint.query, { unrepresentable: 'any', io: 'input' }).properties ?? {});
  const query = fc.dictionary(
    parameters.length === 0 ? word : fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...parameters) }, word),
    word,
    { maxKeys: 3 },
  );
  const method = fc.oneof({ weight: 4, arbitrary: fc.constant<string>(OPERATIONS[name].method) }, fc.constantFrom(...METHODS));
  const request = fc.record({ method, words: fc.array(word, { minLength: 4, maxLength: 4 }), query, body, headers });
  await fc.assert(
    fc.asyncProperty(request, async (each) => {
      let used = 0;
      const path = OPERATIONS[name].path.replaceAll(/\{\w+\}/g, () => segmentOf(each.words[used++] ?? 'x'));
      const search = Object.entries(each.query).map(([key, value]) => `${encoded(key)}=${encoded(value)}`);
      const { status, code } = await given.ask(`${each.method} ${path}${search.length === 0 ? '' : `?${search.join('&')}`}`, {
        ...(each.method === 'GET' || each.method === 'HEAD' ? {} : { raw: each.body }),
        headers: each.headers,
      });
      if (status >= 500 && status !== 503) throw new Error(`${status} ${code}`);
    }),
    { numRuns: RUNS },
  );
  expect(given.log.filter((line) => line.includes('"level":50'))).toEqual([]);
});

/** As a careless client encodes it: what cannot be encoded, and what looks encoded, goes as it is. */
function encoded(text: string): string {
  if (text.startsWith('%')) return text;
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ed%a0%80';
  }
}
