// The port to the feed, seen from the relay: how activations leave for the nodes. The node's side is `NodeFeed` in contracts.
import type { LayeredActivation } from '@confledger/contracts';
import type { Document } from '@confledger/document';

/** What a ledger runs now: its newest activation with the whole document of its version. With `own` its statement has form 2. */
export interface ActiveDocument extends Partial<LayeredActivation> {
  /** `<environment>.<service>` */
  readonly ledger: string;
  readonly origin: string;
  /** Revision of the `VersionActivated` event. */
  readonly activation: number;
  readonly version: number;
  readonly previous: number | null;
  readonly digest: string;
  readonly keyId: string;
  readonly signature: string;
  /** Id of the actor who activated it. */
  readonly actor: string;
  readonly occurredAt: string;
  readonly document: Document;
}

export interface FeedPublisher {
  /**
   * Becomes the feed's only writer (fences who was it before) and says where the log is to be resumed:
   * behind a position (exclusive; 0n is the beginning), or 'now' for a feed that loads what a node asks for.
   * Everything published before a crash is either whole in the feed or not there.
   */
  takeOver(signal: AbortSignal): Promise<bigint | 'now'>;

  /**
   * Publishes activations, each whole (its leaves' differences, then its marker), and that the log is carried up to `upTo`.
   * An activation that is not above the newest in the feed for its ledger is skipped. Resolves when nodes can have it.
   * Rejects with `FeedFenced` when another writer took over, with any other error when it must be taken over anew.
   */
  publish(activations: readonly ActiveDocument[], upTo: bigint): Promise<void>;

  /** Looks whether the feed could be taken over now, without doing it; for who stands by. Rejects with what is to be checked. */
  probe?(): Promise<void>;

  /** A sign of life: the feed is complete up to this position of the log. */
  beat(upTo: bigint): Promise<void>;

  close(): Promise<void>;
}

/** Another relay has taken over: become standby, quietly. */
export class FeedFenced extends Error {
  override readonly name = 'FeedFenced';
}
