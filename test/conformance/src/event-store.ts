// What every event store must do: the sentences of the port, as tests. Each adapter's spec calls `eventStoreConformance`.
import type { EventStore } from '@confledger/application';
import { afterAll, beforeAll, describe } from 'vitest';
import { appendRules } from './event-store-appends.js';
import { checkRules } from './event-store-checks.js';
import { readRules } from './event-store-reads.js';
import { subscriptionRules } from './event-store-subscriptions.js';
import type { EventStoreUnderTest } from './event-store-under-test.js';

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
