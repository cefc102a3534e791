// What processes cost: processor time and memory of a process and its descendants, as Linux counts them. Elsewhere nothing is counted.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether processor time and memory can be read here. */
export const CAN_COUNT = existsSync('/proc/self/schedstat');

/** How long a server may go on with what it was left, and when it counts as idle. */
const SETTLE_MS_MAX = 3_000;
const SETTLE_INTERVAL_MS = 60;
const IDLE_SHARE_MAX = 0.1;
/** The unit of /proc/stat. */
const TICK_MS = 10;
const QUIET_MS_MAX = 5_000;
const QUIET_INTERVAL_MS = 300;
const QUIET_SHARE_MAX = 0.1;

export interface Costs {
  /** Milliseconds of processor time since each process began: of Node or another program, and of Postgres. */
  readonly programMs: number;
  readonly postgresMs: number;
}

/** Of all these processes and their descendants together, those that have ended too: their parent counts their time. */
export function costsOf(pids: readonly number[]): Costs {
  let [programMs, postgresMs] = [0, 0];
  for (const pid of treeOf(pids)) {
    const ms = processorMs(pid) + sum(ticksOf(pid).ended) * TICK_MS;
    if (isPostgres(pid)) postgresMs += ms;
    else programMs += ms;
  }
  return { programMs, postgresMs };
}

/** Resident memory, in millions of bytes, of these processes and their descendants, without Postgres. */
export function residentMB(pids: readonly number[]): number {
  let kib = 0;
  for (const pid of treeOf(pids)) {
    if (!isPostgres(pid)) kib += Number(/^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  }
  return (kib * 1_024) / 1e6;
}

/** Resolves when they are idle, so that what one left undone (a projection, a flush) does not slow the next; or after `msMax`. */
export async function settled(pids: readonly number[], msMax = SETTLE_MS_MAX): Promise<void> {
  if (!CAN_COUNT) return;
  const total = (): number => sum(Object.values(costsOf(pids)));
  const deadline = performance.now() + msMax;
  for (let before = total(); performance.now() < deadline;) {
    await pause(SETTLE_INTERVAL_MS);
    const now = total();
    if (now - before < SETTLE_INTERVAL_MS * IDLE_SHARE_MAX) return;
    before = now;
  }
}

/** Milliseconds of processor time until `at`: of the whole machine, and of this benchmark with everything that it started. */
export interface MachineCosts {
  readonly at: number;
  readonly machineMs: number;
  readonly ownMs: number;
}

/** Where `CAN_COUNT`. */
export function machineCosts(): MachineCosts {
  // user, nice, system, idle, iowait, irq, softirq, steal
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = numbersOf(/^cpu +(.*)$/m.exec(read('/proc/stat'))?.[1]);
  const own = [...treeOf([process.pid])].flatMap((pid) => Object.values(ticksOf(pid)).flat());
  const machine = [user, nice, system, irq, softirq, steal];
  return { at: performance.now(), machineMs: sum(machine) * TICK_MS, ownMs: sum(own) * TICK_MS };
}

/** How much of all processors others took since then, 0 to 1. */
export function othersShareSince(before: MachineCosts): number {
  const { at, machineMs, ownMs } = machineCosts();
  const othersMs = machineMs - before.machineMs - (ownMs - before.ownMs);
  return Math.max(0, othersMs / ((at - before.at) * cpus().length));
}

/** Resolves when others leave the processors alone for a moment, or after a few seconds: what is measured in a loud moment says little. */
export async function quietMoment(): Promise<void> {
  const deadline = performance.now() + QUIET_MS_MAX;
  while (CAN_COUNT && performance.now() < deadline) {
    const before = machineCosts();
    await pause(QUIET_INTERVAL_MS);
    if (othersShareSince(before) < QUIET_SHARE_MAX) return;
  }
}

/** Of the process in user mode and in the kernel, and of its children that have ended. */
function ticksOf(pid: number): { readonly own: number[]; readonly ended: number[] } {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ').map(Number) ?? [];
  return { own: fields.slice(11, 13), ended: fields.slice(13, 15) };
}

const numbersOf = (text = ''): number[] => text.trim().split(/ +/).map(Number);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function treeOf(pids: readonly number[]): Set<number> {
  const tree = new Set(pids);
  const parents = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [[Number(name), parentOf(Number(name))] as const] : []));
  for (let size = 0; size !== tree.size;) {
    size = tree.size;
    for (const [pid, parent] of parents) if (tree.has(parent)) tree.add(pid);
  }
  return tree;
}

/** Threads are counted one by one: the file of the process itself has the first one only. */
function processorMs(pid: number): number {
  return sum(listed(`/proc/${pid}/task`).map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]) / 1e6));
}

const parentOf = (pid: number): number => Number(/\) \S (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1] ?? -1);
const isPostgres = (pid: number): boolean => read(`/proc/${pid}/comm`).startsWith('postgres');

/** Empty for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function listed(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
