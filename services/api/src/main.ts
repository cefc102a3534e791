// The api as a process of its own. Configuration comes from the environment (config.ts), logs go to standard output.
import { listening, runProcess, systemCode } from '@confledger/process';
import { compose } from './compose.js';
import { readConfig } from './config.js';
import { createLogger } from './runtime/logger.js';
import { startProblem } from './start-problems.js';

async function start(stopping: AbortSignal, fail: (error: unknown) => void): Promise<() => Promise<void>> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel).child({ part: 'api' });
  stopping.addEventListener('abort', () => logger.info({ signal: stopping.reason as unknown }, 'stopping'), { once: true });
  const api = await compose(config, logger, { signal: stopping, onFault: fail });
  logger.info({ url: await listening(config, () => api.listen()) }, 'listening');
  return () => api.close();
}

/** What the files of the data directory can have against a start. */
function explain(error: unknown): string | null {
  const problem = startProblem(error, (key) => (key === 'signing key' ? 'CONFLEDGER_SIGNING_KEY_FILE' : 'CONFLEDGER_FINGERPRINT_KEY_FILE'));
  if (problem !== null) return problem;
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'ENOSPC') {
    return `CONFLEDGER_DATA_DIR: ${error instanceof Error ? error.message : code}. Make it a directory that this user may write to, or set another.`;
  }
  return null;
}

runProcess({ start, explain });
