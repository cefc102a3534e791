// The relay as a process of its own. Configuration comes from the environment (config.ts), logs go to standard output.
import { readFileSync } from 'node:fs';
import { listening, runProcess } from '@confledger/process';
import { pino } from 'pino';
import { compose } from './compose.js';
import { readConfig } from './config.js';
import { serveHealth } from './health-server.js';

async function start(stopping: AbortSignal): Promise<() => Promise<void>> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { part: 'relay' }, timestamp: pino.stdTimeFunctions.isoTime });
  stopping.addEventListener('abort', () => logger.info({ signal: stopping.reason as unknown }, 'stopping'), { once: true });
  const { relay, close } = await compose(config, logger, stopping);
  const { host, port } = config;
  const health = await listening(config, () => serveHealth(relay, { host, port, version: versionOfPackage() }));
  logger.info({ url: health.url }, 'serving health and metrics');
  return async () => {
    await Promise.all([health.close(), close()]);
  };
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

runProcess({ start });
