// Bad input: guards and repetition.
import { expect, test } from 'vitest';
import { type BadInput, LEDGER, setValue, refusesEach } from './fixtures/bad-input.js';

const BAD: BadInput[] = [
  {
    what: 'a stale If-Match',
    ask: `PUT ${LEDGER}`,
    with: { body: { configuration: {} }, headers: { 'if-match': '"3"' } },
    status: 412,
    code: 'IF_MATCH_FAILED',
    says: 'Version 5 by alice',
  },
  {
    what: 'If-Match: * on what is not there',
    ask: `PUT ${LEDGER}/new`,
    with: { ...setValue(1), headers: { 'if-match': '*' } },
    status: 412,
    code: 'IF_MATCH_FAILED',
  },
  {
    what: 'an If-Match without quotes',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(1), headers: { 'if-match': '5' } },
    status: 400,
    code: 'IF_MATCH_MALFORMED',
    at: 'if-match',
    says: 'in double quotes',
  },
  {
    what: 'an If-Match without quotes',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(1), headers: { 'if-match': '5' } },
    status: 400,
    code: 'IF_MATCH_MALFORMED',
  },
  {
    what: 'an If-Match of several tags',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(1), headers: { 'if-match': '"5", "6"' } },
    status: 400,
    code: 'IF_MATCH_MALFORMED',
  },
  {
    what: 'If-None-Match: * on what is there',
    ask: `PUT ${LEDGER}`,
    with: { body: { configuration: {} }, headers: { 'if-none-match': '*' } },
    status: 412,
    code: 'IF_NONE_MATCH_FAILED',
  },
  {
    what: 'If-None-Match with a tag on a write',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(1), headers: { 'if-none-match': '"5"' } },
    status: 400,
    code: 'IF_NONE_MATCH_MALFORMED',
  },
  {
    what: 'If-None-Match that is no tag',
    ask: `GET ${LEDGER}`,
    with: { headers: { 'if-none-match': '5' } },
    status: 400,
    code: 'IF_NONE_MATCH_MALFORMED',
  },
  {
    what: 'an expectedVersion that has passed',
    ask: `PUT ${LEDGER}/x?expectedVersion=3`,
    with: setValue(1),
    status: 409,
    code: 'EXPECTED_VERSION_CONFLICT',
    says: 'Version 5 by alice',
  },
  {
    what: 'an expectedActive that is not',
    ask: `POST ${LEDGER}/versions/latest/activate?expectedActive=null`,
    status: 409,
    code: 'EXPECTED_ACTIVE_CONFLICT',
  },
  {
    what: 'an Idempotency-Key repeated with another body',
    ask: `PUT ${LEDGER}/risk.min`,
    with: { ...setValue(7), headers: { 'idempotency-key': 'used' } },
    status: 409,
    code: 'IDEMPOTENCY_KEY_REUSED',
  },
  {
    what: 'an Idempotency-Key that is too long',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(7), headers: { 'idempotency-key': 'k'.repeat(256) } },
    status: 400,
    code: 'IDEMPOTENCY_KEY_INVALID',
  },
  {
    what: 'an Idempotency-Key that is empty',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(7), headers: { 'idempotency-key': '' } },
    status: 400,
    code: 'IDEMPOTENCY_KEY_INVALID',
  },
  {
    what: 'a creation of what is there',
    ask: `POST ${LEDGER}`,
    with: { body: { configuration: {} } },
    status: 409,
    code: 'LEDGER_EXISTS',
  },
];

const given = refusesEach(BAD);

test.each([{ 'if-match': '"99"' }, { 'if-none-match': '*' }])(
  'a repetition whose guards differ (%o) is answered from what is stored: its first answer was given under other guards',
  async (guards) => {
    const write = (headers: Readonly<Record<string, string>>) =>
      given.api.ask(`PUT ${LEDGER}/guarded`, { ...setValue('once'), headers: { ...headers, 'idempotency-key': 'guarded' } });
    const first = await write({});
    const before = await given.api.store.lastPosition();
    const again = await write(guards);
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
    expect(again.body.data.version).toBe(first.body.data.version);
    expect(await given.api.store.lastPosition()).toBe(before);
  },
);
