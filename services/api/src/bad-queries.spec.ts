// Bad input: tokens, queries and lists.
import { expect, test } from 'vitest';
import { type BadInput, LEDGER, setValue, refusesEach } from './fixtures/bad-input.js';

const BAD: BadInput[] = [
  {
    what: 'no token',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(1), token: null },
    status: 401,
    code: 'TOKEN_MISSING',
    at: 'authorization',
  },
  {
    what: 'a wrong token',
    ask: `PUT ${LEDGER}/x`,
    with: { ...setValue(1), token: 'wrong' },
    status: 401,
    code: 'TOKEN_INVALID',
  },
  {
    what: 'another scheme than Bearer',
    ask: 'GET /status',
    with: { token: null, headers: { authorization: 'Basic YTpi' } },
    status: 401,
    code: 'TOKEN_MISSING',
  },
  {
    what: 'an unknown query parameter',
    ask: `GET ${LEDGER}?verison=3`,
    status: 400,
    code: 'QUERY_PARAMETER_UNKNOWN',
    at: 'verison',
    says: 'did you mean version?',
  },
  {
    what: 'an unknown query parameter of a write',
    ask: `PUT ${LEDGER}/x?dryrun=true`,
    with: setValue(1),
    status: 400,
    code: 'QUERY_PARAMETER_UNKNOWN',
    says: 'did you mean dryRun?',
  },
  {
    what: 'a query parameter given twice',
    ask: `GET ${LEDGER}?version=3&version=5`,
    status: 400,
    code: 'QUERY_PARAMETER_INVALID',
    at: 'version',
    says: 'more than once',
  },
  {
    what: 'a query parameter that is missing',
    ask: `GET ${LEDGER}/history`,
    status: 400,
    code: 'QUERY_PARAMETER_MISSING',
    at: 'path',
  },
  {
    what: 'an unknown format',
    ask: `GET ${LEDGER}?format=yaml`,
    status: 400,
    code: 'QUERY_PARAMETER_INVALID',
    at: 'format',
    says: String.raw`"remedy":"Send \"nested\" or \"flat\"."`,
  },
  { what: 'a limit of nothing', ask: 'GET /audit?limit=0', status: 400, code: 'QUERY_PARAMETER_INVALID', at: 'limit' },
  {
    what: 'a limit over 500',
    ask: 'GET /audit?limit=501',
    status: 400,
    code: 'QUERY_PARAMETER_INVALID',
    at: 'limit',
    says: '500',
  },
  {
    what: 'NUL in the reason of a write',
    ask: `PUT ${LEDGER}/x?changeReason=why%00not`,
    with: setValue(1),
    status: 400,
    code: 'STRING_NUL',
    at: 'changeReason',
  },
  { what: 'NUL in what the audit is searched for', ask: 'GET /audit?actor=%00', status: 400, code: 'STRING_NUL', at: 'actor' },
  {
    what: 'NUL in one of several keys',
    ask: `GET ${LEDGER}/batch?key=a&key=b%00`,
    status: 400,
    code: 'STRING_NUL',
    at: 'key',
  },
  {
    what: 'a cursor that nobody gave out',
    ask: 'GET /audit?cursor=abc',
    status: 400,
    code: 'CURSOR_INVALID',
    at: 'cursor',
  },
  {
    what: 'a cursor of another difference',
    ask: `GET ${LEDGER}/diff?from=3&to=5&cursor=abc`,
    status: 400,
    code: 'CURSOR_INVALID',
  },
  {
    what: 'a malformed position',
    ask: 'GET /audit?atLeast=12',
    status: 400,
    code: 'POSITION_MALFORMED',
    at: 'atLeast',
  },
  {
    what: 'a position of another installation',
    ask: 'GET /audit?atLeast=elsewhere:12',
    status: 409,
    code: 'POSITION_OF_ANOTHER_INSTALLATION',
  },
  {
    what: 'a node without a decent name',
    ask: 'POST /nodes/engine%207',
    with: { body: { environment: 'production', service: 'engine', state: 'ready', running: null, rejected: null } },
    status: 400,
    code: 'NODE_NAME_INVALID',
  },
  {
    what: 'a node in an unknown state',
    ask: 'POST /nodes/engine-7',
    with: { body: { environment: 'production', service: 'engine', state: 'fine', running: null, rejected: null } },
    status: 400,
    code: 'BODY_MEMBER_INVALID',
    at: 'state',
  },
  { what: 'a feed that is not served here', ask: 'GET /feed?service=engine', status: 404, code: 'FEED_NOT_HERE' },
];

const given = refusesEach(BAD);

test('a 401 names the scheme, a 405 the methods', async () => {
  expect((await given.api.ask('GET /status', { token: null })).headers['www-authenticate']).toBe('Bearer realm="confledger"');
  expect((await given.api.ask('DELETE /status')).headers.allow).toBe('GET, HEAD');
});
