// Writes the heartbeat of this api every few seconds, so that the other apis and GET /status know that it runs.
import type { ApiHeartbeats, ApiIdentity } from '@confledger/application';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { ApiContext } from '../context.js';
import { FEATURES } from './features.js';

/** Time between two heartbeats, in milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 5_000;
/** How long a stop waits for the removal of its heartbeat, in milliseconds; it expires by itself. */
export const HEARTBEAT_REMOVAL_MS_MAX = 1_000;

/** Writes the heartbeat from when the api is ready until it has closed. */
export function writeHeartbeats(
  app: FastifyInstance,
  { heartbeats, apiId, version, logger }: Pick<ApiContext, 'heartbeats' | 'apiId' | 'version' | 'logger'>,
): void {
  let heartbeat: Heartbeat | undefined;
  app.addHook('onReady', async () => {
    heartbeat = startHeartbeat({ heartbeats, api: { id: apiId, release: version, features: FEATURES }, logger });
  });
  app.addHook('onClose', async () => heartbeat?.stop());
}

export interface HeartbeatOptions {
  readonly heartbeats: ApiHeartbeats;
  readonly api: ApiIdentity;
  readonly logger: Pick<FastifyBaseLogger, 'warn' | 'info'>;
  readonly intervalMs?: number;
}

export interface Heartbeat {
  /** Stops, and removes the heartbeat. Never rejects. */
  stop(): Promise<void>;
}

/** Begins at once. A heartbeat that cannot be written is tried again at the next interval; the first failure in a row is logged. */
export function startHeartbeat({ heartbeats, api, logger, intervalMs = HEARTBEAT_INTERVAL_MS }: HeartbeatOptions): Heartbeat {
  let stopped = false;
  let failing = false;
  let timer: NodeJS.Timeout | undefined;
  const write = async (): Promise<void> => {
    try {
      await heartbeats.write(api);
      if (failing) logger.info('heartbeats are written again');
      failing = false;
    } catch (error) {
      if (!failing) logger.warn({ err: error }, 'the heartbeat could not be written: it is tried again');
      failing = true;
    }
    // After the answer, so that a Postgres that hangs holds one connection and not one more each interval.
    if (stopped) return;
    timer = setTimeout(() => void (written = write()), intervalMs);
    timer.unref();
  };
  let written = write();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const removed = written.then(() => heartbeats.remove(api.id)).catch(() => undefined);
      await Promise.race([removed, elapsed(HEARTBEAT_REMOVAL_MS_MAX)]);
    },
  };
}

async function elapsed(ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
