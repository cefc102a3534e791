// The envelope of every answer that worked.
import type { Clock } from '@confledger/application';
import type { Success } from '@confledger/contracts/http';
import { isoTime } from '@confledger/domain';

/** The content type of every answer in JSON. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** Headers of every answer. */
export const COMMON_HEADERS = {
  'cache-control': 'private, no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** Wraps the data of an answer. */
export function success<T>(data: T, clock: Clock): Success<T> {
  return { success: true, data, timestamp: isoTime(clock.now()) };
}
