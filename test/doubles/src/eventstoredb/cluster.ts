// A cluster of EventStoreDB doubles: members that replicate one log, elect a leader, and can be killed, frozen and cut off.
// It plays what clients meet: refusals between two leaders, a leader without a majority, what was never acknowledged and is lost.
import { randomUUID } from 'node:crypto';
import type { GossipMember, MemberState } from './gossip-plays.js';
import { EventLog, type LogEvent } from './log.js';
import { Council } from './council.js';
import { Member, type ClusterMember } from './member.js';
import { newLog, type NodeLimits } from './node.js';
import { randomNumbers } from './random.js';

/** Intervals of a real cluster of version 23.10 are about ten times as long. */
export interface EventStoreDbClusterOptions extends NodeLimits {
  /** 3 by default. */
  readonly members?: number;
  /** From the moment when a majority knows of no leader until it has one; 200 by default. */
  readonly electionMs?: number;
  /** How long a leader without a majority goes on; 300 by default, about 5,000 in a real cluster. */
  readonly stepDownMs?: number;
  /** Until silence of a peer is taken for its end; that a process was killed is known at once. 50 by default. */
  readonly noticeMs?: number;
  /** Until an append that is not committed is answered with Timeout; Infinity: never. 200 by default, 2,000 in a real cluster. */
  readonly commitTimeoutMs?: number;
  /** Until followers have what the leader has written; 0 by default. */
  readonly replicationMs?: number;
  /** Until a member that has ended itself, to cut off what the others do not have, is started again; Infinity: never. 50 by default. */
  readonly restartMs?: number;
  /** How many elections choose a leader that has frozen once more, as those of real clusters may; 0 by default. */
  readonly frozenElections?: number;
  /** Decides which member leads when several could. */
  readonly seed?: number;
  /** Members without a vote that gossip names too, on addresses where nobody listens: MANAGER or READONLYREPLICA. */
  readonly bystanders?: readonly MemberState[];
}

export interface EventStoreDbCluster {
  /** `esdb://` with every member. */
  readonly connectionString: string;
  /** `esdb+discover://` with the first member, of whom clients ask the others. */
  readonly discoverString: string;
  readonly members: readonly ClusterMember[];
  /** The member that leads and reaches a majority; undefined between two leaders. */
  readonly leader: ClusterMember | undefined;
  /** What a majority has, in the order of the log: never changed, only continued, unless it is replaced. What was acknowledged is in it. */
  readonly committed: readonly LogEvent[];
  /** All members end and come back, healed, with another log: another database behind their addresses. There is a leader when it resolves. */
  replaceLog(log: EventLog): Promise<void>;
  /** The same with a new log, as that of members that keep their data in memory. */
  emptyLog(): Promise<void>;
  /** The same with an older state of the committed log: a restored backup. Place: see `EventLog.setBackTo`. */
  setBackTo(place: number | bigint): Promise<void>;
  /** Ends whatever was done to the members; a leader is found a moment later. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

const MEMBERS_DEFAULT = 3;
const ELECTION_MS_DEFAULT = 200;
const STEP_DOWN_MS_DEFAULT = 300;
const NOTICE_MS_DEFAULT = 50;
const COMMIT_TIMEOUT_MS_DEFAULT = 200;
const RESTART_MS_DEFAULT = 50;
const SEED_DEFAULT = 1;
/** Nobody listens there. */
const CLOSED_PORT = 1;

/** Listens on free ports of 127.0.0.1. It has a leader when this resolves. */
export async function eventStoreDbCluster(options: EventStoreDbClusterOptions = {}): Promise<EventStoreDbCluster> {
  const council = new Council({
    electionMs: options.electionMs ?? ELECTION_MS_DEFAULT,
    stepDownMs: options.stepDownMs ?? STEP_DOWN_MS_DEFAULT,
    noticeMs: options.noticeMs ?? NOTICE_MS_DEFAULT,
    replicationMs: options.replicationMs ?? 0,
    frozenElections: options.frozenElections ?? 0,
  });
  council.begin(await openMembers(options, council), newLog());
  const { members } = council;
  const hosts = members.map(({ endpoint: { host, port } }) => `${host}:${port}`);
  return {
    connectionString: `esdb://${hosts.join(',')}?tls=false`,
    discoverString: `esdb+discover://${hosts[0]}?tls=false`,
    members,
    get leader() {
      return council.leader;
    },
    committed: council.committed,
    replaceLog: (log) => council.beginAnew(log),
    emptyLog: () => council.beginAnew(newLog()),
    setBackTo: (place) => {
      const log = new EventLog();
      log.adopt(council.committed);
      log.setBackTo(place);
      return council.beginAnew(log);
    },
    heal: async () => {
      for (const member of members) await member.heal();
    },
    close: () => council.close(),
  };
}

function openMembers(options: EventStoreDbClusterOptions, council: Council): Promise<Member[]> {
  const random = randomNumbers(options.seed ?? SEED_DEFAULT);
  const bystanders = (options.bystanders ?? []).map(bystander);
  const opening = Array.from({ length: options.members ?? MEMBERS_DEFAULT }, (_, index) => {
    const commitTimeoutMs = options.commitTimeoutMs ?? COMMIT_TIMEOUT_MS_DEFAULT;
    const restartMs = options.restartMs ?? RESTART_MS_DEFAULT;
    return Member.open({ ...options, index, priority: random(), commitTimeoutMs, restartMs, bystanders }, council);
  });
  return Promise.all(opening);
}

function bystander(state: MemberState): GossipMember {
  return { instanceId: randomUUID(), state, isAlive: true, endpoint: { host: '127.0.0.1', port: CLOSED_PORT } };
}
