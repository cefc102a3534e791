// Runs the projector loop with its log lines, its counts and its lag.
import { LogSetBack, pause, runProjector, type ProjectorEvent, type ProjectorOptions } from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import { Follower, lagBehind, type FollowerStatus } from '@confledger/process/follower';
import { limitedWarnings, type FaultLogger } from '@confledger/process/warnings';
import type { Logger } from 'pino';
import { stateAfter } from './state-after.js';

export interface StartProjectorOptions extends Omit<ProjectorOptions, 'onEvent' | 'retryDelayMs'> {
  readonly logger: Logger;
  readonly onEvent?: (event: ProjectorEvent) => void;
  /** What has to be done before anything can be projected; tried again until it is done. `signal` aborts when the projector is stopped. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
}

/** Back-off between attempts to prepare. */
const PREPARE_DELAY_MS = { first: 200, max: 5_000 };

/** How far the projector is, and what it has done since it was started. */
export interface ProjectorStatus extends FollowerStatus {
  /** Everything up to here has taken effect, by this projector or another. */
  readonly position: bigint;
  /** How far behind, in positions; null while the log cannot be asked. */
  readonly lag: bigint | null;
  /** Events folded and parked by this process. */
  readonly projected: number;
  readonly parked: number;
  /** Streams of which nothing is folded from an event on, parked by this projector or another. */
  readonly parkedStreams: number;
}

export interface RunningProjector {
  readonly active: () => boolean;
  /** Rejects when the read model cannot be asked. */
  readonly status: () => Promise<ProjectorStatus>;
  /** Ends after the batch under way. Idempotent. */
  stop(): Promise<void>;
}

export function startProjector({ logger, onEvent, prepare, ...options }: StartProjectorOptions): RunningProjector {
  const warnings = limitedWarnings(logger);
  const done = { projected: 0, parked: 0 };
  const follower = new Follower<ProjectorEvent>({
    events: options.events,
    run: async (report, signal) => {
      if (prepare !== undefined) await untilDone(prepare, report, signal);
      await runProjector({ ...options, onEvent: report }, signal);
    },
    stateAfter,
    onEvent: (event) => {
      if (event.kind === 'committed') done.projected += event.events;
      if (event.kind === 'parked') done.parked += 1;
      log(logger, warnings, event);
      onEvent?.(event);
    },
    isSetBack: (problem) => problem instanceof LogSetBack,
  });
  return {
    active: () => follower.state === 'active',
    status: async () => {
      const store = await options.store();
      const parkedStreams = await store.countParkedStreams();
      // In this order: the log can only have grown meanwhile, so the lag is never negative.
      const { position } = await store.checkpoint();
      const status = await follower.status();
      return { ...status, ...done, position, lag: lagBehind(status.last, position), parkedStreams };
    },
    stop: () => follower.stop(),
  };
}

/** Or until `signal` aborts. */
async function untilDone(
  work: (signal: AbortSignal) => Promise<void>,
  report: (event: ProjectorEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(PREPARE_DELAY_MS.first, PREPARE_DELAY_MS.max);
  while (!signal.aborted) {
    try {
      return await work(signal);
    } catch (error) {
      if (signal.aborted) return;
      const retryInMs = Math.round(backoff.nextMs());
      report({ kind: 'failed', error, retryInMs });
      await pause(retryInMs, signal);
    }
  }
}

function log(logger: Logger, warnings: FaultLogger, event: ProjectorEvent): void {
  switch (event.kind) {
    case 'active':
      return logger.info({ position: String(event.position) }, 'projector is active');
    case 'standby':
      return logger.info('another projector is active: on standby');
    case 'superseded':
      return logger.info({ position: String(event.position) }, 'another projector or a rebuild has taken over these tables');
    case 'failed':
      return warnings.warn({ err: event.error, retryInMs: event.retryInMs }, 'projector failed and tries again');
    case 'parked':
      return logger.error(
        { position: String(event.position), stream: event.stream, reason: event.reason },
        'an event cannot be applied and is parked: its ledger is incomplete in the read model',
      );
    case 'streamParked': {
      const { stream, revision, type, reason } = event;
      return logger.warn(
        { stream, revision, type, reason },
        'a stream is parked from this event on: a release that can read it goes on with it; where the event was altered, restore it and rebuild',
      );
    }
    case 'streamResumed': {
      const { stream, revision, events } = event;
      return logger.info({ stream, revision, events }, 'a parked stream is read again');
    }
    case 'committed':
      return logger.trace({ position: String(event.position), events: event.events }, 'projected');
  }
}
