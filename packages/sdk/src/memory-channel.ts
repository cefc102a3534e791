// One ledger of the memory feed: holds what is active and sends it as the real feeds do. The conformance suite drives it directly.
import type { ActivationMarker, FeedLeaf, FeedSession, FeedSink } from '@confledger/contracts';
import type { Document } from '@confledger/document';

const INCARNATION = 'memory';

interface Active {
  readonly marker: Omit<ActivationMarker, 'changes'>;
  readonly document: Document;
}

export class MemoryChannel {
  readonly #sessions = new Set<MemorySession>();
  #active: Active | null = null;
  #connected = true;

  /** Sends it to all, unless it is not above what they have. */
  publish(marker: Omit<ActivationMarker, 'changes'>, document: Document): void {
    const before = this.#active;
    if (before !== null && marker.activation <= before.marker.activation) return;
    this.#active = { marker, document };
    if (!this.#connected) return;
    for (const session of this.#sessions) session.follow(before, this.#active);
  }

  open(sink: FeedSink): FeedSession {
    const session: MemorySession = new MemorySession(
      sink,
      () => this.#sessions.delete(session),
      () => (this.#connected ? this.#active : 'lost'),
    );
    this.#sessions.add(session);
    return session;
  }

  disconnect(): void {
    this.#connected = false;
    for (const session of this.#sessions) session.lose();
  }

  reconnect(): void {
    this.#connected = true;
    for (const session of this.#sessions) session.connect();
  }
}

class MemorySession implements FeedSession {
  readonly #sink: FeedSink;
  readonly #onClose: () => void;
  readonly #active: () => Active | null | 'lost';
  #connected = false;
  #closed = false;

  constructor(sink: FeedSink, onClose: () => void, active: () => Active | null | 'lost') {
    this.#sink = sink;
    this.#onClose = onClose;
    this.#active = active;
    queueMicrotask(() => this.connect());
  }

  connect(): void {
    const active = this.#active();
    if (this.#closed || this.#connected || active === 'lost') return;
    this.#connected = true;
    const resumeId = this.#sink.resumeId();
    if (active === null || resumeId !== `${active.marker.origin}:${active.marker.activation}`) this.#tellWhole(active);
    if (this.#sink.synchronized() === 'incomplete') this.restart();
  }

  follow(before: Active | null, next: Active): void {
    if (!this.#connected) return;
    this.#send(before === null ? wholeOf(next) : differenceOf(before, next), next);
  }

  lose(): void {
    this.#connected = false;
    this.#sink.lost('the memory feed is disconnected');
  }

  restart(): void {
    this.#connected = false;
    setTimeout(() => this.connect(), RESTART_DELAY_MS).unref();
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#connected = false;
    this.#onClose();
    return Promise.resolve();
  }

  #tellWhole(active: Active | null): void {
    this.#sink.reset(INCARNATION);
    if (active !== null) this.#send(wholeOf(active), active);
  }

  #send(leaves: readonly FeedLeaf[], { marker }: Active): void {
    for (const leaf of leaves) this.#sink.leaf(leaf);
    this.#sink.active({ ...marker, changes: leaves.length });
  }
}

const RESTART_DELAY_MS = 10;

function wholeOf({ marker, document }: Active): FeedLeaf[] {
  return Array.from(document.leaves(), ({ path, value }) => ({ path, value, version: marker.version }));
}

/** Removals first, as in every feed. */
function differenceOf(before: Active, next: Active): FeedLeaf[] {
  const { version } = next.marker;
  const differences = before.document.diff(next.document);
  const removals = differences.filter(({ after }) => after === undefined).map(({ path }): FeedLeaf => ({ path, version, removed: true }));
  const sets = differences.flatMap(({ path, after }): FeedLeaf[] => (after === undefined ? [] : [{ path, value: after, version }]));
  return [...removals, ...sets];
}
