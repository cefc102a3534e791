// Runs the relay loop with its log lines and its lag.
import { runRelay, type RelayEvent, type RelayOptions } from '@confledger/application';
import { limitedWarnings, type FaultLogger } from '@confledger/process/warnings';
import type { Logger } from 'pino';
import { startPublishing, type RunningPublishing } from './publishing.js';

export interface StartRelayOptions extends Omit<RelayOptions, 'onEvent'> {
  readonly logger: Logger;
  readonly onEvent?: (event: RelayEvent) => void;
}

export interface RunningRelay extends RunningPublishing {
  /** Resolves when the feed is taken over for the first time: from then on no activation is missed. */
  readonly ready: Promise<void>;
}

export function startRelay({ logger, onEvent, ...options }: StartRelayOptions): RunningRelay {
  const warnings = limitedWarnings(logger);
  let becomeReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (becomeReady = resolve));
  const publishing = startPublishing<RelayEvent>({
    ...options,
    run: (report, signal) => runRelay({ ...options, onEvent: report }, signal),
    countOf: (event) => (event.kind === 'published' ? event.activations.length : 0),
    onEvent: (event) => {
      if (event.kind === 'active') becomeReady();
      log(logger, warnings, event);
      onEvent?.(event);
    },
  });
  return { ...publishing, ready };
}

function log(logger: Logger, warnings: FaultLogger, event: RelayEvent): void {
  switch (event.kind) {
    case 'active':
      return logger.info({ position: String(event.position) }, 'relay is active');
    case 'standby':
      return logger.info('another relay is active: on standby');
    case 'superseded':
      return logger.info({ position: String(event.position) }, 'another relay took over');
    case 'unreadable':
      return logger.error({ ledger: event.ledger, err: event.error }, 'a ledger cannot be read and is left out of the feed');
    case 'failed':
      return warnings.warn({ err: event.error, retryInMs: event.retryInMs }, 'relay failed and tries again');
    case 'published':
      for (const { ledger, version, activation } of event.activations) logger.info({ ledger, version, activation }, 'activation published');
  }
}
