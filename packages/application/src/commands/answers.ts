// From decisions to outcomes: what a command's caller is told. Used by the command loop and by replays.
import type { Difference } from '@confledger/document';
import { Document, comparePaths } from '@confledger/document';
import { entityTag, pathOf } from '@confledger/domain';
import type { Command, Decision, LedgerState, RecordedText, Refusal } from '@confledger/domain';
import type { Loaded } from '../reading/ledger-reader.js';
import type { ActivationDone, CommandOutcome, LedgerName, LedgerStanding } from '../ledgers.js';

/** A command as far as an answer needs it. */
export interface Answered {
  readonly command: Command;
  readonly commandId: string;
}

export interface AcceptedCommand {
  readonly waiting: Answered;
  readonly decision: Extract<Decision, { kind: 'accepted' }>;
  readonly before: LedgerState;
  readonly after: LedgerState;
  readonly recorded: readonly Pick<RecordedText, 'event'>[];
}

/** What a command that was carried out answers. */
export type Done = Extract<CommandOutcome, { kind: 'done' }>;

/** Where a ledger stands; null while it does not exist. */
export function standingOf(name: LedgerName, state: LedgerState, position: bigint): LedgerStanding | null {
  if (state.phase === 'absent') return null;
  const { head, active, pending } = state;
  return { ...name, version: head.version, active: active?.version ?? null, pending, digest: head.document.digest, position };
}

export function accepted(name: LedgerName, { waiting, decision, before, after, recorded }: AcceptedCommand, position: bigint): Done {
  return {
    kind: 'done',
    commandId: waiting.commandId,
    replayed: false,
    changed: true,
    created: decision.created,
    dryRun: false,
    standing: standingOf(name, after, position) ?? beforeFirst(name, position),
    changes: [...decision.differences].sort((one, other) => comparePaths(one.path, other.path)),
    activation: activationDone(before, after, recorded),
    rollback: decision.restored && { version: decision.restored.version, digest: decision.restored.document.digest },
    etag: entityTag(after, pathOf(waiting.command)),
  };
}

export function nothing(
  name: LedgerName,
  { state, position }: Loaded,
  waiting: Answered,
  { restored }: Extract<Decision, { kind: 'nothing' }>,
): CommandOutcome {
  const changes: readonly Difference[] = [];
  return {
    kind: 'done',
    commandId: waiting.commandId,
    replayed: false,
    changed: false,
    created: false,
    dryRun: false,
    standing: standingOf(name, state, position) ?? beforeFirst(name, position),
    changes,
    activation: null,
    rollback: restored && { version: restored.version, digest: restored.document.digest },
    etag: entityTag(state, pathOf(waiting.command)),
  };
}

export function refusal(name: LedgerName, { state, position }: Loaded, commandId: string, why: Refusal): CommandOutcome {
  return { kind: 'refused', commandId, refusal: why, standing: standingOf(name, state, position) };
}

/** The activation among a command's events; it names the version it was asked for, `takenLive` adds the others. */
function activationDone(before: LedgerState, after: LedgerState, recorded: AcceptedCommand['recorded']): ActivationDone | null {
  const event = recorded.map((each) => each.event).find((each) => each.type === 'VersionActivated');
  if (event?.type !== 'VersionActivated') return null;
  const { version, previous, digest, keyId, signature } = event.data;
  const tookLiveCount = Math.max(1, activeOrdinal(after) - activeOrdinal(before));
  return { activation: event.revision, version, previous, digest, keyId, signature, tookLive: [version], tookLiveCount };
}

/** The place of the active version in the row of all versions; 0 while nothing is active. */
function activeOrdinal(state: LedgerState): number {
  return state.phase === 'existing' && state.active !== null ? state.head.ordinal - state.pending : 0;
}

function beforeFirst(name: LedgerName, position: bigint): LedgerStanding {
  return { ...name, version: null, active: null, pending: 0, digest: Document.empty.digest, position };
}
