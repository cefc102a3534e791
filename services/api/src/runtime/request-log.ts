// What the log says about requests: faults as errors, slow ones as warnings, the rest only at debug. Never the query, which
// may hold what should have been a header.
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '@confledger/contracts/http';
import type { Measurements } from './measurements.js';

/** A request whose answer takes longer to be ready is worth a line. */
export const SLOW_REQUEST_MS = 1_000;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered without a token only where it is `open`. */
    access?: Access;
    /** Name of the operation, for metrics and the log. */
    operation?: string;
    /** False: what is sent as a body is thrown away. */
    takesBody?: boolean;
    /** Stays open for ever: not timed. */
    streaming?: boolean;
  }
}

/** Installs the hooks that log and measure. */
export function logRequests(
  app: FastifyInstance,
  logger: FastifyBaseLogger,
  measurements: Pick<Measurements, 'request'>,
  slowMs = SLOW_REQUEST_MS,
): void {
  const debug = logger.level === 'debug' || logger.level === 'trace';
  const readyMs = new WeakMap<FastifyRequest, number>();
  app.addHook('onSend', (request, reply, payload, done) => {
    readyMs.set(request, reply.elapsedTime);
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { operation = 'unrouted', streaming = false } = request.routeOptions.config;
    // Until the answer was ready: how long a client takes to read it is not the request's doing.
    const ms = readyMs.get(request) ?? reply.elapsedTime;
    if (!streaming) measurements.request(operation, reply.statusCode, ms / 1000);
    if (debug) logger.debug(lineOf(request, reply, ms), 'request');
    else if (ms > slowMs && !streaming) logger.warn(lineOf(request, reply, ms), 'slow request');
    done();
  });
}

/** A fault, with the request it happened in. */
export function logFault(logger: FastifyBaseLogger, request: FastifyRequest, error: unknown): void {
  logger.error({ requestId: request.id, method: request.method, path: pathOf(request), err: error }, 'request failed');
}

function lineOf(request: FastifyRequest, reply: FastifyReply, ms: number): object {
  return {
    requestId: request.id,
    method: request.method,
    path: pathOf(request),
    status: reply.statusCode,
    ms: Math.round(ms * 10) / 10,
    actor: request.actor.id,
  };
}

function pathOf(request: FastifyRequest): string {
  const query = request.url.indexOf('?');
  return query === -1 ? request.url : request.url.slice(0, query);
}
