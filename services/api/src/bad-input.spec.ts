// Every kind of bad input has its own code, says where and what to do, and leaves nothing half done.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorCode } from '@confledger/contracts';
import { startApi, type ApiUnderTest, type Asked } from './fixtures/api-under-test.js';

const LEDGER = '/configurations/engine';

interface BadInput {
  readonly what: string;
  readonly ask: string;
  readonly with?: Asked;
  readonly status: number;
  readonly code: ErrorCode;
  /** `details[0].path` */
  readonly at?: string | null;
  /** Words that message and remedy together must hold. */
  readonly says?: string;
}

let given: ApiUnderTest;
beforeAll(async () => {
  given = await startApi();
  // Given: version 3 { a: { b: 5 }, list: [1], risk: { max: 1 } }, of which version 3 is active; version 5 is pending.
  await given.ask(`PUT ${LEDGER}`, { body: { configuration: { a: { b: 5 }, list: [1], risk: { max: 1 } }, activate: true } });
  given.pass(60_000);
  await given.ask(`PUT ${LEDGER}/risk.max`, { body: { value: 2 } });
  await given.ask(`PUT ${LEDGER}/versions/3/tags/stable`);
  await given.ask(`PUT ${LEDGER}/versions/5/tags/next`);
  await given.ask(`PUT ${LEDGER}/environments/staging`, { body: { configuration: {} } });
  await given.ask(`PUT ${LEDGER}/risk.min`, { body: { value: 0 }, headers: { 'idempotency-key': 'used' } });
});
afterAll(() => given.close());

async function refused({ ask, with: asked, status, code, at, says }: BadInput): Promise<void> {
  const before = await given.store.lastPosition();
  const answer = await given.ask(ask, asked);
  expect([answer.code, answer.status]).toEqual([code, status]);
  const [detail] = answer.body.details;
  if (at !== undefined) expect((detail.error ?? detail).path).toBe(at);
  if (says !== undefined) expect(answer.text).toContain(says);
  expect(answer.body.error).not.toBe('');
  expect(answer.headers['x-request-id']).toBe(answer.body.requestId);
  expect(await given.store.lastPosition()).toBe(before);
}

const setValue = (value: unknown) => ({ body: { value } });
const raw = (text: string | Buffer): Asked => ({ raw: text });
const batch = (operations: unknown): Asked => ({ body: { operations } });
const set = (key: string, id?: string) => ({ type: 'SET', key, value: 1, ...(id === undefined ? {} : { id }) });
const deep = (levels: number, open: string, close: string, core = '1') => open.repeat(levels) + core + close.repeat(levels);

const ADDRESSES: BadInput[] = [
  { what: 'an unknown environment', ask: `GET ${LEDGER}?environment=prodution`, status: 404, code: 'ENVIRONMENT_UNKNOWN', at: 'environment', says: 'did you mean production?' },
  { what: 'an unknown environment in the path', ask: `PUT ${LEDGER}/environments/Staging`, with: { body: { configuration: {} } }, status: 404, code: 'ENVIRONMENT_UNKNOWN', says: 'development, testing, staging, production' },
  { what: 'an unknown environment of a list', ask: 'GET /audit?environment=nowhere', status: 404, code: 'ENVIRONMENT_UNKNOWN' },
  { what: 'environments in query and body that disagree', ask: `PUT ${LEDGER}/x?environment=staging`, with: { body: { value: 1, environment: 'testing' } }, status: 400, code: 'ENVIRONMENT_MISMATCH', at: 'environment' },
  { what: 'environments in path and query that disagree', ask: `GET ${LEDGER}/environments/staging?environment=testing`, status: 400, code: 'ENVIRONMENT_MISMATCH' },
  { what: 'a service name out of pattern', ask: 'PUT /configurations/Trading%20Engine/x', with: setValue(1), status: 400, code: 'SERVICE_NAME_INVALID', at: 'service', says: 'did you mean trading-engine?' },
  { what: 'a service name that is too long', ask: `GET /configurations/${'x'.repeat(64)}`, status: 400, code: 'SERVICE_NAME_INVALID' },
  { what: 'a service without a ledger', ask: 'GET /configurations/nobody', status: 404, code: 'LEDGER_UNKNOWN' },
  { what: 'a deletion in a service without a ledger', ask: 'DELETE /configurations/nobody/x', status: 404, code: 'LEDGER_UNKNOWN' },
  { what: 'malformed percent-encoding in the path', ask: `GET ${LEDGER}/a%zz`, status: 400, code: 'PERCENT_ENCODING_MALFORMED' },
  { what: 'bytes in the path that are no UTF-8', ask: `GET ${LEDGER}/%ff`, status: 400, code: 'PERCENT_ENCODING_MALFORMED' },
  { what: 'malformed percent-encoding in the query', ask: `GET ${LEDGER}/value?key=%`, status: 400, code: 'PERCENT_ENCODING_MALFORMED', at: 'query' },
  { what: 'an unknown address', ask: 'GET /configuration/engine/versions/3', status: 404, code: 'ROUTE_UNKNOWN' },
  { what: 'an address almost right', ask: 'GET /audits', status: 404, code: 'ROUTE_UNKNOWN', says: 'did you mean /api/v1/audit?' },
  { what: 'a method that the address does not take', ask: 'PUT /audit', with: { body: {} }, status: 405, code: 'METHOD_NOT_ALLOWED', says: 'Use GET, HEAD.' },
  { what: 'a word of the API as a path in the URL', ask: `PUT ${LEDGER}/versions`, with: setValue(1), status: 400, code: 'PATH_RESERVED', says: 'value?key=versions' },
  { what: 'a word that a later call will have', ask: `GET ${LEDGER}/effective`, status: 400, code: 'PATH_RESERVED' },
];

const PATHS: BadInput[] = [
  { what: 'a path that is too long', ask: `PUT ${LEDGER}/${'x'.repeat(256)}`, with: setValue(1), status: 400, code: 'PATH_TOO_LONG' },
  { what: 'a path of 15,000 characters', ask: `GET ${LEDGER}/${'x'.repeat(15_000)}`, status: 400, code: 'PATH_TOO_LONG' },
  { what: 'a path that is too deep', ask: `PUT ${LEDGER}/${Array(33).fill('x').join('.')}`, with: setValue(1), status: 400, code: 'PATH_TOO_DEEP' },
  { what: 'a value that is too deep', ask: `PUT ${LEDGER}/${Array(30).fill('x').join('.')}`, with: setValue([[[1]]]), status: 400, code: 'PATH_TOO_DEEP' },
  { what: 'an empty segment', ask: `PUT ${LEDGER}/a..b`, with: setValue(1), status: 400, code: 'PATH_EMPTY_SEGMENT', at: 'a..b' },
  { what: 'an empty segment in a reading', ask: `GET ${LEDGER}/value?key=.a`, status: 400, code: 'PATH_EMPTY_SEGMENT' },
  { what: 'an empty path', ask: `GET ${LEDGER}/value?key=`, status: 400, code: 'PATH_EMPTY' },
  { what: 'an empty path of a write', ask: `PUT ${LEDGER}/value?key=`, with: setValue(1), status: 400, code: 'PATH_EMPTY' },
  { what: 'a wrong escape', ask: `PUT ${LEDGER}/a%5Cb`, with: setValue(1), status: 400, code: 'PATH_BAD_ESCAPE' },
  { what: 'a prototype name in the path', ask: `PUT ${LEDGER}/a.__proto__`, with: setValue(1), status: 400, code: 'NAME_FORBIDDEN' },
  { what: 'a prototype name in the body', ask: `PUT ${LEDGER}`, with: raw('{"configuration":{"a":[{"__proto__":1}]}}'), status: 400, code: 'NAME_FORBIDDEN' },
  { what: 'a prototype name as a member of the envelope', ask: `PUT ${LEDGER}`, with: raw('{"configuration":{},"constructor":1}'), status: 400, code: 'NAME_FORBIDDEN' },
  { what: 'a control character in the path', ask: `PUT ${LEDGER}/a%09b`, with: setValue(1), status: 400, code: 'PATH_CONTROL_CHARACTER' },
  { what: 'a control character in a name', ask: `PUT ${LEDGER}`, with: { body: { configuration: { 'a\nb': 1 } } }, status: 400, code: 'PATH_CONTROL_CHARACTER' },
  { what: 'a set below a scalar', ask: `PUT ${LEDGER}/a.b.c`, with: setValue(1), status: 409, code: 'PATH_BELOW_LEAF', at: 'a.b.c', says: 'a.b' },
  { what: 'a set below an array', ask: `PUT ${LEDGER}/list.0`, with: setValue(1), status: 409, code: 'PATH_BELOW_LEAF', says: 'arrays are one value' },
  { what: 'a deletion of what is not there', ask: `DELETE ${LEDGER}/risk.maxx`, status: 404, code: 'KEY_NOT_FOUND', at: 'risk.maxx', says: 'risk.max' },
  { what: 'a glob that is no glob', ask: 'GET /audit?key=a..b', status: 400, code: 'PATH_EMPTY_SEGMENT' },
];

const BODIES: BadInput[] = [
  { what: 'a body that is not JSON', ask: `PUT ${LEDGER}`, with: raw('{"configuration": {a: 1}}'), status: 400, code: 'JSON_MALFORMED', says: 'line 1' },
  { what: 'a body with a byte order mark', ask: `PUT ${LEDGER}`, with: raw('\ufeff{}'), status: 400, code: 'JSON_MALFORMED' },
  { what: 'a body with NaN', ask: `PUT ${LEDGER}/x`, with: raw('{"value":NaN}'), status: 400, code: 'JSON_MALFORMED', says: 'string' },
  { what: 'a body that is null', ask: `PUT ${LEDGER}`, with: raw('null'), status: 400, code: 'BODY_NOT_OBJECT' },
  { what: 'a body that is an array', ask: `PUT ${LEDGER}`, with: raw('[]'), status: 400, code: 'BODY_NOT_OBJECT' },
  { what: 'a body that is missing', ask: `PUT ${LEDGER}`, status: 400, code: 'BODY_MISSING' },
  { what: 'a body that is missing though its type is given', ask: `PUT ${LEDGER}`, with: { headers: { 'content-type': 'application/json' } }, status: 400, code: 'BODY_MISSING' },
  { what: 'a body with the wrong content type', ask: `PUT ${LEDGER}`, with: { raw: '{"configuration":{}}', headers: { 'content-type': 'text/plain' } }, status: 415, code: 'CONTENT_TYPE_UNSUPPORTED', at: 'content-type', says: 'application/json' },
  { what: 'a body with a content type that is none', ask: `PUT ${LEDGER}`, with: { raw: '{"configuration":{}}', headers: { 'content-type': ';;' } }, status: 415, code: 'CONTENT_TYPE_UNSUPPORTED' },
  { what: 'a body over the limit', ask: `PUT ${LEDGER}`, with: raw(`{"configuration":{"a":"${'x'.repeat(10 * 1024 * 1024)}"}}`), status: 413, code: 'BODY_TOO_LARGE' },
  { what: 'a body that is not UTF-8', ask: `PUT ${LEDGER}`, with: raw(Buffer.from('{"configuration":{"a":"\xe9"}}', 'latin1')), status: 400, code: 'BODY_NOT_UTF8' },
  { what: 'a value that is too large', ask: `PUT ${LEDGER}/x`, with: setValue('x'.repeat(256 * 1024)), status: 413, code: 'VALUE_TOO_LARGE', at: 'x' },
  { what: 'a document with too many leaves', ask: `PUT ${LEDGER}`, with: { body: { configuration: Object.fromEntries(Array.from({ length: 100_001 }, (_, n) => [`k${n}`, 0])) } }, status: 413, code: 'DOCUMENT_TOO_LARGE' },
  { what: 'an integer whose value would change', ask: `PUT ${LEDGER}/x`, with: raw('{"value":9007199254740993}'), status: 400, code: 'NUMBER_NOT_EXACT', says: 'string' },
  { what: 'a decimal whose value would change', ask: `PUT ${LEDGER}/x`, with: raw('{"value":0.12345678901234567890}'), status: 400, code: 'NUMBER_NOT_EXACT' },
  { what: 'a number beyond all', ask: `PUT ${LEDGER}/x`, with: raw('{"value":1e999}'), status: 400, code: 'NUMBER_NOT_EXACT' },
  { what: 'a lone surrogate', ask: `PUT ${LEDGER}/x`, with: raw('{"value":"\\ud800"}'), status: 400, code: 'STRING_LONE_SURROGATE' },
  { what: 'NUL', ask: `PUT ${LEDGER}/x`, with: raw('{"value":["\\u0000"]}'), status: 400, code: 'STRING_NUL' },
  { what: 'nesting of 5,000 arrays', ask: `PUT ${LEDGER}/x`, with: raw(`{"value":${deep(5_000, '[', ']')}}`), status: 400, code: 'JSON_TOO_DEEP' },
  { what: 'nesting of 5,000 objects', ask: `PUT ${LEDGER}/x`, with: raw(`{"value":${deep(5_000, '{"a":', '}')}}`), status: 400, code: 'JSON_TOO_DEEP' },
  { what: 'a name twice in an object', ask: `PUT ${LEDGER}`, with: raw('{"configuration":{"a":{"b":1,"b":1}}}'), status: 400, code: 'JSON_DUPLICATE_NAME' },
  { what: 'a name twice, once as an escape', ask: `PUT ${LEDGER}/x`, with: raw('{"value":1,"v\\u0061lue":2}'), status: 400, code: 'JSON_DUPLICATE_NAME' },
  { what: 'a configuration that is no object', ask: `PUT ${LEDGER}`, with: { body: { configuration: [1] } }, status: 400, code: 'DOCUMENT_NOT_OBJECT', at: 'configuration' },
  { what: 'a body without its configuration', ask: `PUT ${LEDGER}`, with: { body: { changeReason: 'x' } }, status: 400, code: 'BODY_MEMBER_MISSING', at: 'configuration' },
  { what: 'a body without its value', ask: `PUT ${LEDGER}/x`, with: { body: {} }, status: 400, code: 'BODY_MEMBER_MISSING', at: 'value' },
  { what: 'an unknown member', ask: `PUT ${LEDGER}/x`, with: { body: { value: 1, changereason: 'x' } }, status: 400, code: 'BODY_MEMBER_UNKNOWN', at: 'changereason', says: 'did you mean changeReason?' },
  { what: 'a member of another kind', ask: `PUT ${LEDGER}/x`, with: { body: { value: 1, activate: 'yes' } }, status: 400, code: 'BODY_MEMBER_INVALID', at: 'activate', says: 'expected true, false or' },
  { what: 'a reason of another kind', ask: `PUT ${LEDGER}/x`, with: { body: { value: 1, changeReason: null } }, status: 400, code: 'BODY_MEMBER_INVALID', at: 'changeReason' },
  { what: 'a version that is no number', ask: `PUT ${LEDGER}/x`, with: { body: { value: 1, expectedVersion: '5' } }, status: 400, code: 'BODY_MEMBER_INVALID', at: 'expectedVersion' },
  { what: 'a reason that is too long', ask: `PUT ${LEDGER}/x`, with: { body: { value: 1, changeReason: 'x'.repeat(2_001) } }, status: 400, code: 'REASON_TOO_LONG', at: 'changeReason', says: '2000' },
  { what: 'a reason in the query that is too long', ask: `DELETE ${LEDGER}/a?changeReason=${'x'.repeat(2_001)}`, status: 400, code: 'REASON_TOO_LONG' },
  { what: 'approvals', ask: `PUT ${LEDGER}/x`, with: { body: { value: 1, approvals: [{ by: 'bob' }] } }, status: 400, code: 'APPROVALS_NOT_AVAILABLE', at: 'approvals' },
  { what: 'an option that query and body give differently', ask: `PUT ${LEDGER}/x?activate=true`, with: { body: { value: 1, activate: false } }, status: 400, code: 'OPTION_MISMATCH', at: 'activate' },
];

const BATCHES: BadInput[] = [
  { what: 'an empty batch', ask: `POST ${LEDGER}/batch`, with: batch([]), status: 400, code: 'BATCH_EMPTY' },
  { what: 'a batch of 10,001', ask: `POST ${LEDGER}/batch`, with: batch(Array.from({ length: 10_001 }, (_, n) => set(`k${n}`))), status: 413, code: 'BATCH_TOO_LARGE' },
  { what: 'the same path twice', ask: `POST ${LEDGER}/batch`, with: batch([set('x'), set('x')]), status: 400, code: 'BATCH_OVERLAPPING_KEYS', says: 'operations 0 and 1' },
  { what: 'a path and one below it', ask: `POST ${LEDGER}/batch`, with: batch([set('x.y'), { type: 'DELETE', key: 'x' }]), status: 400, code: 'BATCH_OVERLAPPING_KEYS' },
  { what: 'duplicate ids', ask: `POST ${LEDGER}/batch`, with: batch([set('x', '1'), set('y')]), status: 400, code: 'BATCH_DUPLICATE_ID' },
  { what: 'an operation of an unknown type', ask: `POST ${LEDGER}/batch`, with: batch([set('x'), { type: 'set', key: 'y', value: 1 }]), status: 400, code: 'BATCH_OPERATION_INVALID', at: 'operations.1.type', says: 'operation 1' },
  { what: 'a SET without a value', ask: `POST ${LEDGER}/batch`, with: batch([{ type: 'SET', key: 'y' }]), status: 400, code: 'BATCH_OPERATION_INVALID', at: 'operations.0.value' },
  { what: 'an operation with a member too many', ask: `POST ${LEDGER}/batch`, with: batch([{ type: 'DELETE', key: 'a', value: 1 }]), status: 400, code: 'BATCH_OPERATION_INVALID' },
  { what: 'one bad key among good ones', ask: `POST ${LEDGER}/batch`, with: batch([{ type: 'SET', key: 'a..b', value: 1 }, set('x')]), status: 400, code: 'PATH_EMPTY_SEGMENT', at: 'a..b' },
  { what: 'a reading of no keys', ask: `GET ${LEDGER}/batch`, status: 400, code: 'QUERY_PARAMETER_MISSING', at: 'key' },
];

const VERSIONS: BadInput[] = [
  { what: 'an activation of a revision that is no version', ask: `POST ${LEDGER}/versions/1/activate`, status: 404, code: 'VERSION_NOT_A_VERSION', says: '3' },
  { what: 'an activation of a version that does not exist', ask: `POST ${LEDGER}/versions/999/activate`, status: 404, code: 'VERSION_UNKNOWN' },
  { what: 'a version beyond all numbers', ask: `GET ${LEDGER}?version=99999999999999999999`, status: 404, code: 'VERSION_UNKNOWN', at: 'version' },
  { what: 'a reading of a revision that is no version', ask: `GET ${LEDGER}?version=4`, status: 404, code: 'VERSION_NOT_A_VERSION', says: '5' },
  { what: 'an unknown tag', ask: `GET ${LEDGER}?version=stabel`, status: 404, code: 'TAG_UNKNOWN', says: 'stable' },
  { what: 'an empty version', ask: `GET ${LEDGER}?version=`, status: 400, code: 'QUERY_PARAMETER_INVALID', at: 'version' },
  { what: 'a rollback to an unknown tag', ask: `POST ${LEDGER}/versions/nope/rollback`, status: 404, code: 'TAG_UNKNOWN' },
  { what: 'the previous of a first activation', ask: `GET ${LEDGER}?version=previous`, status: 404, code: 'NOTHING_PREVIOUS' },
  { what: 'a tag named latest', ask: `PUT ${LEDGER}/versions/5/tags/latest`, status: 400, code: 'TAG_NAME_INVALID' },
  { what: 'a tag that is a number', ask: `PUT ${LEDGER}/versions/5/tags/7`, status: 400, code: 'TAG_NAME_INVALID' },
  { what: 'a tag that another version has', ask: `PUT ${LEDGER}/versions/5/tags/stable`, status: 409, code: 'TAG_EXISTS', says: 'move' },
  { what: 'a tag taken off another version', ask: `DELETE ${LEDGER}/versions/5/tags/stable`, status: 404, code: 'TAG_UNKNOWN' },
  { what: 'activate: true over pending versions of others', ask: `PUT ${LEDGER}/x`, with: { body: { value: 1, activate: true } }, status: 409, code: 'PENDING_CHANGES', says: 'by alice' },
  { what: 'an instant before the first event', ask: `GET ${LEDGER}?at=2020-01-01T00:00:00Z`, status: 404, code: 'AT_BEFORE_FIRST_EVENT' },
  { what: 'an instant that is malformed', ask: `GET ${LEDGER}?at=yesterday`, status: 400, code: 'AT_MALFORMED', at: 'at' },
  { what: 'a day that does not exist', ask: `GET ${LEDGER}?at=2026-02-30T00:00:00Z`, status: 400, code: 'AT_MALFORMED' },
  { what: 'an offset whose plus became a space', ask: `GET ${LEDGER}?at=2026-07-01T12:00:00+02:00`, status: 400, code: 'AT_MALFORMED', says: '%2B' },
  { what: 'an instant without offset', ask: `GET ${LEDGER}?at=2026-07-01T12:00:00`, status: 400, code: 'AT_WITHOUT_OFFSET', says: 'did you mean 2026-07-01T12:00:00Z?' },
  { what: 'an instant in the future', ask: `GET ${LEDGER}?at=2126-07-01T12:00:00Z`, status: 400, code: 'AT_IN_FUTURE' },
  { what: 'a version that came after the instant', ask: `GET ${LEDGER}?version=5&at=2026-07-01T12:00:30Z`, status: 404, code: 'VERSION_NOT_YET' },
  { what: 'an audit from an instant without offset', ask: 'GET /audit?from=2026-07-01', status: 400, code: 'AT_WITHOUT_OFFSET', at: 'from' },
  { what: 'a reading of the active version where nothing is active', ask: `GET ${LEDGER}?version=active&environment=staging`, status: 404, code: 'NOTHING_ACTIVE' },
  { what: 'a difference from the active version where nothing is active', ask: `GET ${LEDGER}/diff?environment=staging`, status: 404, code: 'NOTHING_ACTIVE' },
  { what: 'an activation where there is no version yet', ask: `POST ${LEDGER}/versions/latest/activate?environment=staging`, status: 409, code: 'NOTHING_TO_ACTIVATE' },
];

const GUARDS: BadInput[] = [
  { what: 'a stale If-Match', ask: `PUT ${LEDGER}`, with: { body: { configuration: {} }, headers: { 'if-match': '"3"' } }, status: 412, code: 'IF_MATCH_FAILED', says: 'version 5 by alice' },
  { what: 'If-Match: * on what is not there', ask: `PUT ${LEDGER}/new`, with: { ...setValue(1), headers: { 'if-match': '*' } }, status: 412, code: 'IF_MATCH_FAILED' },
  { what: 'a weak If-Match', ask: `PUT ${LEDGER}/x`, with: { ...setValue(1), headers: { 'if-match': 'W/"5"' } }, status: 400, code: 'IF_MATCH_MALFORMED', at: 'if-match', says: 'without W/' },
  { what: 'an If-Match without quotes', ask: `PUT ${LEDGER}/x`, with: { ...setValue(1), headers: { 'if-match': '5' } }, status: 400, code: 'IF_MATCH_MALFORMED' },
  { what: 'an If-Match of several tags', ask: `PUT ${LEDGER}/x`, with: { ...setValue(1), headers: { 'if-match': '"5", "6"' } }, status: 400, code: 'IF_MATCH_MALFORMED' },
  { what: 'If-None-Match: * on what is there', ask: `PUT ${LEDGER}`, with: { body: { configuration: {} }, headers: { 'if-none-match': '*' } }, status: 412, code: 'IF_NONE_MATCH_FAILED' },
  { what: 'If-None-Match with a tag on a write', ask: `PUT ${LEDGER}/x`, with: { ...setValue(1), headers: { 'if-none-match': '"5"' } }, status: 400, code: 'IF_NONE_MATCH_MALFORMED' },
  { what: 'If-None-Match that is no tag', ask: `GET ${LEDGER}`, with: { headers: { 'if-none-match': '5' } }, status: 400, code: 'IF_NONE_MATCH_MALFORMED' },
  { what: 'an expectedVersion that has passed', ask: `PUT ${LEDGER}/x?expectedVersion=3`, with: setValue(1), status: 409, code: 'EXPECTED_VERSION_CONFLICT', says: 'version 5 by alice' },
  { what: 'an expectedActive that is not', ask: `POST ${LEDGER}/versions/latest/activate?expectedActive=null`, status: 409, code: 'EXPECTED_ACTIVE_CONFLICT' },
  { what: 'an Idempotency-Key repeated with another body', ask: `PUT ${LEDGER}/risk.min`, with: { ...setValue(7), headers: { 'idempotency-key': 'used' } }, status: 409, code: 'IDEMPOTENCY_KEY_REUSED' },
  { what: 'an Idempotency-Key that is too long', ask: `PUT ${LEDGER}/x`, with: { ...setValue(7), headers: { 'idempotency-key': 'k'.repeat(256) } }, status: 400, code: 'IDEMPOTENCY_KEY_INVALID' },
  { what: 'an Idempotency-Key that is empty', ask: `PUT ${LEDGER}/x`, with: { ...setValue(7), headers: { 'idempotency-key': '' } }, status: 400, code: 'IDEMPOTENCY_KEY_INVALID' },
  { what: 'a creation of what is there', ask: `POST ${LEDGER}`, with: { body: { configuration: {} } }, status: 409, code: 'LEDGER_EXISTS' },
];

const QUERIES: BadInput[] = [
  { what: 'no token', ask: `PUT ${LEDGER}/x`, with: { ...setValue(1), token: null }, status: 401, code: 'TOKEN_MISSING', at: 'authorization' },
  { what: 'a wrong token', ask: `PUT ${LEDGER}/x`, with: { ...setValue(1), token: 'wrong' }, status: 401, code: 'TOKEN_INVALID' },
  { what: 'another scheme than Bearer', ask: 'GET /status', with: { token: null, headers: { authorization: 'Basic YTpi' } }, status: 401, code: 'TOKEN_MISSING' },
  { what: 'an unknown query parameter', ask: `GET ${LEDGER}?verison=3`, status: 400, code: 'QUERY_PARAMETER_UNKNOWN', at: 'verison', says: 'did you mean version?' },
  { what: 'an unknown query parameter of a write', ask: `PUT ${LEDGER}/x?dryrun=true`, with: setValue(1), status: 400, code: 'QUERY_PARAMETER_UNKNOWN', says: 'did you mean dryRun?' },
  { what: 'a query parameter given twice', ask: `GET ${LEDGER}?version=3&version=5`, status: 400, code: 'QUERY_PARAMETER_INVALID', at: 'version', says: 'more than once' },
  { what: 'a query parameter that is missing', ask: `GET ${LEDGER}/history`, status: 400, code: 'QUERY_PARAMETER_MISSING', at: 'key' },
  { what: 'an unknown format', ask: `GET ${LEDGER}?format=yaml`, status: 400, code: 'QUERY_PARAMETER_INVALID', at: 'format', says: 'nested' },
  { what: 'a limit of nothing', ask: 'GET /audit?limit=0', status: 400, code: 'QUERY_PARAMETER_INVALID', at: 'limit' },
  { what: 'a limit over 500', ask: 'GET /audit?limit=501', status: 400, code: 'QUERY_PARAMETER_INVALID', at: 'limit', says: '500' },
  { what: 'a cursor that nobody gave out', ask: 'GET /audit?cursor=abc', status: 400, code: 'CURSOR_INVALID', at: 'cursor' },
  { what: 'a cursor of another difference', ask: `GET ${LEDGER}/diff?from=3&to=5&cursor=abc`, status: 400, code: 'CURSOR_INVALID' },
  { what: 'a malformed position', ask: 'GET /audit?atLeast=12', status: 400, code: 'POSITION_MALFORMED', at: 'atLeast' },
  { what: 'a position of another installation', ask: 'GET /audit?atLeast=elsewhere:12', status: 409, code: 'POSITION_OF_ANOTHER_INSTALLATION' },
  { what: 'a node without a decent name', ask: 'POST /nodes/engine%207', with: { body: { environment: 'production', service: 'engine', state: 'ready', running: null, rejected: null } }, status: 400, code: 'NODE_NAME_INVALID' },
  { what: 'a node in an unknown state', ask: 'POST /nodes/engine-7', with: { body: { environment: 'production', service: 'engine', state: 'fine', running: null, rejected: null } }, status: 400, code: 'BODY_MEMBER_INVALID', at: 'state' },
  { what: 'a feed that is not served here', ask: 'GET /feed?service=engine', status: 404, code: 'FEED_NOT_HERE' },
];

describe.each([
  ['addresses', ADDRESSES],
  ['paths', PATHS],
  ['bodies', BODIES],
  ['batches', BATCHES],
  ['versions and instants', VERSIONS],
  ['guards and repetition', GUARDS],
  ['tokens, queries and lists', QUERIES],
] as const)('in %s', (_group, inputs) => {
  test.each(inputs.map((input) => [input.what, input.code, input] as const))('%s is refused with %s, and nothing is written', (_what, _code, input) => refused(input));
});

test('strings that look like no number stay strings', async () => {
  const answer = await given.ask(`PUT /configurations/strings`, { body: { configuration: { a: 'NaN', b: 'Infinity', c: '9007199254740993' } } });
  expect(answer.status).toBe(200);
  expect((await given.ask('GET /configurations/strings')).data.configuration).toEqual({ a: 'NaN', b: 'Infinity', c: '9007199254740993' });
});

test('a 401 names the scheme, a 405 the methods', async () => {
  expect((await given.ask('GET /status', { token: null })).headers['www-authenticate']).toBe('Bearer realm="confledger"');
  expect((await given.ask('DELETE /status')).headers.allow).toBe('GET, HEAD');
});
