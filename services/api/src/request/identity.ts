// What identifies a request: its request id, its trace, its idempotency key, and the text that repetitions share.
import type { IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { canonicalJson, type JsonValue } from '@confledger/document';
import { RequestRefused } from '../errors/request-refused.js';

/** The longest Idempotency-Key, in bytes. */
export const IDEMPOTENCY_KEY_BYTES_MAX = 255;

const SANE_ID = /^[A-Za-z0-9._~:/+=@-]{1,128}$/;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** The client's X-Request-Id when it is a sane one, else a new one. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : randomUUID();
}

/** The W3C trace context, when it is valid. */
export function traceparentOf(request: FastifyRequest): string | undefined {
  const given = request.headers['traceparent'];
  return typeof given === 'string' && TRACEPARENT.test(given) ? given : undefined;
}

/** The client's Idempotency-Key, when it sends one. */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const given = request.headers['idempotency-key'];
  if (given === undefined) return undefined;
  const key = String(given);
  // Node reads headers as Latin-1: each character is one byte.
  if (key.length > 0 && key.length <= IDEMPOTENCY_KEY_BYTES_MAX && !CONTROL.test(key)) return key;
  const message = key === '' ? 'The Idempotency-Key is empty' : `The Idempotency-Key has ${key.length} bytes, or holds control characters`;
  throw RequestRefused.of('IDEMPOTENCY_KEY_INVALID', { path: 'idempotency-key', rule: 'idempotency-key', message });
}

/** Canonical JSON of what two requests with the same Idempotency-Key must share. */
export function requestText(request: FastifyRequest): string {
  // The body came out of the strict parser: it is JSON.
  const body = (request.body ?? null) as JsonValue;
  return canonicalJson([request.method, request.url, body]);
}
