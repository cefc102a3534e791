// How busy the process is, for profiles with a condition on load. A limit counts as passed once the load was at or above it for 30 s, and as left
// once it was below it by a margin for as long: a profile must not flutter.
import { availableParallelism, totalmem } from 'node:os';
import type { LoadLimits } from '@confledger/resolution';

/** How long the load must last. */
export const LOAD_HELD_MS = 30_000;
/** Percent below the limit at which it counts as left. */
export const LOAD_MARGIN_PERCENT = 5;

export interface Load {
  /** Percent of all processors that this process used since the last look. */
  readonly cpuPercent: number;
  /** Percent of the memory that it may take. */
  readonly memoryPercent: number;
}

export interface LoadSource {
  /** Since the last call. */
  read(): Load;
}

/** The load of this process. */
export function processLoad(): LoadSource {
  let before = { atMs: performance.now(), usage: process.cpuUsage() };
  return {
    read() {
      const now = { atMs: performance.now(), usage: process.cpuUsage() };
      const usedMs = (now.usage.user + now.usage.system - before.usage.user - before.usage.system) / 1_000;
      const passedMs = Math.max(1, now.atMs - before.atMs) * availableParallelism();
      before = now;
      return { cpuPercent: percent(usedMs / passedMs), memoryPercent: percent(process.memoryUsage.rss() / memoryMax()) };
    },
  };
}

const percent = (part: number): number => Math.min(100, Math.round(part * 100));

function memoryMax(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}

interface Limit {
  isPassed: boolean;
  /** Since when the load says otherwise; null while it does not. */
  sinceMs: number | null;
}

export class LoadWatch {
  readonly #source: LoadSource;
  readonly #limits = new Map<string, Limit>();
  #load: Load = { cpuPercent: 0, memoryPercent: 0 };

  constructor(source: LoadSource) {
    this.#source = source;
  }

  get load(): Load {
    return this.#load;
  }

  /** Looks at the load again. */
  sample(nowMs: number): void {
    this.#load = this.#source.read();
    for (const [key, limit] of this.#limits) this.#follow(key, limit, nowMs);
  }

  /** Whether every limit that is given is passed. One that was not asked for before begins as not passed. */
  isLoaded({ cpuPercent, memoryPercent }: LoadLimits): boolean {
    const asked = [
      ...(cpuPercent === null ? [] : [`cpuPercent ${cpuPercent}`]),
      ...(memoryPercent === null ? [] : [`memoryPercent ${memoryPercent}`]),
    ];
    return asked.length > 0 && asked.map((key) => this.#limit(key).isPassed).every(Boolean);
  }

  #limit(key: string): Limit {
    const known = this.#limits.get(key) ?? { isPassed: false, sinceMs: null };
    this.#limits.set(key, known);
    return known;
  }

  #follow(key: string, limit: Limit, nowMs: number): void {
    const [measure = '', bound = ''] = key.split(' ');
    const value = measure === 'cpuPercent' ? this.#load.cpuPercent : this.#load.memoryPercent;
    const saysOtherwise = limit.isPassed ? value < Number(bound) - LOAD_MARGIN_PERCENT : value >= Number(bound);
    limit.sinceMs = saysOtherwise ? (limit.sinceMs ?? nowMs) : null;
    if (limit.sinceMs === null || nowMs - limit.sinceMs < LOAD_HELD_MS) return;
    limit.isPassed = !limit.isPassed;
    limit.sinceMs = null;
  }
}
