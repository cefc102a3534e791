// The port to stored snapshots: a cache that makes long streams quick to load. Deleting all of them changes nothing but time.

/** The folded state of a stream after the event at `revision`. */
export interface Snapshot {
  readonly stream: string;
  readonly revision: number;
  /** Hash of the event at `revision`: a snapshot that does not match its event is not used. */
  readonly hash: string;
  /** `occurredAt` of that event. */
  readonly occurredAt: string;
  /** The version of the code that wrote the body; another version's snapshot is not used. */
  readonly codeVersion: number;
  /** JSON text, opaque to the store. */
  readonly body: string;
  /** Over all of the above, under a key that apis alone have: one that does not hold is not used. */
  readonly mac: string;
}

export interface SnapshotStore {
  /** Keeps a snapshot; one that is there already (stream, revision, codeVersion) is left alone. */
  save(snapshot: Snapshot): Promise<void>;
  /** The newest snapshot of that code version at or before a revision, or before or at an instant; null when there is none. */
  newest(stream: string, codeVersion: number, limit?: { readonly atMost: number } | { readonly at: string }): Promise<Snapshot | null>;
}
