// Snapshots in memory: for tests and benchmarks.
import type { Snapshot, SnapshotStore } from '../ports/snapshots.js';

export class InMemorySnapshotStore implements SnapshotStore {
  readonly #snapshots: Snapshot[] = [];

  async save(snapshot: Snapshot): Promise<void> {
    const { stream, revision, codeVersion } = snapshot;
    const there = this.#snapshots.some((each) => each.stream === stream && each.revision === revision && each.codeVersion === codeVersion);
    if (!there) this.#snapshots.push(snapshot);
  }

  async newest(
    stream: string,
    codeVersion: number,
    limit?: { readonly atMost: number } | { readonly at: string },
  ): Promise<Snapshot | null> {
    const within = this.#snapshots.filter((each) => each.stream === stream && each.codeVersion === codeVersion && isWithin(each, limit));
    return within.reduce<Snapshot | null>((newest, each) => (newest === null || each.revision > newest.revision ? each : newest), null);
  }

  /** How many are kept. */
  get size(): number {
    return this.#snapshots.length;
  }

  /** Forgets all of them, as anyone may at any time. */
  clear(): void {
    this.#snapshots.length = 0;
  }
}

function isWithin(snapshot: Snapshot, limit?: { readonly atMost: number } | { readonly at: string }): boolean {
  if (limit === undefined) return true;
  return 'atMost' in limit ? snapshot.revision <= limit.atMost : snapshot.occurredAt <= limit.at;
}
