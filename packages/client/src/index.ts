// A client of the HTTP API, for Node and for browsers.
export { CALL_TIMEOUT_MS, createClient } from './client.js';
export { ANSWER_BYTES_MAX, LINE_CHARACTERS_MAX } from './text-stream.js';
export { EVENT_CHARACTERS_MAX, FEED_SILENCE_MS_MAX } from './feed.js';
export { PAGE_ITEMS } from './pages.js';
export { RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX } from './retries.js';
export { TIMEOUT_MS_MAX } from './deadline.js';
export type { ClientOptions } from './client.js';
export type {
  AllItems,
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
export type { FeedEvent } from './feed.js';
export { AnswerTooLarge, ApiError, ForeignAnswer, isCallError, NoAnswer } from './errors.js';
export type { CallError, Outcome } from './errors.js';
export type { ByteStream, Fetch, FetchedAnswer, FetchInit } from './fetch.js';
export { newIdempotencyKey } from './idempotency-key.js';
