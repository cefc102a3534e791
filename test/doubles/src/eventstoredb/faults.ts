// What can be made to go wrong in the EventStoreDB double. Tests set these fields; handlers look at them at each request.
import type { status } from '@grpc/grpc-js';
import type { Endpoint } from './endpoint.js';
import type { GossipPlay } from './gossip-plays.js';

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
  | 'silentGossip'
  | 'endlessSearches';

/** How many of the next requests are hit; counts down. `true` and Infinity hit all until they are set back. */
export type Count = number | boolean;

/** The faults of one node. Counters count down; the other fields hold until they are set back. */
export class Faults {
  /** Appends that are carried out and never answered. */
  loseAnswers: Count = 0;
  /** Appends that are neither carried out nor answered. */
  loseRequests: Count = 0;
  /** Idempotent appends that are dropped in silence, as a server does while the first write is not replicated (IdempotentNotReady). */
  dropDuplicates: Count = 0;
  /** Appends that are carried out and answered with Timeout, as when a commit is not acknowledged in time. */
  commitTimeouts: Count = 0;
  /** Appends that are carried out and answered with an internal error, whose details are those of "Server Is Not Ready". */
  internalErrors: Count = 0;
  /** Appends that are answered with "Server Is Not Ready". */
  notReady: Count = 0;
  /** Appends that are carried out and answered without a position, as an idempotent one is whose event the index has not got yet. */
  hidePositions: Count = 0;
  /** Holds the answer of each append back for so long. */
  delayAnswersMs = 0;
  /** While set, this node is a follower: what requires the leader is refused with this endpoint. */
  leader: Endpoint | undefined;
  /**
   * Delay of live events in the server, so that they wait in its buffer although the consumer is quick. The buffer holds 32: with a
   * delay of 100 ms, a few hundred events a second end a subscription again and again, as a busy server of version 23.10 does.
   */
  delayLiveEventsMs = 0;
  /** Subscriptions that begin so many events before the place asked for. */
  duplicates: { subscriptions: number; events: number } = { subscriptions: 0, events: 0 };
  /** Subscriptions get a checkpoint, when they catch up, whose position is that of the event recorded next (KurrentDB#4970). */
  checkpointsAhead = false;
  /** Reads, subscriptions and appends are refused. */
  denyAccess = false;
  /** ServerFeatures calls that fail with this code. */
  failFeatures: { calls: number; code: status } | undefined;
  /** ServerFeatures calls that get no answer. */
  silentFeatures: Count = 0;
  /** Reads (not subscriptions) that get no answer. */
  silentReads: Count = 0;
  /** Gossip requests that get no answer. */
  silentGossip: Count = 0;
  /** Delay of the answer to each gossip request. */
  delayGossipMs = 0;
  /** Changes what this node gossips: no leader, another leader, other members alive (`withoutLeader`, `ledBy`). */
  gossip: GossipPlay | undefined;
  /**
   * Filtered pages of $all that are sent in full and do not end: a server looks for one match more than it was asked for, and where
   * there is none that is the rest of its log.
   */
  endlessSearches: Count = 0;
  /** How long a filtered page of $all is silent before its first event, as on its way through many events that do not match. */
  searchMs = 0;

  /** True, counted down, when the next request is to be hit. */
  take(counter: Counter): boolean {
    const left = this[counter];
    if (typeof left === 'boolean') return left;
    if (left === 0) return false;
    this[counter] = left - 1;
    return true;
  }
}
