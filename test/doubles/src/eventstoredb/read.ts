// Streams.Read of the EventStoreDB double: pages of a stream and of $all in both directions, filtered or not, and subscriptions to $all.
import { setTimeout as pause } from 'node:timers/promises';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import * as errors from './errors.js';
import { eventMessage, filterOf, streamIdentifier, type ReadCall } from './messages.js';
import { REQUIRES_LEADER_HEADER, type Node } from './node.js';
import { subscribeToAll } from './subscription.js';

type ReadOptions = streamsPb.ReadReq.Options;

const { BACKWARDS } = streamsPb.ReadReq.Options.ReadDirection;

export function read(node: Node): (call: ReadCall) => void {
  return (call) => {
    const options = call.request.getOptions();
    const refusal = options === undefined ? errors.invalidArgument('Options are missing.') : refusalOf(node, call, options);
    if (options === undefined || refusal !== undefined) {
      call.emit('error', refusal);
      return;
    }
    if (options.hasSubscription()) {
      node.counts.subscriptions += 1;
      subscribeToAll(node, call, options);
      return;
    }
    node.counts.reads += 1;
    if (node.faults.take('silentReads')) return;
    void sendPage(node, call, options);
  };
}

async function sendPage(node: Node, call: ReadCall, options: ReadOptions): Promise<void> {
  if (options.hasFilter() && node.faults.searchMs > 0) await pause(node.faults.searchMs);
  const page = options.hasStream() ? streamPage(node, options) : allPage(node, options);
  await sendAll(call, page);
  const isFull = options.hasFilter() && page.length === Number(options.getCount());
  if (isFull && node.faults.take('endlessSearches')) searchOn(node, call);
  else call.end();
}

function searchOn({ searches }: Node, call: ReadCall): void {
  searches.add(call);
  for (const event of ['cancelled', 'close', 'error']) call.on(event, () => searches.delete(call));
}

function refusalOf(node: Node, call: ReadCall, options: ReadOptions): errors.CallError | undefined {
  if (node.faults.denyAccess) return errors.accessDenied();
  if (!options.hasUuidOption()) return errors.invalidArgument("'uuidOption' is a required argument");
  const standing = call.metadata.get(REQUIRES_LEADER_HEADER)[0] === 'true' ? (node.faults.leader ?? node.standing()) : 'leader';
  if (standing === 'no-leader') return errors.notReady();
  if (standing !== 'leader') return errors.notLeader(standing);
  if (options.hasStream()) {
    const stream = streamName(options);
    if (node.log.isTombstoned(stream)) return errors.streamDeleted(stream);
    if (options.hasSubscription() || options.hasFilter()) return errors.invalidArgument('The double does not know this combination.');
  }
  const position = options.getAll()?.getPosition();
  if (position === undefined) return undefined;
  if (isRecord(node, BigInt(position.getCommitPosition()))) return undefined;
  if (options.hasSubscription()) return errors.invalidPosition();
  return errors.unreadablePage(options.hasFilter() ? 'FilteredReadAllResult' : 'ReadAllResult');
}

/** A server reads at a byte offset of its transaction file: what is no beginning of a record is an invalid position. */
function isRecord({ log }: Node, position: bigint): boolean {
  return position >= log.nextPosition || log.events[log.indexAt(position)]?.position === position;
}

function streamName(options: ReadOptions): string {
  return Buffer.from(options.getStream()?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
}

function streamPage({ log }: Node, options: ReadOptions): streamsPb.ReadResp[] {
  const name = streamName(options);
  const events = log.stream(name);
  if (events === undefined || events.length === 0) {
    const notFound = new streamsPb.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(name));
    return [new streamsPb.ReadResp().setStreamNotFound(notFound)];
  }
  const at = options.getStream();
  const count = Number(options.getCount());
  if (options.getReadDirection() === BACKWARDS) {
    const from = at?.hasRevision() === true ? Math.min(Number(at.getRevision()), events.length - 1) : events.length - 1;
    return events
      .slice(Math.max(0, from - count + 1), from + 1)
      .toReversed()
      .map(eventMessage);
  }
  const from = at?.hasRevision() === true ? Number(at.getRevision()) : 0;
  // A server says first where the stream ends, to whom it may concern.
  const last = new streamsPb.ReadResp().setLastStreamPosition(String(events.length - 1));
  return [...events.slice(from, from + count).map(eventMessage), last];
}

function allPage({ log }: Node, options: ReadOptions): streamsPb.ReadResp[] {
  const matches = filterOf(options);
  const count = Number(options.getCount());
  const position = options.getAll()?.getPosition();
  const found: streamsPb.ReadResp[] = [];
  const backwards = options.getReadDirection() === BACKWARDS;
  // Forwards a position is inclusive; backwards it is not, because there it is the place behind the record before.
  const start = position === undefined ? (backwards ? log.events.length : 0) : log.indexAt(BigInt(position.getCommitPosition()));
  for (let index = backwards ? start - 1 : start; found.length < count; index += backwards ? -1 : 1) {
    const event = log.events[index];
    if (event === undefined) break;
    if (matches(event)) found.push(eventMessage(event));
  }
  return found;
}

async function sendAll(call: ReadCall, messages: readonly streamsPb.ReadResp[]): Promise<void> {
  let wake: (() => void) | undefined;
  for (const event of ['drain', 'close', 'cancelled']) call.on(event, () => wake?.());
  for (const message of messages) {
    if (call.cancelled || call.destroyed) return;
    if (call.write(message)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
