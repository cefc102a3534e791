// What the read model could not take in, as its tables keep it.

/** An event that took no effect because it, or one before it in its stream, could not be applied. */
export interface ParkedEvent {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: number;
  readonly eventId: string;
  readonly type: string;
  readonly reason: string;
}

/** The first event of a stream that was not folded, because its stream, type or schemaVersion is unknown, or because it could not be applied. */
export interface ParkedStream {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly type: string;
  readonly reason: string;
}
