// A client of the HTTP API, for Node and browsers. Its calls are made from the operations table.
import { baseUrl, OPERATION_NAMES, type OperationName } from '@confledger/contracts/http';
import { httpFacts, isLines, isStream, membersOf } from './answer.js';
import type { CallOptions, Client } from './calls.js';
import { AnswerTooLarge, ApiError, ForeignAnswer, NoAnswer } from './errors.js';
import type { Fetch, FetchedAnswer } from './fetch.js';
import { requestOf, type AnyInput, type Request } from './request.js';
import { ANSWER_BYTES_MAX, LINE_CHARACTERS_MAX, linesOf, textOf, wholeText, type LineErrors } from './text-stream.js';
import { untilResult } from './verification-end.js';

/** Default of `timeoutMs`. */
export const CALL_TIMEOUT_MS = 30_000;

/** Where the api is, and how it is called. */
export interface ClientOptions {
  /** Where the api is, such as `http://127.0.0.1:8011`; a path before `/api/v1` may follow. */
  readonly url: string;
  /** The bearer token. It is sent to `url` only: redirects are not followed. Default: no token. */
  readonly token?: string | null;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
  /** Milliseconds that a whole answer may take; of a stream, its beginning. Default 30 s. */
  readonly timeoutMs?: number;
}

type Connection = Required<ClientOptions>;

/**
 * Makes a client with one call for each operation. It sends each request once: a caller that retries a write sends the same
 * `idempotency-key` again. Throws a TypeError for a `url` that is not http(s) or holds credentials.
 */
export function createClient(options: ClientOptions): Client {
  const { token = null, fetch = (url, init) => globalThis.fetch(url, init), timeoutMs = CALL_TIMEOUT_MS } = options;
  const connection: Connection = { url: baseUrl(options.url), token, fetch, timeoutMs };
  const calls = OPERATION_NAMES.map((name) => {
    const make = (input: AnyInput = {}, how: CallOptions = {}): Promise<unknown> => call(connection, name, input, how);
    return [name, make] as const;
  });
  return Object.freeze(Object.fromEntries<unknown>(calls)) as Client;
}

async function call(connection: Connection, name: OperationName, input: AnyInput, how: CallOptions): Promise<unknown> {
  const { signal, timeoutMs = connection.timeoutMs } = how;
  signal?.throwIfAborted();
  const request = requestOf(name, input, connection);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  try {
    const answer = await send(connection.fetch, request, signal === undefined ? timeout.signal : AbortSignal.any([timeout.signal, signal]));
    const http = httpFacts(answer);
    if (isStream(name, answer) && answer.body !== null)
      return { stream: textOf(answer.body, (error) => brokenOff(name, error, signal)), http };
    if (isLines(name, answer) && answer.body !== null)
      return { lines: untilResult(name, http, linesOf(answer.body, lineErrors(name, signal))), http };
    const text = await wholeText(answer, () => new AnswerTooLarge(name, 'answer', `${ANSWER_BYTES_MAX} bytes`));
    return { ...membersOf({ name, isConditional: isConditional(request) }, answer, text), http };
  } catch (error) {
    if (error instanceof ApiError || error instanceof ForeignAnswer || error instanceof AnswerTooLarge) throw error;
    if (signal?.aborted === true) throw signal.reason;
    throw timeout.signal.aborted
      ? new NoAnswer(name, 'timeout', `${connection.url} did not answer within ${timeoutMs} ms`, error)
      : new NoAnswer(name, 'network', `${connection.url} did not answer: ${reasonOf(error)}`, error);
  } finally {
    clearTimeout(timer);
  }
}

/** The `fetch` of a browser throws when it is called as a method of another object. */
async function send(fetch: Fetch, { url, ...init }: Request, signal: AbortSignal): Promise<FetchedAnswer> {
  return fetch(url, { ...init, signal, redirect: 'manual' });
}

/** The only requests that an api answers with 304. */
const isConditional = ({ method, headers }: Request): boolean => method === 'GET' && headers['if-none-match'] !== undefined;

function lineErrors(name: OperationName, signal: AbortSignal | undefined): LineErrors {
  return {
    broken: (error) => brokenOff(name, error, signal),
    tooLarge: () => new AnswerTooLarge(name, 'line', `${LINE_CHARACTERS_MAX} characters`),
  };
}

function brokenOff(name: OperationName, error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted === true ? signal.reason : new NoAnswer(name, 'network', `the stream broke off: ${reasonOf(error)}`, error);
}

/** Node gives the code of a network error in the cause; a browser gives no reason. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error as { readonly cause?: unknown };
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
