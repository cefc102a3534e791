// Runs a program that does one thing and ends: a person or a script waits for its exit code.
import { StartRefused } from './start-refused.js';

/** Exit code of a program that could not do its work: wrong settings, a part that is away, an interruption. */
export const NOT_DONE = 2;

export interface ProgramOptions {
  /** Does the work and answers the exit code. `stopping` aborts at the first SIGINT or SIGTERM; it then rejects, or leaves off. */
  readonly work: (stopping: AbortSignal) => Promise<number>;
  /** What a fault means to people, in one line with its remedy; null where it means nothing to them. StartRefused says it by itself. */
  readonly explain?: (error: unknown) => string | null;
}

/** Exit code of `work`, or `NOT_DONE`. A second signal ends the process at once. */
export function runProgram({ work, explain = () => null }: ProgramOptions): void {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(name));
  const { signal } = stopping;
  const fail = (error: unknown): void => {
    if (!signal.aborted) console.error(error instanceof StartRefused ? error.message : (explain(error) ?? error));
    process.exit(NOT_DONE);
  };
  work(signal).then((code) => process.exit(signal.aborted ? NOT_DONE : code), fail);
}
