// The projector as a child of the process that has the api: the same program, which its parent wakes, watches and stops over the channel
// between them. Configuration comes from the environment, as for main.ts; logs go to standard output, which the parent keeps.
import { runChild } from '@confledger/process/run-child';
import type { ChildState } from './messages.js';

/** Settles as `compose` does. Loaded late, so that signals and the end of the parent are heeded from the first moment on. */
async function start(stopping: AbortSignal): Promise<() => Promise<void>> {
  const [{ pino }, { compose }, { readConfig }, { positionOf, stateAfter }] = await Promise.all([
    import('pino'),
    import('./compose.js'),
    import('./config.js'),
    import('./messages.js'),
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
  const report = (state: ChildState | null): void => {
    if (state === null || state === reported || stopping.aborted) return;
    reported = state;
    // A parent that has gone needs no word; its end stops this process.
    process.send?.({ state }, undefined, {}, () => undefined);
  };
  report('starting');
  const { close } = await compose(config, logger, { signal: stopping, wakes, onEvent: (event) => report(stateAfter(event)) });
  return close;
}

runChild({ start });
