// The publisher alone, with every active document in memory: what the relay costs beside reading the log. Started by the relay benchmark.
import { LedgerId } from '@confledger/domain';
import { keyFilesOf, makeKeys } from '@confledger/api';
import { createLedgers, readInstallation, type ActiveDocument } from '@confledger/application';
import { openEventStoreNow } from '@confledger/event-stores';
import { createKafkaFeed } from '@confledger/publisher-kafka';
import { answers, ready } from './lifecycle.js';

const {
  BENCH_BROKERS: brokers = '',
  BENCH_EVENT_STORE: url = '',
  BENCH_NAMESPACE: namespace = '',
  BENCH_KEYS: keys = '',
  BENCH_LEDGERS: count = '',
  BENCH_PARTITIONS: partitions = '',
} = process.env;
const store = await openEventStoreNow({ kind: 'eventstoredb', url, namespace }, { part: 'api', logger: console });
const ledgers = createLedgers({ store, clock: { now: () => Date.now() }, ids: { next: () => '' }, signer: makeKeys(keyFilesOf(keys)) });
const installation = await readInstallation(store);
if (installation === null) throw new Error('there is no installation');
const documents: ActiveDocument[] = [];
for (let ledger = 0; ledger < Number(count); ledger += 1) {
  const active = await ledgers.active(LedgerId.of('production', `engine-${ledger}`));
  if (active !== null) documents.push(active);
}

answers(async (question) => {
  const activationsAtOnce = Number(question['activationsAtOnce']);
  const publisher = createKafkaFeed({
    brokers: brokers.split(','),
    namespace: String(question['topicsOf']),
    installation: installation.installation,
    publicKeys: [installation.publicKey],
    load: () => Promise.resolve(null),
    lastPosition: () => store.lastPosition(),
    partitions: Number(partitions),
    replicationFactor: 1,
    minInsyncReplicas: 1,
  });
  await publisher.takeOver(new AbortController().signal);
  const begin = performance.now();
  for (let from = 0; from < documents.length; from += activationsAtOnce)
    await publisher.publish(documents.slice(from, from + activationsAtOnce), BigInt(from + 1));
  const ms = performance.now() - begin;
  await publisher.close();
  return { ms };
});
ready({}, () => store.close());
