// Turns whatever went wrong into the failure answer: refusals as they are, unreachable parts as 503, everything else as INTERNAL without a
// word about its inside.
import { EventUnreadable, StreamCorrupt } from '@confledger/domain';
import {
  CommandOutcomeUnknown,
  CursorInvalid,
  EventStoreUnavailable,
  LogSetBack,
  ReadModelUnavailable,
  SchemaJudgeUnavailable,
} from '@confledger/application';
import type { ErrorCode, Failure } from '@confledger/contracts/http';
import { DETAILS_SHOWN_MAX } from '../schemas/answers.js';
import { RequestRefused } from './request-refused.js';

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
  if (error instanceof LogSetBack) return RequestRefused.of('LOG_SET_BACK');
  if (error instanceof EventStoreUnavailable) return RequestRefused.of('EVENT_STORE_UNAVAILABLE');
  if (error instanceof SchemaJudgeUnavailable) return RequestRefused.of('SCHEMA_JUDGE_UNAVAILABLE');
  if (error instanceof ReadModelUnavailable) return RequestRefused.of('READ_MODEL_UNAVAILABLE');
  if (error instanceof CursorInvalid) return RequestRefused.of('CURSOR_INVALID', { path: 'cursor' });
  if (error instanceof StreamCorrupt) return streamFault('STREAM_BROKEN', error);
  if (error instanceof EventUnreadable) return streamFault('STREAM_UNREADABLE', error);
  const code = error instanceof Error && 'code' in error ? FASTIFY_CODES[String(error.code)] : undefined;
  return RequestRefused.of(code ?? 'INTERNAL');
}

/** Whether an error is a fault of ours or of a part that we need, and so belongs in the log. A log that was set back is logged once, by its guard. */
export function isFault(refused: Pick<RequestRefused, 'code'>): boolean {
  return refused.code === 'INTERNAL' || refused.code.endsWith('_UNAVAILABLE') || refused.code === 'OUTCOME_UNKNOWN';
}

/** The body of a failure answer. */
export function failure(refused: RequestRefused, requestId: string, timestamp: string): Failure {
  const { message, code, details } = refused;
  const cut = details.length > DETAILS_SHOWN_MAX ? { detailCount: details.length, truncated: ['details'] } : {};
  return { success: false, error: message, code, details: details.slice(0, DETAILS_SHOWN_MAX), ...cut, requestId, timestamp };
}

/** Names the event; what is stored in it is not said. */
function streamFault(code: 'STREAM_BROKEN' | 'STREAM_UNREADABLE', { message }: Error): RequestRefused {
  return RequestRefused.of(code, { message });
}

function outcomeUnknown(commandId: string): RequestRefused {
  return RequestRefused.of('OUTCOME_UNKNOWN', {
    path: null,
    rule: 'outcome-unknown',
    message: `It is not known whether command ${commandId} was written`,
    remedy: `Send the same request again with Idempotency-Key: ${commandId}; the answer then comes from what is stored.`,
  });
}
