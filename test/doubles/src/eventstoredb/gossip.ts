// Gossip.Read of the EventStoreDB double: who is in the cluster and who leads it, for connection strings that name several hosts.
import { randomUUID } from 'node:crypto';
import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import sharedPb from '@eventstore/db-client/generated/shared_pb.js';
import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type { Endpoint } from './faults.js';
import type { Node } from './node.js';

const { VNodeState } = gossipPb.MemberInfo;

/** A node knows itself and, while it follows, its leader. */
export function gossip(node: Node, self: () => Endpoint) {
  return (_call: ServerUnaryCall<sharedPb.Empty, gossipPb.ClusterInfo>, answer: sendUnaryData<gossipPb.ClusterInfo>): void => {
    const { leader } = node.faults;
    const info = new gossipPb.ClusterInfo();
    info.addMembers(member(self(), leader === undefined ? VNodeState.LEADER : VNodeState.FOLLOWER));
    if (leader !== undefined) info.addMembers(member(leader, VNodeState.LEADER));
    answer(null, info);
  };
}

function member({ host, port }: Endpoint, state: gossipPb.MemberInfo.VNodeState): gossipPb.MemberInfo {
  return new gossipPb.MemberInfo()
    .setInstanceId(new sharedPb.UUID().setString(randomUUID()))
    .setTimeStamp(String(Date.now()))
    .setState(state)
    .setIsAlive(true)
    .setHttpEndPoint(new gossipPb.EndPoint().setAddress(host).setPort(port));
}
