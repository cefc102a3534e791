// The port to what nodes say of themselves: no events, one row per node and ledger, the newest; lost without harm.

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
  } | null;
  /** When the report arrived, by the api's clock. */
  readonly reportedAt: string;
}

export interface NodeReports {
  /** Keeps the newest report of this node and ledger. */
  put(report: NodeReport): Promise<void>;
  /** By environment, service, name. */
  list(filter: { readonly environment?: string; readonly service?: string }): Promise<readonly NodeReport[]>;
}
