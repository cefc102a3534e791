// The projector as a process of its own. Configuration comes from the environment (config.ts), logs go to standard output.
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { compose } from './compose.js';
import { ConfigRefused, readConfig } from './config.js';
import { serveHealth } from './health-server.js';

async function run(): Promise<void> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { part: 'projector' }, timestamp: pino.stdTimeFunctions.isoTime });
  const { projector, close } = await compose(config, logger);
  const health = await serveHealth(projector, { host: config.host, port: config.port, version: versionOfPackage() });
  const stop = (signal: string): void => {
    logger.info({ signal }, 'stopping');
    Promise.all([health.close(), close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  logger.info({ url: health.url }, 'serving health and metrics');
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

run().catch((error: unknown) => {
  // A refusal is for people, without a stack; a fault is for whoever mends it.
  console.error(error instanceof ConfigRefused ? error.message : error);
  process.exit(1);
});
