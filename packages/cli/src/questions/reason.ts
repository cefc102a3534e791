// Asks for the reason where the environment's policy needs one and none was given.
import { ApiError } from '@confledger/client';
import type { Given } from '../grammar/given.js';
import type { Session } from '../session.js';
import { askLine, canAsk } from './ask.js';

/** Makes a write with the given reason; when the api wants one, asks on a terminal and makes it again. Nothing was written by the first. */
export async function withReason<T>(session: Session, given: Given, write: (reason: string | undefined) => Promise<T>): Promise<T> {
  const reason = given.text('reason');
  try {
    return await write(reason);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'REASON_REQUIRED' || reason !== undefined || !canAsk(session.io)) throw error;
    const typed = (await askLine(session.io, 'Reason: ')).trim();
    if (typed === '') throw error;
    return write(typed);
  }
}
