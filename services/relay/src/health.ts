// How the relay is, for its health port. Used by main.ts.
import { counter, gauge, type HealthSource } from '@confledger/process';
import type { RelayStatus, RunningRelay } from './start-relay.js';

/** Healthy while it writes the feed or stands by; unknown while the log is away. */
export function healthOf(relay: RunningRelay): HealthSource {
  return {
    name: 'relay',
    unknown: 'the log does not answer',
    report: async () => {
      const status = await relay.status();
      const { state, position, last, published, failures } = status;
      // Only who writes the feed knows where it is.
      const writes = state === 'active';
      return {
        healthy: writes || state === 'standby',
        details: { state, position: String(position), last: String(last), ...(writes ? { lag: String(lagOf(status)) } : {}) },
        metrics: [
          gauge('relay_active', '1 when this process writes the feed, 0 on standby', writes ? 1 : 0),
          gauge('log_position', 'Position of the newest event', last),
          counter('relay_activations_total', 'Activations that this process gave to nodes', published),
          counter('relay_failures_total', 'Failures that were tried again', failures),
          ...(writes
            ? [
                gauge('feed_position', 'Position that the feed is complete up to', position),
                gauge('feed_lag_positions', 'How far the feed is behind the log, in positions', lagOf(status)),
              ]
            : []),
        ],
      };
    },
  };
}

function lagOf({ position, last }: RelayStatus): bigint {
  return last > position ? last - position : 0n;
}
