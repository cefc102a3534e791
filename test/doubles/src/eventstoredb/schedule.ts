// Random faults of a cluster, reproducible by seed: which member is killed, frozen or cut off, when, and when it is healed.
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStoreDbCluster } from './cluster.js';
import type { ClusterMember } from './member.js';
import { randomNumbers } from './random.js';

/** Each fault, and the action that ends it. */
const HEALING = { kill: 'start', freeze: 'thaw', cutFromPeers: 'healPeers', cutFromClients: 'healClients' } as const;
type FaultAction = keyof typeof HEALING;

/** Methods of `ClusterMember`. */
export type ClusterAction = FaultAction | (typeof HEALING)[FaultAction];

export interface ScheduledStep {
  /** Since the step before; of the first step, since the start. */
  readonly afterMs: number;
  readonly action: ClusterAction;
  /** Index of the member. 'leader' is the member that leads when the fault begins, and the same member when it ends. */
  readonly member: number | 'leader';
}

export interface ScheduleOptions {
  /** Sum of all `afterMs`, at most. The last fault ends then. */
  readonly durationMs: number;
  /** 3 by default. */
  readonly members?: number;
  /** Allows faults of any number of members at once. By default a majority has none, though a healed member may still be catching up. */
  readonly loseMajority?: boolean;
  /** Between two steps; 100 and 1,500 by default. */
  readonly stepMsMin?: number;
  readonly stepMsMax?: number;
}

const STEP_MS_MIN_DEFAULT = 100;
const STEP_MS_MAX_DEFAULT = 1_500;
const MEMBERS_DEFAULT = 3;
/** Share of faults that hit the leader. */
const LEADER_SHARE = 0.5;
/** Share of steps that end a fault although another could begin. */
const HEALING_SHARE = 0.5;

/** Returns the same steps for the same seed and options. All faults have ended after the last step. */
export function randomSchedule(seed: number, options: ScheduleOptions): readonly ScheduledStep[] {
  const { durationMs, members = MEMBERS_DEFAULT, stepMsMin = STEP_MS_MIN_DEFAULT, stepMsMax = STEP_MS_MAX_DEFAULT } = options;
  const random = randomNumbers(seed);
  const faults = new CurrentFaults(random, members, options.loseMajority === true ? members : Math.floor((members - 1) / 2));
  const steps: ScheduledStep[] = [];
  let passedMs = 0;
  for (;;) {
    const afterMs = Math.round(stepMsMin + random() * (stepMsMax - stepMsMin));
    if (passedMs + afterMs >= durationMs) break;
    passedMs += afterMs;
    steps.push({ afterMs, ...(faults.mayBegin() ? faults.begin() : faults.end()) });
  }
  for (let afterMs = durationMs - passedMs; faults.count > 0; afterMs = 0) steps.push({ afterMs, ...faults.end() });
  return steps;
}

/** The faults that hold. */
class CurrentFaults {
  readonly #random: () => number;
  readonly #members: number;
  readonly #countMax: number;
  readonly #begun = new Map<number | 'leader', FaultAction>();

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
    const action = this.#pick(Object.keys(HEALING) as readonly FaultAction[]);
    this.#begun.set(member, action);
    return { action, member };
  }

  end(): Pick<ScheduledStep, 'action' | 'member'> {
    const [member, fault] = this.#pick([...this.#begun]);
    this.#begun.delete(member);
    return { action: HEALING[fault], member };
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)] as T;
  }
}

export interface PlayOptions {
  /** Ends it early; members are healed all the same. */
  readonly signal?: AbortSignal;
  /** Called with each step before it is taken. */
  readonly onStep?: (step: ScheduledStep, member: ClusterMember) => void;
}

/** Takes each step at its time, and heals every member at the end. A fault that would hit a member with a fault hits another member. */
export async function playSchedule(
  cluster: EventStoreDbCluster,
  schedule: readonly ScheduledStep[],
  options: PlayOptions = {},
): Promise<void> {
  const victims = new Map<number | 'leader', ClusterMember>();
  try {
    for (const step of schedule) {
      await pause(step.afterMs, undefined, options.signal && { signal: options.signal });
      const begins = step.action in HEALING;
      const victim = begins ? victimOf(cluster, step, new Set(victims.values())) : victims.get(step.member);
      if (victim === undefined) continue;
      if (begins) victims.set(step.member, victim);
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
