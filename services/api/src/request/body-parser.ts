// How bodies are read: JSON only, by the strict parser of the document package, at most 10 MiB.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DOCUMENT_LEAVES_MAX, parseJson } from '@confledger/document';
import type { Bodies } from '../edge/bodies.js';
import { RequestRefused } from '../errors/request-refused.js';

/** The largest request body, in bytes. */
export const BODY_BYTES_MAX = 10 * 1024 * 1024;

/** A body over the limit, but not over this, is thrown away; above, the connection is closed. */
const DRAINED_BYTES_MAX = 10 * BODY_BYTES_MAX;

/** Where the parser stops, so that a body with more is not parsed to its end. What is refused for a document is refused here already. */
const PARSED_MAX = { leavesMax: DOCUMENT_LEAVES_MAX, valuesMax: 500_000 };

/** Installs the parsers. A body that is empty counts as none, whatever type it claims. */
export function readBodiesStrictly(app: FastifyInstance, bodies: Bodies): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/merge-patch+json'],
    async (request: FastifyRequest, payload: IncomingMessage) => {
      if (!takesBody(request)) return void payload.resume();
      if (Number(request.headers['content-length']) > BODY_BYTES_MAX) throw RequestRefused.of('BODY_TOO_LARGE');
      return bodies.read(payload, BODY_BYTES_MAX, parsed);
    },
  );
  app.addContentTypeParser('*', (request, payload, done) => {
    if (!takesBody(request)) {
      payload.resume();
      return done(null, undefined);
    }
    payload.once('data', () => done(unsupportedType(request.headers['content-type'])));
    payload.once('end', () => done(null, undefined));
    payload.once('error', done);
  });
}

/** A call without a body does not look at one. */
function takesBody({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.takesBody !== false;
}

function parsed(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw RequestRefused.of('BODY_NOT_UTF8');
  const result = parseJson(body.toString('utf8'), PARSED_MAX);
  if (!result.ok) throw RequestRefused.from(result.problem);
  return result.value;
}

/** Whether the client went away before its body was there: not a fault of the api, and there is no client to answer. */
export function isCutShort({ raw }: FastifyRequest): boolean {
  return raw.destroyed && !raw.complete;
}

/**
 * Whether a body over the limit is read to its end and thrown away, instead of closing the connection. Most clients send all before
 * they listen: closed on, they get a broken pipe in the place of an answer.
 */
export function isDrained({ headers }: FastifyRequest): boolean {
  return Number(headers['content-length']) <= DRAINED_BYTES_MAX;
}

/** Takes the content type off a request without a body, or whose body is not looked at, so that Fastify does not judge what is not there. */
export function forgetTypeOfNothing(request: FastifyRequest): void {
  const { headers } = request.raw;
  if (!takesBody(request)) delete headers['content-type'];
  if (headers['content-type'] === undefined || headers['transfer-encoding'] !== undefined) return;
  const length = headers['content-length'];
  if (length === undefined || length === '0') delete headers['content-type'];
}

function unsupportedType(type: string | undefined): Error {
  return RequestRefused.of('CONTENT_TYPE_UNSUPPORTED', {
    path: 'content-type',
    rule: 'content-type',
    message: type === undefined ? 'the body has no content type' : 'the body has a content type that this call does not read',
  });
}
