// Reads an HTTP answer: an answer of the operation, a failure of the api, or the answer of another server.
import { OPERATIONS, type Failure, type Operation } from '@confledger/contracts/http';
import { parseJsonText } from '@confledger/document/json-and-paths';
import type { HttpFacts } from './calls.js';
import { ApiError, ForeignAnswer, type Answered, type Attempt } from './errors.js';
import { excerptOf } from './excerpt.js';
import type { FetchedAnswer } from './fetch.js';
import { retryAfterMs } from './retries.js';

export type Json = Readonly<Record<string, unknown>>;

/** The facts of an answer that are not in its body. */
export function httpFacts({ status, headers }: FetchedAnswer): HttpFacts {
  return {
    status,
    etag: headers.get('etag'),
    replayed: headers.get('idempotency-replayed') === 'true',
    requestId: headers.get('x-request-id'),
  };
}

const STAYS_OPEN: Readonly<Record<string, string>> = { stream: 'text/event-stream', lines: 'application/x-ndjson' };

/** Whether the operation answers with what stays open, events or lines, and this is such an answer. */
export function staysOpen({ operation }: Attempt, { status, headers }: FetchedAnswer): boolean {
  const { answers }: Operation = OPERATIONS[operation];
  return status === 200 && answers !== undefined && mediaType(headers) === STAYS_OPEN[answers];
}

/** What was asked. */
export interface Asked {
  readonly attempt: Attempt;
  /** Whether the request may be answered with 304. */
  readonly isConditional: boolean;
  /** Never shown. */
  readonly token: string | null;
}

/** The members of an answer with this text. Throws ApiError or ForeignAnswer. */
export function membersOf(asked: Asked, answer: FetchedAnswer, text: string): Json {
  const { attempt, isConditional } = asked;
  const { answers }: Operation = OPERATIONS[attempt.operation];
  const { status, headers } = answer;
  const worked = status >= 200 && status < 300;
  const type = mediaType(headers);
  if (status === 304 && isConditional) return { data: null };
  if (worked && answers === 'text' && type === 'text/plain') return { text };
  const json = type === 'application/json' ? objectIn(text) : null;
  if (json !== null && isFailure(json))
    throw new ApiError(attempt, { status, retryAfterMs: retryAfterMs(headers.get('retry-after')) }, json);
  // The answer of a probe has no envelope, and has the same shape with status 503.
  if (json !== null && answers === 'bare' && 'healthy' in json) return json;
  const isSuccess = json !== null && answers === undefined && worked && json['success'] === true;
  if (isSuccess && 'data' in json) return json;
  throw foreignAnswer(asked, answer, text, faultOf({ status, isCutOff: type === 'application/json' && json === null, isSuccess }));
}

/** The error for an answer that is not the api's. */
export function foreignAnswer(
  { attempt, token }: Asked,
  { status, headers }: FetchedAnswer,
  text: string,
  fault: string | null,
): ForeignAnswer {
  const answered: Answered = {
    status,
    retryAfterMs: retryAfterMs(headers.get('retry-after')),
    requestId: headers.get('x-request-id'),
    contentType: headers.get('content-type'),
    redirectsTo: hostOf(headers.get('location'), attempt.address),
    excerpt: excerptOf(text, token),
  };
  return new ForeignAnswer(attempt, answered, fault);
}

interface Looked {
  readonly status: number;
  /** It says that it is JSON, and is none. */
  readonly isCutOff: boolean;
  readonly isSuccess: boolean;
}

function faultOf({ status, isCutOff, isSuccess }: Looked): string | null {
  if (status === 304) return 'not modified, and the request named no entity tag by if-none-match';
  if (isSuccess) return 'it says success and has no member data';
  return isCutOff ? 'it is no JSON object, or cut off' : null;
}

/** Host and port alone: an address may hold what is secret. */
function hostOf(location: string | null, address: string): string | null {
  const from = address.slice(address.indexOf(' ') + 1);
  return location !== null && URL.canParse(location, from) ? new URL(location, from).host : null;
}

function mediaType(headers: FetchedAnswer['headers']): string | undefined {
  return headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
}

/** The JSON object in a text, or null. */
function objectIn(text: string): Json | null {
  try {
    return asObject(parseJsonText(text));
  } catch {
    return null;
  }
}

/** The value as an object, or null where it is none. */
export function asObject(json: unknown): Json | null {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : null;
}

function isFailure(json: Json): json is Json & Failure {
  const { success, error, code, details, requestId } = json;
  const isDetailed = Array.isArray(details) && details.every((each) => asObject(each) !== null);
  return success === false && [error, code, requestId].every((each) => typeof each === 'string') && isDetailed;
}
