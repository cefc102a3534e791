// Reads an HTTP answer: an answer of the operation, a failure of the api, or the answer of another server.
import { OPERATIONS, type Failure, type Operation, type OperationName } from '@confledger/contracts/http';
import { parseJsonText } from '@confledger/document/json-and-paths';
import type { HttpFacts } from './calls.js';
import { ApiError, ForeignAnswer } from './errors.js';
import type { FetchedAnswer } from './fetch.js';

/** Longest excerpt of a foreign answer in an error, in characters. */
export const EXCERPT_CHARACTERS_MAX = 200;

type Json = Readonly<Record<string, unknown>>;

/** The facts of an answer that are not in its body. */
export function httpFacts({ status, headers }: FetchedAnswer): HttpFacts {
  return {
    status,
    etag: headers.get('etag'),
    replayed: headers.get('idempotency-replayed') === 'true',
    requestId: headers.get('x-request-id'),
  };
}

/** True when the operation answers with a stream and this is one. */
export function isStream(name: OperationName, { status, headers }: FetchedAnswer): boolean {
  const { answers }: Operation = OPERATIONS[name];
  return answers === 'stream' && status === 200 && mediaType(headers) === 'text/event-stream';
}

/** True when the operation answers with lines of JSON and this is such an answer. */
export function isLines(name: OperationName, { status, headers }: FetchedAnswer): boolean {
  const { answers }: Operation = OPERATIONS[name];
  return answers === 'lines' && status === 200 && mediaType(headers) === 'application/x-ndjson';
}

/** What was asked. */
export interface Asked {
  readonly name: OperationName;
  /** Whether the request may be answered with 304. */
  readonly isConditional: boolean;
}

/** The members of an answer with this text. Throws ApiError or ForeignAnswer. */
export function membersOf({ name, isConditional }: Asked, answer: FetchedAnswer, text: string): Json {
  const { answers }: Operation = OPERATIONS[name];
  const { status } = answer;
  const worked = status >= 200 && status < 300;
  const type = mediaType(answer.headers);
  if (status === 304 && isConditional) return { data: null };
  if (worked && answers === 'text' && type === 'text/plain') return { text };
  const json = type === 'application/json' ? objectIn(text) : null;
  if (json !== null && isFailure(json)) throw new ApiError(name, status, json);
  // The answer of a probe has no envelope, and has the same shape with status 503.
  if (json !== null && answers === 'bare' && 'healthy' in json) return json;
  const isSuccess = json !== null && answers === undefined && worked && json['success'] === true;
  if (isSuccess && 'data' in json) return json;
  const excerpt = text.slice(0, EXCERPT_CHARACTERS_MAX);
  const fault = faultOf(status, isSuccess);
  throw new ForeignAnswer(name, { status, contentType: answer.headers.get('content-type'), excerpt }, fault);
}

function faultOf(status: number, isSuccess: boolean): string | null {
  if (status === 304) return 'not modified, and the request named no entity tag by if-none-match';
  return isSuccess ? 'it says success and has no member data' : null;
}

function mediaType(headers: FetchedAnswer['headers']): string | undefined {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
}

/** The JSON object in a text, or null. */
function objectIn(text: string): Json | null {
  try {
    const json = parseJsonText(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : null;
  } catch {
    return null;
  }
}

function isFailure(json: Json): json is Json & Failure {
  const { success, error, code, details, requestId } = json;
  return success === false && [error, code, requestId].every((each) => typeof each === 'string') && Array.isArray(details);
}
