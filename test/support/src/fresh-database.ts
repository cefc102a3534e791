// A database of its own for each spec file, on the one Postgres that a test run shares.
import { fromTestRun } from './test-run.js';

/** Answers the connection string of a new, empty database. Goes with the test run. */
export function freshDatabase(): Promise<string> {
  return fromTestRun('database');
}
