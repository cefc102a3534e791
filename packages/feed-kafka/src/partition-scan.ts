// What a node has gathered from its partition since the partition's start, until it is known where that ends. It is kept from the sink
// until then, so that a node which runs the newest activation already is not sent it again.
import type { ActivationMarker, FeedLeaf, FeedSink } from '@confledger/contracts';
import { Document } from '@confledger/document';

export class PartitionScan {
  readonly #leaves = new Map<string, FeedLeaf & { readonly removed?: never }>();
  #marker: ActivationMarker | null = null;
  /** Incarnation in the newest beat; null before the first. */
  incarnation: string | null = null;
  /** Where the topic ended when this was asked last; null while it is not known. */
  end: bigint | null = null;

  leaf(leaf: FeedLeaf): void {
    if ('removed' in leaf) this.#leaves.delete(leaf.path);
    else this.#leaves.set(leaf.path, leaf);
  }

  /** The newest marker counts; null is one that was removed. */
  active(marker: ActivationMarker | null): void {
    this.#marker = marker;
  }

  /** Whether what lies here is that activation, whole. */
  is(resumeId: string | null): boolean {
    if (resumeId === null || this.#marker === null) return false;
    return `${this.#marker.origin}:${this.#marker.activation}` === resumeId && this.#digest() === this.#marker.digest;
  }

  passTo(sink: FeedSink): void {
    sink.reset(this.incarnation);
    for (const leaf of this.#leaves.values()) sink.leaf(leaf);
    if (this.#marker !== null) sink.active(this.#marker);
  }

  /** Null when the leaves contradict each other. */
  #digest(): string | null {
    try {
      return Document.empty.apply(this.#leaves.values()).digest;
    } catch {
      return null;
    }
  }
}
