// Streams.BatchAppend of the EventStoreDB double: many appends at once on one stream of messages, each answered by its correlation id.
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type statusPb from '@eventstore/db-client/generated/status_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import * as errors from './errors.js';
import type { Faults } from './faults.js';
import type { AppendDecision, ExpectedRevision, ProposedEvent } from './log.js';
import { streamIdentifier } from './messages.js';
import { REQUIRES_LEADER_HEADER, type AppendOutcome, type Node } from './node.js';

type Call = ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>;

/** An append whose messages are still coming in. */
interface Request {
  readonly correlationId: sharedPb.UUID | undefined;
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: ProposedEvent[];
}

const UUID_PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Thrown for what a server answers with BadRequest. */
class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

export function batchAppend(node: Node): (call: Call) => void {
  return (call) => {
    const requests = new Map<string, Request>();
    call.on('data', (message: streamsPb.BatchAppendReq) => take(node, call, requests, message));
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  };
}

function take(node: Node, call: Call, requests: Map<string, Request>, message: streamsPb.BatchAppendReq): void {
  const key = message.getCorrelationId()?.getString() ?? '';
  const options = message.getOptions();
  let request: Request | undefined;
  try {
    request = requests.get(key) ?? (options && begin(message, options));
    if (request === undefined) return;
    requests.set(key, request);
    for (const proposed of message.getProposedMessagesList()) request.events.push(proposedEvent(proposed));
  } catch (error) {
    requests.delete(key);
    refuse(call, message.getCorrelationId(), '', errors.badRequestStatus(String(error)));
    return;
  }
  const refusal = refusalOf(node, request, options);
  if (refusal === undefined && !message.getIsFinal()) return;
  requests.delete(key);
  if (refusal === undefined) carryOut(node, call, request);
  else refuse(call, request.correlationId, request.stream, refusal);
}

/** What a server refuses before it looks at the stream. */
function refusalOf(
  { faults, maxAppendSizeBytes, maxAppendEventSizeBytes }: Node,
  { events }: Request,
  options: streamsPb.BatchAppendReq.Options | undefined,
): statusPb.Status | undefined {
  if (faults.denyAccess) return errors.accessDeniedStatus();
  if (isExpired(options)) return errors.timeoutStatus();
  const tooLarge = events.find((event) => sizeBytesOf(event) > maxAppendEventSizeBytes);
  if (tooLarge !== undefined) {
    return errors.maximumAppendEventSizeExceededStatus(tooLarge.id, sizeBytesOf(tooLarge), maxAppendEventSizeBytes);
  }
  const sizeBytes = events.reduce((sum, event) => sum + sizeBytesOf(event), 0);
  return sizeBytes > maxAppendSizeBytes ? errors.maximumAppendSizeExceededStatus(maxAppendSizeBytes) : undefined;
}

function sizeBytesOf({ type, data, metadata }: ProposedEvent): number {
  return 2 * type.length + data.length + metadata.length;
}

function begin(message: streamsPb.BatchAppendReq, options: streamsPb.BatchAppendReq.Options): Request {
  const stream = Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
  if (stream === '') throw new BadRequest('Required field StreamIdentifier not set.');
  return { correlationId: message.getCorrelationId(), stream, expected: expectedRevision(options), events: [] };
}

function expectedRevision(options: streamsPb.BatchAppendReq.Options): ExpectedRevision {
  if (options.hasStreamPosition()) return Number(options.getStreamPosition());
  if (options.hasNoStream()) return -1;
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream_exists';
  throw new BadRequest('ExpectedStreamPosition is not set.');
}

/** A deadline is an instant of the client's clock that the server compares with its own. */
function isExpired(options: streamsPb.BatchAppendReq.Options | undefined): boolean {
  const deadline = options?.getDeadline();
  return deadline !== undefined && deadline.toDate().getTime() <= Date.now();
}

function proposedEvent(message: streamsPb.BatchAppendReq.ProposedMessage): ProposedEvent {
  const id = message.getId()?.getString() ?? '';
  if (!UUID_PATTERN.test(id)) throw new BadRequest(`Guid should contain 32 digits with 4 dashes: ${id}`);
  const type = message.getMetadataMap().get('type');
  const contentType = message.getMetadataMap().get('content-type');
  if (!type || !contentType) throw new BadRequest("Required Metadata Property 'type' or 'content-type' is missing");
  return { id: id.toLowerCase(), type, contentType, data: message.getData_asU8(), metadata: message.getCustomMetadata_asU8() };
}

function carryOut(node: Node, call: Call, request: Request): void {
  const { faults } = node;
  const { correlationId, stream } = request;
  const requiresLeader = call.metadata.get(REQUIRES_LEADER_HEADER)[0] === 'true';
  node.counts.appends += 1;
  if (faults.leader !== undefined && requiresLeader) {
    call.emit('error', errors.notLeader(faults.leader));
    return;
  }
  if (faults.take('loseRequests')) return;
  if (faults.take('notReady')) {
    refuse(call, correlationId, stream, errors.notReadyStatus());
    return;
  }
  node.append({ ...request, requiresLeader }, (outcome) => settle(faults, call, request, outcome));
}

function settle(faults: Faults, call: Call, request: Request, outcome: AppendOutcome): void {
  const { correlationId, stream } = request;
  switch (outcome.kind) {
    case 'not-leader':
      // As a server does: one refused append ends the stream of all.
      call.emit('error', errors.notLeader(outcome.leader));
      return;
    case 'not-ready':
      refuse(call, correlationId, stream, errors.notReadyStatus());
      return;
    case 'timeout':
      refuse(call, correlationId, stream, errors.timeoutStatus());
      return;
    default:
      decided(faults, call, request, outcome);
  }
}

function decided(faults: Faults, call: Call, request: Request, decision: AppendDecision): void {
  const { correlationId, stream } = request;
  if (faults.take('loseAnswers') || (decision.kind === 'idempotent' && faults.take('dropDuplicates'))) return;
  const failure = faults.take('commitTimeouts')
    ? errors.timeoutStatus()
    : faults.take('internalErrors')
      ? errors.internalErrorStatus()
      : undefined;
  const answer =
    failure === undefined ? answerTo(request, decision, faults.take('hidePositions')) : refusal(correlationId, stream, failure);
  if (faults.delayAnswersMs > 0) setTimeout(() => write(call, answer), faults.delayAnswersMs).unref();
  else write(call, answer);
}

function answerTo(request: Request, decision: AppendDecision, hidePosition: boolean): streamsPb.BatchAppendResp {
  const { correlationId, stream, expected } = request;
  switch (decision.kind) {
    case 'wrong-expected-version':
      return refusal(correlationId, stream, errors.wrongExpectedVersionStatus(decision.current, expected));
    case 'stream-deleted':
      return refusal(correlationId, stream, errors.streamDeletedStatus(stream));
    case 'written':
    case 'idempotent': {
      const success = new streamsPb.BatchAppendResp.Success().setCurrentRevision(String(decision.revision));
      const position = decision.position.toString();
      if (hidePosition) success.setNoPosition(new emptyPb.Empty());
      else success.setPosition(new sharedPb.AllStreamPosition().setCommitPosition(position).setPreparePosition(position));
      return answer(correlationId, stream).setSuccess(success);
    }
  }
}

function answer(correlationId: sharedPb.UUID | undefined, stream: string): streamsPb.BatchAppendResp {
  return new streamsPb.BatchAppendResp().setCorrelationId(correlationId).setStreamIdentifier(streamIdentifier(stream));
}

function refusal(correlationId: sharedPb.UUID | undefined, stream: string, error: statusPb.Status): streamsPb.BatchAppendResp {
  return answer(correlationId, stream).setError(error);
}

function refuse(call: Call, correlationId: sharedPb.UUID | undefined, stream: string, error: statusPb.Status): void {
  write(call, refusal(correlationId, stream, error));
}

function write(call: Call, response: streamsPb.BatchAppendResp): void {
  if (!call.cancelled && call.writable) call.write(response);
}
