// What can be made to go wrong in the EventStoreDB double. Tests set these fields; handlers look at them at each request.
import type { status } from '@grpc/grpc-js';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

type Counter =
  | 'loseAnswers'
  | 'loseRequests'
  | 'dropDuplicates'
  | 'commitTimeouts'
  | 'internalErrors'
  | 'hidePositions'
  | 'notReady'
  | 'silentFeatures'
  | 'silentReads'
  | 'endlessSearches';

/** Counters say how many of the next requests are hit, and count down. The rest holds until it is set back. */
export class Faults {
  /** Appends that are carried out and never answered. */
  loseAnswers = 0;
  /** Appends that are neither carried out nor answered. */
  loseRequests = 0;
  /** Idempotent appends that are dropped in silence, as a server does while the first write is not replicated (IdempotentNotReady). */
  dropDuplicates = 0;
  /** Appends that are carried out and answered with Timeout, as when a commit is not acknowledged in time. */
  commitTimeouts = 0;
  /** Appends that are carried out and answered with an internal error, whose details are those of "Server Is Not Ready". */
  internalErrors = 0;
  /** Appends that are answered with "Server Is Not Ready". */
  notReady = 0;
  /** Appends that are carried out and answered without a position, as an idempotent one is whose event the index has not got yet. */
  hidePositions = 0;
  /** Holds the answer of each append back for so long. */
  delayAnswersMs = 0;
  /** While set, this node is a follower: what requires the leader is refused with this endpoint. */
  leader: Endpoint | undefined;
  /** Subscriptions that begin so many events before the place asked for. */
  duplicates: { subscriptions: number; events: number } = { subscriptions: 0, events: 0 };
  /** Subscriptions get a checkpoint, when they catch up, whose position is that of the event recorded next (KurrentDB#4970). */
  checkpointsAhead = false;
  /** Reads, subscriptions and appends are refused. */
  denyAccess = false;
  /** ServerFeatures calls that fail with this code. */
  failFeatures: { calls: number; code: status } | undefined;
  /** ServerFeatures calls that get no answer. */
  silentFeatures = 0;
  /** Reads (not subscriptions) that get no answer. */
  silentReads = 0;
  /**
   * Filtered pages of $all that are sent in full and do not end: a server looks for one match more than it was asked for, and where
   * there is none that is the rest of its log.
   */
  endlessSearches = 0;
  /** How long a filtered page of $all is silent before its first event, as on its way through many events that do not match. */
  searchMs = 0;

  /** True, counted down, when the next request is to be hit. */
  take(counter: Counter): boolean {
    if (this[counter] === 0) return false;
    this[counter] -= 1;
    return true;
  }
}
