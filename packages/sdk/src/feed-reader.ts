// Reads the feed of a node: gathers leaves, compares every marker with the tree that they make, and offers what holds together.
// It believes nothing else: whatever does not add up ends in a new reading beside the running snapshot.
import type { ActivationMarker, FeedBeat, FeedDocument, FeedLeaf, FeedSink } from '@confledger/contracts';
import { Document } from '@confledger/document';
import { LeafGathering } from './leaf-gathering.js';
import type { Trust } from './trust.js';

/** Markers of one reading that are kept until its end, where the newest that can be trusted is looked for. */
const MARKERS_KEPT_MAX = 64;

/** What runs, and what the reader reports. All calls are synchronous. */
export interface ReaderHost {
  readonly running: { readonly marker: ActivationMarker; readonly document: Document } | null;
  /** The highest activation ever run, -1 for none. */
  readonly highestActivation: number;
  /** Any word of the feed. */
  heard(): void;
  lost(problem: string): void;
  /** A document that holds together with its marker: judge it by the schemas, and run it. */
  offer(marker: ActivationMarker, document: Document): void;
  /** The feed says that what runs is what is active. */
  confirm(): void;
  /** A sign of life of a feed that is read to its end: what it sent last still stands. */
  alive(): void;
  /** The feed says that nothing is active. */
  nothingActive(): void;
  /** A marker that is not to be believed. What runs goes on; whether it is still right is not known. */
  distrust(marker: ActivationMarker | null, problem: string): void;
  /** What was sent does not add up; a new reading is on its way. */
  doubt(problem: string): void;
  /** Asks the feed for a new reading. */
  restart(reason: string): void;
  /** An activation whose `previous` is not the version before it: others in between were not sent. */
  gap(): void;
}

export class FeedReader implements FeedSink {
  readonly #host: ReaderHost;
  readonly #trust: Trust;
  #gathering = LeafGathering.fromNothing();
  #markers: ActivationMarker[] = [];
  #incarnation: string | null = null;
  /** A new reading is asked for: nothing counts until it begins. */
  #broken = false;
  /** A reading has just begun: the one place where a whole document may stand. */
  #justReset = false;
  /** Everything there was at the connect has been sent. */
  #caughtUp = false;

  constructor(host: ReaderHost, trust: Trust) {
    this.#host = host;
    this.#trust = trust;
  }

  resumeId(): string | null {
    const { running } = this.#host;
    this.#markers = [];
    this.#justReset = false;
    this.#caughtUp = false;
    if (running === null || this.#broken) {
      this.#gathering = LeafGathering.fromNothing();
      return null;
    }
    this.#gathering = LeafGathering.behind(running.document);
    return `${running.marker.origin}:${running.marker.activation}`;
  }

  reset(incarnation: string | null): void {
    this.#host.heard();
    this.#gathering = LeafGathering.fromNothing();
    this.#markers = [];
    this.#incarnation = incarnation;
    this.#broken = false;
    this.#justReset = true;
    this.#caughtUp = false;
  }

  leaf(leaf: FeedLeaf): void {
    this.#host.heard();
    if (this.#broken) return;
    this.#justReset = false;
    if (this.#gathering.isWhole) return this.#restart('the feed sent a leaf beside the whole document');
    this.#gathering.leaf(leaf);
    if (!this.#gathering.overfull) return;
    this.#gathering = LeafGathering.fromNothing();
    this.#restart('the feed sends more than any document holds');
  }

  document({ configuration }: FeedDocument): void {
    this.#host.heard();
    if (this.#broken) return;
    if (!this.#justReset) return this.#restart('the feed sent a whole document where a reading does not begin');
    this.#justReset = false;
    this.#gathering.takeWhole(configuration);
  }

  active(marker: ActivationMarker): void {
    this.#host.heard();
    if (this.#broken) return;
    this.#justReset = false;
    if (this.#gathering.gathering) {
      this.#markers.push(marker);
      if (this.#markers.length > MARKERS_KEPT_MAX) this.#markers.shift();
      return;
    }
    const problem = this.#problemWith(marker);
    if (problem !== null) {
      this.#host.distrust(marker, problem);
      this.#restart(problem);
    } else if (!this.#compare(marker)) {
      this.#restart(`what the feed sent does not give the digest of activation ${marker.activation}`);
    }
  }

  synchronized(): 'complete' | 'incomplete' {
    this.#host.heard();
    if (this.#broken) return 'incomplete';
    this.#justReset = false;
    if (this.#gathering.gathering) this.#caughtUp = this.#endGathering();
    else {
      // Asked for what lies behind the running activation, the feed had nothing to add.
      if (!this.#caughtUp) this.#host.confirm();
      this.#caughtUp = true;
    }
    return this.#caughtUp ? 'complete' : 'incomplete';
  }

  beat(beat: FeedBeat): void {
    this.#host.heard();
    if (this.#broken) return;
    this.#incarnation ??= beat.incarnation;
    if (beat.incarnation !== this.#incarnation) this.#restart('the feed was made anew');
    else if (this.#caughtUp) this.#host.alive();
  }

  lost(problem: string): void {
    this.#host.lost(problem);
  }

  #endGathering(): boolean {
    if (this.#markers.length === 0) return this.#endWithoutMarker();
    const marker = this.#markers.findLast((candidate) => {
      const problem = this.#problemWith(candidate);
      if (problem !== null) this.#host.distrust(candidate, problem);
      return problem === null;
    });
    if (marker === undefined) return false;
    if (this.#compare(marker)) return true;
    this.#host.doubt(`what the feed sent does not give the digest of activation ${marker.activation}`);
    return false;
  }

  #endWithoutMarker(): boolean {
    if (!this.#gathering.empty) {
      this.#host.doubt('the feed sent a document without the activation that it belongs to');
      return false;
    }
    if (this.#host.highestActivation >= 0) {
      this.#host.distrust(null, `the feed says that nothing is active, but this node has run activation ${this.#host.highestActivation}`);
      return false;
    }
    this.#gathering.follow(Document.empty);
    this.#host.nothingActive();
    return true;
  }

  #problemWith(marker: ActivationMarker): string | null {
    const { highestActivation, running } = this.#host;
    const problem = this.#trust.problemWith(marker);
    if (problem !== null) return problem;
    if (running?.marker.activation === marker.activation && running.marker.digest !== marker.digest) {
      return `activation ${marker.activation} is signed with two digests: ${running.marker.digest} runs, ${marker.digest} came`;
    }
    if (marker.activation >= highestActivation) return null;
    return `activation ${marker.activation} is an old one: this node has run activation ${highestActivation}`;
  }

  /** Whether the leaves so far give the marker's digest; then its document is offered, unless it runs already. */
  #compare(marker: ActivationMarker): boolean {
    const { running } = this.#host;
    const document = this.#documentNear(running?.document ?? Document.empty);
    if (document === null || document.digest !== marker.digest) return false;
    this.#gathering.follow(document);
    if (running?.marker.activation === marker.activation) {
      this.#host.confirm();
      return true;
    }
    if (running !== null && marker.previous !== running.marker.version) this.#host.gap();
    this.#host.offer(marker, document);
    return true;
  }

  /** Null when the leaves contradict each other, which only a feed that lies or lost some can bring about. */
  #documentNear(near: Document): Document | null {
    try {
      return this.#gathering.document(near);
    } catch {
      return null;
    }
  }

  #restart(reason: string): void {
    this.#broken = true;
    this.#caughtUp = false;
    this.#host.doubt(reason);
    this.#host.restart(reason);
  }
}
