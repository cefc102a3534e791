// The ledgers that a process works on, bounded in number and size.
import type { LedgerId, LedgerTypes } from '@confledger/domain';
import type { CommandQueue } from '../commands/command-queue.js';
import type { KeptStream } from '../loading/kept-stream.js';

/** Ledgers kept in memory; beyond it the one that was used longest ago and is idle is forgotten. */
export const LEDGERS_KEPT_MAX = 2_000;

/** Leaves kept in memory over all ledgers: about 1 GB at the most. */
export const LEAVES_KEPT_MAX = 2_000_000;

export interface InUse {
  readonly kept: KeptStream<LedgerTypes>;
  readonly queue: Pick<CommandQueue<LedgerTypes>, 'idle'> | null;
}

/** The ledgers in use, by their streams, the longest unused first. */
export class LedgersInUse<L extends InUse> {
  readonly #ledgers = new Map<string, L>();
  readonly #make: (id: LedgerId) => L;

  constructor(make: (id: LedgerId) => L) {
    this.#make = make;
  }

  there(stream: string): L | undefined {
    return this.#ledgers.get(stream);
  }

  of(id: LedgerId): L {
    const found = this.#ledgers.get(id.stream);
    if (found) {
      this.#ledgers.delete(id.stream);
      this.#ledgers.set(id.stream, found);
      return found;
    }
    const made = this.#make(id);
    this.#ledgers.set(id.stream, made);
    this.#forgetIdle(id.stream);
    return made;
  }

  #forgetIdle(except: string): void {
    let size = 0;
    for (const { kept } of this.#ledgers.values()) size += kept.size;
    for (const [stream, { kept, queue }] of this.#ledgers) {
      if (this.#ledgers.size <= LEDGERS_KEPT_MAX && size <= LEAVES_KEPT_MAX) return;
      if (stream === except || queue?.idle === false || kept.busy) continue;
      size -= kept.size;
      this.#ledgers.delete(stream);
    }
  }
}
