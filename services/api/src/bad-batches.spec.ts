// Bad input: batches.
import { expect, test } from 'vitest';
import { type BadInput, batch, LEDGER, set, refusesEach } from './fixtures/bad-input.js';

const BAD: BadInput[] = [
  { what: 'an empty batch', ask: `POST ${LEDGER}/batch`, with: batch([]), status: 400, code: 'BATCH_EMPTY' },
  {
    what: 'a batch of 10,001',
    ask: `POST ${LEDGER}/batch`,
    with: batch(Array.from({ length: 10_001 }, (_, n) => set(`k${n}`))),
    status: 413,
    code: 'BATCH_TOO_LARGE',
  },
  {
    what: 'the same path twice',
    ask: `POST ${LEDGER}/batch`,
    with: batch([set('x'), set('x')]),
    status: 400,
    code: 'BATCH_OVERLAPPING_KEYS',
    says: 'operations 0 and 1',
  },
  {
    what: 'the reserved member',
    ask: `POST ${LEDGER}/batch`,
    with: batch([set('x'), set('$inherit.hide')]),
    status: 400,
    code: 'NAME_RESERVED',
  },
  {
    what: 'a path and one below it',
    ask: `POST ${LEDGER}/batch`,
    with: batch([set('x.y'), { type: 'DELETE', key: 'x' }]),
    status: 400,
    code: 'BATCH_OVERLAPPING_KEYS',
  },
  {
    what: 'duplicate ids',
    ask: `POST ${LEDGER}/batch`,
    with: batch([set('x', '1'), set('y')]),
    status: 400,
    code: 'BATCH_DUPLICATE_ID',
  },
  {
    what: 'an operation of an unknown type',
    ask: `POST ${LEDGER}/batch`,
    with: batch([set('x'), { type: 'set', key: 'y', value: 1 }]),
    status: 400,
    code: 'BATCH_OPERATION_INVALID',
    at: 'operations.1.type',
    says: String.raw`Operation 1, member \"type\": expected SET, DELETE, SCHEMA_SET or SCHEMA_REMOVE.`,
  },
  {
    what: 'a SET without a value',
    ask: `POST ${LEDGER}/batch`,
    with: batch([{ type: 'SET', key: 'y' }]),
    status: 400,
    code: 'BATCH_OPERATION_INVALID',
    at: 'operations.0.value',
    says: String.raw`Operation 0, member \"value\": expected a value.`,
  },
  {
    what: 'an operation with a member too many',
    ask: `POST ${LEDGER}/batch`,
    with: batch([{ type: 'DELETE', key: 'a', value: 1 }]),
    status: 400,
    code: 'BATCH_OPERATION_INVALID',
  },
  {
    what: 'one bad key among good ones',
    ask: `POST ${LEDGER}/batch`,
    with: batch([{ type: 'SET', key: 'a..b', value: 1 }, set('x')]),
    status: 400,
    code: 'PATH_EMPTY_SEGMENT',
    at: 'a..b',
  },
  { what: 'a reading of no keys', ask: `GET ${LEDGER}/batch`, status: 400, code: 'QUERY_PARAMETER_MISSING', at: 'path' },
];

const given = refusesEach(BAD);

test('of a batch in which everything is wrong 100 places are named, and the answer says how many there are', async () => {
  const operations = Array.from({ length: 9_000 }, (_, index) => ({ type: 'MOVE', key: `k${index}` }));
  const answer = await given.api.ask(`POST ${LEDGER}/batch`, { body: { operations } });
  expect([answer.status, answer.code]).toEqual([400, 'BATCH_OPERATION_INVALID']);
  expect(answer.body.details).toHaveLength(100);
  expect(answer.body).toMatchObject({ detailCount: 9_000, truncated: ['details'] });
  expect(answer.text.length).toBeLessThan(64 * 1024);
});

test('a reading of many paths that lie above each other is refused before its answer is made', async () => {
  const value = Array.from({ length: 500 }, () => 'x'.repeat(1_000));
  const deep = Array.from({ length: 28 }, () => 'a');
  for (let index = 0; index < 3; index += 1) await given.api.ask(`PUT ${LEDGER}/${[...deep, `v${index}`].join('.')}`, { body: { value } });
  const keys = deep.map((_, index) => deep.slice(0, index + 1).join('.')).join(',');
  const answer = await given.api.ask(`GET ${LEDGER}/batch?keys=${keys}`);
  expect(answer).toMatchObject({ status: 413, code: 'BATCH_TOO_LARGE', body: { details: [{ rule: 'values-size' }] } });
});
