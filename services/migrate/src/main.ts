// Lays out tables and roles, once, and ends: `node services/migrate/dist/main.js`. Configuration comes from the environment (config.ts),
// logs go to standard output.
import { runProcess } from '@confledger/process';
import { pino } from 'pino';
import { migrateAll } from './compose.js';
import { readConfig } from './config.js';

async function start(): Promise<null> {
  const { logLevel, ...config } = readConfig(process.env);
  const logger = pino({ level: logLevel, base: { part: 'migrate' }, timestamp: pino.stdTimeFunctions.isoTime });
  await migrateAll({ ...config, logger });
  logger.info('tables and roles are as this release needs them');
  return null;
}

runProcess({ start });
