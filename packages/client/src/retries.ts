// When a request is sent again, and how long it waits before. Knows no clock but for dates in `Retry-After`.
import type { Operation } from '@confledger/contracts/http';
import type { Attempt, CallError } from './errors.js';

/** Wait after the first failure, in milliseconds. It doubles with each one. */
export const RETRY_DELAY_MS_FIRST = 100;
/** Longest wait that the client chooses, in milliseconds. `Retry-After` may ask for more. */
export const RETRY_DELAY_MS_MAX = 5_000;

/** Beyond it a delay has long reached its limit. */
const DOUBLINGS_MAX = 30;

/** Statuses by which an api or a proxy says that a later attempt may work. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Codes of node:tls and OpenSSL about certificates, which are the same the next time. */
const CERTIFICATE = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Whether the request may be sent again after this failure, and may come to a better end. */
export function isRepeatable(error: CallError, { changes }: Operation): boolean {
  if (changes === 'again' && error.outcome === 'unknown') return false;
  if (error.name === 'NoAnswer') return error.why === 'network' && !CERTIFICATE.test(networkCode(error.cause) ?? '');
  if (error.name === 'AnswerTooLarge') return false;
  // Only a person ends this one.
  return PASSING.has(error.status) && error.code !== 'LOG_SET_BACK';
}

/** Milliseconds before the next attempt: growing, in part by chance, and never less than the answer asked for. */
export function delayBefore({ count }: Pick<Attempt, 'count'>, error: CallError | null, random: number = Math.random()): number {
  const fullMs = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_FIRST * 2 ** Math.min(count - 1, DOUBLINGS_MAX));
  const ownMs = fullMs / 2 + (fullMs / 2) * random;
  const askedMs = error !== null && 'retryAfterMs' in error ? error.retryAfterMs : null;
  return askedMs === null ? ownMs : Math.max(ownMs, askedMs * (1 + random / 4));
}

/** What `Retry-After` asks for, in milliseconds: seconds or a date. Null for anything else. */
export function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - Date.now());
}

/** The code that Node gives to an error of the network; undefined where there is none, as in browsers. */
export function networkCode(cause: unknown): string | undefined {
  return textOfMember(causeOf(cause), 'code');
}

/** Codes of failures before there was a connection. */
const NO_CONNECTION: ReadonlySet<string | undefined> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

/** Whether an error of the network came before anything was sent. A browser does not tell, so that it counts as sent there. */
export function isBeforeSending(cause: unknown): boolean {
  const code = networkCode(cause);
  return NO_CONNECTION.has(code) || textOfMember(causeOf(cause), 'syscall') === 'connect' || CERTIFICATE.test(code ?? '');
}

/** Node's `fetch` has the error of the socket as its cause; another one may throw it as it is. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return null;
  return 'cause' in error && error.cause instanceof Error ? error.cause : error;
}

function textOfMember(holder: unknown, name: string): string | undefined {
  const value: unknown = typeof holder === 'object' && holder !== null ? (holder as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}
