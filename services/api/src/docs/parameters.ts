// The parameters of the OpenAPI document: of paths, queries and headers, with their examples.
import type { OperationName, PathParameters } from '@confledger/contracts/http';
import { isWriteOfLedger, type Endpoint } from '../endpoint.js';
import {
  CREATE_ONLY_TEXT,
  ENTITY_TAG_TEXT,
  ENTITY_TAGS_TEXT,
  IDEMPOTENCY_KEY_TEXT,
  NAME_TEXT,
  NODE_NAME_TEXT,
  NUMBER_TEXT,
  PATH_IN_URL_TEXT,
  POSITION_TEXT,
  SOME_TEXT,
  TAG_TEXT,
  type TextSchema,
} from '../schemas/texts.js';
import { schemaOf, type Json } from './json-schema.js';

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
    example: 'risk.parameters.maxPositions',
    text: PATH_IN_URL_TEXT,
  },
  version: { description: 'A number, a tag, latest, active or previous', example: 'latest', text: SOME_TEXT },
  activation: { description: 'The number of an activation', example: '7', text: NUMBER_TEXT },
  tag: { description: 'The name of a tag', example: 'release-2026-07', text: TAG_TEXT },
  position: { description: 'A place in the log, as answers and audit items name it', example: 'f3b1c9d2:1042', text: POSITION_TEXT },
  name: { description: 'The name of a node', example: 'engine-7', text: NODE_NAME_TEXT },
};

/** A rollback to the newest version would change nothing. */
const ROLLBACK_EXAMPLE = { version: 'previous' } as const;

/** The parameters of one operation. */
export function parametersOf(endpoint: Endpoint, components: Json): Json[] {
  return [...pathParameters(endpoint), ...queryParameters(endpoint, components), ...headerParameters(endpoint)];
}

function pathParameters({ name: operation, path }: Endpoint): Json[] {
  const examples: { readonly [P in Parameter]?: string } = operation === 'rollBack' ? ROLLBACK_EXAMPLE : {};
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as Parameter);
  return names.map((name) => {
    const { text, description, example } = PARAMETERS[name];
    return { name, in: 'path', required: true, schema: { type: 'string', ...text }, description, example: examples[name] ?? example };
  });
}

function queryParameters({ query }: Endpoint, components: Json): Json[] {
  const { properties = {}, required = [] } = schemaOf(query, 'input', components) as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

const HEADERS = {
  sdk: header(
    'X-Confledger-Sdk',
    "The node's SDK and the statements that it verifies, such as `0.1.0; statements=1,2`",
    {},
    '0.1.0; statements=1,2',
  ),
  lastEventId: header('Last-Event-ID', 'The id of the last event that has one: what is active already is not sent again', {}),
  feedDocument: header('X-Feed-Document', '1: the active document is sent as one event instead of leaf by leaf', {}, '1'),
  idempotencyKey: header(
    'Idempotency-Key',
    'Repeat a request with the same key, and the first answer is given again',
    IDEMPOTENCY_KEY_TEXT,
  ),
  ifMatch: header('If-Match', 'The ETag that you saw: anything newer refuses the request', ENTITY_TAG_TEXT),
  ifNoneMatch: header('If-None-Match', 'ETags that you have: when one of them stands there, the answer is 304', ENTITY_TAGS_TEXT),
  prefer: header('Prefer', 'return=minimal: the answer is version, changed and position alone', {}, 'return=minimal'),
  createOnly: header('If-None-Match', 'Creates only: refused where something stands', CREATE_ONLY_TEXT),
} as const;

function header(name: string, description: string, text: TextSchema, example?: string): Json {
  const described = { name, in: 'header', required: false, schema: { type: 'string', ...text }, description };
  return example === undefined ? described : { ...described, example };
}

/** What makes nothing new is always refused with `If-None-Match: *`. */
const CREATING: ReadonlySet<OperationName> = new Set([
  'createConfiguration',
  'defineEnvironment',
  'replaceConfiguration',
  'replaceConfigurationIn',
  'mergeConfiguration',
  'setSchema',
  'setValue',
  'setValueByKey',
  'writeBatch',
]);

function headerParameters(endpoint: Endpoint): Json[] {
  const { name, method, errors, changes } = endpoint;
  const isConditional = errors.includes('IF_MATCH_MALFORMED');
  return [
    ...(name === 'reportNode' ? [HEADERS.sdk] : []),
    ...(name === 'feed' ? [HEADERS.lastEventId, HEADERS.feedDocument] : []),
    ...(changes === 'by-key' ? [HEADERS.idempotencyKey] : []),
    ...(isConditional ? [HEADERS.ifMatch] : []),
    ...(method === 'GET' && errors.includes('IF_NONE_MATCH_MALFORMED') ? [HEADERS.ifNoneMatch] : []),
    ...(isConditional && CREATING.has(name) ? [HEADERS.createOnly] : []),
    ...(isWriteOfLedger(endpoint) ? [HEADERS.prefer] : []),
  ];
}
