// Request bodies and responses of the OpenAPI document.
import { ERROR_CATALOGUE, type Access, type ErrorCode, type OperationName } from '@confledger/contracts/http';
import { isWriteOfLedger, type Endpoint } from '../endpoint.js';
import { STATUS_OF } from '../errors/status.js';
import { isRestricted } from '../permissions.js';
import { failureAnswer, minimalAnswer, successOf } from '../schemas/answers.js';
import { exampleBody, COMMENTED_EXAMPLES } from './examples.js';
import { describeFeed } from './feed-events.js';
import { schemaOf, type Json } from './json-schema.js';
import { linksOf } from './links.js';

/** Codes that every call may answer with. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  'REQUEST_MALFORMED',
  'REQUEST_TIMEOUT',
  'EXPECTATION_FAILED',
  'HEADERS_TOO_LARGE',
  'QUERY_PARAMETER_UNKNOWN',
  'QUERY_PARAMETER_INVALID',
  'PERCENT_ENCODING_MALFORMED',
  'STRING_NUL',
  'SERVER_BUSY',
  'INTERNAL',
];
/** Codes of every call that needs a token. */
export const TOKEN_ERRORS: readonly ErrorCode[] = ['TOKEN_MISSING', 'TOKEN_INVALID'];
/** Codes of every call whose permission some tokens lack. */
export const PERMISSION_ERRORS: readonly ErrorCode[] = ['AUTHORIZATION_ERROR'];
/** Codes of requests that reach no call. */
export const UNROUTED_ERRORS: readonly ErrorCode[] = ['ROUTE_UNKNOWN', 'METHOD_NOT_ALLOWED', 'METHOD_UNKNOWN'];

/** The body that an operation takes. */
export function requestBody(name: OperationName, { schema, required, plain }: NonNullable<Endpoint['body']>, components: Json): Json {
  const enveloped = schemaOf(schema, 'input', components);
  const example = exampleBody(name);
  if (plain === undefined) return { required, content: { 'application/json': { schema: enveloped, example } } };
  const bare = { description: `With content=plain: the ${plain} itself`, ...(plain === 'configuration' ? { type: 'object' } : {}) };
  const commented = { schema: { type: 'string', description: 'The same with comments' }, example: COMMENTED_EXAMPLES[plain] };
  return {
    required,
    content: { 'application/json': { schema: { anyOf: [enveloped, bare] }, example }, 'application/jsonc': commented },
  };
}

const ANSWERS = { 200: 'It worked', 201: 'It worked', 304: 'Not modified', 503: 'A part is down' } as const;

/** The responses of one operation. */
export function responsesOf(endpoint: Endpoint, components: Json): Json {
  return { ...successes(endpoint, components), ...failures(endpoint, components) };
}

function successes(endpoint: Endpoint, components: Json): Json {
  const { answer, statuses } = endpoint;
  const { contentType = 'application/json' } = (answer.meta() ?? {}) as { contentType?: string };
  const content = contentOf(endpoint, contentType, components);
  const links = linksOf(endpoint);
  const full = { content, ...(links === undefined ? {} : { links }), ...(endpoint.answers === 'stream' ? describeFeed(components) : {}) };
  const described = statuses.map((status) => [String(status), { description: ANSWERS[status], ...(status === 304 ? {} : full) }]);
  return Object.fromEntries(described) as Json;
}

/** The forms of an answer that worked. */
function contentOf(endpoint: Endpoint, contentType: string, components: Json): Json {
  const usual = schemaOf(endpoint.answer, 'output', components);
  if ('raw' in endpoint.query.shape) {
    const bare = { description: 'With raw=true: what is read, without an envelope' };
    const text = { schema: { type: 'string', description: 'With raw=true: a string' } };
    return { [contentType]: { schema: { anyOf: [usual, bare] } }, 'text/plain': text };
  }
  if (!isWriteOfLedger(endpoint)) return { [contentType]: { schema: usual } };
  return { [contentType]: { schema: { anyOf: [usual, schemaOf(successOf(minimalAnswer), 'output', components)] } } };
}

function failures(endpoint: Endpoint, components: Json): Json {
  const { errors, access } = endpoint;
  const codes = [...new Set([...errors, ...COMMON_ERRORS, ...accessErrors(access)])];
  const statuses = [...new Set(codes.map((code) => STATUS_OF[code]))].sort((one, other) => one - other);
  const answers = statuses.map((status) => {
    const each = codes.filter((code) => STATUS_OF[code] === status);
    const schema = failureSchema(endpoint, status, components);
    const described = { description: each.map(describeCode).join('\n'), content: { 'application/json': { schema } }, 'x-codes': each };
    return [String(status), described] as const;
  });
  return Object.fromEntries(answers);
}

/** The shapes of a failure: the usual one, that of the operation, and the usual answer where it comes with this status too. */
function failureSchema({ failure, answer, statuses }: Endpoint, status: number, components: Json): Json {
  const others = [failure, statuses.includes(status as 503) ? answer : undefined].filter((each) => each !== undefined);
  const [usual = {}, ...further] = [failureAnswer, ...others].map((each) => schemaOf(each, 'output', components));
  return further.length === 0 ? usual : { anyOf: [usual, ...further] };
}

/** Codes that a call answers with because of who sends it. */
export function accessErrors(access: Access): readonly ErrorCode[] {
  if (access === 'open') return [];
  return isRestricted(access) ? [...TOKEN_ERRORS, ...PERMISSION_ERRORS] : TOKEN_ERRORS;
}

function describeCode(code: ErrorCode): string {
  return `- [${code}](/docs/errors#${code}): ${ERROR_CATALOGUE[code].meaning}`;
}
