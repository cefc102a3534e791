// What a failed call means, whatever form its error came in: the package has errors of its own, grpc has raw ones, and there are plain ones.
import { EventStoreRefused, EventStoreUnavailable } from '@confledger/application';
import { convertToCommandError } from '@eventstore/db-client';

/** What gRPC and servers say when a later call may succeed. */
const PASSING = new Set(['unavailable', 'not-leader', 'cancelled', 'timeout', 'unknown']);

/** The package's error for a failed call; the error itself where the package has none. */
export function commandError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  try {
    return convertToCommandError(error);
  } catch {
    // It expects headers that a server need not send, such as the address of an unknown leader.
    return error;
  }
}

/** The package's word for an error, e.g. 'unavailable' or 'access-denied'; undefined for what no server answered. */
export function failureType(error: unknown): string | undefined {
  const converted = commandError(error);
  return converted instanceof Error && 'type' in converted && typeof converted.type === 'string' ? converted.type : undefined;
}

/**
 * True when the same call may succeed a moment later: another leader, a server that starts, a connection that broke.
 * False for a call that was not answered in time: its caller has waited long enough.
 */
export function mayPass(error: unknown): boolean {
  return !(error instanceof NoAnswer) && PASSING.has(failureType(error) ?? 'unavailable');
}

/** True when a server (23.10) ended a live subscription because 32 events waited for its reader. */
export function isTooSlow(error: unknown): boolean {
  return failureType(error) === 'timeout' && error instanceof Error && /too slow/i.test(error.message);
}

/** The fault of the port for a call that did nothing. */
export function unavailable(what: string, cause: unknown): EventStoreUnavailable {
  if (cause instanceof EventStoreUnavailable) return cause;
  const remedy = REMEDIES[failureType(cause) ?? ''] ?? '';
  const reason = cause instanceof Error && cause.message !== '' ? cause.message : (failureType(cause) ?? String(cause));
  const Fault = failureType(cause) === 'access-denied' || cause instanceof ServerUnfit ? EventStoreRefused : EventStoreUnavailable;
  return new Fault(`${what}: ${reason}${remedy}`, { cause });
}

const REMEDIES: Readonly<Record<string, string>> = {
  'access-denied': ' (check the user and password of the connection string, and the access rules of the streams)',
  'stream-deleted': ' (somebody deleted this stream for good; nothing can ever be appended to it)',
};

/** A server that cannot do what is needed. */
export class ServerUnfit extends Error {
  override readonly name = 'ServerUnfit';
}

/** No server answered in time. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The promise's answer, or a rejection with `NoAnswer` when it takes longer. */
export async function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`No answer within ${Math.round(timeoutMs)} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
