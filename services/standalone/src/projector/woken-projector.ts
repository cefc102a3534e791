// The projector of the embedded mode: a child process that is told how far the log reaches, by this process, which writes the log.
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventStore, ReadModel } from '@confledger/application';
import type { Shutdown } from '@confledger/process/shutdown';
import { PROJECTOR_CHILD } from '@confledger/projector';
import { openLogFile } from '../log-file.js';
import type { Logs } from '../logs.js';
import { projectorPidFile } from './pid-file.js';
import { SupervisedProjector } from './supervised-projector.js';
import { Waker } from './waker.js';

export interface ProjectorOptions {
  readonly config: { readonly dataDirectory: string };
  /** The projector's connection string holds a password. */
  readonly urls: { readonly projector: string };
  readonly logs: Logs;
  readonly shutdown: Shutdown;
  readonly onNotice: (text: string) => void;
  /** The log as this process appends to it. */
  readonly events: Pick<EventStore, 'lastPosition' | 'subscribe'>;
}

export interface WokenProjector {
  /** Does not wait for it: it takes as long to load as half of a start, and readers can wait for its first batch. */
  readonly start: () => void;
  /** What is wrong with it, in a sentence for probes; null when nothing is. */
  readonly problem: () => string | null;
  /** The same read model: whoever waits for a position wakes the projector at once. */
  readonly awaitedBy: (readModel: ReadModel) => ReadModel;
}

/** Starts nothing yet; from now on `shutdown` ends what will be started. */
export function prepareProjector({ config, urls, logs, shutdown, onNotice, events }: ProjectorOptions): WokenProjector {
  const { dataDirectory } = config;
  const logger = logs.of('standalone');
  const projector = new SupervisedProjector({
    program: PROJECTOR_CHILD,
    postgresUrl: urls.projector,
    log: openLogFile(path.join(dataDirectory, 'logs', 'projector.log')),
    pidFile: projectorPidFile(dataDirectory),
    onNotice,
    logger,
  });
  shutdown.add('projector', () => projector.stop());
  const waker = new Waker({ wake: (position) => projector.wake(position) });
  const stopping = new AbortController();
  const following = followEnd(events, (position) => waker.reached(position), stopping.signal);
  shutdown.add('waking of the projector', () => {
    stopping.abort();
    waker.stop();
    return following;
  });
  return {
    start: () => projector.start(),
    problem: () => projector.problem(),
    awaitedBy: (readModel) => ({
      ...readModel,
      waitFor: (position, timeoutMs) => {
        waker.awaited(position);
        return readModel.waitFor(position, timeoutMs);
      },
    }),
  };
}

/** Pause after the log could not be followed. Meanwhile the projector finds what is new by its own poll, each second. */
const RETRY_DELAY_MS = 1_000;

/** Says how far the log reaches, until `signal` aborts. Never rejects. */
async function followEnd(events: ProjectorOptions['events'], reached: (position: bigint) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const after = await events.lastPosition();
      for await (const batch of events.subscribe({ after, signal })) {
        const last = batch.at(-1);
        if (last !== undefined) reached(last.position);
      }
    } catch {
      // The log must not be used at the moment, and the api says why.
    }
    await delay(RETRY_DELAY_MS, undefined, { signal }).catch(() => undefined);
  }
}
