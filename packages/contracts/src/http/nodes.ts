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

export interface NodeReportBody {
  readonly environment: string;
  readonly service: string;
  readonly state: 'connecting' | 'waiting' | 'ready' | 'stale' | 'closed';
  readonly running: RunningVersion | null;
  readonly rejected: { readonly version: number | null; readonly problems: readonly ProblemAt[] } | null;
}
