// What the caller of a command is told, from what the command did to its ledger: the states before and after, and the events between. The
// answer to a repetition is made by the same code from the history.
import { Document, comparePaths, type Difference } from '@confledger/document';
import {
  changesOf,
  differencesOf,
  entityTag,
  layeredOf,
  mountIn,
  pathOf,
  type Command,
  type Guards,
  type Ledger,
  type LedgerEvent,
  type LedgerId,
  type LedgerTypes,
  type PastActivation,
  type Recorded,
} from '@confledger/domain';
import type { Done as OutcomeDone, Outcome } from '../commands/outcome.js';
import { besideBase } from './beside-base.js';
import { explainRefusal } from './explain.js';
import type { LedgerReader } from './ledger-versions.js';
import { layersMoved } from './layers-moved.js';
import type { ActivationDone, CommandDone, CommandOutcome, RollbackDone } from './ledgers.js';
import { standingOf, type Surroundings } from './standing.js';

/** A command with what its caller must be told of it. */
export interface Asked {
  readonly id: LedgerId;
  readonly command: Command;
  readonly guards: Guards;
  /** What this process knows of the ledger's parents. */
  readonly around: Surroundings;
}

/** The outcome of one command, made while its append is under way where there is time for it: digests are most of the work. */
export class EarlyOutcome {
  readonly #asked: Asked;
  readonly #onDecided: ((outcome: CommandDone) => void) | undefined;
  /** What was made, with the state that it leads to; null until the command is decided. */
  #made: { readonly after: Done['after']; readonly outcome: CommandDone } | null = null;

  constructor(asked: Asked, onDecided?: (outcome: CommandDone) => void) {
    this.#asked = asked;
    this.#onDecided = onDecided;
  }

  /** Hears what will be done if the append succeeds, without its position. */
  decided(done: Done): void {
    const outcome = doneOf(this.#asked, done);
    this.#made = { after: done.after, outcome };
    this.#onDecided?.(outcome);
  }

  async outcomeOf(reader: LedgerReader, outcome: Outcome<LedgerTypes>): Promise<CommandOutcome> {
    if (outcome.kind !== 'done') return refusedOf(reader, this.#asked, outcome);
    if (this.#made === null || this.#made.after !== outcome.after) return doneOf(this.#asked, outcome);
    const { standing } = this.#made.outcome;
    // Nobody else has seen it yet.
    (standing as { position: bigint }).position = outcome.position;
    return this.#made.outcome;
  }
}

type Refused = Extract<Outcome<LedgerTypes>, { kind: 'refused' }>;

async function refusedOf(reader: LedgerReader, { id, command, guards, around }: Asked, outcome: Refused): Promise<CommandOutcome> {
  const { commandId, refusal, at } = outcome;
  const ledger = at?.stream.state ?? null;
  return {
    kind: 'refused',
    commandId,
    refusal: await explainRefusal(reader, { id, ledger, refusal, guards, command }),
    standing: at === null || ledger === null ? null : standingOf(id, ledger, at.position, around),
  };
}

type Done = OutcomeDone<LedgerTypes>;

function doneOf({ id, command, around }: Asked, outcome: Done): CommandDone {
  const { commandId, replayed, dryRun, recorded, position, meant } = outcome;
  const [before, after] = [outcome.before.state, outcome.after.state];
  const { changes, redundantCount } = besideBase(after, changesBy(before?.head.document ?? Document.empty, recorded), around.laid);
  return {
    kind: 'done',
    commandId,
    replayed,
    changed: recorded.length > 0,
    created: isCreated(before, command, recorded),
    dryRun,
    standing: standingOf(id, after, position, around),
    changes,
    redundantCount,
    schemaChanges: schemaChangesOf(recorded),
    activated: activationDone(before, after, recorded),
    rollback: restored(before, after, { command, recorded, meant }),
    notes: outcome.notes ?? null,
    promoted: promotedBy(recorded),
    etag: entityTag(after, pathOf(command), mountIn(command)),
  };
}

/** The ledger, the value at the path, or the tag was not there before. */
function isCreated(before: Ledger | null, command: Command, recorded: Done['recorded']): boolean {
  if (recorded.length === 0) return false;
  if (before === null) return true;
  if (command.type === 'Tag') return !before.tags.has(command.tag);
  if (command.type === 'SetSchema') return !before.schemas.has(mountIn(command) ?? '');
  return command.type === 'Set' && before.head.document.nodeAt(command.path) === undefined;
}

function changesBy(before: Document, recorded: Done['recorded']): Difference[] {
  return differencesOf(before, changesOf(recorded)).sort((one, other) => comparePaths(one.path, other.path));
}

function schemaChangesOf(recorded: Done['recorded']): CommandDone['schemaChanges'] {
  return recorded.flatMap(({ type, data }): CommandDone['schemaChanges'] => {
    if (type === 'SchemaSet') return [{ mount: data.mount, change: 'set' }];
    return type === 'SchemaRemoved' ? [{ mount: data.mount, change: 'removed' }] : [];
  });
}

/** The activation among a command's events; it names the version that it was asked for, and counts the others that it took live. */
function activationDone(before: Ledger | null, after: Ledger | null, recorded: Done['recorded']): ActivationDone | null {
  const event = activationIn(recorded);
  if (event === undefined) return null;
  const { version, previous, digest, keyId, signature } = event.data;
  const { own, layers, restart, pinned, definition } = layeredOf(event.data);
  return {
    activation: event.revision,
    version,
    previous,
    previousActivation: before?.active?.activation ?? null,
    digest,
    own,
    layers,
    restart,
    pinned,
    definition,
    keyId,
    signature,
    layersMoved: layersMoved(before?.activations.at(-1)?.layers ?? [], layers),
    ...versionsTakenLive(before, after, version),
  };
}

/** The version that a promotion was made of. */
function promotedBy(recorded: Done['recorded']): number | null {
  const source = recorded[0]?.metadata.source;
  return source?.kind === 'promotion' ? source.version : null;
}

interface RolledBack extends Pick<Done, 'recorded' | 'meant'> {
  readonly command: Command;
}

/** What a rollback gave back; where nothing was to be done, what runs. */
function restored(before: Ledger | null, after: Ledger | null, { command, recorded }: RolledBack): RollbackDone | null {
  if (command.type !== 'Rollback' && command.type !== 'RollbackTo') return null;
  const runs = after?.activations.at(-1);
  if (runs === undefined) throw new TypeError('a rollback ends with an activation that runs');
  const event = activationIn(recorded);
  const source = event?.metadata.source;
  const ran = before?.activations.at(-1) ?? null;
  return {
    version:
      event?.data.rollbackTo ?? (command.type === 'Rollback' && typeof command.version === 'number' ? command.version : runs.version),
    activation: source?.kind === 'rollback' ? source.activation : null,
    digest: runs.digest,
    own: runs.own,
    before: ran && { version: ran.version, activation: ran.activation, digest: ran.digest, own: ran.own },
    otherActivations: othersOf(after?.activations ?? [], runs),
    layers: layersMoved(ran?.layers ?? [], runs.layers),
    blocked: [],
  };
}

/** Activations of the same version that ran something else. */
function othersOf(activations: readonly PastActivation[], { version, digest }: PastActivation): number[] {
  return activations.filter((each) => each.version === version && each.digest !== digest).map(({ activation }) => activation);
}

function activationIn(recorded: Done['recorded']): Extract<Recorded<LedgerEvent>, { type: 'VersionActivated' }> | undefined {
  return recorded.find((event) => event.type === 'VersionActivated');
}

/** None where the version ran already, and only its layers moved. */
function versionsTakenLive(
  before: Ledger | null,
  after: Ledger | null,
  version: number,
): Pick<ActivationDone, 'tookLive' | 'tookLiveCount'> {
  if (before?.active?.version === version) return { tookLive: [], tookLiveCount: 0 };
  return { tookLive: [version], tookLiveCount: Math.max(1, activeOrdinal(after) - activeOrdinal(before)) };
}

/** The place of the active version in the row of all versions; 0 while nothing is active. */
function activeOrdinal(ledger: Ledger | null): number {
  return ledger !== null && ledger.active !== null ? ledger.head.ordinal - ledger.pending : 0;
}
