// Runs a part as a child of another process of ours: started by it, stopped by it alone, and ended with it. The channel between them is the
// leash: the parent stops the child by closing it, and a parent that is killed closes it too. Loads nothing.
import { runUntil, type RunOptions } from './run-process.js';

/** A child that has not ended by then, once its parent has let it go, ends at once: what it holds open must not outlive the parent. */
export const LET_GO_MS_MAX = 3_000;

/** Signals that a terminal or a service manager sends to every process of a group: here the parent alone decides what they mean. */
const SIGNALS_OF_THE_GROUP = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs until the channel to the parent is closed, which is the reason of `stopping`. Exit codes as those of `runProcess`. To be called
 * before anything slow is loaded: until then signals end the child, and nobody watches the channel.
 */
export function runChild(options: RunOptions): void {
  for (const name of SIGNALS_OF_THE_GROUP) process.on(name, () => undefined);
  // The parent reads these; when it has gone, a line more is of no use, and no reason to end otherwise than in good order.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const stopping = new AbortController();
  const letGo = (): void => {
    setTimeout(() => process.exit(1), LET_GO_MS_MAX).unref();
    stopping.abort('the parent has let go');
  };
  process.once('disconnect', letGo);
  if (!process.connected) letGo();
  runUntil(stopping, options);
}
