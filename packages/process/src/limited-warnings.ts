// Keeps a log readable while the same thing goes wrong again and again.

/** Writes warnings; pino is one. */
export interface FaultLogger {
  warn(details: { readonly [name: string]: unknown; readonly err?: unknown }, message: string): void;
}

/** At most one line in this time for each cause. */
export const WARNING_INTERVAL_MS = 60_000;

interface Cause {
  /** Warnings since the last line. */
  count: number;
  reason: string;
}

/**
 * A logger that writes the first warning of each cause in full and then at most one line a minute: its count since the last line,
 * and the newest reason, without a stack. A cause is a message and the class of its error; what changes from one warning to the next belongs in the details.
 */
export function limitedWarnings(logger: FaultLogger, intervalMs = WARNING_INTERVAL_MS): FaultLogger {
  const causes = new Map<string, Cause>();
  const later = (key: string, message: string, cause: Cause): void => {
    // Nothing waits for this line: it does not keep a process alive.
    setTimeout(() => {
      if (cause.count === 0) return void causes.delete(key);
      logger.warn({ times: cause.count, reason: cause.reason, sinceMs: intervalMs }, message);
      cause.count = 0;
      later(key, message, cause);
    }, intervalMs).unref();
  };
  return {
    warn(details, message) {
      const key = `${message} ${details.err instanceof Error ? details.err.name : ''}`;
      const known = causes.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.reason = reasonOf(details.err);
        return;
      }
      const cause = { count: 0, reason: '' };
      causes.set(key, cause);
      logger.warn(details, message);
      later(key, message, cause);
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : '';
}
