// What the projection driver tells while it carries the tables along the log.
import type { ParkedStream } from '../ports/parked.js';

export type DriverEvent =
  | { readonly kind: 'committed'; readonly position: bigint; readonly events: number }
  /** These could not be applied; their streams are incomplete from now on. Worth an alarm. */
  | { readonly kind: 'parked'; readonly position: bigint; readonly stream: string; readonly reason: string }
  /** The first event of the stream that is not folded, told once by each process: it waits for a release that can fold it. */
  | ({ readonly kind: 'streamParked' } & ParkedStream)
  /** A stream that was parked is folded again, from `revision` on. */
  | { readonly kind: 'streamResumed'; readonly stream: string; readonly revision: number; readonly events: number };
