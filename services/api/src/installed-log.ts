// The start of an api or of the standalone on its log: whose it is, whether it holds what was acknowledged, and what a person decided about it.
import {
  acceptLog,
  EMPTY_LOG,
  EventStoreRefused,
  EventStoreUnavailable,
  InstallationRecord,
  LogNotAccepted,
  openLog,
  readInstallation,
  untilOpen,
  type Clock,
  type EventStore,
  type Ids,
  type InstallationOptions,
  type Keys,
  type LogMark,
  type LogToOpen,
} from '@confledger/application';
import { StartRefused } from '@confledger/process/start-refused';
import { ensureEnvironments } from './first-environments.js';
import { warnOfExposedKeys } from './exposed-keys.js';
import { makeKeys, openKeys, type KeyFiles } from './keys.js';
import type { SealFile } from './seal-file.js';

export interface InstalledLogOptions {
  readonly opening: LogToOpen;
  /** What everything but the opening uses: the guarded store. */
  readonly store: EventStore;
  /** What an earlier process kept; its installation is known also while the event store is away. */
  readonly mark: LogMark | null;
  readonly sealFile: SealFile;
  /** The value of CONFLEDGER_ACCEPT_LOG. The guard must not know the mark then. */
  readonly accepted: string | null;
  readonly keyFiles: KeyFiles;
  /** `CONFLEDGER_ENVIRONMENTS`, which counts at the first start; null where it is not set. */
  readonly environments: readonly string[] | null;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Receives why the start waits. */
  readonly onWaiting: (problem: EventStoreUnavailable) => void;
  /** Ends the process: what was found wrong after the start had been answered. */
  readonly onFault: (error: unknown) => void;
}

export interface InstalledLog {
  readonly installation: string;
  readonly keys: Keys;
  /** Knows what was sealed as soon as the log is open. */
  readonly record: InstallationRecord;
}

/**
 * Known from the mark, the installation is answered at once when the event store is away or was set back: the log is then opened in the
 * background, and until then every call to it is refused. Otherwise waits until the log can be opened. Rejects with StartRefused, KeyUnusable,
 * InstallationKeyMismatch, SealLost, and the signal's reason.
 */
export async function openInstalledLog(options: InstalledLogOptions): Promise<InstalledLog> {
  const log = await openedLog({ ...options, made: { installation: false } });
  warnOfExposedKeys(options.keyFiles, (text) => options.logger.warn({}, text));
  return log;
}

/** Known over all attempts of one start. */
interface Opening extends InstalledLogOptions {
  /** Whether this start made the installation. */
  readonly made: { installation: boolean };
}

async function openedLog(options: Opening): Promise<InstalledLog> {
  const { mark, accepted, signal, onWaiting, onFault } = options;
  const attempt = () => (accepted === null ? open(options) : openAccepted(options, accepted));
  if (mark === null || accepted !== null) return untilOpen(attempt, signal, onWaiting);
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof EventStoreUnavailable) || error instanceof EventStoreRefused) throw error;
    onWaiting(error);
  }
  const keys = openKeys(options.keyFiles);
  const known = { installation: mark.installation, keys, record: recordOf(options, keys) };
  untilOpen(attempt, signal, onWaiting)
    .then(() => known.record.refresh())
    .catch((error: unknown) => {
      if (!signal.aborted) onFault(error);
    });
  return known;
}

async function open(options: Opening): Promise<InstalledLog> {
  const { opening } = options;
  const { installation, keys } = await openLog({ ...opening, installation: () => ensured(options) });
  const record = recordOf(options, keys);
  await record.refresh();
  const { ids, clock, store, logger, environments: names } = options;
  await ensureEnvironments({ ids, clock, store, logger, names, keys, record, isNew: options.made.installation });
  return { installation, keys, record };
}

/** The start that makes the installation makes its keys too; every other needs those. */
async function ensured(options: Opening): Promise<{ readonly installation: string; readonly keys: Keys }> {
  const { store } = options.opening;
  const found = await readInstallation(store);
  if (found !== null) checkMark(options, found.installation);
  const keys = found === null ? makeKeys(options.keyFiles) : openKeys(options.keyFiles);
  const record = new InstallationRecord(recordOptions(options, store, keys));
  await record.ensure();
  options.made.installation ||= found === null;
  return { installation: record.id, keys };
}

/** The mark may be in a log whose installation was exchanged. */
function checkMark({ mark, accepted }: InstalledLogOptions, found: string): void {
  if (mark === null || accepted !== null || mark.installation === found) return;
  throw new StartRefused(
    `The event store holds installation ${found}, and this data directory belongs to installation ${mark.installation}. Point it at its own event store, or restore that; if this is the log to go on with, start once with CONFLEDGER_ACCEPT_LOG=${found}.`,
  );
}

function recordOf(options: InstalledLogOptions, keys: Keys): InstallationRecord {
  return new InstallationRecord(recordOptions(options, options.store, keys));
}

function recordOptions(
  { ids, clock, sealFile, accepted, logger }: InstalledLogOptions,
  store: EventStore,
  signer: Keys,
): InstallationOptions {
  return {
    store,
    signer,
    ids,
    clock,
    keptSeal: accepted === null ? sealFile.seal : null,
    onSeal: (seal) => {
      sealFile.save(seal).catch((error: unknown) => logger.warn({ err: error }, 'the seal that was seen cannot be kept'));
    },
  };
}

async function openAccepted(options: Opening, accepted: string): Promise<InstalledLog> {
  const { opening, mark, logger } = options;
  await opening.connect();
  await opening.layOut();
  try {
    const acceptance = await acceptLog(opening.store, accepted, mark);
    if (acceptance === 'given up')
      logger.warn(
        { installation: accepted, mark },
        'the log was accepted, although it does not hold this event: what was acknowledged behind its end is lost',
      );
    else
      logger.warn(
        { installation: accepted },
        'CONFLEDGER_ACCEPT_LOG is set and was not needed: leave it out, or the next log that was set back is accepted unasked',
      );
  } catch (error) {
    throw error instanceof LogNotAccepted ? new StartRefused(notAcceptedText(error), { cause: error }) : error;
  }
  await options.sealFile.forget();
  return open(options);
}

function notAcceptedText({ accepted, found }: LogNotAccepted): string {
  const holds = found === EMPTY_LOG ? 'no installation' : `installation ${found}`;
  const remedy = found === EMPTY_LOG ? `${EMPTY_LOG}, which makes a new installation with the same keys` : found;
  return `CONFLEDGER_ACCEPT_LOG is ${accepted}, but the event store holds ${holds}. If that is the log to go on with, set it to ${remedy}.`;
}
