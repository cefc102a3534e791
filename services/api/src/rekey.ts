// Replaces the fingerprint key of an installation, offline, and ends: `node services/api/dist/rekey.js`. Exit code 0: it is replaced; 1: the log
// does not hold, or an api wrote meanwhile; 2: it was not done.
import { randomUUID } from 'node:crypto';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '@confledger/application';
import { runProgram, StartRefused } from '@confledger/process';
import { everyInterval, PROGRESS_INTERVAL_MS } from './answers/verification.js';
import { openLogAsItIs } from './compose.js';
import { warnOfExposedKeys } from './exposed-keys.js';
import { readProgramConfig } from './program-config.js';
import { replaceFingerprintKey, type ReplaceKeyOutcome } from './replace-fingerprint-key.js';
import { createLogger } from './runtime/logger.js';
import { startProblem } from './start-problems.js';
import { reportInWords } from './verification-report.js';

const say = (text: string): void => console.log(text);

async function work(stopping: AbortSignal): Promise<number> {
  if (process.argv.length > 2)
    throw new StartRefused('There are no options. Settings are variables: see "Loss of a key" in operations.md.');
  const { eventStore, keyFiles } = readProgramConfig(process.env);
  if (keyFiles === null) throw new StartRefused('CONFLEDGER_DATA_DIR is not set. Set it to the directory that holds the signing key.');
  warnOfExposedKeys(keyFiles, (text) => console.error(text));
  const { store, close } = await openLogAsItIs(eventStore, createLogger('silent'));
  const report = reportInWords({ print: say, note: (line) => console.error(line) });
  const isShown = everyInterval(PROGRESS_INTERVAL_MS);
  try {
    const outcome = await replaceFingerprintKey({
      store,
      keyFiles,
      ids: { next: () => randomUUID() },
      clock: { now: () => Date.now() },
      onVerification: (event) => {
        if (isShown(event)) report(event);
      },
      say,
      stopping,
    });
    return told(outcome);
  } finally {
    await close();
  }
}

function told(outcome: ReplaceKeyOutcome): number {
  switch (outcome.kind) {
    case 'replaced':
      say('The key is replaced. Copy the file to the data directory of every api, then start them.');
      return 0;
    case 'finished':
      say('An earlier run is finished: the log had named its key. Copy the file to the data directory of every api, then start them.');
      return 0;
    case 'does not hold':
      say('Nothing was changed. Restore the event store from a backup that holds.');
      return 1;
    case 'written meanwhile':
      say(`The key is replaced, but an api wrote with the old one to: ${outcome.streams.join(', ')}. Stop every api, then run this again.`);
      return 1;
  }
}

function explain(error: unknown): string | null {
  if (error instanceof EventStoreUnavailable || error instanceof AppendOutcomeUnknown)
    return `The key was not replaced, as far as is known: ${error.message} Run this again.`;
  return startProblem(error, (key) => (key === 'signing key' ? 'CONFLEDGER_SIGNING_KEY_FILE' : 'CONFLEDGER_FINGERPRINT_KEY_FILE'));
}

runProgram({ work, explain });
