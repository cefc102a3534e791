// The wait of a follower for its log: logged in one line a minute, and shown in the part's health.
import { openLog, untilOpen, type LogToOpen } from '@confledger/application';
import type { FaultLogger } from '@confledger/process';

export interface AwaitLogOptions<Installation extends { readonly installation: string }> {
  readonly opening: LogToOpen;
  /** Rejects with `EventStoreUnavailable` while there is no log that the part could go on with. */
  readonly installation: () => Promise<Installation>;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly warnings: FaultLogger;
  /** Receives what the part waits for, in a sentence without credentials. */
  readonly onWaiting: (problem: string) => void;
}

/** Resolves when the log is open. Rejects with StartRefused for wrong settings, and with the signal's reason. */
export function awaitLog<Installation extends { readonly installation: string }>(
  options: AwaitLogOptions<Installation>,
): Promise<Installation> {
  const { opening, installation, signal, warnings, onWaiting } = options;
  return untilOpen(
    () => openLog({ ...opening, installation }),
    signal,
    (problem) => {
      warnings.warn({ err: problem }, 'the event store cannot be used yet: waiting for it');
      onWaiting(problem.message);
    },
  );
}
