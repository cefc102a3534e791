// How the node is, for its own port: /status for people and programs, health for orchestrators, metrics.
import { counter, gauge, type HealthSource, type Metric } from '@confledger/process';
import type { NodeStatus } from '@confledger/sdk';
import type { Swaps } from './swaps.js';

export interface NodeSource {
  readonly name: string;
  readonly environment: string;
  readonly service: string;
  readonly status: () => NodeStatus;
  readonly swaps: Swaps;
}

/** A stale node trades on: it is not healthy, but a restart would not help. */
export function healthOf({ name, environment, service, status, swaps }: NodeSource): HealthSource {
  return {
    name: 'node',
    unknown: 'the node does not answer',
    report: async () => {
      const { state, problem } = status();
      return { healthy: state === 'ready', details: { state, problem }, metrics: metricsOf(status(), swaps) };
    },
    pages: { '/status': () => ({ name, environment, service, ...status() }) },
  };
}

function metricsOf({ state, running, rejected, lastContactMs, gaps }: NodeStatus, swaps: Swaps): Metric[] {
  return [
    gauge('node_ready', '1 when this node runs what the feed says', state === 'ready' ? 1 : 0),
    gauge('node_stale', '1 when it runs the last good version, and whether that is still active is not known', state === 'stale' ? 1 : 0),
    gauge('node_rejected', '1 when it does not run the newest activation, because it refused it', rejected === null ? 0 : 1),
    counter('node_swaps_total', 'Activations that it took over from the feed', swaps.count),
    counter('node_gaps_total', 'Activations that followed one which it did not receive', gaps),
    ...known('node_running_version', 'The version that it runs', running?.version ?? null),
    ...known('node_running_activation', 'Revision of the activation that it runs', running?.activation ?? null),
    ...known(
      'node_swap_delay_seconds',
      'From the newest activation that it took over while it ran to its swap',
      secondsOf(swaps.lastDelayMs),
    ),
    ...known('node_last_contact_seconds', 'Since the feed last said anything', secondsOf(lastContactMs)),
  ];
}

/** What is not known is not there. */
function known(name: string, help: string, value: number | null): Metric[] {
  return value === null ? [] : [gauge(name, help, value)];
}

function secondsOf(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
