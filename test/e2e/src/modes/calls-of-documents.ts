// Calls about documents and values: reading, writing, conditions, the raw, plain and minimal forms, batches, dry runs.
import { ask, dryRun, FIRST, refused, type Call } from './call.js';

const DESK = '/configurations/desk';
const DOCUMENT = { risk: { max: 5, name: 'a', open: true, none: null, rate: 0.25 }, venues: ['x', 'y'], 'a.b': { 'ü 😀': '' } };

/** Each api gives a command without a key an id of its own, and a dry run records nothing that the other could find. */
const NEW_COMMAND = /"commandId":"[^"]+"/g;

/** A third of a large document: one of more than 2,000 leaves waits for its turn. */
const leaves = (name: string): object => ({
  [name]: Object.fromEntries(Array.from({ length: 700 }, (_, index) => [`leaf-${index}`, index])),
});

const creating: readonly Call[] = [
  refused('LEDGER_UNKNOWN', `GET ${DESK}`),
  refused('LEDGER_UNKNOWN', `DELETE ${DESK}`),
  ask(
    'PATCH /configurations/merged',
    { configuration: { a: 1 } },
    { headers: { 'idempotency-key': '6d2f9ed8-6d83-4d0e-9c5c-2f0d9f2c5c11' } },
  ),
  dryRun(`POST ${DESK}`, { configuration: DOCUMENT }),
  ask(`POST ${DESK}`, { configuration: DOCUMENT, reason: 'first' }, { headers: { 'idempotency-key': 'create-desk' } }),
  ask(
    `POST ${DESK}`,
    { configuration: DOCUMENT, reason: 'first' },
    { headers: { 'idempotency-key': 'create-desk' }, changesNothing: true },
  ),
  refused('IDEMPOTENCY_KEY_REUSED', `POST ${DESK}`, { configuration: {} }, { headers: { 'idempotency-key': 'create-desk' } }),
  refused('LEDGER_EXISTS', `POST ${DESK}`, { configuration: DOCUMENT }),
  ask('POST /configurations/gateway', { environment: 'staging', configuration: { a: 1, b: 2 }, activate: true }),
  ask('POST /configurations/empty', { configuration: {} }),
  ask('GET /configurations/empty'),
  refused('NOTHING_TO_ACTIVATE', 'POST /configurations/empty/versions/latest/activate'),
  ask('PUT /configurations/plain?content=plain&reason=whole', { plain: [1, 2.5, 1e21] }),
  ask('GET /configurations/plain?raw=true'),
];

const reading: readonly Call[] = [
  ask(`GET ${DESK}`),
  ask(`GET ${DESK}?format=flat`),
  ask(`GET ${DESK}?raw=true`),
  ask(`GET ${DESK}?raw=true&format=flat`),
  ask(`GET ${DESK}?consistency=local`),
  ask(`GET ${DESK}?version=${FIRST}`),
  ask(`GET ${DESK}`, undefined, { headers: { 'if-none-match': '{etag}' } }),
  ask(`GET ${DESK}`, undefined, { headers: { 'if-match': '{etag}' } }),
  refused('IF_MATCH_FAILED', `GET ${DESK}`, undefined, { headers: { 'if-match': '"9999"' } }),
  refused('IF_MATCH_MALFORMED', `GET ${DESK}`, undefined, { headers: { 'if-match': '5' } }),
  refused('IF_NONE_MATCH_MALFORMED', `GET ${DESK}`, undefined, { headers: { 'if-none-match': 'no tag' } }),
  ask(`HEAD ${DESK}`),
  ask(`GET ${DESK}/environments/production`),
  ask('GET /configurations/gateway/environments/staging?version=active'),
  refused('NOTHING_ACTIVE', `GET ${DESK}?version=active`),
  refused('VERSION_UNKNOWN', `GET ${DESK}?version=999`),
  refused('TAG_UNKNOWN', `GET ${DESK}?version=nightly`),
  refused('AT_BEFORE_FIRST_EVENT', `GET ${DESK}?at=2020-01-01T00:00:00Z`),
  refused('AT_IN_FUTURE', `GET ${DESK}?at=2999-01-01T00:00:00Z`),
  refused('AT_MALFORMED', `GET ${DESK}?at=yesterday`),
  refused('AT_WITHOUT_OFFSET', `GET ${DESK}?at=2026-01-01T00:00:00`),
  ask(`GET ${DESK}/risk.max`),
  ask(`GET ${DESK}/risk`),
  ask(`GET ${DESK}/risk?raw=true`),
  ask(`GET ${DESK}/risk.name?raw=true`),
  ask(`GET ${DESK}/risk.none?raw=true`),
  ask(`GET ${DESK}/a%5C.b.%C3%BC%20%F0%9F%98%80`),
  ask(`GET ${DESK}/risk.max`, undefined, { headers: { 'if-none-match': 'W/{etag}, "1"' } }),
  ask(`GET ${DESK}/value?key=risk.open`),
  ask(`GET ${DESK}/value?path=risk&raw=true`),
  refused('KEY_NOT_FOUND', `GET ${DESK}/risk.gone`),
  refused('PATH_BELOW_LEAF', `PUT ${DESK}/risk.max.deeper`, { value: 1 }),
  refused('PATH_EMPTY_SEGMENT', `GET ${DESK}/risk..max`),
  refused('PATH_BAD_ESCAPE', `GET ${DESK}/risk%5Cmax`),
  refused('QUERY_PARAMETER_MISSING', `GET ${DESK}/value`),
  ask(`GET ${DESK}/batch?key=risk.max&key=gone&keys=venues,risk.name`),
  refused('QUERY_PARAMETER_MISSING', `GET ${DESK}/batch`),
];

const writing: readonly Call[] = [
  ask(`GET ${DESK}/risk.max`),
  ask(`PUT ${DESK}/risk.max`, { value: 6, changeReason: 'wider' }, { headers: { 'if-match': '{etag}' } }),
  refused('IF_MATCH_FAILED', `PUT ${DESK}/risk.max`, { value: 7 }, { headers: { 'if-match': '"1"' } }),
  refused('IF_NONE_MATCH_FAILED', `PUT ${DESK}/risk.max`, { value: 7 }, { headers: { 'if-none-match': '*' } }),
  refused('IF_NONE_MATCH_MALFORMED', `PUT ${DESK}/risk.max`, { value: 7 }, { headers: { 'if-none-match': '"1"' } }),
  refused('EXPECTED_VERSION_CONFLICT', `PUT ${DESK}/risk.max?expectedVersion=1`, { value: 7 }),
  refused('EXPECTED_ACTIVE_CONFLICT', `PUT ${DESK}/risk.max`, { value: 7, expectedActive: 1 }),
  ask(`PUT ${DESK}/risk.max?expectedActive=null&dryRun=true`, { value: 7 }, { changesNothing: true, unlike: [NEW_COMMAND] }),
  ask(`PUT ${DESK}/risk.max`, { value: 6 }),
  ask(`PUT ${DESK}/risk.min?content=plain`, 1, { headers: { 'if-none-match': '*' } }),
  ask(`PUT ${DESK}/value?key=risk.min`, { value: { low: 1, high: 2 } }, { headers: { prefer: 'return=minimal' } }),
  ask(`DELETE ${DESK}/value?path=risk.min.low`, undefined, { headers: { prefer: 'respond-async, return="minimal"' } }),
  ask(`DELETE ${DESK}/risk.min?reason=narrow`),
  refused('KEY_NOT_FOUND', `DELETE ${DESK}/risk.min`),
  ask(`PATCH ${DESK}`, { configuration: { risk: { open: null }, venues: ['z'] }, reason: 'merged' }),
  ask(`PUT ${DESK}`, { configuration: { ...DOCUMENT, more: { a: 1 } } }),
  dryRun('PUT /configurations/gateway/environments/staging', { configuration: { a: 3, b: 2 } }),
  ask('PUT /configurations/gateway/environments/staging', { configuration: { a: 2, b: 2 } }),
  ask('DELETE /configurations/plain'),
  ask('GET /configurations/plain'),
  refused('PENDING_CHANGES', 'PUT /configurations/gateway/c?environment=staging', { value: 1, activate: true }),
  ask(`PUT ${DESK}/wide`, { value: Object.fromEntries(Array.from({ length: 130 }, (_, index) => [`leaf-${index}`, index])) }),
  ask(`PUT ${DESK}/large`, { value: 'x'.repeat(5_000) }),
  // Long enough to be compressed.
  ask(`GET ${DESK}?format=flat`, undefined, { headers: { 'accept-encoding': 'gzip' } }),
  ask(`GET ${DESK}?raw=true`, undefined, { headers: { 'accept-encoding': 'br, gzip;q=0.5' } }),
  ask(`DELETE ${DESK}/wide`),
  ask('PUT /configurations/large', { configuration: leaves('a') }),
  ask('PATCH /configurations/large', { configuration: leaves('b') }),
  ask('PATCH /configurations/large', { configuration: leaves('c') }),
  ask('GET /configurations/large'),
  ask('GET /configurations/large?raw=true&format=flat'),
];

const OPERATIONS = [
  { id: 'limit', type: 'SET', key: 'risk.max', value: 7 },
  { type: 'SET', path: 'more.b', value: { deep: [true, null] } },
  { type: 'DELETE', key: 'large' },
];

const batches: readonly Call[] = [
  dryRun(`POST ${DESK}/batch`, { operations: OPERATIONS }),
  ask(`POST ${DESK}/batch`, { operations: OPERATIONS, reason: 'all at once' }),
  ask(`POST ${DESK}/batch`, { operations: [{ type: 'SET', key: 'more.c', value: 1 }] }, { headers: { prefer: 'return=minimal' } }),
  refused('KEY_NOT_FOUND', `POST ${DESK}/batch`, { operations: [...OPERATIONS.slice(0, 2), { id: 'gone', type: 'DELETE', key: 'gone' }] }),
  refused('BATCH_EMPTY', `POST ${DESK}/batch`, { operations: [] }),
  refused('BATCH_DUPLICATE_ID', `POST ${DESK}/batch`, { operations: ['a', 'b'].map((key) => ({ id: 'x', type: 'SET', key, value: 1 })) }),
  refused('BATCH_OVERLAPPING_KEYS', `POST ${DESK}/batch`, { operations: ['a', 'a.b'].map((key) => ({ type: 'SET', key, value: 1 })) }),
  refused('BATCH_OPERATION_INVALID', `POST ${DESK}/batch`, { operations: [{ type: 'MOVE', key: 'a' }] }),
];

/** In their order: later ones build on what earlier ones wrote. */
export const DOCUMENT_CALLS: readonly Call[] = [...creating, ...reading, ...writing, ...batches];
