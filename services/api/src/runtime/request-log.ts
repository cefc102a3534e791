// What the log says about requests: faults as errors, slow ones as warnings, the rest only at debug. Never the query, which
// may hold what should have been a header.
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '@confledger/contracts/http';
import type { Measurements } from './measurements.js';

/** A request that takes longer is worth a line. */
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

/** Installs the hook that logs and measures. */
export function logRequests(app: FastifyInstance, logger: FastifyBaseLogger, measurements: Measurements): void {
  const debug = logger.level === 'debug' || logger.level === 'trace';
  app.addHook('onResponse', (request, reply, done) => {
    const { operation = 'unrouted', streaming = false } = request.routeOptions.config;
    const ms = reply.elapsedTime;
    if (!streaming) measurements.request(operation, reply.statusCode, ms / 1000);
    if (debug) logger.debug(lineOf(request, reply, ms), 'request');
    else if (ms > SLOW_REQUEST_MS && !streaming) logger.warn(lineOf(request, reply, ms), 'slow request');
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
