// The start of an api or of the standalone on its log: whose it is, whether it holds what was acknowledged, and what a person decided about it.
import {
  acceptLog,
  EMPTY_LOG,
  ensureInstallation,
  EventStoreRefused,
  EventStoreUnavailable,
  LogNotAccepted,
  openLog,
  untilOpen,
  type Clock,
  type Ids,
  type LogMark,
  type LogToOpen,
  type Signer,
} from '@confledger/application';
import { StartRefused } from '@confledger/process/start-refused';

export interface InstalledLogOptions {
  readonly opening: LogToOpen;
  /** What an earlier process kept; its installation is known also while the event store is away. */
  readonly mark: LogMark | null;
  /** The value of CONFLEDGER_ACCEPT_LOG. The guard must not know the mark then. */
  readonly accepted: string | null;
  readonly signer: Signer;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly logger: { info(details: object, message: string): void; warn(details: object, message: string): void };
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  /** Hears why the start waits. */
  readonly onWaiting: (problem: EventStoreUnavailable) => void;
  /** Ends the process: what was found wrong after the start had been answered. */
  readonly onFault: (error: unknown) => void;
}

/**
 * The installation's id. Known from the mark, it is answered at once when the event store is away or was set back: the log is then opened in
 * the background, and until then every call to it is refused. Otherwise waits until the log can be opened. Rejects with StartRefused,
 * InstallationKeyMismatch, and the signal's reason.
 */
export async function openInstalledLog(options: InstalledLogOptions): Promise<string> {
  const { mark, accepted, signal, onWaiting, onFault } = options;
  const attempt = () => (accepted === null ? open(options) : openAccepted(options, accepted));
  if (mark === null || accepted !== null) return untilOpen(attempt, signal, onWaiting);
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof EventStoreUnavailable) || error instanceof EventStoreRefused) throw error;
    onWaiting(error);
  }
  untilOpen(attempt, signal, onWaiting).catch((error: unknown) => {
    if (!signal.aborted) onFault(error);
  });
  return mark.installation;
}

async function open({ opening, signer, ids, clock }: InstalledLogOptions): Promise<string> {
  const ensured = async () => ({ installation: await ensureInstallation({ store: opening.store, signer, ids, clock }) });
  return (await openLog({ ...opening, installation: ensured })).installation;
}

async function openAccepted(options: InstalledLogOptions, accepted: string): Promise<string> {
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
  return open(options);
}

function notAcceptedText({ accepted, found }: LogNotAccepted): string {
  const holds = found === EMPTY_LOG ? 'no installation' : `installation ${found}`;
  const remedy = found === EMPTY_LOG ? `${EMPTY_LOG}, which makes a new installation with the same keys` : found;
  return `CONFLEDGER_ACCEPT_LOG is ${accepted}, but the event store holds ${holds}. If that is the log to go on with, set it to ${remedy}.`;
}
