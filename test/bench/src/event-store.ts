// The EventStoreDB of a benchmark, always in a process of its own: the node that CONFLEDGER_TEST_EVENTSTORE_URL names, or the double.
import { startChild } from './children.js';

export interface BenchEventStore {
  readonly url: string;
  stop(): Promise<void>;
}

/** Says which one it is: a double answers from memory and says nothing of a real server's disk. */
export async function startEventStore(): Promise<BenchEventStore> {
  const url = process.env['CONFLEDGER_TEST_EVENTSTORE_URL'];
  if (url !== undefined && url !== '') {
    console.log('  on the EventStoreDB that CONFLEDGER_TEST_EVENTSTORE_URL names');
    return { url, stop: () => Promise.resolve() };
  }
  console.log("  on the double of EventStoreDB, which has no disk: a real server's appends take longer, ours and the bare ones");
  const double = await startChild('eventstoredb-double');
  return { url: double.ready['url'] ?? '', stop: () => double.stop() };
}
