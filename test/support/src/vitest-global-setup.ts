// Named in vitest.config.ts: runs once per test run, before the workers, and ends what they shared.
import { serveTestRun } from './test-run.js';

/** Vitest calls it and, at the end, what it answers. */
export function setup(): Promise<() => Promise<void>> {
  return serveTestRun();
}
