// A catch-up subscription to $all in the EventStoreDB double: confirmation, history, caught up, then what comes, with checkpoints between.
import { randomUUID } from 'node:crypto';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import * as errors from './errors.js';
import type { EventLog, LogEvent } from './log.js';
import { eventMessage, filterOf, type ReadCall } from './messages.js';
import type { Node } from './node.js';

const SEARCH_WINDOW_EVENTS_DEFAULT = 32;

export function subscribeToAll(node: Node, call: ReadCall, options: streamsPb.ReadReq.Options): void {
  const subscription = new Subscription(node, call, filterOf(options), firstIndex(node, options));
  subscription.begin();
}

/** A position is exclusive; one ahead of the log waits for what is appended, as in a server. */
function firstIndex({ log, faults }: Node, options: streamsPb.ReadReq.Options): number {
  const all = options.getAll();
  if (all?.hasEnd() === true) return log.events.length;
  const position = all?.getPosition();
  const index = position === undefined ? 0 : indexBehind(log, BigInt(position.getCommitPosition()), options);
  if (faults.duplicates.subscriptions === 0) return index;
  faults.duplicates.subscriptions -= 1;
  return Math.max(0, index - faults.duplicates.events);
}

/**
 * Version 24.2 takes the first match at or behind the position for the one at the position, and begins behind it: where the
 * position is not that of a match, the next match is lost. Others begin behind the record at the position, so a client that only
 * ever names positions of matches cannot tell.
 */
function indexBehind(log: EventLog, position: bigint, options: streamsPb.ReadReq.Options): number {
  const from = log.indexAt(position);
  const windowEvents = options.getFilter()?.getMax() ?? 0;
  const considered = log.events.slice(from, from + (windowEvents === 0 ? SEARCH_WINDOW_EVENTS_DEFAULT : windowEvents));
  const match = considered.findIndex(filterOf(options));
  return from + (match === -1 ? considered.length : match + 1);
}

class Subscription {
  readonly #node: Node;
  readonly #call: ReadCall;
  readonly #matches: (event: LogEvent) => boolean;
  #next: number;
  #live = false;
  /** True until the consumer takes more, or `faults.delayLiveEventsMs` has passed. */
  #blocked = false;
  /** Count of matching events from `#next` to `#counted`. */
  #waitingEvents = 0;
  #counted = 0;

  constructor(node: Node, call: ReadCall, matches: (event: LogEvent) => boolean, next: number) {
    this.#node = node;
    this.#call = call;
    this.#matches = matches;
    this.#next = next;
  }

  begin(): void {
    const stopListening = this.#node.log.onAppend(() => this.#appended());
    this.#node.subscriptions.add(this);
    const end = (): void => {
      stopListening();
      this.#node.subscriptions.delete(this);
    };
    this.#call.on('cancelled', end).on('close', end).on('error', end);
    const confirmation = new streamsPb.ReadResp.SubscriptionConfirmation().setSubscriptionId(randomUUID());
    this.#call.write(new streamsPb.ReadResp().setConfirmation(confirmation));
    this.#pump();
  }

  /** Ends the subscription as a server of version 23.10 does when a live consumer falls behind. */
  drop(): void {
    if (!this.#node.subscriptions.delete(this)) return;
    this.#call.emit('error', errors.consumerTooSlow());
  }

  #appended(): void {
    const { delayLiveEventsMs } = this.#node.faults;
    if (!this.#blocked && (!this.#live || delayLiveEventsMs === 0)) {
      this.#pump();
      return;
    }
    if (!this.#blocked) this.#blockFor(delayLiveEventsMs);
    this.#countWaiting();
  }

  #blockFor(delayMs: number): void {
    this.#blocked = true;
    setTimeout(() => this.#pump(), delayMs).unref();
  }

  /**
   * Events that a live consumer has not taken wait in a bounded buffer. Ends the subscription when it overflows. One that still reads the
   * history has none: counting what is before it anew after each block would take the square of the history.
   */
  #countWaiting(): void {
    if (!this.#live) return;
    const { events } = this.#node.log;
    for (let event = events[this.#counted]; event !== undefined; event = events[this.#counted]) {
      this.#counted += 1;
      if (this.#matches(event)) this.#waitingEvents += 1;
    }
    if (this.#waitingEvents > this.#node.liveBufferEvents) this.drop();
  }

  #pump(): void {
    if (!this.#node.subscriptions.has(this)) return;
    const { log } = this.#node;
    this.#blocked = false;
    for (let event = log.events[this.#next]; event !== undefined; event = log.events[this.#next]) {
      this.#next += 1;
      if (!this.#matches(event) || this.#call.write(eventMessage(event))) continue;
      this.#blocked = true;
      this.#call.once('drain', () => this.#pump());
      break;
    }
    this.#waitingEvents = 0;
    this.#counted = this.#next;
    if (this.#blocked) this.#countWaiting();
    else if (!this.#live) this.#caughtUp();
  }

  #caughtUp(): void {
    this.#live = true;
    const { log, faults } = this.#node;
    const last = log.events[this.#next - 1]?.position ?? 0n;
    this.#call.write(new streamsPb.ReadResp().setCaughtUp(new streamsPb.ReadResp.CaughtUp()));
    const position = (faults.checkpointsAhead ? log.nextPosition : last).toString();
    const checkpoint = new streamsPb.ReadResp.Checkpoint().setCommitPosition(position).setPreparePosition(position);
    this.#call.write(new streamsPb.ReadResp().setCheckpoint(checkpoint));
  }
}
