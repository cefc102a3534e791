// Everything in one go: `npm start`, or `node services/standalone/dist/main.js`. Starts, says what to do next, stops cleanly.
// Only what every start needs is loaded before it is known that this one can be: a refusal comes at once.
import { Shutdown } from '@confledger/process/shutdown';
import { StartRefused } from '@confledger/process/start-refused';
import { writeAddressFile } from './address-file.js';
import { readConfig } from './config.js';
import { openDataDirectory } from './data-directory.js';
import type { Happening } from './narrator.js';
import { checkPort, localUrl } from './port.js';
import { startEmbeddedPostgres } from './postgres/server.js';
import { endOrphanProjector } from './projector/pid-file.js';
import { createTerminal, readyText } from './terminal.js';

// A reader that has gone (a closed pipe or window) is not a fault: reporting it would fail again, without end.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
const terminal = createTerminal(process.stdout, process.stderr, process.env);
const shutdown = new Shutdown((part, error) =>
  terminal.say(`${part} did not stop cleanly: ${error instanceof Error ? error.message : String(error)}`),
);

let stopping = false;

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const directory = openDataDirectory(config.dataDirectory);
  shutdown.add('data directory', () => directory.release());
  await checkPort(config.host, config.port);
  await endOrphanProjector(directory.path);

  terminal.progress('Starting Postgres');
  // Half of a start is loading code: it is loaded while Postgres starts.
  const loading = import('./compose.js');
  loading.catch(() => undefined); // reported where it is awaited
  const postgres = await startEmbeddedPostgres({
    dataDirectory: directory.path,
    onNotice: (message) => terminal.say(message),
    onLost: (reason) => end(reason, 1),
  });
  shutdown.add('postgres', () => postgres.stop());
  if (postgres.orphanStopped) terminal.say('Stopped the Postgres that an earlier process had left behind.');

  const { compose } = await loading;
  if (stopping) return;
  terminal.progress('Starting api, projector, relay and the reference node');
  const onHappening = terminal.interactive ? (happening: Happening) => terminal.happening(happening) : null;
  const { url, node, empty } = await compose({
    config,
    postgresUrl: postgres.url,
    roles: 'confledger',
    shutdown,
    onHappening,
    onNotice: (text) => terminal.say(text),
    onFault: (error) => end(error instanceof Error ? error.message : String(error), 1),
  });
  if (stopping) return;
  await publishAddress(directory.path, localUrl(url));
  const startedInMs = process.uptime() * 1_000;
  terminal.say(readyText({ url, dataDirectory: directory.path, node, startedInMs, empty }));
}

/** Without the file everything works but a command line beside it, which must be told the address: a full disk ends no start. */
async function publishAddress(dataDirectory: string, url: string): Promise<void> {
  try {
    const address = await writeAddressFile(dataDirectory, url);
    shutdown.add('address file', () => address.remove());
  } catch (error) {
    terminal.say(`The address could not be written to ${dataDirectory}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Stops everything that has been started, says why, and lets the process end. */
function end(reason: string | null, exitCode: number): void {
  process.exitCode = exitCode;
  if (reason !== null) terminal.refuse(reason);
  // What a part forgot to close must not keep a process that has said goodbye.
  void shutdown.run().then(() => process.exit());
}

function stop(): void {
  if (stopping) return;
  stopping = true;
  terminal.progress('Stopping');
  // A start that is under way is waited for, so that nothing it started is missed.
  void started
    .then(() => shutdown.run())
    .then(() => {
      terminal.say('Stopped.');
      process.exit(process.exitCode ?? 0);
    });
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.on('uncaughtException', (error) => end(`A fault ended this process: ${error.stack ?? error.message}`, 1));
process.on('unhandledRejection', (error) =>
  end(`A fault ended this process: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`, 1),
);

const started: Promise<void> = start().catch((error: unknown) => {
  // Ctrl-C reaches the programs that a start runs, too: that they ended is then what was asked for.
  if (stopping) return;
  // A refusal is for people, in one line; a fault is for developers.
  end(error instanceof StartRefused ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error), 1);
});
