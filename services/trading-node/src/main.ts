// The reference trading node as a process of its own. Configuration comes from the environment (config.ts), lines go to standard output.
import { ConfLedgerError } from '@confledger/sdk';
import { compose } from './compose.js';
import { ConfigRefused, readConfig } from './config.js';

async function run(): Promise<void> {
  const node = await compose(readConfig(process.env), (line) => console.log(line));
  let stopping = false;
  const stop = (): void => {
    stopping = true;
    // Nothing is left then, and the process ends by itself.
    node.close().catch(fail);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  console.log(`${node.name} serves ${node.url}/status`);
  try {
    await node.connected;
  } catch (error) {
    if (stopping) return;
    await node.close();
    throw error;
  }
}

function fail(error: unknown): void {
  // A refusal is for people, without a stack; a fault is for whoever mends it.
  if (error instanceof ConfigRefused) console.error(error.message);
  else if (error instanceof ConfLedgerError) console.error(`${error.code}: ${error.message}. ${error.remedy}`);
  else console.error(error);
  process.exit(1);
}

run().catch(fail);
