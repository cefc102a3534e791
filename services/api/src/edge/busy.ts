// The refusal for want of something that there is only so much of.
import { RequestRefused } from '../errors/request-refused.js';

const RETRY_AFTER_S = '1';

/** Of what the whole server has no more. `rule` names the limit. */
export function serverBusy(rule: string, message: string): RequestRefused {
  return withRetry(RequestRefused.of('SERVER_BUSY', { rule, message }));
}

/** Of what this caller has no more, whatever others do. */
export function tooManyRequests(rule: string, message: string): RequestRefused {
  return withRetry(RequestRefused.of('TOO_MANY_REQUESTS', { rule, message }));
}

function withRetry({ code, message, details }: RequestRefused): RequestRefused {
  return new RequestRefused(code, message, details, { 'retry-after': RETRY_AFTER_S });
}
