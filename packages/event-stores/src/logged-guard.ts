// The guard of a process's log, with its log lines. Apart from the adapters, so that the standalone loads only the one that it uses.
import { LogGuard, type LogMark, type LogStanding } from '@confledger/application';
import { limitedWarnings } from '@confledger/process/warnings';

/** Receives faults that are retried, and the state of the log; a pino logger fits. */
export interface EventStoreLogger {
  info(details: object, message: string): void;
  warn(details: { readonly [name: string]: unknown }, message: string): void;
  error(details: object, message: string): void;
}

export interface LoggedGuardOptions {
  readonly logger: EventStoreLogger;
  /** What an earlier process of this part kept; null for none. */
  readonly mark?: LogMark | null;
  /** Keeps the mark for the next process. */
  readonly save?: (mark: LogMark) => Promise<void>;
}

/** A guard that refuses every call until its log is opened. */
export function createLoggedGuard({ logger, mark = null, save }: LoggedGuardOptions): LogGuard {
  const warnings = limitedWarnings(logger);
  const onUnsaved = (error: unknown): void => warnings.warn({ err: error }, 'the mark of the log cannot be kept');
  return new LogGuard({
    mark,
    startsClosed: true,
    onStanding: standingLogger(logger),
    ...(save === undefined ? {} : { save: (kept) => save(kept).catch(onUnsaved) }),
  });
}

function standingLogger(logger: EventStoreLogger): (standing: LogStanding) => void {
  let wasMissing = false;
  return (standing) => {
    if (standing.kind === 'held') {
      if (wasMissing) logger.info({}, 'the log holds what was acknowledged and read before: it is used again');
      wasMissing = false;
    } else if (standing.kind === 'in doubt') {
      wasMissing = true;
      const message = 'the log does not hold an event that was acknowledged or read before: checking again; nothing is served meanwhile';
      logger.warn({ ...standing.missing }, message);
    } else if (standing.kind === 'set back') {
      const message =
        'the log was set back, or another log stands in its place: nothing is read or written until it holds that event again, or a person accepts it (operations.md, "A log that was set back")';
      logger.error({ ...standing.missing, code: 'LOG_SET_BACK' }, message);
    }
  };
}
