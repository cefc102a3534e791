// The OpenAPI 3.1 document, made from the endpoints and their zod schemas. Served at /openapi.json and shown at /docs.
import { z } from 'zod';
import { BASE, ERROR_CATALOGUE, type Access, type ErrorCode, type OperationName, type PathParameters } from '@confledger/contracts/http';
import { parseJsonText } from '@confledger/document';
import { isWriteOfLedger, type Endpoint } from '../endpoint.js';
import { STATUS_OF } from '../errors/status.js';
import { isRestricted } from '../permissions.js';
import { failureAnswer, minimalAnswer, successOf } from '../schemas/answers.js';
import {
  CREATE_ONLY_TEXT,
  ENTITY_TAG_TEXT,
  ENTITY_TAGS_TEXT,
  IDEMPOTENCY_KEY_TEXT,
  NAME_TEXT,
  NODE_NAME_TEXT,
  PATH_IN_URL_TEXT,
  POSITION_TEXT,
  SOME_TEXT,
  TAG_TEXT,
  type TextSchema,
} from '../schemas/texts.js';

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

/** Where people find the token: at the top of /docs, and in its dialog. */
const TOKEN_PLACE = 'the content of the file `admin.token` in the data directory of the api (`.confledger` by default)';

const DESCRIPTION = `An event-sourced configuration ledger for trading platforms. [Every error](/docs/errors) has a code.

Calls need a token: press **Authorize** and paste ${TOKEN_PLACE}, or that of another \`<actor>.token\` beside it.`;

const SECURITY_SCHEMES = {
  token: { type: 'http', scheme: 'bearer', description: `Paste ${TOKEN_PLACE}.` },
  serviceToken: { type: 'apiKey', in: 'header', name: 'X-Service-Token', description: 'The same token in a header of its own' },
};

type Json = { [name: string]: unknown };

/** The names that a path may hold in braces. */
type Parameter = { [N in OperationName]: keyof PathParameters<N> }[OperationName];

interface Described {
  readonly description: string;
  readonly example: string;
  readonly text: TextSchema;
}

const PARAMETERS: Readonly<Record<Parameter, Described>> = {
  service: { description: 'The service that is configured', example: 'trading-engine', text: NAME_TEXT },
  environment: { description: 'An environment that is defined', example: 'production', text: NAME_TEXT },
  path: {
    description: 'A path, percent-encoded; a dot inside a name is written \\.',
    example: 'risk.parameters.maxPositionSize',
    text: PATH_IN_URL_TEXT,
  },
  version: { description: 'A number, a tag, latest, active or previous', example: '42', text: SOME_TEXT },
  tag: { description: 'The name of a tag', example: 'release-2026-07', text: TAG_TEXT },
  position: { description: 'A place in the log, as answers and audit items name it', example: 'f3b1c9d2:1042', text: POSITION_TEXT },
  name: { description: 'The name of a node', example: 'engine-7', text: NODE_NAME_TEXT },
};

/** Makes the document. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): Json {
  const components: Json = {};
  schemaOf(failureAnswer, 'output', components);
  const paths: { [path: string]: Json } = {};
  for (const endpoint of endpoints) {
    const path = (paths[`${BASE}${endpoint.path}`] ??= {});
    path[endpoint.method.toLowerCase()] = operation(endpoint, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'ConfLedger',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { serviceToken: [] }],
    tags: [...new Set(endpoints.map(({ group }) => group))].map((name) => ({ name })),
    paths,
    components: { schemas: components, securitySchemes: SECURITY_SCHEMES },
  };
}

function operation(endpoint: Endpoint, components: Json): Json {
  return {
    operationId: endpoint.name,
    tags: [endpoint.group],
    summary: endpoint.summary,
    'x-access': endpoint.access,
    ...(endpoint.access === 'open' ? { security: [] } : {}),
    parameters: [...pathParameters(endpoint), ...queryParameters(endpoint, components), ...headerParameters(endpoint)],
    ...(endpoint.body === null ? {} : { requestBody: requestBody(endpoint.body, components) }),
    responses: { ...successes(endpoint, components), ...failures(endpoint, components) },
  };
}

function pathParameters({ path }: Endpoint): Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as Parameter);
  return names.map((name) => {
    const { text, ...described } = PARAMETERS[name];
    return { name, in: 'path', required: true, schema: { type: 'string', ...text }, ...described };
  });
}

function queryParameters({ query }: Endpoint, components: Json): Json[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input', components) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

const HEADERS = {
  sdk: header('X-Confledger-Sdk', "The node's SDK and the statements that it verifies, such as `0.1.0; statements=1,2`", {}),
  idempotencyKey: header(
    'Idempotency-Key',
    'Repeat a request with the same key, and the first answer is given again',
    IDEMPOTENCY_KEY_TEXT,
  ),
  ifMatch: header('If-Match', 'The ETag that you saw: anything newer refuses the request', ENTITY_TAG_TEXT),
  ifNoneMatch: header('If-None-Match', 'ETags that you have: when one of them stands there, the answer is 304', ENTITY_TAGS_TEXT),
  prefer: header('Prefer', 'return=minimal: the answer is version, changed and position alone', {}),
  createOnly: header('If-None-Match', 'Creates only: refused where something stands', CREATE_ONLY_TEXT),
} as const;

function header(name: string, description: string, text: TextSchema): Json {
  return { name, in: 'header', required: false, schema: { type: 'string', ...text }, description };
}

/** What makes nothing new is always refused with `If-None-Match: *`. */
const CREATING: ReadonlySet<OperationName> = new Set([
  'createConfiguration',
  'replaceConfiguration',
  'replaceConfigurationIn',
  'mergeConfiguration',
  'setValue',
  'setValueByKey',
  'writeBatch',
]);

function headerParameters(endpoint: Endpoint): Json[] {
  const { name, method, errors } = endpoint;
  const isConditional = errors.includes('IF_MATCH_MALFORMED');
  return [
    ...(name === 'reportNode' ? [HEADERS.sdk] : []),
    ...(errors.includes('IDEMPOTENCY_KEY_INVALID') ? [HEADERS.idempotencyKey] : []),
    ...(isConditional ? [HEADERS.ifMatch] : []),
    ...(isConditional && method === 'GET' ? [HEADERS.ifNoneMatch] : []),
    ...(isConditional && CREATING.has(name) ? [HEADERS.createOnly] : []),
    ...(isWriteOfLedger(endpoint) ? [HEADERS.prefer] : []),
  ];
}

function requestBody({ schema, required, plain }: NonNullable<Endpoint['body']>, components: Json): Json {
  const enveloped = schemaOf(schema, 'input', components);
  if (plain === undefined) return { required, content: { 'application/json': { schema: enveloped } } };
  const bare = { description: `With content=plain: the ${plain} itself`, ...(plain === 'configuration' ? { type: 'object' } : {}) };
  const json = { schema: { anyOf: [enveloped, bare] } };
  return {
    required,
    content: { 'application/json': json, 'application/jsonc': { schema: { type: 'string', description: 'The same with comments' } } },
  };
}

const ANSWERS = { 200: 'It worked', 201: 'It worked', 304: 'Not modified', 503: 'A part is down' } as const;

function successes(endpoint: Endpoint, components: Json): Json {
  const { answer, statuses } = endpoint;
  const { contentType = 'application/json' } = (answer.meta() ?? {}) as { contentType?: string };
  const content = contentOf(endpoint, contentType, components);
  const described = statuses.map((status) => [String(status), { description: ANSWERS[status], ...(status === 304 ? {} : { content }) }]);
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

/** A schema, with what has an id of its own moved to the components. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json;
  const {
    $schema: _dialect,
    $defs = {},
    ...rest
  } = parseJsonText(JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
  Object.assign(components, $defs);
  return rest;
}
