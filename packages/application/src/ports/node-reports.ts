// The port to what nodes say of themselves: no events, one row per node and ledger, the newest; lost without harm.

import type { ResolutionReport } from '@confledger/contracts/http';

export interface NodeReport {
  readonly name: string;
  readonly environment: string;
  readonly service: string;
  /** 'connecting' | 'waiting' | 'ready' | 'stale' | 'closed' */
  readonly state: string;
  readonly running: { readonly version: number; readonly activation: number; readonly digest: string; readonly activatedAt: string } | null;
  readonly rejected: {
    readonly version: number | null;
    readonly problems: readonly { readonly path: string | null; readonly message: string }[];
    /** What was refused holds values that the process keeps until it is restarted. */
    readonly mixture?: true;
  } | null;
  /** What the node's own place makes of the document; members that have nothing to say are absent. */
  readonly resolution: ResolutionReport;
  /** Which SDK the node runs, as its header `X-Confledger-Sdk` says it; null where it sent none that can be read. */
  readonly sdk: string | null;
  /** When the report arrived, by the api's clock. */
  readonly reportedAt: string;
}

/** How long a node that says it has closed stays listed. It comes back under its name, or, where names hold a process id, never. */
export const CLOSED_NODE_KEPT_MS = 24 * 60 * 60 * 1_000;
/** How long a silent node stays listed. It may be cut off, and an operator should see that. */
export const SILENT_NODE_KEPT_MS = 30 * 24 * 60 * 60 * 1_000;

export interface NodeReportFilter {
  readonly environment?: string;
  readonly service?: string;
  /** Exactly this name. */
  readonly name?: string;
  /** Only reports that arrived then or later; milliseconds since 1970. */
  readonly sinceMs?: number;
}

export interface NodeReports {
  /** Keeps the newest report of this node and ledger. */
  put(report: NodeReport): Promise<void>;
  /** Removes, as of `now` (milliseconds since 1970), the nodes that closed longer ago than a day or are silent for more than 30 days. */
  forget(now: number): Promise<void>;
  /** By environment, service, name. */
  list(filter: NodeReportFilter): Promise<readonly NodeReport[]>;
}
