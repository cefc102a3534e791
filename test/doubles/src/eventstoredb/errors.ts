// How an EventStoreDB server says no: grpc statuses with trailers for calls, packed statuses for appends of a batch stream.
import codePb from '@eventstore/db-client/generated/code_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import statusPb from '@eventstore/db-client/generated/status_pb.js';
import { Metadata, status } from '@grpc/grpc-js';
import jspb from 'google-protobuf';
import anyPb from 'google-protobuf/google/protobuf/any_pb.js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Endpoint } from './endpoint.js';
import type { ExpectedRevision } from './log.js';
import { streamIdentifier } from './messages.js';

/** Ends a call with a status, as grpc-js takes it from `emit('error')`. */
export interface CallError {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

function callError(code: status, details: string, trailers: Readonly<Record<string, string>> = {}): CallError {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return { code, details, metadata };
}

export const notLeader = (leader: Endpoint): CallError =>
  callError(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': leader.host,
    'leader-endpoint-port': String(leader.port),
  });
/** Of a read that requires the leader, at a node that knows of none. */
export const notReady = (): CallError => callError(status.UNAVAILABLE, 'Server Is Not Ready');
export const accessDenied = (): CallError => callError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' });
export const streamDeleted = (stream: string): CallError =>
  callError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, { exception: 'stream-deleted', 'stream-name': stream });
export const invalidArgument = (message: string): CallError => callError(status.INVALID_ARGUMENT, message);
/** Of a subscription. Pages say it with the name of the inner result. */
export const invalidPosition = (): CallError => invalidArgument('Trying to read from an invalid position.');
/** `result` is the server's own name of the kind of read. Versions after 23.10 end it with InvalidPosition instead. */
export const unreadablePage = (result: 'ReadAllResult' | 'FilteredReadAllResult'): CallError =>
  callError(status.UNKNOWN, `Unexpected ${result}: Error`);
export const consumerTooSlow = (): CallError =>
  callError(status.ABORTED, 'Operation timed out: Consumer too slow to handle event while live. Client resubscription required.');
export const failed = (code: status): CallError => callError(code, 'The double was told to fail.');

interface Packable {
  serializeBinary(): Uint8Array;
}

function packed(code: codePb.Code, message: string, name: string, details: Packable): statusPb.Status {
  const any = new anyPb.Any();
  any.pack(details.serializeBinary(), name);
  return new statusPb.Status().setCode(code).setMessage(message).setDetails(any);
}

export function wrongExpectedVersionStatus(current: number, expected: ExpectedRevision): statusPb.Status {
  const details = new sharedPb.WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(new emptyPb.Empty());
  else details.setCurrentStreamRevision(String(current));
  if (expected === 'any') details.setExpectedAny(new emptyPb.Empty());
  else if (expected === 'stream_exists') details.setExpectedStreamExists(new emptyPb.Empty());
  else if (expected === -1) details.setExpectedNoStream(new emptyPb.Empty());
  else details.setExpectedStreamPosition(String(expected));
  return packed(codePb.Code.ALREADY_EXISTS, 'WrongExpectedVersion', 'event_store.client.WrongExpectedVersion', details);
}

export function streamDeletedStatus(stream: string): statusPb.Status {
  const details = new sharedPb.StreamDeleted().setStreamIdentifier(streamIdentifier(stream));
  return packed(codePb.Code.NOT_FOUND, 'StreamDeleted', 'event_store.client.StreamDeleted', details);
}

export const accessDeniedStatus = (): statusPb.Status =>
  packed(codePb.Code.PERMISSION_DENIED, 'AccessDenied', 'event_store.client.AccessDenied', new sharedPb.AccessDenied());
export const timeoutStatus = (): statusPb.Status =>
  packed(codePb.Code.DEADLINE_EXCEEDED, 'Timeout', 'event_store.client.Timeout', new sharedPb.Timeout());
export const badRequestStatus = (message: string): statusPb.Status =>
  packed(codePb.Code.INVALID_ARGUMENT, 'BadRequest', 'event_store.client.BadRequest', new sharedPb.BadRequest().setMessage(message));
/** A node that starts, or is between two leaders, has no other words than these. */
export const notReadyStatus = (): statusPb.Status =>
  packed(codePb.Code.OK, 'Server Is Not Ready', 'google.protobuf.Empty', new emptyPb.Empty());
/** What a server says of an answer from within that it does not know. Only the code tells it from "Server Is Not Ready". */
export const internalErrorStatus = (): statusPb.Status =>
  packed(
    codePb.Code.INTERNAL,
    'Envelope callback expected either WriteEventsCompleted or NotHandled.',
    'google.protobuf.Empty',
    new emptyPb.Empty(),
  );
export const maximumAppendSizeExceededStatus = (bytes: number): statusPb.Status =>
  packed(
    codePb.Code.INVALID_ARGUMENT,
    'MaximumAppendSizeExceeded',
    'event_store.client.MaximumAppendSizeExceeded',
    new sharedPb.MaximumAppendSizeExceeded().setMaxappendsize(bytes),
  );

/** Newer than the messages that the client's package ships, so written by hand: eventId, proposedEventSize, maxAppendEventSize. */
export function maximumAppendEventSizeExceededStatus(eventId: string, bytes: number, bytesMax: number): statusPb.Status {
  const details = new jspb.BinaryWriter();
  details.writeString(1, eventId);
  details.writeUint32(2, bytes);
  details.writeUint32(3, bytesMax);
  const name = 'event_store.client.MaximumAppendEventSizeExceeded';
  return packed(codePb.Code.INVALID_ARGUMENT, 'MaximumAppendEventSizeExceeded', name, { serializeBinary: () => details.getResultBuffer() });
}
