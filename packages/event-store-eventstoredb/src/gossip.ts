// Asks one member of a cluster who its members are, and which of them leads.
import gossipGrpc from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import { Channel } from '@grpc/grpc-js';
import { addressOf, type Endpoint, type Servers } from './connection-string.js';
import type { GossipAnswer, Member } from './leader.js';

const { VNodeState } = gossipPb.MemberInfo;
/** States of members that take no part in elections. */
const NO_VOTERS: ReadonlySet<number> = new Set([
  VNodeState.MANAGER,
  VNodeState.READONLYLEADERLESS,
  VNodeState.PREREADONLYREPLICA,
  VNodeState.READONLYREPLICA,
]);

/** Rejects as the call does: UNAVAILABLE when the member refuses, DEADLINE_EXCEEDED when it is silent for `timeoutMs`. */
export async function askMember(member: Endpoint, servers: Servers, timeoutMs: number): Promise<GossipAnswer> {
  // A channel for each question: one that is kept pauses between its attempts to connect, and would see a member that came back too late.
  const address = addressOf(member);
  const channel = new Channel(address, servers.channelCredentials, servers.channelOptions);
  try {
    const client = new gossipGrpc.GossipClient(address, servers.channelCredentials, { channelOverride: channel });
    const info = await new Promise<gossipPb.ClusterInfo>((resolve, reject) => {
      const headers = servers.headers({ requiresLeader: false });
      client.read(new sharedPb.Empty(), headers, { deadline: Date.now() + timeoutMs }, (error, answer) => {
        if (error) reject(error);
        else resolve(answer);
      });
    });
    return { asked: member, members: info.getMembersList().flatMap(memberOf) };
  } finally {
    channel.close();
  }
}

function memberOf(info: gossipPb.MemberInfo): Member[] {
  const at = info.getHttpEndPoint();
  if (at === undefined) return [];
  const state = info.getState();
  const endpoint = { host: at.getAddress(), port: at.getPort() };
  return [{ endpoint, isAlive: info.getIsAlive(), leads: state === VNodeState.LEADER, votes: !NO_VOTERS.has(state) }];
}
