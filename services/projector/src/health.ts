// How the projector is, for its health port.
import { counter, eventStoreMetrics, gauge, type HealthSource } from '@confledger/process';
import { positionText } from '@confledger/process/follower';
import type { RunningProjector } from './start-projector.js';

/** Healthy while it projects or stands by and the log answers; unknown while the read model is away. */
export function healthOf(projector: Pick<RunningProjector, 'status'>): HealthSource {
  return {
    name: 'projector',
    unknown: 'the read model does not answer',
    report: async () => {
      const { state, position, last, lag, projected, parked, parkedStreams, failures, problem, isSetBack, counts } =
        await projector.status();
      return {
        healthy: last !== null && (state === 'active' || state === 'standby'),
        details: { state, problem, position: String(position), last: positionText(last), lag: positionText(lag), parked, parkedStreams },
        metrics: [
          gauge('projector_active', '1 when this process projects, 0 on standby', state === 'active' ? 1 : 0),
          ...(last === null ? [] : [gauge('log_position', 'Position of the newest event', last)]),
          ...eventStoreMetrics(isSetBack, counts),
          gauge('read_model_position', 'Position that the read model is valid at', position),
          ...(lag === null ? [] : [gauge('read_model_lag_positions', 'How far the read model is behind the log, in positions', lag)]),
          counter('projector_events_total', 'Events folded by this process', projected),
          counter('projector_parked_total', 'Events that this process could not apply', parked),
          gauge('projector_parked_streams', 'Streams that the read model leaves out from an event on', parkedStreams),
          counter('projector_failures_total', 'Failures that were tried again', failures),
        ],
      };
    },
  };
}
