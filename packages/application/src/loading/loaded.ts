// Streams as a reader answers them.
import type { AggregateTypes, Recorded, StreamOf } from '@confledger/domain';

/** A folded stream and the position of its last event; `snapshotAt` is the revision of the newest snapshot known. */
export interface Loaded<A extends AggregateTypes> {
  readonly stream: StreamOf<A>;
  readonly position: bigint;
  readonly snapshotAt: number;
  /** It was folded from the first event of the log on: no snapshot says anything of it. */
  readonly fromLogAlone?: true;
}

/** What consecutive events of a stream did. */
export interface Stretch<A extends AggregateTypes> {
  readonly before: Loaded<A>;
  readonly events: readonly Recorded<A['event']>[];
  readonly after: Loaded<A>;
}
