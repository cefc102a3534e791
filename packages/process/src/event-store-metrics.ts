// What every part that follows the log measures of its event store.
import type { LogCounts } from './follower.js';
import { counter, gauge, type Metric } from './health-server.js';

/** `counts` is undefined for a store that counts nothing. */
export function eventStoreMetrics(isSetBack: boolean, counts: LogCounts | undefined): Metric[] {
  const setBack = gauge('log_set_back', '1 when the log does not hold what was worked off or read before', isSetBack ? 1 : 0);
  if (counts === undefined) return [setBack];
  return [
    setBack,
    counter('event_store_servers_left_total', 'Servers of the event store that were left', counts.serversLeft),
    counter(
      'event_store_slow_subscriptions_total',
      'Live subscriptions that a server ended because events were waiting',
      counts.subscriptionsTooSlow,
    ),
  ];
}
