// What the handlers of the EventStoreDB double share: one node's log, its faults and its limits, and its place in a cluster.
import type { Endpoint } from './endpoint.js';
import { Faults } from './faults.js';
import type { GossipMember } from './gossip-plays.js';
import { EventLog, type AppendDecision, type ExpectedRevision, type ProposedEvent } from './log.js';

const MAX_APPEND_SIZE_BYTES_DEFAULT = 1024 * 1024;
const LIVE_BUFFER_EVENTS_DEFAULT = 32;
const SYSTEM_STREAMS = ['$settings', '$$$settings', '$users', '$stats-127.0.0.1:2113'];

/** The limits of a node. */
export interface NodeLimits {
  /** Bytes of one append: data, metadata and two per character of the type. 1 MiB by default, as in version 23.10. */
  readonly maxAppendSizeBytes?: number;
  /** Bytes of one event, counted alike. Unlimited by default, as in version 23.10; from 24.10 on it is 16 MiB. */
  readonly maxAppendEventSizeBytes?: number;
  /** Events a live subscription may be behind; 32 by default, as in version 23.10. Infinity is how it is from version 24.10 on. */
  readonly liveBufferEvents?: number;
}

/** An append that is complete and within the limits. */
export interface AppendRequest {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly ProposedEvent[];
  readonly requiresLeader: boolean;
}

/** The decision of the log, or why the node did not ask it. */
export type AppendOutcome =
  | AppendDecision
  | { readonly kind: 'timeout' }
  | { readonly kind: 'not-ready' }
  | { readonly kind: 'not-leader'; readonly leader: Endpoint };

/** Whether a node leads; otherwise the leader that it knows, if any. */
export type Standing = 'leader' | 'no-leader' | Endpoint;

export interface Node extends Required<NodeLimits> {
  /** What readers see; in a cluster what is committed. Replaced when the log is replaced. */
  log: EventLog;
  readonly faults: Faults;
  readonly subscriptions: Set<{ drop(): void }>;
  /** Pages that were sent in full and whose search goes on. */
  readonly searches: Set<object>;
  /** How many calls came in. */
  readonly counts: { appends: number; reads: number; subscriptions: number; features: number; gossip: number };
  /** Answers now, later, or never: a server drops a duplicate of what is not replicated yet. */
  append(request: AppendRequest, answer: (outcome: AppendOutcome) => void): void;
  /** Its place in its cluster. `faults.leader` takes precedence. */
  standing(): Standing;
  /** What its gossip lists, before `faults.gossip` changes it. */
  members(): readonly GossipMember[];
}

/** A node, for tests: its log, its faults and its counts. */
export interface NodeView {
  /** What readers of this node see; in a cluster what it knows to be committed. */
  readonly log: EventLog;
  readonly faults: Faults;
  /** How many calls came in, of each kind. */
  readonly counts: Readonly<Node['counts']>;
  /** Subscriptions that are open now. */
  readonly subscriptions: number;
  /** Full pages whose search nobody has ended (`faults.endlessSearches`). */
  readonly searches: number;
  /** Ends every subscription with "consumer too slow". */
  dropSubscriptions(): void;
}

/** True for the header that asks for the leader. */
export const REQUIRES_LEADER_HEADER = 'requires-leader';

/** A node with these limits, this log and this place in a cluster. */
export function newNode(limits: NodeLimits, log: EventLog, place: Pick<Node, 'append' | 'standing' | 'members'>): Node {
  return {
    ...place,
    log,
    faults: new Faults(),
    maxAppendSizeBytes: limits.maxAppendSizeBytes ?? MAX_APPEND_SIZE_BYTES_DEFAULT,
    maxAppendEventSizeBytes: limits.maxAppendEventSizeBytes ?? Infinity,
    liveBufferEvents: limits.liveBufferEvents ?? LIVE_BUFFER_EVENTS_DEFAULT,
    subscriptions: new Set(),
    searches: new Set(),
    counts: { appends: 0, reads: 0, subscriptions: 0, features: 0, gossip: 0 },
  };
}

export function viewOf(node: Node): NodeView {
  return {
    get log() {
      return node.log;
    },
    faults: node.faults,
    counts: node.counts,
    get subscriptions() {
      return node.subscriptions.size;
    },
    get searches() {
      return node.searches.size;
    },
    dropSubscriptions: () => {
      for (const subscription of node.subscriptions) subscription.drop();
    },
  };
}

/** The log of a new database: system events only. */
export function newLog(): EventLog {
  const log = new EventLog();
  for (const stream of SYSTEM_STREAMS) appendForeign(log, stream);
  return log;
}

/** Appends an event of another application, or of the server itself. */
export function appendForeign(log: EventLog, stream: string): void {
  const text = Buffer.from('{"foreign":true}');
  log.append(stream, 'any', [{ id: crypto.randomUUID(), type: '$foreign', contentType: 'application/json', data: text, metadata: text }]);
}
