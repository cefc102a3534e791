// The port to what the inheritance follower could not do: no events, one row per ledger; lost without harm, and made again by the next look.
import type { RefusalDetail } from '@confledger/domain';

export interface InheritanceBlock {
  /** `<environment>.<service>` */
  readonly ledger: string;
  /** When it was refused first; a later refusal keeps it. */
  readonly since: string;
  /** When it was refused last. */
  readonly checkedAt: string;
  readonly code: string;
  /** At most BLOCK_MESSAGE_CHARACTERS_MAX are kept. */
  readonly message: string;
  /** At most BLOCK_DETAILS_MAX are kept. */
  readonly details: readonly RefusalDetail[];
  /** The activations of parents that it would stand on. */
  readonly layers: readonly { readonly ledger: string; readonly activation: number }[];
}

/** Most details that a row keeps. */
export const BLOCK_DETAILS_MAX = 100;
/** Longest message of a row, in UTF-16 code units. */
export const BLOCK_MESSAGE_CHARACTERS_MAX = 2_000;
/** Most rows that a list names. */
export const INHERITANCE_BLOCKS_LISTED_MAX = 10_000;

export interface InheritanceBlockFilter {
  readonly environment?: string;
  readonly service?: string;
}

export interface InheritanceBlocks {
  /** Keeps the row of a ledger, with the `since` of one that is there. */
  put(block: InheritanceBlock): Promise<void>;
  clear(ledger: string): Promise<void>;
  /** By environment, then service; at most INHERITANCE_BLOCKS_LISTED_MAX. */
  list(filter: InheritanceBlockFilter): Promise<readonly InheritanceBlock[]>;
}

/** A row within its limits, as a store keeps it. */
export function boundedBlock(block: InheritanceBlock): InheritanceBlock {
  const { message, details } = block;
  return { ...block, message: message.slice(0, BLOCK_MESSAGE_CHARACTERS_MAX), details: details.slice(0, BLOCK_DETAILS_MAX) };
}
