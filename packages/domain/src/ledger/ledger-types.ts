// The types of a ledger, as the machinery of streams takes them.
import type { Recorded } from '../stream/events.js';
import type { StreamState } from '../stream/stream-state.js';
import type { Command, Guards, LedgerRefusalCode } from './commands.js';
import type { DraftEvent, LedgerEvent } from './events.js';
import type { LedgerId } from './ledger-id.js';
import type { Ledger } from './state.js';
import type { LoadedVersion } from './versions.js';

export interface LedgerTypes {
  readonly id: LedgerId;
  readonly state: Ledger;
  readonly event: LedgerEvent;
  readonly draft: DraftEvent;
  readonly command: Command;
  readonly guards: Guards;
  readonly facts: {
    readonly version: LoadedVersion;
    /** The newest form of statement that every live node of the ledger can verify. */
    readonly statement: 1 | 2;
  };
  readonly refusal: LedgerRefusalCode;
}

/** A ledger's stream, folded. */
export type LedgerStream = StreamState<Ledger, Recorded<LedgerEvent>>;
