// The publisher of changes alone, with the events of a history in memory. Started by the changes benchmark.
import { createLedgerReader, type StoredEvent } from '@confledger/application';
import { createInMemoryEventStore } from '@confledger/application/testing';
import { createKafkaChanges } from '@confledger/publisher-kafka';
import { HistoryWriter } from '../history.js';
import { answers, ready } from './lifecycle.js';

const {
  BENCH_BROKERS: brokers = '',
  BENCH_PARTITIONS: partitions = '',
  BENCH_LEDGERS: ledgers = '',
  BENCH_EVENTS: count = '',
  BENCH_BATCH: batch = '',
} = process.env;
const store = createInMemoryEventStore();
const reader = createLedgerReader({ store });
for (let ledger = 0; ledger < Number(ledgers); ledger += 1) {
  const history = new HistoryWriter(store, reader, `production.engine-${ledger}`);
  await history.grow(Number(count) / Number(ledgers) - 1, (revision) => ({
    type: 'ConfigSet',
    data: { path: `section.leaf${revision % 100}`, value: revision },
  }));
}
const batches: (readonly StoredEvent[])[] = [];
for (let after = 0n; ;) {
  const page = await store.readAll({ after, limit: Number(batch) });
  const last = page.at(-1);
  if (last === undefined) break;
  batches.push(page);
  after = last.position;
}

answers(async ({ topicsOf }) => {
  const publisher = createKafkaChanges({
    brokers: brokers.split(','),
    namespace: String(topicsOf),
    installation: '7c7c7c7c-7c7c-4c7c-8c7c-7c7c7c7c7c7c',
    partitions: Number(partitions),
    replicationFactor: 1,
    minInsyncReplicas: 1,
  });
  await publisher.takeOver(new AbortController().signal);
  const begin = performance.now();
  for (const events of batches) await publisher.publish(events);
  const ms = performance.now() - begin;
  await publisher.close();
  return { ms };
});
ready({}, () => store.close());
