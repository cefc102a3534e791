// The port to the read model, seen from queries. It lags behind the log; every answer says up to which position it is valid.
import type { Difference, JsonValue } from '@confledger/document';
import type { EventSource, Layer } from '@confledger/domain';
import type { ParkedEvent, ParkedStream } from './parked.js';

export interface LedgerRow {
  readonly environment: string;
  readonly service: string;
  /** Newest version, null while only `LedgerCreated` stands. */
  readonly latest: number | null;
  readonly active: number | null;
  /** Revision of the activation that runs. */
  readonly activation: number | null;
  readonly activatedAt: string | null;
  readonly pending: number;
  /** Digest of the head document. */
  readonly digest: string;
  /** Digest of the document that runs: the own one laid over its layers. */
  readonly activeDigest: string | null;
  /** Digest of the active version's own document. */
  readonly activeOwn: string | null;
  /** Activations of ancestors that what runs is built on, nearest first; empty where nothing runs. */
  readonly layers: readonly Layer[];
  /** Since when the layers are kept, and by whom; null while they are not. */
  readonly pinned: Pin | null;
  /** Revision of `environments` whose parents the layers follow; null where there is none. */
  readonly definition: number | null;
  /** Revision of the last event that set or removed a schema; null where there is none. */
  readonly schemaRevision: number | null;
  /** A retired ledger runs on and takes no write until it is restored. */
  readonly retired: boolean;
  /** When the last change set took effect; null for a ledger whose first events are parked. */
  readonly updatedAt: string | null;
  /** False when an event of this ledger could not be applied and is parked. */
  readonly complete: boolean;
  /** The event from which on this ledger is not folded; null where there is none. */
  readonly parked: ParkedStream | null;
}

/** The first of the unbroken row of pinned activations that ends with the one that runs. */
export interface Pin {
  readonly activation: number;
  readonly actor: string;
  readonly occurredAt: string;
}

/** An activation as its version shows it. */
export interface VersionActivation {
  readonly activation: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly rollbackTo: number | null;
}

/** An activation with what it is built on. One of form 1 is built on its own document alone. */
export interface ActivationRow extends VersionActivation {
  readonly version: number;
  /** Revision of the activation before it; null for the first. */
  readonly previousActivation: number | null;
  /** Digest of the document that it took live. */
  readonly digest: string;
  /** Digest of the version's own document. */
  readonly own: string;
  /** Nearest first. */
  readonly layers: readonly Layer[];
  readonly pinned: boolean;
  readonly definition: number | null;
  /** Globs of places that nodes do not pick up live. */
  readonly restart: readonly string[];
  /** What its change set was made from; null for what a client wrote. */
  readonly source: EventSource | null;
}

/** A ledger that runs something, and what that is built on. */
export interface RunningRow {
  /** `<environment>.<service>` */
  readonly ledger: string;
  readonly version: number;
  readonly activation: number;
  readonly digest: string;
  readonly own: string;
  /** Nearest first. */
  readonly layers: readonly Layer[];
  readonly pinned: Pin | null;
  readonly definition: number | null;
  readonly retired: boolean;
}

export interface VersionRow {
  readonly version: number;
  readonly firstRevision: number;
  readonly actor: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly changeCount: number;
  readonly tags: readonly string[];
  readonly activations: readonly VersionActivation[];
}

/** One row per event of every stream; events of abandoned change sets are in it and say so. */
export interface AuditRow {
  readonly position: bigint;
  readonly stream: string;
  /** Of the ledger; null for a stream that is not about one. */
  readonly environment: string | null;
  readonly service: string | null;
  readonly revision: number;
  /** The version that this event belongs to or is about; null in an abandoned change set. */
  readonly version: number | null;
  readonly type: string;
  readonly path: string | null;
  /** Absent: there was or is no value. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  readonly actor: string;
  readonly method: string;
  readonly reason: string | null;
  readonly occurredAt: string;
  readonly commandId: string;
  readonly correlationId: string;
  readonly changeSet: string;
  readonly abandoned: boolean;
  /** What its change set was made from; absent for what a client wrote. */
  readonly source?: EventSource;
  /** What else the event says: of an activation, for example, previous, digest and rollbackTo. */
  readonly detail: { readonly [name: string]: JsonValue };
}

export interface LedgerFilter {
  readonly environment?: string;
  /** Only retired ledgers, or only others; absent: both. */
  readonly retired?: boolean;
}

export interface RunningFilter {
  /** Only these; absent: all. */
  readonly environments?: readonly string[];
  readonly service?: string;
}

export interface AuditFilter {
  readonly environment?: string;
  readonly service?: string;
  /** Glob over paths. */
  readonly key?: string;
  readonly actor?: string;
  readonly type?: string;
  /** Instants, inclusive from, exclusive to. */
  readonly from?: string;
  readonly to?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null at the end. Opaque. */
  readonly next: string | null;
  /** The position of the log that this answer is valid at. */
  readonly position: bigint;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string;
}

export interface ReadModel {
  /** The position up to which every event has taken effect. */
  position(): Promise<bigint>;
  /** Resolves true when `position()` has reached this one, false when `timeoutMs` passed first. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean>;
  /** Ledgers by environment, then service. */
  ledgers(filter: LedgerFilter, page: PageRequest): Promise<Page<LedgerRow>>;
  /** Versions of a ledger, newest first. */
  versions(ledger: string, page: PageRequest): Promise<Page<VersionRow>>;
  version(ledger: string, version: number): Promise<VersionRow | null>;
  /** Activations of a ledger, newest first. */
  activations(ledger: string, page: PageRequest): Promise<Page<ActivationRow>>;
  /** Ledgers that run something, retired ones too, by environment, then service. */
  running(filter: RunningFilter, page: PageRequest): Promise<Page<RunningRow>>;
  /** Ledgers with an active version, and how many of them were last activated with a statement of form 2. */
  activeStatements(): Promise<{ readonly active: number; readonly withStatement2: number }>;
  /** Since when the ledger is pinned that is pinned longest, an instant; null where none is. Retired ones aside, whose pin cannot be taken away. */
  oldestPin(): Promise<string | null>;
  /** Audit rows, newest first. */
  audit(filter: AuditFilter, page: PageRequest): Promise<Page<AuditRow>>;
  /** What happened at, above and below a path of one ledger, newest first. */
  history(ledger: string, path: string, page: PageRequest): Promise<Page<AuditRow>>;
  /** Events that could not be applied, and those behind them in their streams, newest first. */
  parked(page: PageRequest): Promise<Page<ParkedEvent>>;
  /** Streams that are not folded from an event on, the newest such event first. */
  parkedStreams(page: PageRequest): Promise<Page<ParkedStream>>;
  close(): Promise<void>;
}

/** The read model cannot be reached. Commands, activations and documents do not need it. */
export class ReadModelUnavailable extends Error {
  override readonly name = 'ReadModelUnavailable';
}

/** A cursor that this read model did not give out. */
export class CursorInvalid extends Error {
  override readonly name = 'CursorInvalid';
}

/** One row where the read model and a fold of the log disagree. */
export interface Discrepancy {
  readonly ledger: string;
  readonly what: string;
  readonly difference: Difference;
}
