// What a publisher finds that somebody has to look at.

export interface FeedAlarm {
  /**
   * `another-installation`: the topic belongs to one, nothing is written. `ahead`: the topic says that it holds more than the log does.
   * `above`: a ledger's newest marker is above its newest activation, and is left alone. `unknown-ledger`: the log knows none of that name.
   * `repaired`: what the topic held of a ledger was not what the installation wrote, and was written anew.
   */
  readonly kind: 'another-installation' | 'ahead' | 'above' | 'unknown-ledger' | 'repaired';
  readonly ledger: string | null;
  readonly message: string;
}

/** The topic was written by another installation: the relay must not go on. */
export class FeedOfAnotherInstallation extends Error {
  override readonly name = 'FeedOfAnotherInstallation';
}
