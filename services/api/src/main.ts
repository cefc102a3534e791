// The api as a process of its own. Configuration comes from the environment (config.ts), logs go to standard output.
import { compose } from './compose.js';
import { ConfigRefused, readConfig } from './config.js';
import { KeyUnusable } from './keys.js';
import { createLogger } from './runtime/logger.js';
import { TokenUnusable } from './tokens.js';

async function run(): Promise<void> {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const api = await compose(config, logger);
  const stop = (signal: string): void => {
    logger.info({ signal }, 'stopping');
    api.close().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  logger.info({ url: await api.listen() }, 'listening');
}

run().catch((error: unknown) => {
  // A refusal is for people, without a stack; a fault is for whoever mends it.
  const refused = error instanceof ConfigRefused || error instanceof KeyUnusable || error instanceof TokenUnusable;
  console.error(refused ? error.message : error);
  process.exit(1);
});
