// What a node says of itself: `node.status`, `onStatus`, and the reports.
import type { RunningVersion } from '@confledger/contracts/http';
import type { NodeProblem } from './errors.js';
import type { ResolutionNotes } from './resolving/node-resolver.js';

/** With what its resolution has to say: members of that are absent where they say nothing. */
export interface NodeStatus extends ResolutionNotes {
  /**
   * 'connecting': nothing runs yet. 'waiting': nothing is active. 'ready': runs what the feed says, or the last good version before one
   * that was refused. 'stale': runs the last good version, and whether it is still active is not known. 'closed'.
   */
  readonly state: 'connecting' | 'waiting' | 'ready' | 'stale' | 'closed';
  /** Where the running snapshot came from; 'cache' until the feed has confirmed it. */
  readonly source: 'feed' | 'cache';
  readonly running: RunningVersion | null;
  /**
   * The newest activation, when it is not run: schemas refuse it, it cannot be resolved, or it cannot be trusted. Also what runs, when it cannot be
   * resolved any more: then it stays as it was.
   */
  readonly rejected: {
    readonly version: number | null;
    readonly problems: readonly NodeProblem[];
    /** What was refused holds values that this process keeps until it is restarted. */
    readonly mixture?: true;
  } | null;
  /** Milliseconds since the feed last said anything; null when it never did. */
  readonly lastContactMs: number | null;
  /** Why the feed is not followed at the moment; null when it is. */
  readonly problem: string | null;
  /** Activations that followed one which this node did not receive. Harmless: documents are compared whole. */
  readonly gaps: number;
}
