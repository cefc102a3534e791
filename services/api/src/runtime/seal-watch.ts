// Reads the stream of the installation again every few seconds: no api accepts for long what another has sealed against, and none goes on
// writing with a mac key that was replaced.
import { InstallationKeyMismatch, type InstallationRecord } from '@confledger/application';
import type { FaultLogger } from '@confledger/process';

export const SEAL_INTERVAL_MS = 5_000;

export interface SealWatch {
  /** Resolves when no reading is under way. */
  stop(): Promise<void>;
}

export interface SealWatchOptions {
  /** Receives failures that are tried again. */
  readonly warnings: FaultLogger;
  /** Ends the process: its keys are not those of the installation any more, and every other api would refuse what it writes. */
  readonly onFault: (error: InstallationKeyMismatch) => void;
  readonly intervalMs?: number;
}

/** Reads until it is stopped. A failure is reported and tried again, except that the keys were replaced. */
export function watchSeals(
  record: Pick<InstallationRecord, 'refresh'>,
  { warnings, onFault, intervalMs = SEAL_INTERVAL_MS }: SealWatchOptions,
): SealWatch {
  const failed = (error: unknown): void => {
    if (!(error instanceof InstallationKeyMismatch)) return warnings.warn({ err: error }, 'what was sealed cannot be read');
    clearInterval(timer);
    onFault(error);
  };
  let underWay: Promise<void> | null = null;
  const timer = setInterval(() => {
    underWay ??= record
      .refresh()
      .catch(failed)
      .finally(() => (underWay = null));
  }, intervalMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await underWay;
    },
  };
}
