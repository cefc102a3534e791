// The messages of the protocol, made and read: what goes to the server and what of its answers becomes an event of the port.
import type { EventToAppend, ReadDirection, StoredEvent } from '@confledger/application';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { StreamNames } from './stream-names.js';

const { Options } = streamsPb.ReadReq;

/** Events that a server looks at, per step, for some that match. Its own default of 32 makes long ways through strangers' events slow. */
const SEARCH_WINDOW_EVENTS = 500;
/** In search windows. We use no checkpoints (KurrentDB#4970), so they may be rare. */
const CHECKPOINT_INTERVAL_WINDOWS = 100;

/**
 * An append of these events, all or none. It carries no deadline, because the server would compare it with its own clock; the limit
 * of 2 s that the server sets holds.
 */
export function appendRequest(
  correlationId: string,
  name: string,
  expectedRevision: number,
  events: readonly EventToAppend[],
): streamsPb.BatchAppendReq {
  const options = new streamsPb.BatchAppendReq.Options().setStreamIdentifier(streamIdentifier(name));
  // -1 is not a number that the protocol can carry.
  if (expectedRevision === -1) options.setNoStream(new emptyPb.Empty());
  else options.setStreamPosition(String(expectedRevision));
  return new streamsPb.BatchAppendReq()
    .setCorrelationId(new sharedPb.UUID().setString(correlationId))
    .setOptions(options)
    .setProposedMessagesList(events.map(proposedMessage))
    .setIsFinal(true);
}

function proposedMessage({ id, type, data, metadata }: EventToAppend): streamsPb.BatchAppendReq.ProposedMessage {
  const message = new streamsPb.BatchAppendReq.ProposedMessage().setId(new sharedPb.UUID().setString(id));
  message.setData(Buffer.from(data)).setCustomMetadata(Buffer.from(metadata));
  message.getMetadataMap().set('type', type).set('content-type', 'application/json');
  return message;
}

/** A page of one stream; without `from` it starts at the stream's beginning, or backwards at its end. */
export function streamRequest(name: string, from: number | undefined, direction: ReadDirection, limit: number): streamsPb.ReadReq {
  const stream = new Options.StreamOptions().setStreamIdentifier(streamIdentifier(name));
  if (from !== undefined) stream.setRevision(String(from));
  else if (direction === 'backwards') stream.setEnd(new sharedPb.Empty());
  else stream.setStart(new sharedPb.Empty());
  const options = readOptions(direction).setStream(stream).setCount(String(limit)).setNoFilter(new sharedPb.Empty());
  return new streamsPb.ReadReq().setOptions(options);
}

/** Our events of the whole log, from a position on (inclusive), or backwards from the end. */
export function allRequest(prefixes: readonly string[], from: bigint | 'start' | 'end', limit: number): streamsPb.ReadReq {
  const options = readOptions(from === 'end' ? 'backwards' : 'forwards')
    .setAll(allOptions(from))
    .setCount(String(limit));
  return new streamsPb.ReadReq().setOptions(options.setFilter(prefixFilter(prefixes)));
}

/** Our events of the whole log behind a position (exclusive), and those to come. */
export function subscriptionRequest(prefixes: readonly string[], after: bigint): streamsPb.ReadReq {
  const options = readOptions('forwards').setAll(allOptions(after === 0n ? 'start' : after));
  return new streamsPb.ReadReq().setOptions(options.setSubscription(new Options.SubscriptionOptions()).setFilter(prefixFilter(prefixes)));
}

function readOptions(direction: ReadDirection): streamsPb.ReadReq.Options {
  const options = new Options().setResolveLinks(false).setUuidOption(new Options.UUIDOption().setString(new sharedPb.Empty()));
  return direction === 'backwards' ? options.setReadDirection(Options.ReadDirection.BACKWARDS) : options;
}

function allOptions(from: bigint | 'start' | 'end'): streamsPb.ReadReq.Options.AllOptions {
  const options = new Options.AllOptions();
  if (from === 'start') return options.setStart(new sharedPb.Empty());
  if (from === 'end') return options.setEnd(new sharedPb.Empty());
  return options.setPosition(new Options.Position().setCommitPosition(from.toString()).setPreparePosition(from.toString()));
}

function prefixFilter(prefixes: readonly string[]): streamsPb.ReadReq.Options.FilterOptions {
  return new Options.FilterOptions()
    .setStreamIdentifier(new Options.FilterOptions.Expression().setPrefixList([...prefixes]))
    .setMax(SEARCH_WINDOW_EVENTS)
    .setCheckpointintervalmultiplier(CHECKPOINT_INTERVAL_WINDOWS);
}

function streamIdentifier(name: string): sharedPb.StreamIdentifier {
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(name));
  return identifier;
}

/** The event that an answer carries; undefined for answers that carry none, and for streams that are not ours. */
export function storedEvent(answer: streamsPb.ReadResp, names: StreamNames): StoredEvent | undefined {
  const record = answer.getEvent()?.getEvent();
  if (record === undefined) return undefined;
  const stream = names.toOurs(text(record.getStreamIdentifier()?.getStreamName_asU8()));
  if (stream === undefined) return undefined;
  return {
    stream,
    revision: Number(record.getStreamRevision()),
    // The commit position; the prepare position is equal since servers commit each event by itself.
    position: BigInt(record.getCommitPosition()),
    id: record.getId()?.getString() ?? '',
    type: record.getMetadataMap().get('type') ?? '',
    data: text(record.getData_asU8()),
    metadata: text(record.getCustomMetadata_asU8()),
  };
}

function text(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
