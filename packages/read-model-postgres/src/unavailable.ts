// What a failed statement means to whoever asked: used by the read model's queries and by the node reports.
import { CursorInvalid, ReadModelUnavailable } from '@confledger/application';
import { failureOf } from '@confledger/postgres';

/** A fault of ours (a wrong statement) stays what it is; everything else says that the read model cannot answer now. */
export function unavailable(error: unknown): unknown {
  if (error instanceof CursorInvalid || failureOf(error) === 'faulty') return error;
  return new ReadModelUnavailable('The read model does not answer.', { cause: error });
}
