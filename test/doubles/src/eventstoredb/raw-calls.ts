// Single calls to one node, without the client of the package, so that tests see each answer of the protocol.
import { randomUUID } from 'node:crypto';
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import streamsGrpc from '@eventstore/db-client/generated/streams_grpc_pb.js';
import streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import { credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import emptyPb from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Endpoint } from './endpoint.js';
import type { MemberState } from './gossip-plays.js';

/** An answer in the stream of appends. */
export type AppendAnswer =
  | { readonly kind: 'success'; readonly revision: number; readonly position: bigint }
  /** A packed status: its code, its message and the name of its details. */
  | { readonly kind: 'error'; readonly code: number; readonly message: string; readonly details: string };

/** An open stream of appends to one node. */
export interface RawAppends {
  /** Resolves with the answer, or never. An expected revision of -1 is `no_stream`. */
  append(stream: string, expected: number, ids?: readonly string[]): Promise<AppendAnswer>;
  /** Resolves with the error that the whole stream of appends ends with. */
  readonly failed: Promise<ServiceError>;
  close(): void;
}

/** By default the clients of a process share one connection to an address. */
const OWN_CONNECTION = { 'grpc.use_local_subchannel_pool': 1 };

/** Opens a stream of appends; by default one that requires the leader. */
export function rawAppends({ host, port }: Endpoint, requiresLeader = true): RawAppends {
  const client = new streamsGrpc.StreamsClient(`${host}:${port}`, credentials.createInsecure(), OWN_CONNECTION);
  const call = client.batchAppend(leaderHeader(requiresLeader), {});
  const waiting = new Map<string, (answer: AppendAnswer) => void>();
  call.on('data', (message: streamsPb.BatchAppendResp) => waiting.get(message.getCorrelationId()?.getString() ?? '')?.(answerOf(message)));
  const failed = new Promise<ServiceError>((resolve) => call.on('error', (error) => resolve(error as ServiceError)));
  return {
    append: (stream, expected, ids = [randomUUID()]) => {
      const request = appendRequest(stream, expected, ids);
      const answer = new Promise<AppendAnswer>((resolve) => waiting.set(request.getCorrelationId()?.getString() ?? '', resolve));
      call.write(request);
      return answer;
    },
    failed,
    close: () => client.close(),
  };
}

function leaderHeader(requiresLeader: boolean): Metadata {
  const metadata = new Metadata();
  if (requiresLeader) metadata.set('requires-leader', 'true');
  return metadata;
}

function appendRequest(stream: string, expected: number, ids: readonly string[]): streamsPb.BatchAppendReq {
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const options = new streamsPb.BatchAppendReq.Options().setStreamIdentifier(identifier);
  if (expected === -1) options.setNoStream(new emptyPb.Empty());
  else options.setStreamPosition(String(expected));
  const messages = ids.map((id) => {
    const message = new streamsPb.BatchAppendReq.ProposedMessage().setId(new sharedPb.UUID().setString(id));
    message.setData(Buffer.from('{}')).setCustomMetadata(Buffer.from('{}'));
    message.getMetadataMap().set('type', 'ConfigSet').set('content-type', 'application/json');
    return message;
  });
  return new streamsPb.BatchAppendReq()
    .setCorrelationId(new sharedPb.UUID().setString(randomUUID()))
    .setOptions(options)
    .setProposedMessagesList(messages)
    .setIsFinal(true);
}

function answerOf(message: streamsPb.BatchAppendResp): AppendAnswer {
  const error = message.getError();
  if (error !== undefined) {
    return { kind: 'error', code: error.getCode(), message: error.getMessage(), details: error.getDetails()?.getTypeName() ?? '' };
  }
  const success = message.getSuccess();
  const position = BigInt(success?.getPosition()?.getCommitPosition() ?? -1);
  return { kind: 'success', revision: Number(success?.getCurrentRevision()), position };
}

/** Revisions of a stream as this node reads it. Rejects with the error of the call. */
export function rawRead({ host, port }: Endpoint, stream: string, requiresLeader: boolean): Promise<readonly number[]> {
  const client = new streamsGrpc.StreamsClient(`${host}:${port}`, credentials.createInsecure(), OWN_CONNECTION);
  const { Options } = streamsPb.ReadReq;
  const identifier = new sharedPb.StreamIdentifier();
  identifier.setStreamName(Buffer.from(stream));
  const options = new Options()
    .setStream(new Options.StreamOptions().setStreamIdentifier(identifier).setStart(new sharedPb.Empty()))
    .setCount('1000')
    .setNoFilter(new sharedPb.Empty())
    .setUuidOption(new Options.UUIDOption().setString(new sharedPb.Empty()));
  const call = client.read(new streamsPb.ReadReq().setOptions(options), leaderHeader(requiresLeader), {});
  const revisions: number[] = [];
  call.on('data', (answer: streamsPb.ReadResp) => {
    const revision = answer.getEvent()?.getEvent()?.getStreamRevision();
    if (revision !== undefined) revisions.push(Number(revision));
  });
  return new Promise<readonly number[]>((resolve, reject) => {
    call.on('error', reject).on('end', () => resolve(revisions));
  }).finally(() => client.close());
}

/** One line of a node's gossip. */
export interface RawMember {
  readonly instanceId: string;
  readonly state: MemberState;
  readonly isAlive: boolean;
  readonly port: number;
}

/** The gossip of a node. Rejects when there is no answer within `timeoutMs`. */
export function rawGossip({ host, port }: Endpoint, timeoutMs = 5_000): Promise<readonly RawMember[]> {
  const client = new gossipGrpc.GossipClient(`${host}:${port}`, credentials.createInsecure(), OWN_CONNECTION);
  return new Promise<readonly RawMember[]>((resolve, reject) => {
    client.read(new sharedPb.Empty(), new Metadata(), { deadline: Date.now() + timeoutMs }, (error, info) => {
      if (error) reject(error);
      else resolve(info.getMembersList().map(rawMember));
    });
  }).finally(() => client.close());
}

const STATES = Object.keys(gossipPb.MemberInfo.VNodeState) as readonly MemberState[];

function rawMember(member: gossipPb.MemberInfo): RawMember {
  const state = STATES.find((name) => gossipPb.MemberInfo.VNodeState[name] === member.getState()) ?? 'UNKNOWN';
  const instanceId = member.getInstanceId()?.getString() ?? '';
  return { instanceId, state, isAlive: member.getIsAlive(), port: member.getHttpEndPoint()?.getPort() ?? 0 };
}
