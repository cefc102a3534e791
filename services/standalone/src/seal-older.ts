// Seals what releases before macs left, in the background of the first start of this one: in a standalone no other api writes.
import { randomUUID } from 'node:crypto';
import { sealLog, type SealOptions } from '@confledger/application';
import type { Shutdown } from '@confledger/process/shutdown';

export interface SealLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** Begins it; `shutdown` ends it. */
export function sealInBackground(options: SealOptions, logger: SealLogger, shutdown: Shutdown): void {
  const stopping = new AbortController();
  const sealing = sealOlder(options, logger, stopping.signal);
  shutdown.add('sealing', () => {
    stopping.abort(new Error('the standalone stops'));
    return sealing;
  });
}

/** Resolves when it is done, was done before, or `signal` aborts; what fails is told and done by the next start. */
async function sealOlder(options: SealOptions, logger: SealLogger, signal: AbortSignal): Promise<void> {
  try {
    if (options.record.seal !== null) return;
    const outcome = await sealLog(options, { ...REQUEST, correlationId: randomUUID() }, signal);
    if (outcome.kind !== 'done') return;
    const { streams, changeSets, leftOut, leftOutCount } = outcome.report;
    logger.info({ streams, changeSets }, 'what is older than macs is sealed: from here on every change set needs one');
    if (leftOutCount > 0) logger.warn({ leftOut, leftOutCount }, 'streams that do not hold are not sealed, and not served');
  } catch (error) {
    if (!signal.aborted) logger.warn({ err: error }, 'what is older than macs could not be sealed: the next start tries again');
  }
}

const REQUEST = {
  actor: { id: 'confledger', method: 'internal', roles: [] },
  reason: 'first start of a release with macs',
  request: 'seal',
  guards: null,
  dryRun: false,
} as const;
