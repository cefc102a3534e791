// What a benchmark says: raw numbers, ratios measured in the same run, and whether each aim was met. Printed and saved as JSON.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CAN_COUNT, machineCosts, othersShareSince } from './process-tree.js';

export interface Line {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What was aimed at, and whether the value is within it. */
  readonly aim?: Limit;
  /** What holds even where the aim is missed. */
  readonly floor?: Limit;
  /** Where it stands in a table of rows that have the same columns. */
  readonly cell?: { readonly row: string; readonly column: string };
}

export interface Limit {
  readonly text: string;
  readonly met: boolean;
}

export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly node: string;
  readonly platform: string;
}

/** What one run of one benchmark found. */
export interface Result {
  /** ISO, when it ended. */
  readonly at: string;
  /** With a `+` where files differ from it. */
  readonly commit: string;
  readonly machine: Machine;
  /** Of the last minute, when it began and when it ended: how loud the machine was. */
  readonly loadAverage: readonly [number, number];
  /** How much of all processors other programs took meanwhile, 0 to 1; null where that cannot be read. */
  readonly othersShare: number | null;
  readonly results: readonly Line[];
  /** What was not run, and why. */
  readonly notes: readonly string[];
}

/** When the benchmark began. */
const LOAD_BEFORE = loadavg()[0] ?? Number.NaN;
const COSTS_BEFORE = CAN_COUNT ? machineCosts() : null;

export class Report {
  readonly #lines: Line[] = [];
  readonly #notes: string[] = [];

  constructor() {
    const { cores, model, node } = machine();
    console.log(`  Node ${node} · ${cores} × ${model} · load average ${LOAD_BEFORE.toFixed(1)}`);
  }

  add(name: string, value: number, unit: string): void {
    this.#add({ name, value, unit });
  }

  atMost(name: string, value: number, unit: string, limit: number, floor?: number): void {
    const within = (most: number): Limit => ({ text: `≤ ${most} ${unit}`, met: value <= most });
    this.#add({ name, value, unit, aim: within(limit), ...(floor === undefined ? {} : { floor: within(floor) }) });
  }

  atLeast(name: string, value: number, unit: string, limit: number, floor?: number): void {
    const within = (least: number): Limit => ({ text: `≥ ${least} ${unit}`, met: value >= least });
    this.#add({ name, value, unit, aim: within(limit), ...(floor === undefined ? {} : { floor: within(floor) }) });
  }

  /** One subject, measured in several ways: printed side by side. */
  row(row: string, cells: readonly { readonly column: string; readonly value: number; readonly unit: string }[]): void {
    for (const { column, value, unit } of cells) this.#lines.push({ name: `${row}, ${column}`, value, unit, cell: { row, column } });
    const texts = cells.map(({ column, value, unit }) => `${column} ${shown(value)} ${unit}`);
    console.log(`  ${row.padEnd(44)} ${texts.join(' · ')}`);
  }

  /** Something that was not run, and why. */
  note(text: string): void {
    this.#notes.push(text);
    console.log(`  NOT RUN: ${text}`);
  }

  /** Writes the JSON where `npm run bench` wants it. An aim that was missed is told, not failed: the machine is noisy. */
  save(): void {
    const file = process.env['CONFLEDGER_BENCH_RESULT'];
    const loadAverage = [LOAD_BEFORE, loadavg()[0] ?? Number.NaN] as const;
    const othersShare = COSTS_BEFORE === null ? null : othersShareSince(COSTS_BEFORE);
    const others = othersShare === null ? '' : `; other programs took ${(othersShare * 100).toFixed(0)} % of the processors`;
    console.log(`  load average ${loadAverage[1].toFixed(1)} at the end${others}`);
    const at = new Date().toISOString();
    const result: Result = { at, commit: commit(), machine: machine(), loadAverage, othersShare, results: this.#lines, notes: this.#notes };
    if (file !== undefined) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  }

  #add(line: Line): void {
    this.#lines.push(line);
    const aim = line.aim ? `   aim ${line.aim.text}  ${line.aim.met ? 'met' : 'MISSED'}` : '';
    const floor = line.floor && line.aim?.met === false ? `, floor ${line.floor.text}  ${line.floor.met ? 'held' : 'BROKEN'}` : '';
    console.log(`  ${line.name.padEnd(64)} ${shown(line.value).padStart(12)} ${line.unit.padEnd(6)}${aim}${floor}`);
  }
}

function machine(): Machine {
  const [cpu] = cpus();
  return {
    cores: cpus().length,
    model: cpu?.model ?? 'unknown',
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
  };
}

function commit(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const isChanged = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short=10', 'HEAD')}${isChanged ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}

/** A number as tables show it: three digits, or more where it is large. */
export function shown(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The value that `share` (0 to 1) of the samples do not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);
