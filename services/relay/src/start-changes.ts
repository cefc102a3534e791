// Runs the publishing of changes with its log lines and its lag, beside the relay.
import { runChanges, type ChangesEvent, type ChangesOptions } from '@confledger/application';
import { limitedWarnings, type FaultLogger } from '@confledger/process/warnings';
import type { Logger } from 'pino';
import { startPublishing, type RunningPublishing } from './publishing.js';

export interface StartChangesOptions extends Omit<ChangesOptions, 'onEvent'> {
  readonly logger: Logger;
}

export function startChanges({ logger, ...options }: StartChangesOptions): RunningPublishing {
  const warnings = limitedWarnings(logger);
  return startPublishing<ChangesEvent>({
    ...options,
    run: (onEvent, signal) => runChanges({ ...options, onEvent }, signal),
    countOf: (event) => (event.kind === 'published' ? event.events : 0),
    onEvent: (event) => log(logger, warnings, event),
  });
}

function log(logger: Logger, warnings: FaultLogger, event: ChangesEvent): void {
  switch (event.kind) {
    case 'active':
      return logger.info({ position: String(event.position) }, 'changes are published by this relay');
    case 'standby':
      return logger.info('another relay publishes changes: on standby');
    case 'superseded':
      return logger.info({ position: String(event.position) }, 'another relay took changes over');
    case 'failed':
      return warnings.warn({ err: event.error, retryInMs: event.retryInMs }, 'publishing changes failed and is tried again');
    case 'published':
      return logger.debug({ position: String(event.position), events: event.events }, 'changes published');
  }
}
