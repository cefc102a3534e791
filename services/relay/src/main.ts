// The relay as a process of its own. Configuration comes from the environment (config.ts), logs go to standard output.
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { compose } from './compose.js';
import { ConfigRefused, readConfig } from './config.js';
import { serveHealth } from './health-server.js';

async function run(): Promise<void> {
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { part: 'relay' }, timestamp: pino.stdTimeFunctions.isoTime });
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort(signal));
  const { relay, close } = await compose(config, logger, stopping.signal);
  const health = await serveHealth(relay, { host: config.host, port: config.port, version: versionOfPackage() });
  logger.info({ url: health.url }, 'serving health and metrics');
  if (!stopping.signal.aborted) await new Promise((resolve) => stopping.signal.addEventListener('abort', resolve, { once: true }));
  logger.info({ signal: stopping.signal.reason as unknown }, 'stopping');
  await Promise.all([health.close(), close()]);
}

function versionOfPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version?: unknown }).version);
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    // A signal while it was still starting is an end like any other.
    if (error === 'SIGINT' || error === 'SIGTERM') process.exit(0);
    // A refusal is for people, without a stack; a fault is for whoever mends it.
    console.error(error instanceof ConfigRefused ? error.message : error);
    process.exit(1);
  },
);
