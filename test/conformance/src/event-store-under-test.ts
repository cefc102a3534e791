// What the event store suite asks of an adapter.
import type { CheckLog, EventStore } from '@confledger/application';

export interface EventStoreUnderTest {
  readonly name: string;
  /** A store over an empty log of its own. Called once, and once more for each of the other stores that a rule needs. */
  readonly create: (checkLog?: CheckLog) => Promise<EventStore>;
  /** A second store over the same log, as another process has it. Absent where the log cannot be shared: those rules are skipped. */
  readonly createSecond?: () => Promise<EventStore>;
  /** Why `createSecond` is absent. */
  readonly notSharedBecause?: string;
}
