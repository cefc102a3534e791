// Gossip.Read of the EventStoreDB double: who is in the cluster and who leads it, for connection strings that name several hosts.
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { GossipMember } from './gossip-plays.js';
import type { Node } from './node.js';

type Call = ServerUnaryCall<sharedPb.Empty, gossipPb.ClusterInfo>;

export function gossip(node: Node) {
  return (_call: Call, answer: sendUnaryData<gossipPb.ClusterInfo>): void => {
    node.counts.gossip += 1;
    const { faults } = node;
    if (faults.take('silentGossip')) return;
    const reply = (): void => answer(null, clusterInfo(faults.gossip?.(node.members()) ?? node.members()));
    if (faults.delayGossipMs > 0) setTimeout(reply, faults.delayGossipMs).unref();
    else reply();
  };
}

function clusterInfo(members: readonly GossipMember[]): gossipPb.ClusterInfo {
  const info = new gossipPb.ClusterInfo();
  for (const { instanceId, state, isAlive, endpoint } of members) {
    const member = new gossipPb.MemberInfo()
      .setInstanceId(new sharedPb.UUID().setString(instanceId))
      .setTimeStamp(String(Date.now()))
      .setState(gossipPb.MemberInfo.VNodeState[state])
      .setIsAlive(isAlive)
      .setHttpEndPoint(new gossipPb.EndPoint().setAddress(endpoint.host).setPort(endpoint.port));
    info.addMembers(member);
  }
  return info;
}
