// Rebuilds the read model from the log, once, and ends: `node services/projector/dist/rebuild.js`, with the projector's own environment.
// For a read model that was damaged, or that says something else than the log.
import { runProcess } from '@confledger/process';
import { pino } from 'pino';
import { rebuild } from './compose.js';
import { readConfig } from './config.js';

async function start(stopping: AbortSignal): Promise<null> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { part: 'rebuild' }, timestamp: pino.stdTimeFunctions.isoTime });
  stopping.addEventListener('abort', () => logger.warn('broken off: the old read model serves on'), { once: true });
  await rebuild(config, logger, stopping);
  return null;
}

runProcess({ start });
