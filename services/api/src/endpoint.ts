// One operation of the API, as it is served: its row of the operations table, its schemas, what may go wrong, and the function behind it.
// Routes, the OpenAPI document and the tests are all made from these.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  OPERATIONS,
  type Access,
  type ErrorCode,
  type Failure,
  type Operation,
  type OperationName,
  type Operations,
  type OperationTable,
  type Success,
  type WriteAnswer,
} from '@confledger/contracts/http';
import type { Actor, LedgerId } from '@confledger/domain';
import { JSON_TYPE } from './answers/envelope.js';
import { asksForMinimal, MINIMAL, minimalAnswer, RawBody } from './answers/forms.js';
import type { ApiContext } from './context.js';
import { isKnownToBeDefined, requireLedgersEnvironment } from './request/defined-environments.js';
import { addressedLedger } from './request/environments.js';
import { refusalForIssues } from './request/issues.js';
import { isMalformedQuery, nulParameter } from './request/query-string.js';
import { RequestRefused } from './errors/request-refused.js';

/** A body that may be left out is read as one without members. */
type BodyOf<N extends OperationName> = NonNullable<Operations[N]['body']>;

/** A request after its envelope was read. */
export interface Call<N extends OperationName = OperationName> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Decoded. */
  readonly parameters: Operations[N]['parameters'];
  readonly query: Operations[N]['query'];
  readonly body: BodyOf<N>;
  readonly actor: Actor;
  /** The ledger that the call is about; null for one about the installation. */
  readonly ledger: OperationTable[N]['about'] extends 'ledger' ? LedgerId : null;
}

/** What the api adds to a row of the operations table. */
export interface EndpointSpec<N extends OperationName> {
  readonly query: z.ZodObject & z.ZodType<Operations[N]['query']>;
  /** Null: the call takes no body. */
  readonly body: Operations[N]['body'] extends null ? null : BodySpec & { readonly schema: z.ZodType<BodyOf<N>> };
  readonly answer: z.ZodType<Operations[N]['answer']>;
  /** The statuses of an answer; 304 comes without a body. */
  readonly statuses: readonly (200 | 201 | 304 | 503)[];
  /** The codes that are its own, beside those that every call may answer with. */
  readonly errors: readonly ErrorCode[];
  /** The schema of its failures, where it is not the usual one. */
  readonly failure?: z.ZodType;
  /** Served outside the base too, where probes look for it. */
  readonly servedBare?: boolean;
  /** Gives the whole body of the answer; a failure in a shape of its own, whose status it has set; or 'sent' when it answered by itself. */
  readonly handle: (call: Call<N>) => Promise<Operations[N]['answer'] | Failure | RawBody | 'sent'>;
}

interface BodySpec {
  readonly schema: z.ZodObject;
  /** The member that the body itself is with `content=plain`. */
  readonly plain?: 'configuration' | 'value';
  /** Refuses what is too much for the schema to look at: throws RequestRefused. */
  readonly precheck?: (given: object) => void;
  readonly required: boolean;
}

/** An endpoint whose types are closed over: what the router, the documentation and the tests handle. */
export interface Endpoint extends Operation, Omit<EndpointSpec<OperationName>, 'handle' | 'query' | 'body' | 'answer'> {
  readonly name: OperationName;
  /** As the table says, unless this api opens the operation. */
  readonly access: Access;
  readonly query: z.ZodObject;
  readonly body: BodySpec | null;
  readonly answer: z.ZodType;
  readonly run: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
}

/** Makes the endpoint of an operation: reads query and body by their schemas, finds the ledger, calls the handler, writes the answer as JSON. */
export function endpoint<N extends OperationName>(context: ApiContext, name: N, spec: EndpointSpec<N>): Endpoint {
  const { handle, ...description } = spec;
  const operation: Operation = OPERATIONS[name];
  const readQuery = queryReader(spec.query);
  const readBody = bodyReader(spec.body);
  const isWrite = isWriteOfLedger(operation);
  const isCompressible = operation.method === 'GET' && operation.answers !== 'stream';
  const run = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (isCompressible) reply.header('vary', 'accept-encoding');
    const parameters = request.params as object;
    const query = readQuery(request.query as object);
    const body = readBody(request.body, query);
    const { known } = context.environments;
    const ledger = operation.about === 'ledger' ? addressedLedger({ parameters, query, body }, known) : null;
    if (ledger !== null && !isKnownToBeDefined(context, ledger.environment)) await requireLedgersEnvironment(context, operation, ledger);
    // The schemas, the router and the table have made of each member what its type says.
    const answer = await handle({ request, reply, parameters, query, body, actor: request.actor, ledger } as Call<N>);
    if (answer === 'sent') return reply;
    const { text, contentType } = answer instanceof RawBody ? answer : json(isWrite ? preferred(answer, request, reply) : answer);
    reply.header('content-type', contentType);
    context.largeAnswers.count(text, reply, { isWrite: operation.method !== 'GET' });
    return text;
  };
  const access = context.openOperations.includes(name) ? 'open' : operation.access;
  return { ...operation, ...description, name, access, run };
}

/** A write to a ledger: what answers `Prefer: return=minimal`. */
export function isWriteOfLedger({ about, access }: Operation): boolean {
  return about === 'ledger' && (access === 'write' || access === 'activate');
}

function json(answer: unknown): { readonly text: string; readonly contentType: string } {
  return { text: JSON.stringify(answer), contentType: JSON_TYPE };
}

function preferred(answer: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  if (!asksForMinimal(request) || !(answer as Success<unknown> | Failure).success) return answer;
  reply.header('preference-applied', MINIMAL);
  return minimalAnswer(answer as Success<WriteAnswer>);
}

const EMPTY_BODY = Object.freeze({});

function queryReader(schema: z.ZodObject): (query: object) => object {
  const known = Object.keys(schema.shape);
  const emptyQuery = schema.safeParse({});
  return (query) => {
    if (emptyQuery.success && isEmpty(query)) return emptyQuery.data;
    if (isMalformedQuery(query)) throw RequestRefused.of('PERCENT_ENCODING_MALFORMED', { path: 'query' });
    const parsed = schema.safeParse(query);
    const withNul = parsed.success ? nulParameter(query) : undefined;
    if (withNul !== undefined) throw RequestRefused.of('STRING_NUL', { path: withNul });
    if (parsed.success) return parsed.data;
    throw refusalForIssues('query', parsed.error.issues, query, known);
  };
}

function bodyReader(spec: BodySpec | null): (body: unknown, query: object) => object {
  // A call without a body does not look at one.
  if (spec === null) return () => EMPTY_BODY;
  const names = Object.keys(spec.schema.shape);
  return (body, query) => {
    if (body === undefined && spec.required) throw RequestRefused.of('BODY_MISSING');
    const isPlain = spec.plain !== undefined && 'content' in query && query.content === 'plain';
    const given = isPlain ? { [spec.plain]: body } : body === undefined ? EMPTY_BODY : body;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) throw RequestRefused.of('BODY_NOT_OBJECT');
    spec.precheck?.(given);
    const parsed = spec.schema.safeParse(given);
    if (parsed.success) return parsed.data;
    throw refusalForIssues('body', parsed.error.issues, given, names);
  };
}

function isEmpty(query: object): boolean {
  for (const _ in query) return false;
  return !isMalformedQuery(query);
}
