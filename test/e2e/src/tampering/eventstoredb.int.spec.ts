// The suite of alterations on the EventStoreDB double, made in its log.
import type { StoredEvent } from '@confledger/application';
import { eventStoreDbDouble, type LogEvent } from '@confledger/doubles';
import { createEventStoreDbEventStore } from '@confledger/event-store-eventstoredb';
import { afterAll } from 'vitest';
import { tamperingSuite } from './matrix.js';

const double = await eventStoreDbDouble();
// A busy machine must not make the double's answers look lost.
const store = createEventStoreDbEventStore({
  connectionString: double.connectionString,
  attemptTimeoutMs: 15_000,
  readTimeoutMs: 15_000,
});
afterAll(async () => {
  await store.close();
  await double.close();
});

const logEvent = ({ id, type, data, metadata, stream, revision, position }: StoredEvent): LogEvent => ({
  id,
  type,
  contentType: 'application/json',
  data: Buffer.from(data),
  metadata: Buffer.from(metadata),
  stream,
  revision,
  position,
  createdTicks: '0',
});

tamperingSuite(
  'the EventStoreDB double',
  async () => ({
    store,
    rewrite: async (gone, there) => double.log.rewrite(gone.map(logEvent), there.map(logEvent)),
  }),
  1,
);
