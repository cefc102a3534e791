// A client of the HTTP API, for Node and for browsers.
export { CALL_TIMEOUT_MS, createClient } from './client.js';
export { ANSWER_BYTES_MAX, LINE_CHARACTERS_MAX } from './text-stream.js';
export type { ClientOptions } from './client.js';
export type {
  Call,
  CallInput,
  CallOptions,
  Client,
  HttpFacts,
  LinesAnswer,
  NotModified,
  Reply,
  StreamAnswer,
  TextAnswer,
} from './calls.js';
export { AnswerTooLarge, ApiError, ForeignAnswer, NoAnswer } from './errors.js';
export type { CallError } from './errors.js';
export type { ByteStream, Fetch, FetchedAnswer, FetchInit } from './fetch.js';
export { newIdempotencyKey } from './idempotency-key.js';
