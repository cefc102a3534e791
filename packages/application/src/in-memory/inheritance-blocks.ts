// Blocked ledgers in memory: for tests and benchmarks.
import { LedgerId } from '@confledger/domain';
import {
  boundedBlock,
  INHERITANCE_BLOCKS_LISTED_MAX,
  type InheritanceBlock,
  type InheritanceBlockFilter,
  type InheritanceBlocks,
} from '../ports/inheritance-blocks.js';

export class InMemoryInheritanceBlocks implements InheritanceBlocks {
  readonly #blocks = new Map<string, InheritanceBlock>();

  async put(block: InheritanceBlock): Promise<void> {
    const { since } = this.#blocks.get(block.ledger) ?? block;
    this.#blocks.set(block.ledger, { ...boundedBlock(block), since });
  }

  async clear(ledger: string): Promise<void> {
    this.#blocks.delete(ledger);
  }

  async list({ environment, service }: InheritanceBlockFilter): Promise<readonly InheritanceBlock[]> {
    return [...this.#blocks.values()]
      .map((block) => ({ block, id: LedgerId.parse(block.ledger) }))
      .filter(
        ({ id }) => (environment === undefined || id?.environment === environment) && (service === undefined || id?.service === service),
      )
      .toSorted((one, other) => (keyOf(one.id) < keyOf(other.id) ? -1 : 1))
      .slice(0, INHERITANCE_BLOCKS_LISTED_MAX)
      .map(({ block }) => block);
  }
}

/** In the order of the list. */
function keyOf(id: LedgerId | null): string {
  return `${id?.environment ?? ''}\0${id?.service ?? ''}`;
}
