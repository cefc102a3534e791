// Finds the newest record of each partition that the reader knows, from its end backwards: a topic may be long.
import type { KafkaMessage } from 'kafkajs';
import { type PartitionOffsets, type Seek, topicOffsets } from '@confledger/feed-kafka/topic';
import { readTopic, type ReadTopicOptions } from './read-topic.js';

/** How many offsets are read first. Ends of transactions and what was undone take offsets too: where that is all, more are read. */
const TAIL_OFFSETS = 64n;

export interface TopicTails<Found> {
  /** By partition; absent where there is none. */
  readonly found: ReadonlyMap<number, Found>;
  /** Of each partition, the offset that the next record gets. */
  readonly next: Map<number, bigint>;
}

/** `read` answers null for a record that it does not know: one before it is looked for. Rejects as `readTopic` does. */
export async function readTails<Found>(
  options: ReadTopicOptions,
  read: (message: KafkaMessage) => Found | null,
): Promise<TopicTails<Found>> {
  const offsets = await topicOffsets(options.admin, options.topic);
  const searches = new Map(offsets.filter(({ low, high }) => low < high).map((each) => [each.partition, new TailSearch<Found>(each)]));
  await readTopic(options, offsets, (done) => {
    let seek: Seek = () => undefined;
    return {
      joined: (given) => {
        seek = given;
        for (const [partition, search] of searches) seek(partition, search.at);
      },
      batch: ({ batch }) => {
        const search = searches.get(batch.partition);
        for (const message of batch.messages) {
          const found = read(message);
          if (found !== null) search?.see(BigInt(message.offset), found);
        }
      },
      passed: (partition, next) => {
        const search = searches.get(partition);
        if (search?.passed(next) !== true) return;
        seek(partition, search.at);
        if ([...searches.values()].every(({ isOver }) => isOver)) done();
      },
    };
  });
  const found = new Map<number, Found>();
  for (const [partition, search] of searches) if (search.found !== null) found.set(partition, search.found);
  return { found, next: new Map(offsets.map(({ partition, high }) => [partition, high])) };
}

/** Reads the last offsets, then as many before them as were read so far, and so on. */
class TailSearch<Found> {
  readonly #low: bigint;
  readonly #high: bigint;
  #from: bigint;
  #until: bigint;
  found: Found | null = null;
  isOver = false;

  constructor({ low, high }: PartitionOffsets) {
    this.#low = low;
    this.#high = high;
    this.#until = high;
    this.#from = this.#notBelowLow(high - TAIL_OFFSETS);
  }

  /** Where to read on: behind everything when it is over. */
  get at(): bigint {
    return this.isOver ? this.#high : this.#from;
  }

  /** What lies behind was read before. */
  see(offset: bigint, found: Found): void {
    if (offset < this.#until) this.found = found;
  }

  /** Everything below `next` was seen. True when it is time to read on elsewhere. */
  passed(next: bigint): boolean {
    if (this.isOver || next < this.#until) return false;
    if (this.found !== null || this.#from === this.#low) {
      this.isOver = true;
      return true;
    }
    this.#until = this.#from;
    this.#from = this.#notBelowLow(this.#high - 2n * (this.#high - this.#from));
    return true;
  }

  #notBelowLow(offset: bigint): bigint {
    return offset > this.#low ? offset : this.#low;
  }
}
