// What the files of a data directory and the log's own truth can have against a start, in sentences for people.
import { InstallationKeyMismatch, SealLost } from '@confledger/application';
import { StreamCorrupt } from '@confledger/domain';
import { KeyUnusable } from './keys.js';
import { LogMarkUnusable } from './log-mark-file.js';
import { SealUnusable } from './seal-file.js';
import { TokenUnusable } from './tokens.js';

const FILE_PROBLEMS = [KeyUnusable, TokenUnusable, LogMarkUnusable, SealUnusable];

/** `keyFile` names the file or variable of a key. Null for a problem of another kind. */
export function startProblem(error: unknown, keyFile: (key: InstallationKeyMismatch['key']) => string): string | null {
  if (!(error instanceof Error)) return null;
  if (FILE_PROBLEMS.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof InstallationKeyMismatch)
    return `${keyFile(error.key)}: ${error.message}. Put the installation's ${error.key} there from a backup${error.key === 'fingerprint key' ? '; if rekey.js replaced it, the new one' : ''}.`;
  if (error instanceof SealLost)
    return `${error.message}. The event store was set back or cut: restore it. If that is the log to go on with, start once with CONFLEDGER_ACCEPT_LOG.`;
  if (error instanceof StreamCorrupt)
    return `The stream of the installation does not hold: ${error.message}. Somebody wrote into the event store: restore it from a backup.`;
  return null;
}
