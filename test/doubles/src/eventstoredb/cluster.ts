// A cluster of EventStoreDB doubles: members that replicate one log, elect a leader, and can be killed, frozen and cut off.
// Clients meet refusals during elections, leaders without a majority, and the loss of appends that were never acknowledged.
import { randomUUID } from 'node:crypto';
import type { GossipMember, MemberState } from './gossip-plays.js';
import { EventLog, type LogEvent } from './log.js';
import { Council } from './council.js';
import { Member, type ClusterMember } from './member.js';
import { newLog, type NodeLimits } from './node.js';
import { randomNumbers } from './random.js';

/** Options of a cluster. The intervals of a real one (version 23.10) are about ten times as long as the defaults. */
export interface EventStoreDbClusterOptions extends NodeLimits {
  /** How many; 3 by default. */
  readonly members?: number;
  /** Duration of an election, from the moment when no member of a majority knows a leader; 200 by default. */
  readonly electionMs?: number;
  /** Delay until a leader without a majority steps down; 300 by default, about 5,000 in a real cluster. */
  readonly stepDownMs?: number;
  /** Heartbeat timeout: delay until a silent peer counts as dead, or a newer leader is noticed. A killed peer is noticed at once. 50 by default. */
  readonly noticeMs?: number;
  /** Delay until an append that is not committed is answered with Timeout; Infinity: never. 200 by default, 2,000 in a real cluster. */
  readonly commitTimeoutMs?: number;
  /** Delay of replication to followers; 0 by default. */
  readonly replicationMs?: number;
  /** Delay until a member that has exited to truncate its log is started again; Infinity: never. 50 by default. */
  readonly restartMs?: number;
  /** How many elections choose the frozen leader again, as real clusters may; 0 by default. */
  readonly frozenElections?: number;
  /** Decides which of several equally complete members leads. */
  readonly seed?: number;
  /** Members without a vote that gossip also lists, at a closed port: MANAGER or READONLYREPLICA. */
  readonly bystanders?: readonly MemberState[];
}

export interface EventStoreDbCluster {
  /** `esdb://` with every member. */
  readonly connectionString: string;
  /** `esdb+discover://` with the first member, whose gossip names the others. */
  readonly discoverString: string;
  readonly members: readonly ClusterMember[];
  /** The leader that reaches a majority; undefined during an election. */
  readonly leader: ClusterMember | undefined;
  /** What a majority has, in the order of the log. It contains every acknowledged append, and only grows until the log is replaced. */
  readonly committed: readonly LogEvent[];
  /** Restarts all members, healed, with another log: another database behind the same addresses. Resolves with a leader elected. */
  replaceLog(log: EventLog): Promise<void>;
  /** The same with a new log, as after a restart of members that keep their data in memory. */
  emptyLog(): Promise<void>;
  /** The same with an older state of the committed log, as a restored backup. Place: see `EventLog.setBackTo`. */
  setBackTo(place: number | bigint): Promise<void>;
  /** Heals every member. A leader may be elected later. */
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
/** A port without a listener. */
const CLOSED_PORT = 1;

/** Listens on free ports of 127.0.0.1. Resolves with a leader elected. */
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
