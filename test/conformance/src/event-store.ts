// What every event store must do: the sentences of the port, as tests. Each adapter's spec calls `eventStoreConformance`.
import type { CheckLog, EventStore } from '@confledger/application';
import { afterAll, beforeAll, describe } from 'vitest';
import { appendRules } from './event-store-appends.js';
import { checkRules } from './event-store-checks.js';
import { readRules } from './event-store-reads.js';
import { subscriptionRules } from './event-store-subscriptions.js';

export interface EventStoreUnderTest {
  readonly name: string;
  /** A store over an empty log of its own. Called once, and once more for each of the other stores that a rule needs. */
  readonly create: (checkLog?: CheckLog) => Promise<EventStore>;
  /** A second store over the same log, as another process has it. Absent where the log cannot be shared: those rules are skipped. */
  readonly createSecond?: () => Promise<EventStore>;
  /** Why `createSecond` is absent. */
  readonly notSharedBecause?: string;
}

/**
 * Defines the suite. The log may hold events of other tests: rules use streams of their own, and positions relative to where they
 * begin.
 */
export function eventStoreConformance(subject: EventStoreUnderTest): void {
  describe(`${subject.name} keeps the rules of the event store port`, () => {
    let store: EventStore;
    beforeAll(async () => {
      store = await subject.create();
    });
    afterAll(() => store.close());
    appendRules(() => store);
    readRules(() => store);
    subscriptionRules(() => store, subject);
    checkRules(subject);
  });
}
