// Verifies the log once, and ends: `node services/api/dist/verify.js [--json]`. Exit code 0: it holds; 1: it does not; 2: it was not verified.
import {
  EventStoreUnavailable,
  InstallationKeyMismatch,
  isStreamFault,
  readInstallation,
  verifyLog,
  type EventStore,
} from '@confledger/application';
import { NOT_DONE, runProgram, StartRefused } from '@confledger/process';
import { everyInterval, PROGRESS_INTERVAL_MS } from './answers/verification.js';
import { openLogAsItIs } from './compose.js';
import { warnOfExposedKeys } from './exposed-keys.js';
import { KeyUnusable, openAuthority, publicKeyIn } from './keys.js';
import { readProgramConfig, type ProgramConfig } from './program-config.js';
import { createLogger } from './runtime/logger.js';
import { reportInJson, reportInWords, type ReportOutput } from './verification-report.js';

const OUTPUT: ReportOutput = { print: (line) => console.log(line), note: (line) => console.error(line) };

async function work(stopping: AbortSignal): Promise<number> {
  const isJson = readArguments(process.argv.slice(2));
  const config = readProgramConfig(process.env);
  const keys = keysOf(config);
  const { store, close } = await openLogAsItIs(config.eventStore, createLogger('silent'));
  try {
    const report = isJson ? reportInJson(OUTPUT, await installationIn(store)) : reportInWords(OUTPUT);
    const isShown = everyInterval(PROGRESS_INTERVAL_MS);
    for await (const event of verifyLog({ store, ...keys })) {
      if (stopping.aborted) return NOT_DONE;
      if (isShown(event)) report(event);
      if (event.kind === 'result') return event.holds ? 0 : 1;
    }
    return NOT_DONE;
  } finally {
    await close();
  }
}

function readArguments(given: readonly string[]): boolean {
  if (given.every((each) => each === '--json')) return given.length > 0;
  throw new StartRefused('The only option is --json. Settings are variables: see "Verifying the log" in operations.md.');
}

function keysOf({ keyFiles, publicKey }: ProgramConfig) {
  if (keyFiles === null) return { authority: null, publicKey };
  warnOfExposedKeys(keyFiles, OUTPUT.note);
  return { authority: openAuthority(keyFiles.fingerprintKeyFile), publicKey: publicKey ?? publicKeyIn(keyFiles.signingKeyFile) };
}

/** What positions begin with. A stream that does not hold is named by the verification. */
async function installationIn(store: EventStore): Promise<string> {
  try {
    return (await readInstallation(store))?.installation ?? 'unknown';
  } catch (error) {
    if (!isStreamFault(error)) throw error;
    return 'unknown';
  }
}

function explain(error: unknown): string | null {
  if (error instanceof KeyUnusable) return error.message;
  if (error instanceof EventStoreUnavailable) return `The log was not verified: ${error.message}`;
  if (error instanceof InstallationKeyMismatch)
    return `The log was not verified: ${error.message}. Name the installation's own keys, or none.`;
  return null;
}

runProgram({ work, explain });
