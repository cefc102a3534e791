// Runs the projector loop with its log lines, its counts and its lag.
import {
  LogSetBack,
  pause,
  runProjector,
  type EventStore,
  type EventStoreCounts,
  type ProjectorEvent,
  type ProjectorOptions,
} from '@confledger/application';
import { Backoff } from '@confledger/backoff';
import { limitedWarnings, type FaultLogger } from '@confledger/process/warnings';
import type { Logger } from 'pino';

export interface StartProjectorOptions extends Omit<ProjectorOptions, 'onEvent' | 'retryDelayMs'> {
  readonly logger: Logger;
  readonly onEvent?: (event: ProjectorEvent) => void;
  /** What has to be done before anything can be projected; tried again until it is done. `signal` aborts when the projector is stopped. */
  readonly prepare?: (signal: AbortSignal) => Promise<void>;
}

/** Back-off between attempts to prepare. */
const PREPARE_DELAY_MS = { first: 200, max: 5_000 };

/** How far the projector is, and what it has done since it was started. */
export interface ProjectorStatus {
  readonly state: 'starting' | 'standby' | 'active' | 'failing' | 'stopped';
  /** Everything up to here has taken effect, by this projector or another. */
  readonly position: bigint;
  /** The newest event of the log; null while the log cannot be asked. */
  readonly last: bigint | null;
  /** How far behind, in positions; null while the log cannot be asked. */
  readonly lag: bigint | null;
  /** Events folded, parked, and failures met by this process. */
  readonly projected: number;
  readonly parked: number;
  readonly failures: number;
  /** Streams of which nothing is folded from an event on, parked by this projector or another. */
  readonly parkedStreams: number;
  /** Why it does not project, in a sentence; null when nothing is wrong. */
  readonly problem: string | null;
  /** The log does not hold what was projected before. */
  readonly isSetBack: boolean;
  /** What the event store has counted; undefined for one that counts nothing. */
  readonly counts: EventStoreCounts | undefined;
}

export interface RunningProjector {
  readonly active: () => boolean;
  /** Rejects when the read model cannot be asked. */
  readonly status: () => Promise<ProjectorStatus>;
  /** Ends after the batch under way. Idempotent. */
  stop(): Promise<void>;
}

export function startProjector({ logger, onEvent, prepare, ...options }: StartProjectorOptions): RunningProjector {
  const stopping = new AbortController();
  const warnings = limitedWarnings(logger);
  let state: ProjectorStatus['state'] = 'starting';
  let failure: unknown = null;
  const counts = { projected: 0, parked: 0, failures: 0 };
  const follow = (event: ProjectorEvent): void => {
    state = stateAfter(event, state);
    if (event.kind === 'failed') failure = event.error;
    else if (state !== 'failing') failure = null;
    if (event.kind === 'committed') counts.projected += event.events;
    if (event.kind === 'parked') counts.parked += 1;
    if (event.kind === 'failed') counts.failures += 1;
    log(logger, warnings, event);
    onEvent?.(event);
  };
  const prepared = prepare === undefined ? Promise.resolve() : untilDone(prepare, follow, stopping.signal);
  const ended = prepared.then(() => runProjector({ ...options, onEvent: follow }, stopping.signal)).finally(() => (state = 'stopped'));
  return {
    active: () => state === 'active',
    status: async () => {
      const { events } = options;
      const lag = await lagOf(events, options.store);
      const problem = failure ?? lag.problem;
      return {
        state,
        ...counts,
        ...lag,
        problem: problem === null ? null : textOf(problem),
        isSetBack: problem instanceof LogSetBack,
        counts: events.counts?.(),
      };
    },
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

/** Or until `signal` aborts. */
async function untilDone(
  work: (signal: AbortSignal) => Promise<void>,
  tell: (event: ProjectorEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(PREPARE_DELAY_MS.first, PREPARE_DELAY_MS.max);
  while (!signal.aborted) {
    try {
      return await work(signal);
    } catch (error) {
      if (signal.aborted) return;
      const retryInMs = Math.round(backoff.nextMs());
      tell({ kind: 'failed', error, retryInMs });
      await pause(retryInMs, signal);
    }
  }
}

/** `problem` is why the log could not be asked. Rejects when the read model cannot be. */
async function lagOf(
  events: EventStore,
  open: ProjectorOptions['store'],
): Promise<Pick<ProjectorStatus, 'position' | 'last' | 'lag' | 'parkedStreams'> & { readonly problem: unknown }> {
  const store = await open();
  const parkedStreams = await store.countParkedStreams();
  // In this order: the log can only have grown meanwhile, so the lag is never negative.
  const { position } = await store.checkpoint();
  try {
    const last = await events.lastPosition();
    return { position, last, lag: last > position ? last - position : 0n, parkedStreams, problem: null };
  } catch (error) {
    return { position, last: null, lag: null, parkedStreams, problem: error };
  }
}

function textOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

function stateAfter(event: ProjectorEvent, before: ProjectorStatus['state']): ProjectorStatus['state'] {
  switch (event.kind) {
    case 'active':
    case 'committed':
      return 'active';
    case 'standby':
      return 'standby';
    case 'failed':
      return 'failing';
    case 'parked':
    case 'streamParked':
    case 'streamResumed':
    case 'superseded':
      return before;
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
        'a stream is parked from this event on; a release that can read it goes on with it',
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
