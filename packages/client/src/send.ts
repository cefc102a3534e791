// Sends a request until it is answered, refused for good, or its time is over.
import { OPERATIONS, type Operation, type OperationName } from '@confledger/contracts/http';
import { foreignAnswer, httpFacts, membersOf, staysOpen, type Asked, type Json } from './answer.js';
import type { HttpFacts } from './calls.js';
import { pause, type Deadline } from './deadline.js';
import { AnswerTooLarge, isCallError, NoAnswer, type Attempt, type CallError } from './errors.js';
import type { ByteStream, Fetch, FetchedAnswer } from './fetch.js';
import type { Request } from './request.js';
import { delayBefore, isBeforeSending, isRepeatable, networkCode } from './retries.js';
import { ANSWER_BYTES_MAX, NotUtf8, wholeText } from './text-stream.js';

/** One request on its way. */
export interface Sending {
  readonly name: OperationName;
  readonly request: Request;
  readonly deadline: Deadline;
  /** The caller's. */
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly attemptsMax: number;
  readonly fetch: Fetch;
  readonly token: string | null;
}

/** An answer: read, or open where `body` is not null. */
export interface Answer {
  readonly http: HttpFacts;
  readonly members: Json;
  readonly body: ByteStream | null;
  /** The attempt that was answered. */
  readonly attempt: Attempt;
}

/** Throws a CallError, which says what is known of the outcome of all attempts together, or the reason of the caller's signal. */
export async function send(sending: Sending): Promise<Answer> {
  const { name, request, deadline, signal, attemptsMax } = sending;
  const operation: Operation = OPERATIONS[name];
  let before: CallError | null = null;
  for (let count = 1; ; count += 1) {
    const attempt: Attempt = {
      operation: name,
      address: request.address,
      idempotencyKey: request.idempotencyKey,
      isWrite: operation.changes !== undefined,
      count,
      before,
    };
    try {
      return await sendOnce(sending, attempt);
    } catch (error) {
      if (!isCallError(error) || count >= attemptsMax || !isRepeatable(error, operation)) throw error;
      const delayMs = delayBefore(attempt, error);
      if (delayMs >= deadline.leftMs) throw error;
      before = error;
      await pause(delayMs, signal);
    }
  }
}

async function sendOnce(sending: Sending, attempt: Attempt): Promise<Answer> {
  const { request, deadline, token, fetch } = sending;
  const { url, method, headers, body } = request;
  try {
    // The `fetch` of a browser throws when it is called as a method of another object.
    const init = { method, headers, ...(body === undefined ? {} : { body }), signal: deadline.signal, redirect: 'manual' } as const;
    const answer = await fetch(url, init);
    const http = httpFacts(answer);
    if (staysOpen(attempt, answer) && answer.body !== null) return { http, members: {}, body: answer.body, attempt };
    const isConditional = method === 'GET' && headers['if-none-match'] !== undefined;
    return { http, members: await read({ attempt, isConditional, token }, answer), body: null, attempt };
  } catch (error) {
    throw isCallError(error) ? error : failureOf(sending, attempt, error);
  }
}

async function read(asked: Asked, answer: FetchedAnswer): Promise<Json> {
  const tooLarge = (): Error => new AnswerTooLarge(asked.attempt, 'answer', `${ANSWER_BYTES_MAX} bytes`);
  try {
    return membersOf(asked, answer, await wholeText(answer, tooLarge));
  } catch (error) {
    throw error instanceof NotUtf8 ? foreignAnswer(asked, answer, '', error.message) : error;
  }
}

/** The error for one of the connection: the caller's reason where the caller aborted. */
function failureOf({ deadline, signal, timeoutMs }: Sending, attempt: Attempt, error: unknown): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (!deadline.isOver)
    return new NoAnswer(attempt, 'network', `${attempt.address} did not answer: ${reasonOf(error)}`, error, !isBeforeSending(error));
  return new NoAnswer(attempt, 'timeout', `${attempt.address} did not answer within ${timeoutMs} ms`, attempt.before ?? error);
}

/** Node gives the code of a network error in the cause; a browser gives no reason. */
export function reasonOf(error: unknown): string {
  return networkCode(error) ?? (error instanceof Error ? error.message : String(error));
}
