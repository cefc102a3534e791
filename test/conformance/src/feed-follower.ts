// A reader that believes nothing and notes everything: puts the leaves together and compares them with each marker. For the feed's suite.
import type { ActivationMarker, FeedBeat, FeedDocument, FeedLeaf, FeedSession, FeedSink, NodeFeed } from '@confledger/contracts';
import { Document, type JsonValue } from '@confledger/document';

export class FeedFollower implements FeedSink {
  /** What came, in order: 'reset', 'document', 'leaf a.b', 'removed a.b', 'active 3', 'synchronized', 'beat', 'lost'. */
  readonly said: string[] = [];
  /** The documents at the markers whose digest the leaves gave. */
  readonly documents: Document[] = [];
  /** Markers whose digest the leaves did not give. */
  readonly misfits: ActivationMarker[] = [];
  /** Why contact was lost, each time. */
  readonly losses: string[] = [];
  /** What `synchronized` is answered with, next. */
  answer: 'complete' | 'incomplete' = 'complete';
  running: ActivationMarker | null = null;
  readonly #leaves = new Map<string, JsonValue>();
  #session: FeedSession | null = null;

  open(feed: NodeFeed, ledger: { readonly environment: string; readonly service: string }): FeedSession {
    this.#session = feed.open(ledger, this);
    return this.#session;
  }

  /** How often something was said. */
  count(what: string): number {
    return this.said.filter((each) => each === what).length;
  }

  reset(): void {
    this.said.push('reset');
    this.#leaves.clear();
  }

  document({ configuration }: FeedDocument): void {
    this.said.push('document');
    const made = Document.from(configuration);
    if (!made.ok) throw new Error(made.problem.message);
    for (const { path, value } of made.value.leaves()) this.#leaves.set(path, value);
  }

  leaf(leaf: FeedLeaf): void {
    if ('removed' in leaf) this.#leaves.delete(leaf.path);
    else this.#leaves.set(leaf.path, leaf.value);
    this.said.push(`${'removed' in leaf ? 'removed' : 'leaf'} ${leaf.path}`);
  }

  active(marker: ActivationMarker): void {
    this.said.push(`active ${marker.activation}`);
    const document = Document.empty.apply(Array.from(this.#leaves, ([path, value]) => ({ path, value })));
    if (document.digest !== marker.digest) this.misfits.push(marker);
    else {
      this.documents.push(document);
      this.running = marker;
    }
  }

  synchronized(): 'complete' | 'incomplete' {
    this.said.push('synchronized');
    const { answer } = this;
    this.answer = 'complete';
    return answer;
  }

  beat(_beat: FeedBeat): void {
    this.said.push('beat');
  }

  lost(problem: string): void {
    this.said.push('lost');
    this.losses.push(problem);
  }

  resumeId(): string | null {
    return this.running === null ? null : `${this.running.origin}:${this.running.activation}`;
  }

  restart(): void {
    this.#session?.restart('the test asks for it');
  }
}
