// What is asked and answered about sealing the log.
import type { Truncated } from './lists.js';
import type { ChangeSetCounts } from './verification.js';

/** Where a stream ends: its chain makes revision and hash stand for everything in it. */
export interface StreamEndItem {
  readonly stream: string;
  readonly revision: number;
  readonly hash: string;
}

/** `confirm` must be true unless it is a dry run: sealing cannot be undone. */
export interface SealBody {
  readonly confirm?: true | undefined;
  /** With `dryRun`: streams of an installation that is sealed already. Without `streams` and `ends`: the whole log, once. */
  readonly streams?: readonly string[] | undefined;
  /** With `confirm`: the `ends` of the dry run that named the streams. Only what it showed is sealed. */
  readonly ends?: readonly StreamEndItem[] | undefined;
  /** Says what would be sealed, and writes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** The last event of a change set without a mac: nothing proves who recorded it. */
export interface EventWithoutMacItem {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly actor: string;
  readonly occurredAt: string;
}

/** A stream that is left as it is, because it does not hold. */
export interface LeftOutItem {
  readonly stream: string;
  /** Of the first event that does not hold; -1 where no event is to blame. */
  readonly revision: number;
  readonly error: string;
}

export interface SealAnswer {
  readonly dryRun: boolean;
  /** Of streams that are sealed by this call, or would be. */
  readonly streamCount: number;
  /** Where they end, to be sent back with `confirm`; empty where the whole log is sealed. */
  readonly ends: readonly StreamEndItem[];
  /** The first 100 of `leftOutCount`. */
  readonly leftOut: readonly LeftOutItem[];
  readonly leftOutCount: number;
  /** Complete change sets of the whole log; null where single streams are sealed. */
  readonly changeSets: ChangeSetCounts | null;
  /** The 100 streams with most change sets without a mac; empty where single streams are sealed. */
  readonly streamsWithoutMac: readonly { readonly stream: string; readonly changeSetCount: number }[];
  /** What would be accepted by sealing single streams anew, by a dry run: the first 100 of `eventWithoutMacCount`. */
  readonly eventsWithoutMac: readonly EventWithoutMacItem[];
  readonly eventWithoutMacCount: number;
  /** `leftOut`, `streamsWithoutMac`, `eventsWithoutMac`, where they are cut. */
  readonly truncated: Truncated;
}
