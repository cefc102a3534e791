// What a node of the EventStoreDB double gossips about its cluster, and functions that falsify it.
import type { Endpoint } from './endpoint.js';

/** State of a member, by the names of the protocol. */
export type MemberState =
  | 'INITIALIZING'
  | 'DISCOVERLEADER'
  | 'UNKNOWN'
  | 'PREREPLICA'
  | 'CATCHINGUP'
  | 'CLONE'
  | 'FOLLOWER'
  | 'PRELEADER'
  | 'LEADER'
  | 'MANAGER'
  | 'SHUTTINGDOWN'
  | 'SHUTDOWN'
  | 'READONLYLEADERLESS'
  | 'PREREADONLYREPLICA'
  | 'READONLYREPLICA'
  | 'RESIGNINGLEADER';

/** One line of a gossip answer. */
export interface GossipMember {
  readonly instanceId: string;
  readonly state: MemberState;
  readonly isAlive: boolean;
  /** Where clients reach it. */
  readonly endpoint: Endpoint;
}

/** Maps what a node would list to what it lists. */
export type GossipPlay = (members: readonly GossipMember[]) => readonly GossipMember[];

/** No member leads: all members with a vote are UNKNOWN, as during an election. */
export const withoutLeader: GossipPlay = (members) => members.map((member) => (hasVote(member) ? { ...member, state: 'UNKNOWN' } : member));

/**
 * This endpoint leads and every other member with a vote follows. With `alive`, only the members at those endpoints are alive. So two
 * nodes can both claim to lead, one with a majority and one without.
 */
export function ledBy(leader: Endpoint, alive?: readonly Endpoint[]): GossipPlay {
  return (members) =>
    members.map((member) => ({
      ...member,
      state: !hasVote(member) ? member.state : isSame(member.endpoint, leader) ? 'LEADER' : 'FOLLOWER',
      isAlive: alive === undefined ? member.isAlive : alive.some((endpoint) => isSame(endpoint, member.endpoint)),
    }));
}

function hasVote({ state }: GossipMember): boolean {
  return state !== 'MANAGER' && !state.includes('READONLY');
}

function isSame(one: Endpoint, other: Endpoint): boolean {
  return one.host === other.host && one.port === other.port;
}
