// A feed that says exactly what a test tells it to say, true or not. For the specs of whoever reads a feed.
import type { ActiveDocument } from '@confledger/application';
import type { FeedSession, FeedSink, NodeFeed } from '@confledger/contracts';
import { differencesOf, leavesOf, markerOf } from './signing-ledger.js';

export class ScriptedFeed implements NodeFeed {
  readonly reportTarget = null;
  /** Why new readings were asked for, in order. */
  readonly restarts: string[] = [];
  closed = false;
  /** What the reader answered when it was last asked where to resume. */
  resumeId: string | null = null;
  readonly #script: (feed: ScriptedFeed) => void;
  #sink: FeedSink | null = null;

  /** `script` runs when the feed is opened, and again at each new reading that is asked for. */
  constructor(script: (feed: ScriptedFeed) => void = () => undefined) {
    this.#script = script;
  }

  get sink(): FeedSink {
    if (this.#sink === null) throw new Error('The feed is not open.');
    return this.#sink;
  }

  open(_ledger: unknown, sink: FeedSink): FeedSession {
    this.#sink = sink;
    queueMicrotask(() => this.connect());
    return {
      restart: (reason) => {
        this.restarts.push(reason);
        setImmediate(() => this.connect());
      },
      close: () => {
        this.closed = true;
        return Promise.resolve();
      },
    };
  }

  /** As after a loss of the connection: asks where to resume, then runs the script. */
  connect(): void {
    if (this.closed) return;
    this.resumeId = this.sink.resumeId();
    this.#script(this);
  }

  /** A whole reading of what is active; null is nothing. */
  tellWhole(active: ActiveDocument | null): 'complete' | 'incomplete' {
    this.sink.reset('scripted');
    if (active !== null) {
      for (const leaf of leavesOf(active)) this.sink.leaf(leaf);
      this.sink.active(markerOf(active));
    }
    return this.sink.synchronized();
  }

  /** One activation after another. */
  tellNext(before: ActiveDocument, active: ActiveDocument): void {
    for (const leaf of differencesOf(before, active)) this.sink.leaf(leaf);
    this.sink.active(markerOf(active));
  }

  beat(incarnation = 'scripted'): void {
    this.sink.beat({ installation: 'scripted', incarnation, position: 'scripted:1', time: new Date().toISOString(), partitions: 1 });
  }
}
