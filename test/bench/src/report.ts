// What a benchmark says: raw numbers, ratios measured in the same run, and whether each aim was met. Printed and saved as JSON.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

interface Line {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What was aimed at, and whether the value is within it. */
  readonly aim?: { readonly text: string; readonly met: boolean };
}

export class Report {
  readonly #lines: Line[] = [];

  add(name: string, value: number, unit: string): void {
    this.#lines.push({ name, value, unit });
    this.#print(this.#lines.length - 1);
  }

  atMost(name: string, value: number, unit: string, limit: number): void {
    this.#aim({ name, value, unit, aim: { text: `≤ ${limit} ${unit}`, met: value <= limit } });
  }

  atLeast(name: string, value: number, unit: string, limit: number): void {
    this.#aim({ name, value, unit, aim: { text: `≥ ${limit} ${unit}`, met: value >= limit } });
  }

  /** Writes the JSON where `npm run bench` wants it. An aim that was missed is told, not failed: the machine is noisy. */
  save(): void {
    const file = process.env['CONFLEDGER_BENCH_RESULT'];
    const [cpu] = cpus();
    const machine = {
      cores: cpus().length,
      model: cpu?.model ?? 'unknown',
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    };
    if (file !== undefined)
      writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, results: this.#lines }, null, 2)}\n`);
  }

  #aim(line: Line): void {
    this.#lines.push(line);
    this.#print(this.#lines.length - 1);
  }

  #print(index: number): void {
    const line = this.#lines[index];
    if (!line) return;
    const aim = line.aim ? `   aim ${line.aim.text}  ${line.aim.met ? 'met' : 'MISSED'}` : '';
    console.log(`  ${line.name.padEnd(64)} ${shown(line.value).padStart(12)} ${line.unit.padEnd(6)}${aim}`);
  }
}

function shown(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The value that `share` (0 to 1) of the samples do not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => quantile(samples, 0.5);
