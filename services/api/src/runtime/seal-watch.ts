// Hears of what other apis seal: the stream of the installation is read again every few seconds, so that no api accepts for long what another
// has sealed against.
import type { InstallationRecord } from '@confledger/application';
import type { FaultLogger } from '@confledger/process';

export const SEAL_INTERVAL_MS = 5_000;

export interface SealWatch {
  /** Resolves when no reading is under way. */
  stop(): Promise<void>;
}

/** Reads until it is stopped. A failure is told and tried again. */
export function watchSeals(record: Pick<InstallationRecord, 'refresh'>, warnings: FaultLogger, intervalMs = SEAL_INTERVAL_MS): SealWatch {
  let underWay: Promise<void> | null = null;
  const timer = setInterval(() => {
    underWay ??= record
      .refresh()
      .catch((error: unknown) => warnings.warn({ err: error }, 'what was sealed cannot be read'))
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
