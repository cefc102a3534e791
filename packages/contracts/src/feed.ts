// What crosses the feed, and the port that a node reads it by. Kafka records and server-sent events carry the same values.
import { canonicalJson, type JsonValue } from '@confledger/document';

/** A leaf of the active document, or its removal. `version` is that of the marker that ends its activation. */
export type FeedLeaf =
  | { readonly path: string; readonly value: JsonValue; readonly version: number }
  | { readonly path: string; readonly version: number; readonly removed: true };

/** The marker: the leaves of this activation are all there. */
export interface ActivationMarker {
  /** Id of the ledger's first event. */
  readonly origin: string;
  /** Revision of the activation's event; orders activations. */
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  /** Hex digest of the whole active document. */
  readonly digest: string;
  /** How many leaves this activation sent before its marker. */
  readonly changes: number;
  readonly keyId: string;
  /** Ed25519 over `activationStatement`, base64url. */
  readonly signature: string;
  /** Id of who activated it. */
  readonly actor: string;
  readonly occurredAt: string;
}

/** A sign of life: the feed is complete up to this position of the log. */
export interface FeedBeat {
  readonly installation: string;
  /** Another incarnation is another feed: a node reads it from its start. */
  readonly incarnation: string;
  readonly position: string;
  readonly time: string;
  readonly partitions: number;
  /** An event that the log held when this was written: who takes the feed over looks for it. Absent in beats of older releases. */
  readonly mark?: { readonly stream: string; readonly revision: number; readonly id: string };
}

/** The bytes that an activation's signature covers. */
export function activationStatement(
  ledger: string,
  marker: Pick<ActivationMarker, 'keyId' | 'origin' | 'activation' | 'version' | 'previous' | 'digest'>,
): Uint8Array {
  const { keyId, origin, activation, version, previous, digest } = marker;
  return Buffer.from(
    `confledger.activation.v1\n${canonicalJson({ keyId, ledger, origin, activation, version, previous, digest })}`,
    'utf8',
  );
}

/** What a feed tells its reader, in order. The calls are synchronous: the reader never makes a feed wait. */
export interface FeedSink {
  /** A new reading begins: drop everything gathered; what runs goes on running. */
  reset(incarnation: string | null): void;
  leaf(leaf: FeedLeaf): void;
  active(marker: ActivationMarker): void;
  /**
   * Everything there was when the reading began has been told (also when nothing is active).
   * 'incomplete' says that it does not add up to a marker that can be trusted: the feed reads on to a new end, or begins anew after
   * a pause.
   */
  synchronized(): 'complete' | 'incomplete';
  beat(beat: FeedBeat): void;
  /** Contact is lost; the feed goes on trying by itself. */
  lost(problem: string): void;
  /**
   * What runs now, as `<origin>:<activation>`; null when nothing does, or when everything is to be told anew.
   * Asked once at each connect by a feed that can resume: the reader drops what no marker followed, and takes up from that activation
   * unless `reset` comes. A feed that always begins with `reset` need not ask.
   */
  resumeId(): string | null;
}

export interface FeedSession {
  /**
   * Asks for a new reading from the start, because what was told does not hold together. May be called from within the sink's own
   * calls. The feed paces itself: repeated restarts come at growing intervals.
   */
  restart(reason: string): void;
  /** Idempotent; after it resolves the sink is called no more. */
  close(): Promise<void>;
}

/** Where a node says what it runs. */
export interface ReportTarget {
  readonly url: string;
  readonly token: string | null;
}

/** How activations reach a node: the HTTP stream, Kafka, or memory in tests. */
export interface NodeFeed {
  /** The sink is first called after `open` has returned. */
  open(ledger: { readonly environment: string; readonly service: string }, sink: FeedSink): FeedSession;
  /** Where reports go when the node is not told otherwise. */
  readonly reportTarget: ReportTarget | null;
}
