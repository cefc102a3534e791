// What a node reports of itself: POST /nodes/{name}.

export interface ProblemAt {
  readonly path: string | null;
  readonly message: string;
}

export interface RunningVersion {
  readonly version: number;
  readonly activation: number;
  readonly digest: string;
  readonly activatedAt: string;
}

/** What a node's own place makes of a document. A member that has nothing to say is absent. Lists have at most 100 entries. */
export interface ResolutionReport {
  /** Strings with `${` that stay as they are written, because the node does not resolve references. */
  readonly unreadReferences?: number;
  /** Paths whose references could not be resolved, and stay as they are written. */
  readonly unresolved?: readonly string[];
  /** Names of the profiles that are on; the last one wins. */
  readonly profiles?: readonly string[];
  /** Paths that the node takes from its own variables: there it does not run what the ledger says. */
  readonly overridden?: readonly string[];
  /** Paths at which the process keeps what it started with until it is restarted. */
  readonly pendingRestart?: readonly string[];
}

export interface NodeReportBody extends ResolutionReport {
  readonly environment: string;
  readonly service: string;
  readonly state: 'connecting' | 'waiting' | 'ready' | 'stale' | 'closed';
  readonly running: RunningVersion | null;
  readonly rejected: {
    readonly version: number | null;
    readonly problems: readonly ProblemAt[];
    /** What was refused holds values that the process keeps until it is restarted. */
    readonly mixture?: true;
  } | null;
}
