// So many requests, so many under way at a time: each lane sends its next when its last was answered. No HTTP is between.
import { median, quantile } from './report.js';

export interface LanesAsked {
  readonly lanes: number;
  readonly requests: number;
}

/** As a process is asked for it. */
export function lanesAsked({ lanes, requests }: Readonly<Record<string, string | number>>): LanesAsked {
  return { lanes: Number(lanes), requests: Number(requests) };
}

/** Milliseconds. */
export interface LanesResult {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Of this process, for each request: what a loud machine does not change. */
  readonly cpuMs: number;
}

export async function runLanes({ lanes, requests }: LanesAsked, request: (lane: number) => Promise<unknown>): Promise<LanesResult> {
  const latencies: number[] = [];
  const each = Math.ceil(requests / lanes);
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let turn = 0; turn < each; turn += 1) {
        const sent = performance.now();
        await request(lane);
        latencies.push(performance.now() - sent);
      }
    }),
  );
  const seconds = (performance.now() - begin) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1_000 / latencies.length;
  return { perSecond: latencies.length / seconds, medianMs: median(latencies), p99Ms: quantile(latencies, 0.99), cpuMs };
}
