// JSON logs in the data directory, one for each part. Tokens and keys never come this far; the api's logger redacts as a second net.
import path from 'node:path';
import { createLogger } from '@confledger/api';
import type { Logger } from 'pino';
import { openLogFile } from './log-file.js';

export interface Logs {
  /** The log of one part: `<data directory>/logs/<part>.log`. */
  of(part: string): Logger;
}

export function openLogs(dataDirectory: string, level = 'info'): Logs {
  const loggers = new Map<string, Logger>();
  return {
    of: (part) => {
      const known = loggers.get(part);
      if (known !== undefined) return known;
      const file = openLogFile(path.join(dataDirectory, 'logs', `${part}.log`));
      const logger = createLogger(level, file).child({ part });
      loggers.set(part, logger);
      return logger;
    },
  };
}
