// What the topic holds as it is read and written: its beats and its ledgers. Filled by reading the topic to its end.
import type { FeedBeat } from '@confledger/contracts';
import type { KafkaMessage } from 'kafkajs';
import { partitionOf, readBeat, readKey, readLeaf, readMarker, topicOffsets } from '@confledger/feed-kafka/topic';
import { HeldLedger } from './held-ledger.js';
import { readTopic, type ReadTopicOptions } from './read-topic.js';

export class TopicContents {
  readonly ledgers = new Map<string, HeldLedger>();
  /** The newest of each partition. */
  readonly beats = new Map<number, FeedBeat>();
  /** Of each partition, the offset that the next record gets. */
  readonly next = new Map<number, bigint>();
  readonly #partitionCount: number;

  constructor(partitionCount: number) {
    this.#partitionCount = partitionCount;
  }

  ledger(name: string): HeldLedger {
    let held = this.ledgers.get(name);
    if (held === undefined) this.ledgers.set(name, (held = new HeldLedger()));
    return held;
  }

  record(partition: number, message: KafkaMessage): void {
    const key = readKey(message.key);
    if (key === null) return;
    if (key.kind === 'beat') {
      const beat = readBeat(message);
      if (beat === null) this.beats.delete(partition);
      else this.beats.set(partition, beat);
      return;
    }
    // Somebody else wrote it: no node reads its ledger there.
    if (partitionOf(key.ledger, this.#partitionCount) !== partition) return;
    const held = this.ledger(key.ledger);
    if (key.path === '') return held.recordMarker(readMarker(message));
    const leaf = readLeaf(key.path, message);
    // What is no leaf stands where a leaf should: as if it were removed, it differs from the document and is written over.
    held.record(leaf ?? { path: key.path, version: 0, removed: true });
  }
}

/** Reads every partition up to where it ends now. Rejects when the topic falls silent before, or the signal aborts. */
export async function readContents(options: ReadTopicOptions): Promise<TopicContents> {
  const offsets = await topicOffsets(options.admin, options.topic);
  let contents = new TopicContents(offsets.length);
  const unread = (): Map<number, bigint> =>
    new Map(offsets.filter(({ low, high }) => low < high).map(({ partition, high }) => [partition, high]));
  let missing = unread();
  await readTopic(options, offsets, (done) => ({
    joined: () => {
      contents = new TopicContents(offsets.length);
      missing = unread();
    },
    batch: ({ batch }) => {
      for (const message of batch.messages) contents.record(batch.partition, message);
    },
    passed: (partition, next) => {
      if (next >= (missing.get(partition) ?? 0n)) missing.delete(partition);
      if (missing.size === 0) done();
    },
  }));
  for (const { partition, high } of offsets) contents.next.set(partition, high);
  return contents;
}
