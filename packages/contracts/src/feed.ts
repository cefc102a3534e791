// What crosses the feed, and the port that a node reads it by. Kafka records and server-sent events carry the same values.
import { canonicalJson, type JsonObject, type JsonValue } from '@confledger/document';

/** A leaf of the active document, or its removal. `version` is that of the marker that ends its activation. */
export type FeedLeaf =
  | { readonly path: string; readonly value: JsonValue; readonly version: number }
  | { readonly path: string; readonly version: number; readonly removed: true };

/** The whole active document in one piece, in place of the leaves of a reading. */
export interface FeedDocument {
  readonly configuration: JsonObject;
  /** Values that are sealed, by path. Empty until a release that seals: a reader passes over what it does not know. */
  readonly seals: { readonly [path: string]: JsonValue };
  /** That of the marker that ends its activation, as each of its leaves would say. */
  readonly version: number;
}

/** The marker: the leaves of this activation are all there. One that has `own` has a statement of form 2. */
export interface ActivationMarker extends Partial<LayeredActivation> {
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

/** An activation of a parent ledger, which the document is built on. */
export type ActivationLayer = {
  readonly ledger: string;
  readonly origin: string;
  readonly activation: number;
  readonly version: number;
  readonly digest: string;
};

/** What an activation whose statement has form 2 says too. */
export type LayeredActivation = {
  /** Revision of the activation before; null for the first. */
  readonly previousActivation: number | null;
  /** Digest of the ledger's own document. */
  readonly own: string;
  /** Nearest first. */
  readonly layers: readonly ActivationLayer[];
  /** Globs of paths whose change needs a restart of the node, sorted. */
  readonly restart: readonly string[];
  readonly pinned: boolean;
  /** Revision of the stream of environments whose parents the layers follow; null where there is none. */
  readonly definition: number | null;
  /** Hash of the event before the activation's. */
  readonly previousHash: string;
};

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

/** Members of a marker that its signature covers, whatever its form. */
type Signed = Pick<ActivationMarker, 'keyId' | 'origin' | 'activation' | 'version' | 'previous' | 'digest'>;

/** The bytes that an activation's signature covers: of form 2 for a marker that has `own`. */
export function activationStatement(
  ledger: string,
  marker: Signed & Partial<LayeredActivation> & Partial<Pick<ActivationMarker, 'actor' | 'occurredAt'>>,
): Uint8Array {
  const { keyId, origin, activation, version, previous, digest, actor, occurredAt } = marker;
  const covered = { keyId, ledger, origin, activation, version, previous, digest };
  const layered = layeredOf(marker);
  if (layered === null) return statement(1, covered);
  return statement(2, { ...covered, ...layered, actor: actor ?? '', occurredAt: occurredAt ?? '' });
}

function statement(form: 1 | 2, covered: JsonValue): Uint8Array {
  return Buffer.from(`confledger.activation.v${form}\n${canonicalJson(covered)}`, 'utf8');
}

/** What an activation of form 2 says too; null for one of form 1. */
export function layeredOf(marker: Partial<LayeredActivation>): LayeredActivation | null {
  const { previousActivation, own, layers, restart, pinned, definition, previousHash } = marker;
  if (previousActivation === undefined || own === undefined || layers === undefined || restart === undefined) return null;
  if (pinned === undefined || definition === undefined || previousHash === undefined) return null;
  return { previousActivation, own, layers, restart, pinned, definition, previousHash };
}

/** The marker of an activation that sends so many leaves. */
export function activationMarker(active: Omit<ActivationMarker, 'changes'>, changes: number): ActivationMarker {
  const { origin, activation, version, previous, digest, keyId, signature, actor, occurredAt } = active;
  const marker = { origin, activation, version, previous, digest, changes, keyId, signature, actor, occurredAt };
  const layered = layeredOf(active);
  return layered === null ? marker : { ...marker, ...layered };
}

/** What a feed sends to its reader, in order. The calls are synchronous: the reader never makes a feed wait. */
export interface FeedSink {
  /** A new reading begins: drop everything gathered; what runs goes on running. */
  reset(incarnation: string | null): void;
  leaf(leaf: FeedLeaf): void;
  /** In place of the leaves of a reading: straight after `reset`, once, and before the marker. A feed may send either. */
  document(document: FeedDocument): void;
  active(marker: ActivationMarker): void;
  /**
   * Everything there was when the reading began has been sent (also when nothing is active).
   * 'incomplete' says that it does not add up to a marker that can be trusted: the feed reads on to a new end, or begins anew after
   * a pause.
   */
  synchronized(): 'complete' | 'incomplete';
  beat(beat: FeedBeat): void;
  /** Contact is lost; the feed goes on trying by itself. */
  lost(problem: string): void;
  /**
   * What runs now, as `<origin>:<activation>`; null when nothing does, or when everything is to be sent anew.
   * Asked once at each connect by a feed that can resume: the reader drops what no marker followed, and takes up from that activation
   * unless `reset` comes. A feed that always begins with `reset` need not ask.
   */
  resumeId(): string | null;
}

export interface FeedSession {
  /**
   * Asks for a new reading from the start, because what was sent does not hold together. May be called from within the sink's own
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
  /** Where reports go by default. */
  readonly reportTarget: ReportTarget | null;
}
