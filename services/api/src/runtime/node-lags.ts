// How long each node has not run what is active.
import type { WatchedNode } from './watched-nodes.js';

/** Nodes that are measured one by one: each is a time series of its own for Prometheus. Those that lag most come first. */
export const NODES_MEASURED_MAX = 1_000;

export interface NodeLag {
  readonly environment: string;
  readonly service: string;
  readonly node: string;
  /** 0 when it runs what is active. */
  readonly lagSeconds: number;
  /** Since its newest report arrived; a node that lives reports every 30 s. */
  readonly silenceSeconds: number;
}

interface Behind {
  /** The activation that it runs; null for none. */
  readonly running: number | null;
  readonly sinceMs: number;
}

/**
 * Remembers since when a node is behind: were only the newest activation compared, a node that is stuck would never lag by more than
 * the time between two activations. What was activated before the first look is not known: then the lag is at least what it says.
 */
export class NodeLags {
  #behind = new Map<string, Behind>();

  /** The nodes that are to run something, at most NODES_MEASURED_MAX of them; `leftOut` is how many there are beyond. */
  measure(nodes: readonly WatchedNode[], nowMs: number): { readonly lags: readonly NodeLag[]; readonly leftOut: number } {
    const behind = new Map<string, Behind>();
    const lags: NodeLag[] = [];
    for (const node of nodes) {
      if (node.report.state === 'closed' || node.runsActive === null) continue;
      const { environment, service, name, reportedAt } = node.report;
      const since = this.#sinceOf(node);
      if (since !== null) behind.set(keyOf(node), since);
      const lagMs = since === null ? 0 : nowMs - since.sinceMs;
      lags.push({ environment, service, node: name, lagSeconds: seconds(lagMs), silenceSeconds: seconds(nowMs - Date.parse(reportedAt)) });
    }
    this.#behind = behind;
    const worstFirst = lags.toSorted((one, other) => other.lagSeconds - one.lagSeconds);
    return { lags: worstFirst.slice(0, NODES_MEASURED_MAX), leftOut: Math.max(0, lags.length - NODES_MEASURED_MAX) };
  }

  #sinceOf(node: WatchedNode): Behind | null {
    if (node.runsActive === true || node.active.kind !== 'active') return null;
    const running = node.report.running?.activation ?? null;
    const before = this.#behind.get(keyOf(node));
    return before?.running === running ? before : { running, sinceMs: Date.parse(node.active.activatedAt) };
  }
}

function keyOf({ report: { environment, service, name } }: WatchedNode): string {
  return `${environment}.${service}.${name}`;
}

/** Clocks of two machines may differ: nothing is in the future. */
function seconds(ms: number): number {
  return Math.max(0, ms) / 1_000;
}
