// What the api says about the system: status and health.
import type { BlockedLedger } from './activations.js';
import type { ParkedItem, Truncated } from './lists.js';

export interface PartStatus {
  readonly name: string;
  readonly state: 'up' | 'down';
  readonly detail: string | null;
}

/** How far something that follows the log is. */
export interface FollowerStatus {
  /** Null when it cannot be asked. */
  readonly position: string | null;
  /** The age of the oldest event that is not there yet, in milliseconds; 0 when all are. Null when it cannot be asked. */
  readonly lagMs: number | null;
}

/** Whether the log holds what was acknowledged and read before. */
export interface LogStatus {
  /** `unchecked`: the event store was not reached since this api was started. */
  readonly state: 'unchecked' | 'held' | 'in doubt' | 'set back';
  /** The event that the log should hold and does not. */
  readonly missing: { readonly stream: string; readonly revision: number } | null;
}

/** An api that wrote a heartbeat in the last 20 s. */
export interface LiveApi {
  /** New at every start of the process. */
  readonly id: string;
  readonly release: string;
  /** What it supports that an older release may lack, by name. */
  readonly features: readonly string[];
  /** When it wrote its last heartbeat, by the clock of the database. */
  readonly heartbeatAt: string;
  /** True for the api that gives this answer. */
  readonly answering: boolean;
}

/** Behind the ends of the sealed streams every change set needs a mac. */
export interface SealStatus {
  /** Of streams that were there when they were sealed. */
  readonly streamCount: number;
  /** Of the newest seal, in the stream `installation`. */
  readonly revision: number;
}

/** Which form of statement activations are signed with, and what holds form 2 back. */
export interface StatementsStatus {
  /** Ledgers with an active version, and how many of them have statement 2. Null while the read model is away. */
  readonly ledgers: { readonly activeCount: number; readonly statement2Count: number } | null;
  /** Nodes that reported in the last 2 minutes, cannot verify statement 2, and keep their ledger at statement 1: the first 50. */
  readonly heldBackBy: readonly { readonly ledger: string; readonly node: string; readonly sdk: string | null }[];
  /** The same in sentences. */
  readonly detail: string;
}

/** Ledgers that follow their parents by themselves, as this api knows it. */
export interface InheritanceStatus {
  /** Whether the follower of this api is the one that works; false while another one does, and null where this api has none. */
  readonly active: boolean | null;
  /** Ledgers that wait to be looked at by it. */
  readonly waiting: number;
  /** Ledgers that cannot follow, and why: the first 50. Null while the read model is away. */
  readonly blocked: readonly BlockedSince[] | null;
  /** Why the follower of this api does not work; null while it does. */
  readonly detail: string | null;
}

export interface BlockedSince extends BlockedLedger {
  /** When it was refused first. */
  readonly blockedAt: string;
}

/** The system as one api sees it. */
export interface StatusAnswer {
  readonly installation: string;
  /** Of ConfLedger. */
  readonly release: string;
  /** What activations are signed with. */
  readonly publicKey: { readonly keyId: string; readonly publicKey: string };
  /** Those that are defined and not retired; empty while this api does not know them. */
  readonly environments: readonly string[];
  readonly parts: readonly PartStatus[];
  readonly log: LogStatus;
  /** Of the log; null when the event store cannot be asked. */
  readonly position: string | null;
  readonly readModel: FollowerStatus;
  /** Null where this api does not feed nodes. */
  readonly feed: FollowerStatus | null;
  /** Null while what is older than macs is not sealed: a change set without a mac is accepted until then. */
  readonly seal: SealStatus | null;
  /** The apis of this installation that run now, by id; null while the read model does not answer. */
  readonly apis: readonly LiveApi[] | null;
  /** Events that could not be applied to the read model, newest first, the first 50. */
  readonly parked: readonly ParkedItem[];
  /** Streams that the read model leaves out from an event on, each with that event, newest first, the first 50. */
  readonly parkedStreams: readonly ParkedItem[];
  /** Streams that this api could not load, newest first, the first 50. */
  readonly brokenStreams: readonly BrokenStreamItem[];
  readonly statements: StatementsStatus;
  readonly inheritance: InheritanceStatus;
  /** What this api has only so much of. */
  readonly limits: readonly LimitStatus[];
  /** `parked`, `parkedStreams`, `brokenStreams`, `statements.heldBackBy`, `inheritance.blocked`, where they are cut. */
  readonly truncated: Truncated;
  readonly startedAt: string;
}

/** Something that an api has only so much of. */
export interface LimitStatus {
  readonly name: string;
  /** In what the maximum is counted: connections, requests, bytes, milliseconds, clients. */
  readonly unit: string;
  readonly max: number;
  /** Now; null where it is a time. */
  readonly inUse: number | null;
  /** How often there was no more, since the start. */
  readonly refusals: number;
}

/** A stream of which nothing is served, because of what its event store holds. */
export interface BrokenStreamItem {
  readonly stream: string;
  readonly code: 'STREAM_BROKEN' | 'STREAM_UNREADABLE';
  /** Names the first event that does not hold, and why. */
  readonly error: string;
  /** When this api found it first; UTC. */
  readonly foundAt: string;
}

/** /health and its two parts: not in the envelope, so that probes can read it. */
export interface HealthAnswer {
  readonly healthy: boolean;
  readonly checks: { readonly [part: string]: { readonly healthy: boolean; readonly detail: string | null; readonly tookMs: number } };
  readonly timestamp: string;
  readonly version: string;
}
