// Runs the publishing of changes with its log lines and its lag, beside the relay. Used by the relay process.
import { runChanges } from '@confledger/application';
import type { ChangesEvent, ChangesOptions } from '@confledger/application';
import type { Logger } from 'pino';
import { stateAfter, type FollowerState } from './follower-state.js';

export interface StartChangesOptions extends Omit<ChangesOptions, 'onEvent'> {
  readonly logger: Logger;
}

/** How far changes are published, and what this process has done since it was started. */
export interface ChangesStatus {
  readonly state: FollowerState;
  /** Every event up to here is published; on standby what it was when this process was active last. */
  readonly position: bigint;
  /** The newest event of the log. */
  readonly last: bigint;
  /** Events published, and failures met by this process. */
  readonly published: number;
  readonly failures: number;
}

export interface RunningChanges {
  /** Rejects when the log cannot be asked. */
  readonly status: () => Promise<ChangesStatus>;
  /** Ends after the transaction under way, and closes the publisher. */
  stop(): Promise<void>;
}

export function startChanges({ logger, ...options }: StartChangesOptions): RunningChanges {
  const stopping = new AbortController();
  let position = 0n;
  let state: FollowerState = 'starting';
  const counts = { published: 0, failures: 0 };
  const onEvent = (event: ChangesEvent): void => {
    state = stateAfter(event.kind);
    if (event.kind === 'published') counts.published += event.events;
    if (event.kind === 'failed') counts.failures += 1;
    if ('position' in event) position = event.position;
    log(logger, event);
  };
  const ended = runChanges({ ...options, onEvent }, stopping.signal).finally(() => (state = 'stopped'));
  return {
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

function log(logger: Logger, event: ChangesEvent): void {
  switch (event.kind) {
    case 'active':
      return logger.info({ position: String(event.position) }, 'changes are published by this relay');
    case 'standby':
      return logger.info('another relay publishes changes: on standby');
    case 'superseded':
      return logger.info({ position: String(event.position) }, 'another relay took changes over');
    case 'failed':
      return logger.warn({ err: event.error, retryInMs: event.retryInMs }, 'publishing changes failed and is tried again');
    case 'published':
      return logger.debug({ position: String(event.position), events: event.events }, 'changes published');
  }
}
