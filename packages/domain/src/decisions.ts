// What a command does to a ledger: events, nothing, a refusal, or the wish to see an older version first.
// A pure function of (state, command, context). Used by the command loop, which records, appends and answers.
import { DOCUMENT_LEAVES_MAX, Document, differencesToChanges } from '@confledger/document';
import type { Difference } from '@confledger/document';
import type { Command, Guards, Refusal } from './commands.js';
import type { RememberedCommand } from './command-window.js';
import { editOf } from './edits.js';
import type { EditCommand } from './edits.js';
import type { DraftEvent, UnsignedActivation } from './events.js';
import { guardRefusal } from './guards.js';
import { reasonRefusal } from './reason.js';
import { refuse } from './refusals.js';
import type { ExistingLedger, LedgerState } from './state.js';
import { decideTag, decideUntag } from './tags.js';
import { resolveVersion } from './versions.js';
import type { LoadedVersion, VersionContent } from './versions.js';

export interface DecisionContext {
  readonly actor: string;
  readonly commandId: string;
  /** False when the id is fresh and random: no earlier command can have it, so that none is looked for (5 µs of 60). */
  readonly keyed: boolean;
  readonly fingerprint: string;
  readonly reason: string | null;
  readonly guards: Guards;
  /** Older versions that were loaded because an earlier decision on this command needed them. */
  readonly loaded: ReadonlyMap<number, LoadedVersion>;
}

export type Decision =
  | {
      readonly kind: 'accepted';
      readonly events: readonly DraftEvent[];
      readonly differences: readonly Difference[];
      /** What was addressed was not there before. */
      readonly created: boolean;
      /** For a rollback: what it restored. */
      readonly restored: VersionContent | null;
    }
  | { readonly kind: 'nothing'; readonly restored: VersionContent | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The same command took effect before: its answer is to be given again. */
  | { readonly kind: 'repeated'; readonly earlier: RememberedCommand }
  /** Load this version and decide again. */
  | { readonly kind: 'needs'; readonly version: number };

export function decide(state: LedgerState, command: Command, context: DecisionContext): Decision {
  const earlier = context.keyed ? state.commands.find(context.actor, context.commandId) : undefined;
  if (earlier) return repetition(earlier, context);
  const unfit = reasonRefusal(context.reason);
  if (unfit) return refused(unfit);
  const guarded = guardRefusal(state, context.guards, pathOf(command));
  if (guarded) return refused(guarded);
  switch (command.type) {
    case 'Create':
      return state.phase === 'existing' ? refused(ledgerExists(state)) : edited(state, command, context.guards);
    case 'Replace':
    case 'Merge':
    case 'Set':
    case 'Batch':
      return edited(state, command, context.guards);
    case 'DeleteAll':
    case 'Delete':
      return state.phase === 'absent' ? refused(ledgerUnknown(state)) : edited(state, command, context.guards);
    case 'Activate':
      return onVersion(state, command, context, activated);
    case 'Rollback':
      return onVersion(state, command, context, rolledBack);
    case 'Tag':
      return onVersion(state, command, context, (ledger, content) => decideTag(ledger, command, content));
    case 'Untag':
      return state.phase === 'absent' ? refused(ledgerUnknown(state)) : decideUntag(state, command);
  }
}

/** The path that a command addresses; null for those that address the document. */
export const pathOf = (command: Command): string | null => (command.type === 'Set' || command.type === 'Delete' ? command.path : null);

const refused = (refusal: Refusal): Decision => ({ kind: 'refused', refusal });

function repetition(earlier: RememberedCommand, { commandId, fingerprint }: DecisionContext): Decision {
  if (earlier.fingerprint === fingerprint) return { kind: 'repeated', earlier };
  const message = `the Idempotency-Key '${commandId}' was used before with another request`;
  return refused(refuse('IDEMPOTENCY_KEY_REUSED', 'Idempotency-Key', message, 'send the same request again, or take a new key'));
}

function edited(state: LedgerState, command: EditCommand, guards: Guards): Decision {
  const head = state.phase === 'existing' ? state.head.document : Document.empty;
  const edit = editOf(head, command);
  if (!edit.ok) return refused(edit.refusal);
  const tooLarge = leafLimit(head, edit.differences);
  if (tooLarge) return refused(tooLarge);
  const changes = differencesToChanges(edit.differences).map(changeEvent);
  const created = state.origin === null ? [createdEvent(state)] : [];
  const events: DraftEvent[] = [...created, ...changes];
  const version = changes.length > 0 ? state.revision + events.length : null;
  const live = activationAfterEdit(state, guards, { version, differences: edit.differences });
  if (live && 'code' in live) return refused(live);
  if (live) events.push(live);
  if (events.length === 0 && state.phase === 'existing') return { kind: 'nothing', restored: null };
  // An abandoned first set left a LedgerCreated behind, and nothing is to be changed: one harmless event makes the ledger exist.
  return { kind: 'accepted', events: events.length > 0 ? events : [createdEvent(state)], differences: edit.differences, created: isNew(state, command), restored: null };
}

function isNew(state: LedgerState, command: EditCommand): boolean {
  if (state.phase === 'absent') return true;
  return command.type === 'Set' && state.head.document.nodeAt(command.path) === undefined;
}

function leafLimit(head: Document, differences: readonly Difference[]): Refusal | null {
  const added = differences.filter((difference) => !('before' in difference)).length;
  const removed = differences.filter((difference) => !('after' in difference)).length;
  const leaves = head.leafCount + added - removed;
  if (leaves <= DOCUMENT_LEAVES_MAX || added <= removed) return null;
  return refuse('DOCUMENT_TOO_LARGE', null, `the document would have ${leaves} leaves, more than ${DOCUMENT_LEAVES_MAX}`, 'split it over several services');
}

/** `activate: true` takes live what this call wrote and nothing else; 'all' accepts what was pending before. */
function activationAfterEdit(state: LedgerState, { activate = false }: Guards, edit: { version: number | null; differences: readonly Difference[] }): UnsignedActivation | Refusal | null {
  if (activate === false) return null;
  const ledger = state.phase === 'existing' ? state : null;
  const live = ledger?.active ?? null;
  if (ledger && activate === true && ledger.head.version !== null && ledger.head.document.digest !== live?.digest) return pendingChanges(ledger);
  const version = edit.version ?? ledger?.head.version ?? null;
  if (version === null) return refuse('NOTHING_TO_ACTIVATE', 'activate', `${state.ledger} has no version that could be activated`, 'write a value first, or leave activate out');
  const changes = differencesToChanges(edit.differences);
  const head = ledger?.head.document ?? Document.empty;
  const digest = (changes.length > 0 ? head.apply(changes) : head).digest;
  return digest === live?.digest && edit.version === null ? null : { type: 'VersionActivated', data: { version, previous: live?.version ?? null, digest, pending: 0 } };
}

function pendingChanges(ledger: ExistingLedger): Refusal {
  const message = `${ledger.ledger} has ${ledger.pending} pending version${ledger.pending === 1 ? '' : 's'} that this call did not write`;
  return refuse('PENDING_CHANGES', 'activate', message, `look at them, then activate version ${ledger.head.version} on purpose, or send activate: "all"`);
}

function onVersion(
  state: LedgerState,
  command: Extract<Command, { type: 'Activate' | 'Rollback' | 'Tag' }>,
  { loaded }: DecisionContext,
  decideOn: (ledger: ExistingLedger, content: VersionContent) => Decision,
): Decision {
  if (state.phase === 'absent') return refused(ledgerUnknown(state));
  const resolved = resolveVersion(state, command.version, loaded);
  return resolved.kind === 'found' ? decideOn(state, resolved.content) : resolved;
}

function activated(ledger: ExistingLedger, { version, ordinal, document }: VersionContent): Decision {
  if (ledger.active?.digest === document.digest) return { kind: 'nothing', restored: null };
  const data = { version, previous: ledger.active?.version ?? null, digest: document.digest, pending: ledger.head.ordinal - ordinal };
  return { kind: 'accepted', events: [{ type: 'VersionActivated', data }], differences: [], created: false, restored: null };
}

/** Makes head equal to an older version and takes it live. Where head matches already, the activation alone: in an emergency it must not refuse. */
function rolledBack(ledger: ExistingLedger, content: VersionContent): Decision {
  const { document } = content;
  const differences = ledger.head.document.diff(document);
  if (differences.length === 0 && ledger.active?.digest === document.digest) return { kind: 'nothing', restored: content };
  const changes = differencesToChanges(differences).map(changeEvent);
  const version = changes.length > 0 ? ledger.revision + changes.length : (ledger.head.version ?? content.version);
  const data = { version, previous: ledger.active?.version ?? null, digest: document.digest, pending: 0, rollbackTo: content.version };
  return { kind: 'accepted', events: [...changes, { type: 'VersionActivated', data }], differences, created: false, restored: content };
}

function changeEvent(change: { readonly path: string; readonly value?: unknown }): DraftEvent {
  const { path, value } = change as { path: string; value?: Extract<DraftEvent, { type: 'ConfigSet' }>['data']['value'] };
  return value === undefined ? { type: 'ConfigDeleted', data: { path } } : { type: 'ConfigSet', data: { path, value } };
}

function createdEvent(state: LedgerState): DraftEvent {
  const [environment = '', service = ''] = state.ledger.split('.');
  return { type: 'LedgerCreated', data: { environment, service } };
}

const ledgerExists = (state: LedgerState): Refusal =>
  refuse('LEDGER_EXISTS', null, `${state.ledger} exists already`, 'use PUT to replace its document, or PATCH to merge into it');

const ledgerUnknown = (state: LedgerState): Refusal =>
  refuse('LEDGER_UNKNOWN', null, `there is no ledger ${state.ledger}`, 'write its first value with PUT or POST, or look at GET /configurations for those that exist');
