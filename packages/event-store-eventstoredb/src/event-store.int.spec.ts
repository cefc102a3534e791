// The EventStoreDB event store and the rules of its port: against the double and a cluster of doubles always, against a real node where one is named.
import { randomUUID } from 'node:crypto';
import { eventStoreConformance } from '@confledger/conformance';
import { eventStoreDbCluster, eventStoreDbDouble } from '@confledger/doubles';
import { afterAll } from 'vitest';
import { createEventStoreDbEventStore, type EventStoreDbEventStoreOptions } from './index.js';

const realNode = process.env['CONFLEDGER_TEST_EVENTSTORE_URL'];
console.info(
  realNode === undefined
    ? 'EventStoreDB suite: against the double only (CONFLEDGER_TEST_EVENTSTORE_URL names a real node).'
    : `EventStoreDB suite: against the double and the node ${new URL(realNode.split(',')[0] ?? realNode).host}.`,
);

/** The log cannot be emptied, so each store that wants an empty one gets a namespace of its own. */
function conformance(name: string, options: EventStoreDbEventStoreOptions): void {
  const newNamespace = (): string => `test-${randomUUID()}`;
  let shared: string | undefined;
  eventStoreConformance({
    name,
    create: async (checkLog) => {
      const namespace = newNamespace();
      shared ??= namespace;
      return createEventStoreDbEventStore({ ...options, namespace, ...(checkLog === undefined ? {} : { checkLog }) });
    },
    createSecond: async () => createEventStoreDbEventStore({ ...options, namespace: shared ?? newNamespace() }),
  });
}

const double = await eventStoreDbDouble();
afterAll(() => double.close());
// A busy machine must not make the double's appends look lost.
const patience = { attemptTimeoutMs: 15_000, readTimeoutMs: 15_000 };
conformance('The event store on EventStoreDB, against the double,', { connectionString: double.connectionString, ...patience });

const cluster = await eventStoreDbCluster();
afterAll(() => cluster.close());
conformance('The event store on EventStoreDB, against a cluster of doubles,', { connectionString: cluster.connectionString });

// A real node drops duplicates of what is not replicated yet: there an attempt is to end as soon as it does for users.
if (realNode !== undefined) conformance('The event store on EventStoreDB, against the real node,', { connectionString: realNode });
