// Runs the relay loop with its log lines and its lag. Used by the relay process, by an api that serves the HTTP feed, and by standalone.
import { runRelay } from '@confledger/application';
import type { RelayEvent, RelayOptions } from '@confledger/application';
import type { Logger } from 'pino';

export interface StartRelayOptions extends Omit<RelayOptions, 'onEvent'> {
  readonly logger: Logger;
  readonly onEvent?: (event: RelayEvent) => void;
}

export interface RunningRelay {
  /** Resolves when the feed is taken over for the first time: from then on no activation is missed. */
  readonly ready: Promise<void>;
  /** The position that the feed is complete up to. */
  readonly position: () => bigint;
  readonly active: () => boolean;
  stop(): Promise<void>;
}

export function startRelay({ logger, onEvent, ...options }: StartRelayOptions): RunningRelay {
  const stopping = new AbortController();
  let position = 0n;
  let active = false;
  let becomeReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (becomeReady = resolve));
  const follow = (event: RelayEvent): void => {
    active = event.kind === 'active' || event.kind === 'published';
    if ('position' in event) position = event.position;
    if (event.kind === 'active') becomeReady();
    log(logger, event);
    onEvent?.(event);
  };
  const ended = runRelay({ ...options, onEvent: follow }, stopping.signal);
  return {
    ready,
    position: () => position,
    active: () => active,
    async stop() {
      stopping.abort();
      await ended;
      await options.publisher.close();
    },
  };
}

function log(logger: Logger, event: RelayEvent): void {
  switch (event.kind) {
    case 'active':
      return logger.info({ position: String(event.position) }, 'relay is active');
    case 'standby':
      return logger.info('relay is on standby');
    case 'superseded':
      return logger.info({ position: String(event.position) }, 'another relay took over');
    case 'unreadable':
      return logger.error({ ledger: event.ledger, err: event.error }, 'a ledger cannot be read and is left out of the feed');
    case 'failed':
      return logger.warn({ err: event.error, retryInMs: event.retryInMs }, 'relay failed and tries again');
    case 'published':
      for (const { ledger, version, activation } of event.activations) logger.info({ ledger, version, activation }, 'activation published');
  }
}
