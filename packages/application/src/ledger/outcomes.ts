// What the caller of a command is told, from what the command did to its ledger: the states before and after, and the events between. The
// answer to a repetition is made by the same code from the history.
import { Document, comparePaths, type Difference } from '@confledger/document';
import {
  changesOf,
  differencesOf,
  entityTag,
  pathOf,
  withoutLayers,
  type Command,
  type Guards,
  type Ledger,
  type LedgerEvent,
  type LedgerId,
  type LedgerTypes,
  type Recorded,
  type VersionActivated,
} from '@confledger/domain';
import type { Done as OutcomeDone, Outcome } from '../commands/outcome.js';
import { explainRefusal } from './explain.js';
import type { LedgerReader } from './ledger-versions.js';
import type { ActivationDone, CommandDone, CommandOutcome, LedgerStanding } from './ledgers.js';

/** Where a ledger stands at its head. */
export function standingOf({ environment, service }: LedgerId, ledger: Ledger | null, position: bigint): LedgerStanding {
  if (ledger === null) return { environment, service, version: null, active: null, pending: 0, digest: Document.empty.digest, position };
  const { head, active, pending } = ledger;
  return { environment, service, version: head.version, active: active?.version ?? null, pending, digest: head.document.digest, position };
}

/** A command with what its caller must be told of it. */
export interface Asked {
  readonly id: LedgerId;
  readonly command: Command;
  readonly guards: Guards;
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

async function refusedOf(reader: LedgerReader, { id, guards }: Asked, outcome: Refused): Promise<CommandOutcome> {
  const { commandId, refusal, at } = outcome;
  const ledger = at?.stream.state ?? null;
  return {
    kind: 'refused',
    commandId,
    refusal: await explainRefusal(reader, { id, ledger, refusal, guards }),
    standing: at === null || ledger === null ? null : standingOf(id, ledger, at.position),
  };
}

type Done = OutcomeDone<LedgerTypes>;

function doneOf({ id, command }: Asked, outcome: Done): CommandDone {
  const { commandId, replayed, dryRun, recorded, position, meant } = outcome;
  const [before, after] = [outcome.before.state, outcome.after.state];
  return {
    kind: 'done',
    commandId,
    replayed,
    changed: recorded.length > 0,
    created: isCreated(before, command, recorded),
    dryRun,
    standing: standingOf(id, after, position),
    changes: changesBy(before?.head.document ?? Document.empty, recorded),
    activated: activationDone(before, after, recorded),
    rollback: command.type === 'Rollback' ? restored(after, recorded, meant ?? Number(command.version)) : null,
    etag: entityTag(after, pathOf(command)),
  };
}

/** The ledger, the value at the path, or the tag was not there before. */
function isCreated(before: Ledger | null, command: Command, recorded: Done['recorded']): boolean {
  if (recorded.length === 0) return false;
  if (before === null) return true;
  if (command.type === 'Tag') return !before.tags.has(command.tag);
  return command.type === 'Set' && before.head.document.nodeAt(command.path) === undefined;
}

function changesBy(before: Document, recorded: Done['recorded']): Difference[] {
  return differencesOf(before, changesOf(recorded)).sort((one, other) => comparePaths(one.path, other.path));
}

/** The activation among a command's events; it names the version that it was asked for, and counts the others that it took live. */
function activationDone(before: Ledger | null, after: Ledger | null, recorded: Done['recorded']): ActivationDone | null {
  const event = activationIn(recorded);
  if (event === undefined) return null;
  const { version, previous, digest, keyId, signature } = event.data;
  const { own, layers, restart, pinned, definition } = layersOf(event.data);
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
    tookLive: [version],
    tookLiveCount: Math.max(1, activeOrdinal(after) - activeOrdinal(before)),
  };
}

/** An event that was just recorded with form 1 has none of these members. */
function layersOf(data: VersionActivated['data']): ReturnType<typeof withoutLayers> {
  if (!Object.hasOwn(data, 'own')) return withoutLayers(data.digest);
  const { own, layers, restart, pinned, definition } = data;
  return { own, layers, restart, pinned, definition };
}

function restored(after: Ledger | null, recorded: Done['recorded'], version: number): { version: number; digest: string } {
  const data = activationIn(recorded)?.data;
  return { version: data?.rollbackTo ?? version, digest: data?.digest ?? after?.active?.digest ?? '' };
}

function activationIn(recorded: Done['recorded']): Extract<Recorded<LedgerEvent>, { type: 'VersionActivated' }> | undefined {
  return recorded.find((event) => event.type === 'VersionActivated');
}

/** The place of the active version in the row of all versions; 0 while nothing is active. */
function activeOrdinal(ledger: Ledger | null): number {
  return ledger !== null && ledger.active !== null ? ledger.head.ordinal - ledger.pending : 0;
}
