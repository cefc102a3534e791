// JSON logs in the data directory, one file per part. Used by main.ts; tokens and keys never come this far, redaction is the second net.
import path from 'node:path';
import { destination, pino, type Logger } from 'pino';

export interface Logs {
  /** The log of one part: `<data directory>/logs/<part>.log`. */
  of(part: string): Logger;
  /** Writes out what is still held. */
  flush(): void;
}

const REDACTED = ['req.headers.authorization', 'headers.authorization', 'authorization', 'token', 'password', 'url.password', 'connectionString'];

export function openLogs(dataDirectory: string, level = 'info'): Logs {
  const files: ReturnType<typeof destination>[] = [];
  return {
    of: (part) => {
      // Synchronous: what happened before a kill -9 is in the file.
      const file = destination({ dest: path.join(dataDirectory, 'logs', `${part}.log`), sync: true, mode: 0o600 });
      files.push(file);
      return pino({ level, base: { part }, timestamp: () => `,"time":"${new Date().toISOString()}"`, redact: REDACTED }, file);
    },
    flush: () => {
      for (const file of files) file.flushSync();
    },
  };
}
