// What the handlers of the EventStoreDB double share: one node's log, its faults and its limits.
import type { Faults } from './faults.js';
import type { EventLog } from './log.js';

export interface Node {
  readonly log: EventLog;
  readonly faults: Faults;
  /** Bytes of one append: data, metadata and two per character of the type. 1 MiB in a server of version 23.10. */
  readonly maxAppendSizeBytes: number;
  /** Bytes of one event, counted alike. Version 23.10 knows no such limit; from 24.10 on it is 16 MiB. */
  readonly maxAppendEventSizeBytes: number;
  /** Events that a live subscription may be behind before it is dropped; Infinity from version 24.10 on. */
  readonly liveBufferEvents: number;
  readonly subscriptions: Set<{ drop(): void }>;
  /** Pages that were sent in full and whose search goes on. */
  readonly searches: Set<object>;
  /** How many calls came in. */
  readonly counts: { appends: number; reads: number; subscriptions: number; features: number };
}

/** True for the header that asks for the leader. */
export const REQUIRES_LEADER_HEADER = 'requires-leader';
