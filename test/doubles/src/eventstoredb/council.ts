// Heartbeats, elections, replication and commits of the cluster double. All members live in one process, so one heartbeat looks at
// all of them, and a slow process delays the clocks of all members alike.
import type { EventLog, LogEvent } from './log.js';
import type { Member, Peers } from './member.js';

export interface CouncilOptions {
  readonly electionMs: number;
  readonly stepDownMs: number;
  readonly noticeMs: number;
  readonly replicationMs: number;
  readonly frozenElections: number;
}

const HEARTBEAT_MS = 10;

export class Council implements Peers {
  members: readonly Member[] = [];
  readonly committed: LogEvent[] = [];
  readonly #options: CouncilOptions;
  #epoch = 0;
  #electionSinceMs: number | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  /** Copies that `replicationMs` delays at the moment. */
  #underWay = 0;
  #isLooking = false;
  #frozenElections: number;

  constructor(options: CouncilOptions) {
    this.#options = options;
    this.#frozenElections = options.frozenElections;
  }

  /** The leader that reaches a majority. */
  get leader(): Member | undefined {
    const group = this.#groups().find((group) => this.#isMajority(group));
    return group && leaderOf(group);
  }

  /** Gives each member this log. The member with the highest priority leads. */
  begin(members: readonly Member[], log: EventLog): void {
    this.members = members;
    this.#replaceLogs(log);
    this.#leadFirst();
  }

  /** Ends all members and starts them with another log on their disks. */
  async beginAnew(log: EventLog): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    for (const member of this.members) member.kill();
    this.#replaceLogs(log);
    await Promise.all(this.members.map((member) => member.heal()));
    this.#leadFirst();
  }

  #replaceLogs({ events }: EventLog): void {
    for (const { replica } of this.members) replica.replaceWith(events);
    this.committed.length = 0;
    for (const event of events) this.committed.push(event);
  }

  #leadFirst(): void {
    this.#lead(best(this.members));
    // At the first look the others join, at the second they follow.
    this.#look();
    this.#look();
    this.#heartbeat = setInterval(() => this.#look(), HEARTBEAT_MS).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    for (const member of this.members) await member.close();
  }

  changed(): void {
    // A member that exits during a look is seen by the next one.
    if (this.#heartbeat !== undefined && !this.#isLooking) this.#look();
  }

  reaches(one: Member, other: Member): boolean {
    return this.#groupOf(one).includes(other);
  }

  replicate(leader: Member): void {
    const count = leader.written.length;
    if (this.#options.replicationMs === 0) {
      this.#copy(leader, count);
      return;
    }
    this.#underWay += 1;
    const arrive = (): void => {
      this.#underWay -= 1;
      this.#copy(leader, count);
    };
    setTimeout(arrive, this.#options.replicationMs).unref();
  }

  /** Groups of members that reach each other. A member that is cut off is a group of its own; a frozen one is in no group. */
  #groups(): readonly (readonly Member[])[] {
    const running = this.members.filter(({ isRunning }) => isRunning);
    const together = running.filter(({ isCutFromPeers }) => !isCutFromPeers);
    return [together, ...running.filter(({ isCutFromPeers }) => isCutFromPeers).map((member) => [member])];
  }

  #groupOf(member: Member): readonly Member[] {
    return this.#groups().find((group) => group.includes(member)) ?? [];
  }

  #isMajority(group: readonly Member[]): boolean {
    return group.length > this.members.length / 2;
  }

  #look(): void {
    this.#isLooking = true;
    const nowMs = performance.now();
    const groups = this.#groups();
    if (!groups.some((group) => this.#isMajority(group))) this.#electionSinceMs = undefined;
    for (const group of groups) this.#govern(group, nowMs);
    // Anew, because a member may have exited.
    for (const group of this.#groups()) this.#hear(group, nowMs);
    this.#isLooking = false;
  }

  #govern(group: readonly Member[], nowMs: number): void {
    const leader = leaderOf(group) ?? this.#elect(group, nowMs);
    if (leader === undefined) return;
    if (this.#isMajority(group)) this.#electionSinceMs = undefined;
    for (const member of group) if (member !== leader) this.#follow(member, leader, nowMs);
    if (this.#underWay === 0) this.#copy(leader, leader.written.length);
    this.#stepDown(leader, this.#isMajority(group), nowMs);
  }

  #elect(group: readonly Member[], nowMs: number): Member | undefined {
    for (const member of group) if (this.#hasLost(member, group, nowMs)) member.becomeUnknown();
    if (!this.#isMajority(group) || group.some(({ role }) => role !== 'UNKNOWN')) return undefined;
    this.#electionSinceMs ??= nowMs;
    if (nowMs - this.#electionSinceMs < this.#options.electionMs) return undefined;
    const frozen = this.members.find((member) => member.isLeader && !member.isRunning);
    if (frozen === undefined || this.#frozenElections === 0) return this.#lead(best(group));
    this.#electFrozen(group, frozen, nowMs);
    return undefined;
  }

  /** Elects a leader that does not answer. The members notice after `noticeMs`. */
  #electFrozen(group: readonly Member[], frozen: Member, nowMs: number): void {
    this.#frozenElections -= 1;
    this.#electionSinceMs = undefined;
    for (const member of group) {
      member.role = 'CATCHINGUP';
      member.leader = frozen;
      member.sights.set(frozen, { state: 'LEADER', isAlive: true, heardAtMs: nowMs });
    }
  }

  /** True when its leader has stepped down or has been silent for `noticeMs`. */
  #hasLost(member: Member, group: readonly Member[], nowMs: number): boolean {
    const { leader } = member;
    if (leader === undefined) return false;
    if (group.includes(leader)) return true;
    return !this.#isAlive(member, leader, nowMs);
  }

  /** Whether `one` takes `other`, out of its reach, for alive. A killed process closes its connections, so that is noticed at once. */
  #isAlive(one: Member, other: Member, nowMs: number): boolean {
    if (!other.isUp && !one.isCutFromPeers && !other.isCutFromPeers) return false;
    return nowMs - (one.sights.get(other)?.heardAtMs ?? -Infinity) < this.#options.noticeMs;
  }

  #lead(member: Member): Member {
    this.#epoch += 1;
    member.becomeUnknown();
    member.role = 'LEADER';
    member.replica.epoch = this.#epoch;
    member.acknowledged.clear();
    return member;
  }

  #stepDown(leader: Member, hasMajority: boolean, nowMs: number): void {
    if (hasMajority) leader.loneSinceMs = undefined;
    else if (leader.loneSinceMs === undefined) leader.loneSinceMs = nowMs;
    else if (nowMs - leader.loneSinceMs >= this.#options.stepDownMs) leader.becomeUnknown();
  }

  /** One step of joining a leader: notice it, truncate what it does not have, catch up, follow. */
  #follow(member: Member, leader: Member, nowMs: number): void {
    if (follows(member, leader)) return;
    if (member.role === 'LEADER') {
      member.doubtedSinceMs ??= nowMs;
      if (nowMs - member.doubtedSinceMs < this.#options.noticeMs) return;
    }
    const common = member.replica.commonWith(leader.replica);
    if (member.written.length > common) {
      member.exitAndCutTo(common);
    } else if (member.role !== 'CATCHINGUP' || member.leader !== leader) {
      member.becomeUnknown();
      member.role = 'CATCHINGUP';
      member.leader = leader;
    } else {
      member.replica.copyFrom(leader.replica, leader.written.length);
      // Not before it has caught up: elections compare epochs first.
      member.replica.epoch = leader.replica.epoch;
      member.role = 'FOLLOWER';
    }
  }

  /** Copies up to `count` events to the followers in reach, commits what a majority has, and tells the followers. */
  #copy(leader: Member, count: number): void {
    if (leader.role !== 'LEADER') return;
    const followers = this.#groupOf(leader).filter((member) => follows(member, leader));
    for (const follower of followers) {
      follower.replica.copyFrom(leader.replica, count);
      leader.acknowledged.set(follower, follower.written.length);
    }
    this.#commit(leader);
    for (const { replica } of followers) replica.commitTo(leader.replica.readable.events.length);
  }

  #commit(leader: Member): void {
    const counts = this.members.map((member) => (member === leader ? leader.written.length : (leader.acknowledged.get(member) ?? 0)));
    const count = counts.sort((a, b) => b - a)[Math.floor(this.members.length / 2)] ?? 0;
    leader.replica.commitTo(count);
    const { events } = leader.replica.readable;
    if (events.length <= this.committed.length) return;
    const last = this.committed.length - 1;
    if (events[last] !== this.committed[last]) throw new Error('The cluster double has committed two logs: a bug of the double.');
    for (const event of events.slice(this.committed.length)) this.committed.push(event);
  }

  #hear(group: readonly Member[], nowMs: number): void {
    for (const member of group) {
      for (const other of this.members) {
        if (other === member) continue;
        if (group.includes(other)) member.sights.set(other, { state: other.role, isAlive: true, heardAtMs: nowMs });
        else this.#miss(member, other, nowMs);
      }
    }
  }

  #miss(member: Member, other: Member, nowMs: number): void {
    const sight = member.sights.get(other);
    if (sight !== undefined) sight.isAlive = this.#isAlive(member, other, nowMs);
  }
}

function follows(member: Member, leader: Member): boolean {
  return member.role === 'FOLLOWER' && member.leader === leader && member.replica.epoch === leader.replica.epoch;
}

/** The leader of the newest epoch. */
function leaderOf(group: readonly Member[]): Member | undefined {
  return group.filter(({ role }) => role === 'LEADER').sort((a, b) => b.replica.epoch - a.replica.epoch)[0];
}

/** The member with the most complete log: by epoch, then length, then priority, as servers compare. */
function best(members: readonly Member[]): Member {
  const [first] = [...members].sort(
    (a, b) => b.replica.epoch - a.replica.epoch || b.written.length - a.written.length || b.priority - a.priority,
  );
  if (first === undefined) throw new Error('A cluster has at least one member.');
  return first;
}
