// What processes cost: processor time and memory of a process and its descendants, as Linux counts them. Elsewhere nothing is counted.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether processor time and memory can be read here. */
export const CAN_COUNT = existsSync('/proc/self/schedstat');

/** How long a server may go on with what it was left, and when it counts as idle. */
const SETTLE_MS_MAX = 3_000;
const SETTLE_INTERVAL_MS = 60;
const IDLE_SHARE_MAX = 0.1;

export interface Costs {
  /** Milliseconds of processor time since each process began: of Node or another program, and of Postgres. */
  readonly programMs: number;
  readonly postgresMs: number;
}

/** Of all these processes and their descendants together. A process that ended takes its time with it. */
export function costsOf(pids: readonly number[]): Costs {
  let [programMs, postgresMs] = [0, 0];
  for (const pid of treeOf(pids)) {
    const ms = processorMs(pid);
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
  const total = (): number => Object.values(costsOf(pids)).reduce((sum: number, ms: number) => sum + ms, 0);
  const deadline = performance.now() + msMax;
  for (let before = total(); performance.now() < deadline;) {
    await pause(SETTLE_INTERVAL_MS);
    const now = total();
    if (now - before < SETTLE_INTERVAL_MS * IDLE_SHARE_MAX) return;
    before = now;
  }
}

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
  return listed(`/proc/${pid}/task`).reduce(
    (sum, thread) => sum + Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]) / 1e6,
    0,
  );
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
