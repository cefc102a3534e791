// What a failed call means, whatever form its error came in: the client throws errors of its own, raw ones of grpc, and plain ones.
import { EventStoreUnavailable } from '@confledger/application';
import { convertToCommandError } from '@eventstore/db-client';

/** What gRPC, the server or the client's discovery say when a later call may go through. */
const PASSING = new Set(['unavailable', 'not-leader', 'cancelled', 'timeout', 'unknown']);

/** The client's word for an error, e.g. 'unavailable' or 'access-denied'; undefined for what is no answer of a server. */
export function failureType(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const converted: unknown = convertToCommandError(error);
  return converted instanceof Error && 'type' in converted && typeof converted.type === 'string' ? converted.type : undefined;
}

/**
 * True when the same call may succeed a moment later: another leader, a server that starts, a connection that broke.
 * Not when nobody answered in time: whoever asked has waited long enough.
 */
export function mayPass(error: unknown): boolean {
  return !(error instanceof NoAnswer) && PASSING.has(failureType(error) ?? 'unavailable');
}

/** The fault of the port for a call that did nothing. */
export function unavailable(what: string, cause: unknown): EventStoreUnavailable {
  if (cause instanceof EventStoreUnavailable) return cause;
  const remedy = REMEDIES[failureType(cause) ?? ''] ?? '';
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : (failureType(cause) ?? String(cause));
  return new EventStoreUnavailable(`${what}: ${reason}${remedy}`, { cause });
}

const REMEDIES: Readonly<Record<string, string>> = {
  'access-denied': ' (check the user and password of the connection string, and the access rules of the streams)',
  'stream-deleted': ' (somebody deleted this stream for good; nothing can ever be appended to it)',
};

/** Nobody answered in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The promise's answer, or a rejection when it takes longer. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`No answer within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
