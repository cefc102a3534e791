// The projector as a child of the process that has the api: the same program, which its parent wakes, watches and stops over the channel
// between them. Configuration comes from the environment, as for main.ts; logs go to standard output, which the parent keeps.
import { runChild } from '@confledger/process/run-child';
import type { ChildState } from './messages.js';
import type { RunningProjector } from './start-projector.js';

/** Settles as `compose` does. Loaded late, so that signals and the end of the parent are heeded from the first moment on. */
async function start(stopping: AbortSignal): Promise<() => Promise<void>> {
  const [{ pino }, { compose }, { readConfig }, { positionOf }, { stateAfter }] = await Promise.all([
    import('pino'),
    import('./compose.js'),
    import('./config.js'),
    import('./messages.js'),
    import('./state-after.js'),
  ]);
  const wakes = (listener: (position: bigint) => void): (() => void) => {
    const hear = (message: unknown): void => {
      const position = positionOf(message);
      if (position !== null) listener(position);
    };
    process.on('message', hear);
    return () => process.off('message', hear);
  };
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { part: 'projector' }, timestamp: pino.stdTimeFunctions.isoTime });
  let reported: ChildState | null = null;
  const say = (state: ChildState): void => {
    // A parent that has gone needs no word; its end stops this process.
    if (!stopping.aborted) process.send?.({ state }, undefined, {}, () => undefined);
  };
  const report = (state: ChildState | null): void => {
    if (state === null || state === reported) return;
    reported = state;
    say(state);
  };
  report('starting');
  // A parent that hears nothing takes this process for one that hangs.
  setInterval(() => say(reported ?? 'starting'), SIGN_OF_LIFE_INTERVAL_MS).unref();
  const { projector, close } = await compose(config, logger, { signal: stopping, wakes, onEvent: (event) => report(stateAfter(event)) });
  const stopWatching = watch(projector, report);
  return () => {
    stopWatching();
    return close();
  };
}

/** How often it says how it is, also where nothing changes. */
const SIGN_OF_LIFE_INTERVAL_MS = 5_000;
/** How often it is looked whether log and read model can be used: what waits for them tries again without a word. */
const CHECK_INTERVAL_MS = 2_000;
/** A database that does not answer for so long is away. */
const CHECK_MS_MAX = 5_000;

/** Reports how the projector is, at an interval; answers what ends that. */
function watch({ status }: Pick<RunningProjector, 'status'>, report: (state: ChildState) => void): () => void {
  let isChecking = false;
  const check = async (): Promise<void> => {
    if (isChecking) return;
    isChecking = true;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), CHECK_MS_MAX).unref());
    const found = await Promise.race([status().catch(() => null), late]);
    if (found?.state !== 'stopped') report(found === null || found.last === null ? 'failing' : found.state);
    isChecking = false;
  };
  const timer = setInterval(() => void check(), CHECK_INTERVAL_MS);
  return () => clearInterval(timer);
}

runChild({ start });
