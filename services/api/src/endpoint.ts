// One call of the API: what it takes, what it answers, what may go wrong, and the function behind it. Routes, the OpenAPI
// document and the tests are all made from these.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { ErrorCode } from '@confledger/contracts';
import type { Actor } from '@confledger/domain';
import { byCatalogue } from './errors/failure.js';
import { refuseIssues } from './request/issues.js';
import { isMalformedQuery, nulParameter } from './request/query-string.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The names that a URL may hold in braces. */
export type Parameter = keyof ParameterValues;

/** Their decoded values. Each is there when the endpoint's path names it; only the environment stands in some paths and not in others. */
export interface ParameterValues {
  readonly service: string;
  readonly environment?: string;
  readonly path: string;
  readonly version: string;
  readonly tag: string;
  readonly name: string;
}

/** A request after its envelope was read. */
export interface Call<Q, B> {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parameters: ParameterValues;
  readonly query: Q;
  readonly body: B;
  readonly actor: Actor;
}

/** What an endpoint says of itself. */
export interface EndpointSpec<Q, B, A> {
  readonly method: Method;
  /** As in OpenAPI: `/configurations/{service}`, behind the base. */
  readonly path: string;
  /** The name of the operation, unique. */
  readonly name: string;
  readonly group: string;
  readonly summary: string;
  readonly query: z.ZodObject & z.ZodType<Q>;
  /** Null: the call takes no body. */
  readonly body: { readonly schema: z.ZodObject & z.ZodType<B>; readonly required: boolean } | null;
  readonly answer: z.ZodType<A>;
  readonly statuses: readonly (200 | 201 | 304)[];
  /** The codes that are its own, beside those that every call may answer with. */
  readonly errors: readonly ErrorCode[];
  /** The schema of its failures, where it is not the usual one. */
  readonly failure?: z.ZodType;
  /** The answer stays open for ever. */
  readonly streaming?: boolean;
  /** Gives the whole body of the answer, or 'sent' when it answered by itself. */
  readonly handle: (call: Call<Q, B>) => Promise<A | 'sent'>;
}

/** An endpoint whose types are closed over: what the router, the documentation and the tests handle. */
export interface Endpoint extends Omit<EndpointSpec<never, never, unknown>, 'handle' | 'query' | 'body' | 'answer'> {
  readonly query: z.ZodObject;
  readonly body: { readonly schema: z.ZodObject; readonly required: boolean } | null;
  readonly answer: z.ZodType;
  readonly run: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
}

const EMPTY_BODY = Object.freeze({});

/** Makes an endpoint: reads query and body by their schemas, calls the handler, writes the answer as JSON. */
export function endpoint<Q, B, A>(spec: EndpointSpec<Q, B, A>): Endpoint {
  const { handle, ...description } = spec;
  const queryNames = Object.keys(spec.query.shape);
  const emptyQuery = spec.query.safeParse({});
  const readQuery = (query: object): Q => {
    if (emptyQuery.success && isEmpty(query)) return emptyQuery.data;
    if (isMalformedQuery(query)) throw byCatalogue('PERCENT_ENCODING_MALFORMED', 'query');
    const parsed = spec.query.safeParse(query);
    const withNul = parsed.success ? nulParameter(query) : undefined;
    if (withNul !== undefined) throw byCatalogue('STRING_NUL', withNul);
    if (parsed.success) return parsed.data;
    throw refuseIssues('query', parsed.error.issues, query, queryNames);
  };
  const readBody = bodyReader(spec.body);
  const run = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const query = readQuery(request.query as object);
    const body = readBody(request.body);
    const answer = await handle({ request, reply, parameters: request.params as ParameterValues, query, body, actor: request.actor });
    if (answer === 'sent') return reply;
    reply.header('content-type', JSON_TYPE);
    return JSON.stringify(answer);
  };
  return { ...description, run };
}

/** The content type of every answer. */
export const JSON_TYPE = 'application/json; charset=utf-8';

function bodyReader<Q, B, A>(spec: EndpointSpec<Q, B, A>['body']): (body: unknown) => B {
  // A call without a body does not look at one.
  if (spec === null) return () => EMPTY_BODY as B;
  const names = Object.keys(spec.schema.shape);
  return (body) => {
    if (body === undefined && spec.required) throw byCatalogue('BODY_MISSING');
    const given = body === undefined ? EMPTY_BODY : body;
    if (typeof given !== 'object' || given === null || Array.isArray(given)) throw byCatalogue('BODY_NOT_OBJECT');
    const parsed = spec.schema.safeParse(given);
    if (parsed.success) return parsed.data;
    throw refuseIssues('body', parsed.error.issues, given, names);
  };
}

function isEmpty(query: object): boolean {
  for (const _ in query) return false;
  return !isMalformedQuery(query);
}
