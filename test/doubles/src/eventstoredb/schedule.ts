// Troubles of a cluster by chance and by seed: which member is killed, frozen or cut off when, and healed when. For fault suites.
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDbCluster } from './cluster.js';
import type { ClusterMember } from './member.js';
import { randomNumbers } from './random.js';

/** What begins a trouble, and what ends it. */
const HEALING = { kill: 'start', freeze: 'thaw', cutFromPeers: 'healPeers', cutFromClients: 'healClients' } as const;
type Trouble = keyof typeof HEALING;

/** Methods of `ClusterMember`. */
export type ClusterAction = Trouble | (typeof HEALING)[Trouble];

export interface ScheduledStep {
  /** Since the step before, or since the beginning. */
  readonly afterMs: number;
  readonly action: ClusterAction;
  /** By its index. 'leader' is whoever leads when the trouble begins, and the same member when it ends. */
  readonly member: number | 'leader';
}

export interface ScheduleOptions {
  /** The last trouble ends then, if not before. */
  readonly durationMs: number;
  /** 3 by default. */
  readonly members?: number;
  /** Lets troubles befall any number of members at once; otherwise a majority is well at each moment. */
  readonly loseMajority?: boolean;
  /** Between two steps; 100 and 1,500 by default. */
  readonly stepMsMin?: number;
  readonly stepMsMax?: number;
}

const STEP_MS_MIN_DEFAULT = 100;
const STEP_MS_MAX_DEFAULT = 1_500;
const MEMBERS_DEFAULT = 3;
/** Of all troubles, how many begin with the leader of that moment. */
const LEADER_SHARE = 0.5;
/** Of all steps at which a trouble could begin, how many end one instead. */
const HEALING_SHARE = 0.5;

/** The same seed and options give the same steps. All troubles have ended after the last one. */
export function randomSchedule(seed: number, options: ScheduleOptions): readonly ScheduledStep[] {
  const { durationMs, members = MEMBERS_DEFAULT, stepMsMin = STEP_MS_MIN_DEFAULT, stepMsMax = STEP_MS_MAX_DEFAULT } = options;
  const random = randomNumbers(seed);
  const troubles = new Troubles(random, members, options.loseMajority === true ? members : Math.floor((members - 1) / 2));
  const steps: ScheduledStep[] = [];
  let passedMs = 0;
  for (;;) {
    const afterMs = Math.round(stepMsMin + random() * (stepMsMax - stepMsMin));
    if (passedMs + afterMs >= durationMs) break;
    passedMs += afterMs;
    steps.push({ afterMs, ...(troubles.mayBegin() ? troubles.begin() : troubles.end()) });
  }
  for (let afterMs = durationMs - passedMs; troubles.count > 0; afterMs = 0) steps.push({ afterMs, ...troubles.end() });
  return steps;
}

/** The troubles that have begun. */
class Troubles {
  readonly #random: () => number;
  readonly #members: number;
  readonly #countMax: number;
  readonly #begun = new Map<number | 'leader', Trouble>();

  constructor(random: () => number, members: number, countMax: number) {
    this.#random = random;
    this.#members = members;
    this.#countMax = countMax;
  }

  get count(): number {
    return this.#begun.size;
  }

  mayBegin(): boolean {
    if (this.count === 0) return true;
    return this.count < this.#countMax && this.#random() >= HEALING_SHARE;
  }

  begin(): Pick<ScheduledStep, 'action' | 'member'> {
    const well = Array.from({ length: this.#members }, (_, index) => index).filter((index) => !this.#begun.has(index));
    const aimsAtLeader = !this.#begun.has('leader') && this.#random() < LEADER_SHARE;
    const member = aimsAtLeader || well.length === 0 ? 'leader' : this.#pick(well);
    const action = this.#pick(Object.keys(HEALING) as readonly Trouble[]);
    this.#begun.set(member, action);
    return { action, member };
  }

  end(): Pick<ScheduledStep, 'action' | 'member'> {
    const [member, trouble] = this.#pick([...this.#begun]);
    this.#begun.delete(member);
    return { action: HEALING[trouble], member };
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)] as T;
  }
}

export interface PlayOptions {
  /** Ends the play early. */
  readonly signal?: AbortSignal;
  /** Called with each step before it is taken. */
  readonly onStep?: (step: ScheduledStep, member: ClusterMember) => void;
}

/** Takes the steps at their times, and heals every member at the end. A trouble whose member has one already befalls another one. */
export async function playSchedule(cluster: EventStoreDbCluster, schedule: readonly ScheduledStep[], options: PlayOptions = {}): Promise<void> {
  const victims = new Map<number | 'leader', ClusterMember>();
  try {
    for (const step of schedule) {
      await pause(step.afterMs, undefined, options.signal && { signal: options.signal });
      const victim = victims.get(step.member) ?? victimOf(cluster, step, new Set(victims.values()));
      if (victim === undefined) continue;
      if (step.action in HEALING) victims.set(step.member, victim);
      else victims.delete(step.member);
      options.onStep?.(step, victim);
      await victim[step.action]();
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  } finally {
    await cluster.heal();
  }
}

function victimOf(cluster: EventStoreDbCluster, { member }: ScheduledStep, taken: ReadonlySet<ClusterMember>): ClusterMember | undefined {
  const aimed = member === 'leader' ? cluster.leader : cluster.members[member];
  return aimed !== undefined && !taken.has(aimed) ? aimed : cluster.members.find((other) => !taken.has(other));
}
