// The types of a ledger, as the machinery of streams takes them.
import type { Recorded } from '../stream/events.js';
import type { StreamState } from '../stream/stream-state.js';
import type { Command, Guards, LedgerRefusalCode } from './commands.js';
import type { DraftEvent, LedgerEvent } from './events.js';
import type { LedgerId } from './ledger-id.js';
import type { EnvironmentFact } from './environment.js';
import type { Examined } from '../schemas/rules.js';
import type { Schemas } from '../schemas/mounted.js';
import type { LedgerNotes, Said } from './notes.js';
import type { Base, LaidLayers } from './layers.js';
import type { PromotedVersion } from './promoted-version.js';
import type { Ledger, PastActivation } from './state.js';
import type { StatementFact } from './statement-fact.js';
import type { LoadedVersion } from './versions.js';

export interface LedgerTypes {
  readonly id: LedgerId;
  readonly state: Ledger;
  readonly event: LedgerEvent;
  readonly draft: DraftEvent;
  readonly command: Command;
  readonly guards: Guards;
  readonly facts: {
    /** By version. */
    readonly version: LoadedVersion;
    /** By name. */
    readonly environment: EnvironmentFact;
    /** By the ledger's name. */
    readonly statement: StatementFact;
    /** By `ancestorsKey`: the newest activations of the parents, laid over each other. */
    readonly newest: Base;
    /** As `newest`, for a draft: null where a parent cannot be read. */
    readonly draftBase: Base | null;
    /** By `layersKey`: recorded layers, laid over each other. */
    readonly laid: LaidLayers;
    /** By its revision; null where the event there is no activation that took effect. */
    readonly activation: PastActivation | null;
    /** By `promotedKey`. */
    readonly promoted: PromotedVersion;
    /** By the ledger's name: ledgers whose running activation records it as a layer. */
    readonly usedBy: readonly string[];
    /** By version: its latest activation; null where it never ran. */
    readonly latestActivation: PastActivation | null;
    /** By `examinedKey`; the subject is the schema. */
    readonly examined: Examined;
    /** By `saidKey`; the subject is `ToBeSaid`. */
    readonly said: Said;
    /** By the revision of an activation: the ledger's own schemas when it was taken live. */
    readonly schemasAt: Schemas;
  };
  readonly notes: LedgerNotes;
  readonly refusal: LedgerRefusalCode;
}

/** A ledger's stream, folded. */
export type LedgerStream = StreamState<Ledger, Recorded<LedgerEvent>>;
