// The reference trading node as a process of its own. Configuration comes from the environment (config.ts), lines go to standard output.
import { listening, runProcess } from '@confledger/process';
import { ConfLedgerError } from '@confledger/sdk';
import { compose } from './compose.js';
import { readConfig } from './config.js';

async function start(stopping: AbortSignal): Promise<() => Promise<void>> {
  const config = readConfig(process.env);
  const node = await listening(config, () => compose(config, (line) => console.log(line)));
  console.log(`${node.name} serves ${node.url}/status`);
  const close = (): Promise<void> => node.close();
  // It may wait for its first activation until then.
  stopping.addEventListener('abort', () => void close(), { once: true });
  try {
    await node.connected;
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}

runProcess({ start, explain: (error) => (error instanceof ConfLedgerError ? `${error.code}: ${error.message}. ${error.remedy}` : null) });
