// Which member leads, by what the members answer. Pure; asked by discovery after each answer.
import { addressOf, type Endpoint } from './connection-string.js';

/** A member as another one sees it. */
export interface Member {
  readonly endpoint: Endpoint;
  readonly isAlive: boolean;
  readonly leads: boolean;
  /** False for managers and read-only replicas, which do not vote. */
  readonly votes: boolean;
}

export interface GossipAnswer {
  /** Who answered, by the address that was asked. */
  readonly asked: Endpoint;
  readonly members: readonly Member[];
}

/**
 * The leader that most answers name; of two with equally many, the one whose own answer shows a majority alive. One that a single answer
 * names is followed only if that answer shows a majority: a member that is cut off from the others believes in itself.
 * `isComplete` is false while more answers may come: then only a leader that more than half of the voters name is answered.
 */
export function leaderOf(answers: readonly GossipAnswer[], isComplete: boolean): Endpoint | null {
  const votes = votesOf(attributed(answers));
  const most = Math.max(0, ...votes.map(({ voters }) => voters.length));
  const [first, ...others] = votes.filter(({ voters }) => voters.length === most);
  if (first === undefined) return null;
  if (!isComplete) return others.length === 0 && isMajority(most, first.voters) ? first.leader : null;
  if (others.length === 0 && most > 1) return first.leader;
  if (others.length === 0) return first.voters.some(showsMajority) ? first.leader : null;
  const believed = [first, ...others].filter(({ leader, voters }) =>
    voters.some((voter) => isSame(voter.asked, leader) && showsMajority(voter)),
  );
  return believed.length === 1 && believed[0] !== undefined ? believed[0].leader : null;
}

interface Votes {
  readonly leader: Endpoint;
  readonly voters: readonly GossipAnswer[];
}

/** Members that the answers know by the address that was asked: two addresses of one member must not count twice. */
function attributed(answers: readonly GossipAnswer[]): readonly GossipAnswer[] {
  const known = new Set(answers.flatMap(({ members }) => members.map(({ endpoint }) => addressOf(endpoint))));
  const own = answers.filter(({ asked }) => known.has(addressOf(asked)));
  return own.length > 0 ? own : answers;
}

function votesOf(answers: readonly GossipAnswer[]): Votes[] {
  const votes = new Map<string, { leader: Endpoint; voters: GossipAnswer[] }>();
  for (const answer of answers) {
    const leaders = answer.members.filter(({ leads, isAlive }) => leads && isAlive);
    // An answer that names two leaders, in the middle of a change, names none.
    const [leader] = leaders;
    if (leader === undefined || leaders.length > 1) continue;
    const address = addressOf(leader.endpoint);
    const named = votes.get(address) ?? { leader: leader.endpoint, voters: [] };
    named.voters.push(answer);
    votes.set(address, named);
  }
  return [...votes.values()];
}

function isMajority(count: number, answers: readonly GossipAnswer[]): boolean {
  return answers.every(({ members }) => count > members.filter((member) => member.votes).length / 2);
}

function showsMajority({ members }: GossipAnswer): boolean {
  const voters = members.filter((member) => member.votes);
  return voters.filter((member) => member.isAlive).length > voters.length / 2;
}

const isSame = (one: Endpoint, other: Endpoint): boolean => addressOf(one) === addressOf(other);
