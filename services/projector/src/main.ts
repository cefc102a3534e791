// The projector as a process of its own. Configuration comes from the environment (config.ts), logs go to standard output.
import { listening, packageVersion, runProcess, serveHealth, starting, type HealthSource } from '@confledger/process';
import { pino } from 'pino';
import { compose } from './compose.js';
import { readConfig } from './config.js';
import { healthOf } from './health.js';

async function start(stopping: AbortSignal): Promise<() => Promise<void>> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { part: 'projector' }, timestamp: pino.stdTimeFunctions.isoTime });
  stopping.addEventListener('abort', () => logger.info({ signal: stopping.reason as unknown }, 'stopping'), { once: true });
  const { host, port } = config;
  const begun = starting('projector');
  let source: HealthSource = begun.source;
  const health = await listening(config, () => serveHealth(() => [source], { host, port, version: packageVersion(import.meta.url) }));
  logger.info({ url: health.url }, 'serving health and metrics');
  const { projector, close } = await compose(config, logger, { signal: stopping, onWaiting: begun.waitsFor });
  source = healthOf(projector);
  return async () => {
    await Promise.all([health.close(), close()]);
  };
}

runProcess({ start });
