// A subscription to our events of the whole log that outlives connections: resumes behind the last event it delivered, for ever.
import type { StoredEvent } from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import type { Connection } from './connection.js';
import { isTooSlow } from './failures.js';
import { subscriptionRequest } from './messages.js';
import type { ServerNode } from './server-node.js';
import type { StreamNames } from './stream-names.js';
import { SubscriptionQueue } from './subscription-queue.js';

export const RETRY_DELAY_MS_FIRST = 50;
export const RETRY_DELAY_MS_MAX = 5_000;
/** After this long without an event, the log is asked whether there are any. */
export const STALL_CHECK_INTERVAL_MS = 5_000;

export interface SubscriptionOptions {
  readonly connection: Pick<Connection, 'node' | 'accepted' | 'failed' | 'leave'>;
  readonly names: StreamNames;
  /** Exclusive; 0n is the beginning. */
  readonly after: bigint;
  readonly signal: AbortSignal;
  /** Position of our newest event. */
  readonly lastPosition: () => Promise<bigint>;
  /** Called at each loss, with the pause before the next attempt. */
  readonly onLost: (error: unknown, retryDelayMs: number) => void;
  /** Called when a server (23.10) ended the subscription because 32 events waited: no fault, it is read on at once. */
  readonly onTooSlow: () => void;
  readonly stallCheckIntervalMs?: number;
}

/** Each event once, in position order. Returns when `signal` aborts. */
export async function* subscribeToOurs(options: SubscriptionOptions): AsyncGenerator<readonly StoredEvent[]> {
  const { connection, names, signal, onLost, onTooSlow } = options;
  // Only ever the position of an event that was delivered. A checkpoint may name an event that is recorded after it (KurrentDB#4970),
  // and resuming there, which is exclusive, would lose that event.
  let last = options.after;
  const backoff = new Backoff(RETRY_DELAY_MS_FIRST, RETRY_DELAY_MS_MAX);
  while (!signal.aborted) {
    const queue = new SubscriptionQueue(names, signal);
    let node: ServerNode | undefined;
    let delivered = false;
    const stopStallCheck = checkForStalls(options, queue, () => ({ node, last }));
    try {
      node = await connection.node({ signal });
      queue.read(node.read(subscriptionRequest(names.prefixes, last), { requiresLeader: false }));
      for (let events = await queue.take(); events !== null; events = await queue.take()) {
        // What a server sends a second time after a resubscription.
        const next = last;
        const news = events.filter((event) => event.position > next);
        const newest = news.at(-1);
        if (newest === undefined) continue;
        last = newest.position;
        delivered = true;
        backoff.reset();
        connection.accepted(node);
        yield news;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isTooSlow(error)) onTooSlow();
      else if (node !== undefined) connection.failed(node, error);
      if (isTooSlow(error) && delivered) continue;
      const delayMs = backoff.nextMs();
      if (!isTooSlow(error)) onLost(error, delayMs);
      await untilAborted(signal, delayMs);
    } finally {
      stopStallCheck();
      queue.cancel();
    }
  }
}

/**
 * A server that is frozen, or cut off from the others, gives nothing and says nothing: when the log has events that did not come, it is
 * left. Answers what ends the checks.
 */
function checkForStalls(
  { connection, lastPosition, signal, stallCheckIntervalMs = STALL_CHECK_INTERVAL_MS }: SubscriptionOptions,
  queue: SubscriptionQueue,
  now: () => { readonly node: ServerNode | undefined; readonly last: bigint },
): () => void {
  let isAsking = false;
  const check = async (): Promise<void> => {
    const { node, last } = now();
    if (isAsking || node === undefined || !queue.isStarving(stallCheckIntervalMs)) return;
    isAsking = true;
    const newest = await lastPosition().catch(() => null);
    isAsking = false;
    if (signal.aborted || newest === null || newest <= last || !queue.isStarving(stallCheckIntervalMs)) return;
    connection.leave(node, new Error(`The subscription gave nothing for ${stallCheckIntervalMs} ms, although the log has newer events.`));
  };
  const timer = setInterval(() => void check(), stallCheckIntervalMs / 2);
  return () => clearInterval(timer);
}

function untilAborted(signal: AbortSignal, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    signal.addEventListener('abort', done);
  });
}
