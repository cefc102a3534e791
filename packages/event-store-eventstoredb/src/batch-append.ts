// One attempt to append, over the stream of messages that all appends of a connection share: sent at once, answered in any order.
import { randomUUID } from 'node:crypto';
import type { EventToAppend } from '@confledger/application';
import codePb from '@eventstore/db-client/generated/code_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type statusPb from '@eventstore/db-client/generated/status_pb.js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { asError } from './failures.js';
import { appendRequest } from './messages.js';
import type { BatchStream, ServerNode } from './server-node.js';

/** Events to stand behind a revision (-1: at the beginning) of the stream that the server knows by this name. */
export interface Append {
  readonly name: string;
  readonly expectedRevision: number;
  readonly events: readonly EventToAppend[];
}

export type AttemptOutcome =
  /** Stored now, or found there. No position: the server did not name it. */
  | { readonly kind: 'stored'; readonly position: bigint | undefined }
  /** The stream ends at `revision`, and other events stand behind the expected one. */
  | { readonly kind: 'conflict'; readonly revision: number }
  /** Nothing was written. `again`: a later attempt may go through. */
  | { readonly kind: 'refused'; readonly error: Error; readonly again: boolean; readonly tooLarge?: true }
  /** It may have been written. */
  | { readonly kind: 'unknown'; readonly error: Error };

/** The appends that wait for an answer on one stream of messages. */
interface Lane {
  readonly stream: BatchStream;
  readonly waiting: Map<string, (outcome: AttemptOutcome) => void>;
  broken: Error | undefined;
}

const lanes = new WeakMap<BatchStream, Lane>();

/** Appends all events or none, on one server. Always resolves; 'unknown' after `timeoutMs` without an answer. */
export function attemptAppend(node: ServerNode, append: Append, timeoutMs: number): Promise<AttemptOutcome> {
  const lane = laneOf(node);
  // The stream broke in this very turn, before anything of this append was sent.
  if (lane.broken !== undefined) return Promise.resolve({ kind: 'refused', error: lane.broken, again: true });
  return send(lane, append, timeoutMs);
}

function laneOf(node: ServerNode): Lane {
  const stream = node.batchAppend();
  const known = lanes.get(stream);
  if (known !== undefined) return known;
  const lane = listen(stream);
  lanes.set(stream, lane);
  return lane;
}

/** With a timer of its own: the call has no deadline, and a server that is silent would never be noticed. */
function send(lane: Lane, { name, expectedRevision, events }: Append, timeoutMs: number): Promise<AttemptOutcome> {
  const correlationId = randomUUID();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      lane.waiting.delete(correlationId);
      resolve({ kind: 'unknown', error: new Error(`The append was not answered within ${timeoutMs} ms.`) });
    }, timeoutMs);
    lane.waiting.set(correlationId, (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    });
    lane.stream.write(appendRequest(correlationId, name, expectedRevision, events));
  });
}

function listen(stream: BatchStream): Lane {
  const lane: Lane = { stream, waiting: new Map(), broken: undefined };
  const breakOff = (error: Error): void => {
    lane.broken ??= error;
    // Each may have been written: the server answers in any order.
    for (const answer of lane.waiting.values()) answer({ kind: 'unknown', error });
    lane.waiting.clear();
  };
  stream.on('data', (message: streamsPb.BatchAppendResp) => {
    const correlationId = message.getCorrelationId()?.getString() ?? '';
    // No append waits for an answer that came too late.
    const answer = lane.waiting.get(correlationId);
    lane.waiting.delete(correlationId);
    answer?.(outcomeOf(message));
  });
  stream.on('error', (error) => breakOff(asError(error)));
  stream.on('end', () => {
    breakOff(new Error('The server ended the stream of appends.'));
    // A half of it that stayed open would be taken for a whole one by the next append.
    stream.end();
  });
  return lane;
}

function outcomeOf(message: streamsPb.BatchAppendResp): AttemptOutcome {
  const error = message.getError();
  if (error !== undefined) return refusalOf(error);
  const position = message.getSuccess()?.getPosition()?.getCommitPosition();
  // A server that cannot name it says nothing, or the greatest number there is.
  const known = position === undefined || BigInt(position) > POSITION_MAX ? undefined : BigInt(position);
  return { kind: 'stored', position: known };
}

const POSITION_MAX = 2n ** 63n - 1n;

function refusalOf(status: statusPb.Status): AttemptOutcome {
  const details = status.getDetails();
  const name = details?.getTypeName() ?? '';
  const refused = (message: string, again = false): AttemptOutcome => ({ kind: 'refused', error: new Error(message), again });
  const unknown = (answer: string): AttemptOutcome => ({ kind: 'unknown', error: new Error(`The server answered ${answer}.`) });
  switch (name) {
    case 'event_store.client.WrongExpectedVersion': {
      const conflict = details?.unpack((bytes) => sharedPb.WrongExpectedVersion.deserializeBinary(bytes), name);
      const isEmpty = conflict?.hasCurrentStreamRevision() !== true;
      return { kind: 'conflict', revision: isEmpty ? -1 : Number(conflict.getCurrentStreamRevision()) };
    }
    case 'event_store.client.MaximumAppendSizeExceeded':
      return { kind: 'refused', error: new Error('The append is larger than this server takes.'), again: false, tooLarge: true };
    case 'event_store.client.MaximumAppendEventSizeExceeded':
      return { kind: 'refused', error: new Error('An event is larger than this server takes.'), again: false, tooLarge: true };
    case 'event_store.client.AccessDenied':
      return refused('Access denied (check the user and password of the connection string, and the access rules of the streams).');
    case 'event_store.client.StreamDeleted':
      return refused('Somebody deleted this stream for good; nothing can ever be appended to it.');
    case 'event_store.client.BadRequest':
      return refused(`Bad request: ${details?.unpack((bytes) => sharedPb.BadRequest.deserializeBinary(bytes), name)?.getMessage() ?? ''}`);
    case 'google.protobuf.Empty':
    case 'event_store.client.Empty':
      // A node that starts, is too busy, or knows no leader gives no code: it has not processed the append.
      if (status.getCode() === codePb.Code.OK) return refused(status.getMessage(), true);
      return unknown(status.getMessage());
    default:
      // Timeout among them: the server gave up waiting for a commit that may still come.
      return unknown(name === '' ? status.getMessage() : name);
  }
}
