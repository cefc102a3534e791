// How bodies are read: JSON, also with comments, by the strict parser of the document package, at most 10 MiB.
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DOCUMENT_LEAVES_MAX, parseJson } from '@confledger/document';
import stripJsonComments from 'strip-json-comments';
import type { Bodies } from '../edge/bodies.js';
import { RequestRefused } from '../errors/request-refused.js';

/** The largest request body, in bytes. */
export const BODY_BYTES_MAX = 10 * 1024 * 1024;

/** The largest body with comments, in bytes: taking them out is slow, and such files are written by hand. */
const COMMENTED_BYTES_MAX = 1024 * 1024;

/** A body over the limit, but not over this, is thrown away; above, the connection is closed. */
const DRAINED_BYTES_MAX = 10 * BODY_BYTES_MAX;

/** Where the parser stops, so that a body with more is not parsed to its end. What is refused for a document is refused here already. */
const PARSED_MAX = { leavesMax: DOCUMENT_LEAVES_MAX, valuesMax: 500_000 };

/** Installs the parsers. */
export function readBodiesStrictly(app: FastifyInstance, bodies: Bodies): void {
  app.removeAllContentTypeParsers();
  const reader =
    (parse: (body: Buffer) => unknown, bytesMax = BODY_BYTES_MAX) =>
    async (request: FastifyRequest, payload: IncomingMessage) => {
      if (!takesBody(request)) return void payload.resume();
      refuseEncoded(request);
      if (Number(request.headers['content-length']) > bytesMax) throw RequestRefused.of('BODY_TOO_LARGE');
      return bodies.read(payload, bytesMax, parse);
    };
  app.addContentTypeParser(['application/json', 'application/merge-patch+json'], reader(parsed));
  app.addContentTypeParser('application/jsonc', reader(parsedWithComments, COMMENTED_BYTES_MAX));
  const readPlain = reader(parsed);
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    if (!takesBody(request)) return void payload.resume();
    // What `curl -T file` sends.
    if (request.headers['content-type'] === undefined && isPlain(request)) return readPlain(request, payload);
    return refuseUnlessEmpty(payload, request.headers['content-type']);
  });
}

/** Nothing is inflated here: a few bytes may become gigabytes. */
function refuseEncoded({ headers }: FastifyRequest): void {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw RequestRefused.of('CONTENT_TYPE_UNSUPPORTED', {
    path: 'content-encoding',
    rule: 'content-encoding',
    message: 'The body is compressed, which this API does not read.',
    remedy: 'Send it as it is, without Content-Encoding.',
  });
}

/** A body that is empty counts as none, whatever type it claims. */
function refuseUnlessEmpty(payload: IncomingMessage, type: string | undefined): Promise<undefined> {
  return new Promise((resolve, reject) => {
    payload.once('data', () => reject(unsupportedType(type)));
    payload.once('end', () => resolve(undefined));
    payload.once('error', reject);
  });
}

function isPlain({ query }: FastifyRequest): boolean {
  return (query as { readonly content?: unknown }).content === 'plain';
}

/** A call without a body does not look at one. */
function takesBody({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.takesBody !== false;
}

function parsed(body: Buffer): unknown {
  return body.length === 0 ? undefined : parsedText(textOf(body));
}

const LINES_LOST = 'Send the file with its line breaks, by curl --data-binary: -d takes them out, and // comments out the rest.';

/** Comments and commas behind a last member are blanked out, so that places in messages stay those of the file. */
function parsedWithComments(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = textOf(body);
  // What is commented out by // goes on to the end of a text without lines.
  const isOneLine = text.includes('//') && !text.includes('\n');
  return parsedText(stripJsonComments(text, { trailingCommas: true }), isOneLine ? { remedy: LINES_LOST } : {});
}

function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw RequestRefused.of('BODY_NOT_UTF8');
  return body.toString('utf8');
}

/** `instead`: what is said of a problem in the place of its own words. */
function parsedText(text: string, instead: { readonly remedy?: string } = {}): unknown {
  const result = parseJson(text, PARSED_MAX);
  if (!result.ok) throw RequestRefused.from({ ...result.problem, ...instead });
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
    message: type === undefined ? 'The body has no content type' : 'The body has a content type that this call does not read',
  });
}
