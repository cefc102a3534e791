// Calls that are refused before anything is decided: addresses, methods, tokens, bodies, queries, names.
import { ask, refused, type Call } from './call.js';

const DESK = '/configurations/desk';
const JSON_TYPE = { 'content-type': 'application/json' };

/** A request that the parser of HTTP refuses is given an id: no header of it is read. */
const NOT_READ = /"requestId":"[^"]+"/g;

const addresses: readonly Call[] = [
  refused('ROUTE_UNKNOWN', 'GET /credentials'),
  refused('ROUTE_UNKNOWN', 'GET /configuration'),
  refused('ROUTE_UNKNOWN', 'GET //configurations'),
  refused('ROUTE_UNKNOWN', 'PUT /configurations/desk/versions/1/activate/now', { a: 1 }),
  refused('METHOD_NOT_ALLOWED', 'DELETE /configurations'),
  refused('METHOD_NOT_ALLOWED', `POST ${DESK}/versions`),
  refused('METHOD_NOT_ALLOWED', 'PUT /status'),
  refused('METHOD_NOT_ALLOWED', 'GET /verify'),
  refused('METHOD_NOT_ALLOWED', `OPTIONS ${DESK}`),
  refused('METHOD_UNKNOWN', `BREW ${DESK}`, undefined, { unlike: [NOT_READ] }),
  refused('METHOD_NOT_ALLOWED', 'PATCH /nodes/desk-1', { a: 1 }),
  refused('PERCENT_ENCODING_MALFORMED', `GET ${DESK}/%ff`),
  refused('PATH_RESERVED', `PUT ${DESK}/versions`, { value: 1 }),
  refused('SERVICE_NAME_INVALID', 'GET /configurations/Desk'),
  refused('ENVIRONMENT_UNKNOWN', `GET ${DESK}?environment=nowhere`),
  refused('ENVIRONMENT_UNKNOWN', `GET ${DESK}/environments/nowhere`),
  refused('ENVIRONMENT_MISMATCH', `PUT ${DESK}/environments/staging?environment=testing`, { configuration: {} }),
  refused('PATH_TOO_LONG', `GET ${DESK}/${'a'.repeat(300)}`),
  refused('HEADERS_TOO_LARGE', `GET ${DESK}`, undefined, { headers: { 'x-long': 'x'.repeat(17_000) }, unlike: [NOT_READ] }),
];

/** May only read and report. */
const NODE = { authorization: 'Bearer {nodeToken}' };

const tokens: readonly Call[] = [
  refused('TOKEN_MISSING', `GET ${DESK}`, undefined, { headers: { authorization: '' } }),
  refused('TOKEN_MISSING', 'POST /verify', undefined, { headers: { authorization: '' } }),
  refused('TOKEN_MISSING', 'GET /metrics', undefined, { headers: { authorization: '' } }),
  refused('TOKEN_MISSING', `PUT ${DESK}`, { configuration: {} }, { headers: { authorization: 'Basic YWRtaW46YWRtaW4=' } }),
  refused('TOKEN_INVALID', `GET ${DESK}`, undefined, { headers: { authorization: 'Bearer not-a-token' } }),
  refused('TOKEN_INVALID', 'GET /feed?service=desk', undefined, { headers: { authorization: '', 'x-service-token': 'not-a-token' } }),
  refused('ROUTE_UNKNOWN', 'GET /credentials', undefined, { headers: { authorization: '' } }),
  ask(`GET ${DESK}`, undefined, { headers: { authorization: '', 'x-service-token': '{token}' } }),
  refused('AUTHORIZATION_ERROR', `PUT ${DESK}/a`, { value: 1 }, { headers: NODE }),
  refused('AUTHORIZATION_ERROR', 'POST /verify', undefined, { headers: NODE }),
  ask(`GET ${DESK}`, undefined, { headers: NODE }),
  ask('GET /health/live', undefined, { headers: { authorization: '' } }),
];

const bodies: readonly Call[] = [
  refused('BODY_MISSING', `PUT ${DESK}`),
  refused('BODY_NOT_OBJECT', `PUT ${DESK}`, [1]),
  refused('BODY_MEMBER_MISSING', `PUT ${DESK}`, { risk: 1 }),
  refused('BODY_MEMBER_UNKNOWN', `PUT ${DESK}`, { configuration: {}, reson: 'x' }),
  refused('BODY_MEMBER_INVALID', `PUT ${DESK}/a`, { value: 1, activate: 'yes' }),
  refused('DOCUMENT_NOT_OBJECT', `PUT ${DESK}`, { configuration: 5 }),
  refused('APPROVALS_NOT_AVAILABLE', `PUT ${DESK}/a`, { value: 1, approvals: [{}] }),
  refused('REASON_TOO_LONG', `PUT ${DESK}/a`, { value: 1, reason: 'x'.repeat(2_001) }),
  refused('NAME_RESERVED', `PUT ${DESK}`, { configuration: { $inherit: {} } }),
  refused('NAME_FORBIDDEN', `PUT ${DESK}/a`, undefined, { text: '{"value":{"__proto__":1}}', headers: JSON_TYPE }),
  refused('JSON_MALFORMED', `PUT ${DESK}/a`, undefined, { text: '{"value":1,}', headers: JSON_TYPE }),
  refused('JSON_DUPLICATE_NAME', `PUT ${DESK}/a`, undefined, { text: '{"value":1,"value":2}', headers: JSON_TYPE }),
  refused('NUMBER_NOT_EXACT', `PUT ${DESK}/a`, undefined, { text: '{"value":12345678901234567890}', headers: JSON_TYPE }),
  refused('JSON_TOO_DEEP', `PUT ${DESK}/a`, undefined, { text: `{"value":${'['.repeat(200)}${']'.repeat(200)}}`, headers: JSON_TYPE }),
  refused('STRING_NUL', `PUT ${DESK}/a`, { value: '\u0000' }),
  refused('VALUE_TOO_LARGE', `PUT ${DESK}/a`, { value: 'x'.repeat(600_000) }),
  refused('CONTENT_TYPE_UNSUPPORTED', `PUT ${DESK}/a`, undefined, { text: 'value=1', headers: { 'content-type': 'text/plain' } }),
];

const options: readonly Call[] = [
  refused('QUERY_PARAMETER_UNKNOWN', `GET ${DESK}?enviroment=staging`),
  refused('QUERY_PARAMETER_INVALID', `GET ${DESK}?format=tree`),
  refused('QUERY_PARAMETER_INVALID', `GET ${DESK}?version=1&version=2`),
  refused('OPTION_MISMATCH', `PUT ${DESK}/a?reason=one`, { value: 1, reason: 'two' }),
  refused('IDEMPOTENCY_KEY_INVALID', `PUT ${DESK}/a`, { value: 1 }, { headers: { 'idempotency-key': 'x'.repeat(256) } }),
  refused('QUERY_PARAMETER_MISSING', 'GET /feed'),
];

/** They change nothing. */
export const REQUEST_CALLS: readonly Call[] = [...addresses, ...tokens, ...bodies, ...options];
