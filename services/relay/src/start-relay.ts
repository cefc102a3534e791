// Runs the relay loop with its log lines and its lag. Used by the relay process and by standalone.
import { runRelay } from '@confledger/application';
import type { RelayEvent, RelayOptions } from '@confledger/application';
import type { Logger } from 'pino';
import { stateAfter, type FollowerState } from './follower-state.js';

export interface StartRelayOptions extends Omit<RelayOptions, 'onEvent'> {
  readonly logger: Logger;
  readonly onEvent?: (event: RelayEvent) => void;
}

/** How far the relay is, and what it has done since it was started. */
export interface RelayStatus {
  readonly state: FollowerState;
  /** The feed is complete up to here; on standby what it was when this relay was active last. */
  readonly position: bigint;
  /** The newest event of the log. */
  readonly last: bigint;
  /** Activations given to nodes, and failures met by this process. */
  readonly published: number;
  readonly failures: number;
}

export interface RunningRelay {
  /** Resolves when the feed is taken over for the first time: from then on no activation is missed. */
  readonly ready: Promise<void>;
  /** The position that the feed is complete up to. */
  readonly position: () => bigint;
  readonly active: () => boolean;
  /** Rejects when the log cannot be asked. */
  readonly status: () => Promise<RelayStatus>;
  stop(): Promise<void>;
}

export function startRelay({ logger, onEvent, ...options }: StartRelayOptions): RunningRelay {
  const stopping = new AbortController();
  let position = 0n;
  let state: FollowerState = 'starting';
  const counts = { published: 0, failures: 0 };
  let becomeReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => (becomeReady = resolve));
  const follow = (event: RelayEvent): void => {
    if (event.kind !== 'unreadable') state = stateAfter(event.kind);
    if (event.kind === 'published') counts.published += event.activations.length;
    if (event.kind === 'failed') counts.failures += 1;
    if ('position' in event) position = event.position;
    if (event.kind === 'active') becomeReady();
    log(logger, event);
    onEvent?.(event);
  };
  const ended = runRelay({ ...options, onEvent: follow }, stopping.signal).finally(() => (state = 'stopped'));
  return {
    ready,
    position: () => position,
    active: () => state === 'active',
    status: async () => {
      const last = await options.events.lastPosition();
      return { state, position, last, ...counts };
    },
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
      return logger.info('another relay is active: on standby');
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
