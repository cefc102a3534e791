// Runs a service as a process of its own: until a signal, until its work is done, or until it cannot be started.
import { StartRefused } from './start-refused.js';

export interface RunOptions {
  /**
   * Starts the service and answers what ends it in good order; null when its work is done already. `stopping` aborts at the first SIGINT or SIGTERM, with the signal's name as
   * its reason; a start that is under way may reject with that reason, or with an AbortError. `fail` ends the process as a start that
   * rejects does, for what is found wrong later.
   */
  readonly start: (stopping: AbortSignal, fail: (error: unknown) => void) => Promise<(() => Promise<void>) | null>;
  /** What a fault means to people, in one line with its remedy; null where it means nothing to them. StartRefused says it by itself. */
  readonly explain?: (error: unknown) => string | null;
}

/** Exit code 0 after a signal or when the work is done, 1 when the service could not be started or ended in good order. A second signal ends the process at once. */
export function runProcess(options: RunOptions): void {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stopping.abort(name));
  runUntil(stopping, options);
}

/** As `runProcess`, until `stopping` aborts. */
export function runUntil({ signal }: AbortController, { start, explain = () => null }: RunOptions): void {
  const fail = (error: unknown): void => {
    if (signal.aborted && isAbort(error, signal)) process.exit(0);
    const message = error instanceof StartRefused ? error.message : explain(error);
    // A refusal is for people, without a stack; a fault is for developers, with one.
    console.error(message ?? error);
    process.exit(1);
  };
  run((stopping) => start(stopping, fail), signal).then(() => process.exit(0), fail);
}

async function run(start: (stopping: AbortSignal) => ReturnType<RunOptions['start']>, signal: AbortSignal): Promise<void> {
  const close = await start(signal);
  if (close === null) return;
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await close();
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}
