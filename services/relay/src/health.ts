// How the relay and its publishing of changes are, for their health port.
import { counter, eventStoreMetrics, gauge, type HealthReport, type HealthSource, type Metric } from '@confledger/process';
import { lagBehind, positionText } from '@confledger/process/follower';
import type { PublishingStatus, RunningPublishing } from './publishing.js';

const UNKNOWN = 'the log does not answer';

/** Healthy while it writes the feed or stands by; unknown while the log is away. */
export function healthOf(relay: Pick<RunningPublishing, 'status'>): HealthSource {
  return {
    name: 'relay',
    unknown: UNKNOWN,
    report: async () => {
      const status = await relay.status();
      return {
        ...standing(status),
        metrics: [
          gauge('relay_active', '1 when this process writes the feed, 0 on standby', writes(status) ? 1 : 0),
          ...(status.last === null ? [] : [gauge('log_position', 'Position of the newest event', status.last)]),
          ...eventStoreMetrics(status.isSetBack, status.counts),
          counter('relay_activations_total', 'Activations that this process gave to nodes', status.published),
          counter('relay_failures_total', 'Failures that were tried again', status.failures),
          ...(knowsLag(status)
            ? [
                gauge('feed_position', 'Position that the feed is complete up to', status.position),
                ...lagMetric('feed_lag_positions', 'How far the feed is behind the log, in positions', status),
              ]
            : []),
        ],
      };
    },
  };
}

/** Healthy while it publishes or stands by. Activations do not depend on it. */
export function healthOfChanges(changes: Pick<RunningPublishing, 'status'>): HealthSource {
  return {
    name: 'changes',
    unknown: UNKNOWN,
    report: async () => {
      const status = await changes.status();
      return {
        ...standing(status),
        metrics: [
          gauge('changes_active', '1 when this process publishes changes, 0 on standby', writes(status) ? 1 : 0),
          counter('changes_events_total', 'Events that this process published', status.published),
          counter('changes_failures_total', 'Failures of publishing changes that were tried again', status.failures),
          ...(knowsLag(status)
            ? [
                gauge('changes_position', 'Position that changes are published up to', status.position),
                ...lagMetric('changes_lag_positions', 'How far the published changes are behind the log, in positions', status),
              ]
            : []),
        ],
      };
    },
  };
}

function standing(status: PublishingStatus): Pick<HealthReport, 'healthy' | 'details'> {
  const { state, position, last, problem } = status;
  return {
    healthy: last !== null && (writes(status) || (state === 'standby' && problem === null)),
    details: {
      state,
      problem,
      position: String(position),
      last: positionText(last),
      ...(knowsLag(status) ? { lag: positionText(lagBehind(last, position)) } : {}),
    },
  };
}

function writes({ state }: PublishingStatus): boolean {
  return state === 'active';
}

/** Who writes knows where it is, and so does who wrote until it failed: the lag is asked for most while Kafka is away. */
function knowsLag(status: PublishingStatus): boolean {
  return writes(status) || (status.state === 'failing' && status.position > 0n);
}

function lagMetric(name: string, help: string, status: PublishingStatus): Metric[] {
  const lag = lagBehind(status.last, status.position);
  return lag === null ? [] : [gauge(name, help, lag)];
}
