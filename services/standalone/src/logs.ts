// JSON logs in the data directory, one file per part. Tokens and keys never come this far; the api's logger redacts as a second net.
import path from 'node:path';
import { createLogger } from '@confledger/api';
import { destination, type Logger } from 'pino';

export interface Logs {
  /** The log of one part: `<data directory>/logs/<part>.log`. */
  of(part: string): Logger;
  /** Writes out what is still held. */
  flush(): void;
}

export function openLogs(dataDirectory: string, level = 'info'): Logs {
  const files: ReturnType<typeof destination>[] = [];
  const loggers = new Map<string, Logger>();
  return {
    of: (part) => {
      const known = loggers.get(part);
      if (known !== undefined) return known;
      // Synchronous: what happened before a kill -9 is in the file.
      const file = destination({ dest: path.join(dataDirectory, 'logs', `${part}.log`), sync: true, mode: 0o600 });
      files.push(file);
      const logger = createLogger(level, file).child({ part });
      loggers.set(part, logger);
      return logger;
    },
    flush: () => {
      for (const file of files) file.flushSync();
    },
  };
}
