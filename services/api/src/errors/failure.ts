// Turns whatever went wrong into the failure answer: refusals as they are, unreachable parts as 503, everything else as
// INTERNAL without a word about its inside. Used by the error handler and by the answers that Fastify gives early.
import { EventUnreadable, StreamCorrupt } from '@confledger/domain';
import { CommandOutcomeUnknown, CursorInvalid, EventStoreUnavailable, LogSetBack, ReadModelUnavailable } from '@confledger/application';
import { ERROR_CATALOGUE, type ErrorCode, type Failure } from '@confledger/contracts/http';
import { refuse, RequestRefused } from './request-refused.js';

/** The codes that Fastify gives to what it refuses before a route is called, and ours for them. */
const FASTIFY_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_BAD_URL: 'PERCENT_ENCODING_MALFORMED',
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'CONTENT_TYPE_UNSUPPORTED',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'REQUEST_MALFORMED',
  FST_ERR_MAX_PARAM_LENGTH: 'PATH_TOO_LONG',
};

/** What to answer for an error of any kind. */
export function refusalFor(error: unknown): RequestRefused {
  if (error instanceof RequestRefused) return error;
  if (error instanceof CommandOutcomeUnknown) return outcomeUnknown(error.commandId);
  if (error instanceof LogSetBack) return byCatalogue('LOG_SET_BACK');
  if (error instanceof EventStoreUnavailable) return byCatalogue('EVENT_STORE_UNAVAILABLE');
  if (error instanceof ReadModelUnavailable) return byCatalogue('READ_MODEL_UNAVAILABLE');
  if (error instanceof CursorInvalid) return byCatalogue('CURSOR_INVALID', 'cursor');
  if (error instanceof StreamCorrupt) return streamFault('STREAM_BROKEN', error);
  if (error instanceof EventUnreadable) return streamFault('STREAM_UNREADABLE', error);
  const code = error instanceof Error && 'code' in error ? FASTIFY_CODES[String(error.code)] : undefined;
  return byCatalogue(code ?? 'INTERNAL');
}

/** Whether an error is a fault of ours or of a part that we need, and so belongs in the log. A log that was set back is logged once, by its guard. */
export function isFault(refused: RequestRefused): boolean {
  return refused.code === 'INTERNAL' || refused.code.endsWith('_UNAVAILABLE') || refused.code === 'OUTCOME_UNKNOWN';
}

/** The refusal that says no more than the catalogue does. */
export function byCatalogue(code: ErrorCode, path: string | null = null): RequestRefused {
  return refuse(code, { path, rule: code.toLowerCase().replaceAll('_', '-'), message: ERROR_CATALOGUE[code].meaning });
}

/** The body of a failure answer. */
export function failure(refused: RequestRefused, requestId: string, timestamp: string): Failure {
  const { message, code, details } = refused;
  return { success: false, error: message, code, details, requestId, timestamp };
}

/** Names the event; what is stored in it is not said. */
function streamFault(code: 'STREAM_BROKEN' | 'STREAM_UNREADABLE', { message }: Error): RequestRefused {
  return refuse(code, { path: null, rule: code.toLowerCase().replaceAll('_', '-'), message });
}

function outcomeUnknown(commandId: string): RequestRefused {
  return refuse('OUTCOME_UNKNOWN', {
    path: null,
    rule: 'outcome-unknown',
    message: `it is not known whether command ${commandId} was written`,
    remedy: `Send the same request again with Idempotency-Key: ${commandId}; the answer then comes from what is stored.`,
  });
}
