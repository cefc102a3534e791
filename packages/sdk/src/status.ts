// What a node says of itself: `node.status`, `onStatus`, and the reports.
import type { RunningVersion } from '@confledger/contracts/http';
import type { NodeProblem } from './errors.js';

export interface NodeStatus {
  /**
   * 'connecting': nothing runs yet. 'waiting': nothing is active. 'ready': runs what the feed says, or the last good version before one
   * that was refused. 'stale': runs the last good version, and whether it is still active is not known. 'closed'.
   */
  readonly state: 'connecting' | 'waiting' | 'ready' | 'stale' | 'closed';
  /** Where the running snapshot came from; 'cache' until the feed has confirmed it. */
  readonly source: 'feed' | 'cache';
  readonly running: RunningVersion | null;
  /** The newest activation, when it is not run: schemas refuse it, or it cannot be trusted. */
  readonly rejected: { readonly version: number | null; readonly problems: readonly NodeProblem[] } | null;
  /** Milliseconds since the feed last said anything; null when it never did. */
  readonly lastContactMs: number | null;
  /** Why the feed is not followed at the moment; null when it is. */
  readonly problem: string | null;
  /** Activations that followed one which this node did not receive. Harmless: documents are compared whole. */
  readonly gaps: number;
}
