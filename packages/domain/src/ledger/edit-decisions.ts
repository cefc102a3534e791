// What a change of the document comes to: its events, and the activation that takes it live where that is asked for.
import {
  DOCUMENT_CHARACTERS_MAX,
  DOCUMENT_LEAVES_MAX,
  Document,
  differencesToChanges,
  jsonSize,
  type Difference,
} from '@confledger/document';
import type { Decision } from '../stream/aggregate.js';
import type { EventSource } from '../stream/events.js';
import { refuse } from '../stream/refusals.js';
import type { Asked } from './asked.js';
import { keptBasis, type Basis } from './bases.js';
import type { Guards, LedgerRefusal } from './commands.js';
import { editOf, type EditCommand } from './edits.js';
import type { EnvironmentFact } from './environment.js';
import type { DraftEvent, UnsignedActivation } from './events.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerStream, LedgerTypes } from './ledger-types.js';
import { changeEvent, createdEvent } from './outlines.js';
import { activeLayers, type Ledger } from './state.js';
import { activateOf } from './guards.js';
import { activationOf, isOrdinaryName, unexpected } from './statements.js';

export function edited(stream: LedgerStream, command: EditCommand, asked: Asked): Decision<LedgerTypes> {
  const { id } = asked.context;
  const ledger = stream.state;
  const going = goingLive(ledger, asked);
  if (going === undefined) return asked.needs();
  const head = ledger?.head.document ?? Document.empty;
  const hasParents = going.environment.ancestors.length > 0;
  const edit = editOf(head, command, { hasParents, isOrdinaryName: isOrdinaryName(ledger, head, going.environment.hasInherited) });
  if (!edit.ok) return asked.refused(edit.refusal);
  return changed({ stream, id, going, differences: edit.differences }, asked);
}

/** Whether and on what a change goes live. */
export interface GoingLive {
  readonly environment: EnvironmentFact;
  readonly activate: NonNullable<Guards['activate']>;
  /** It was asked for, and is not only what the environment does. */
  readonly isAsked: boolean;
  /** Null where nothing goes live. */
  readonly basis: Basis | null;
}

/** Undefined while something must be loaded. A write takes live what it wrote and nothing else: it keeps the layers. */
export function goingLive(ledger: Ledger | null, asked: Asked): GoingLive | undefined {
  const { environment } = asked;
  const { guards } = asked.context;
  const activate = activateOf(guards, environment);
  if (activate === false) return environment && { environment, activate, isAsked: false, basis: null };
  asked.askStatement();
  const basis = keptBasis(ledger, environment, asked);
  if (environment === undefined || basis === undefined || asked.isWaiting) return undefined;
  return { environment, activate, isAsked: guards.activate !== undefined, basis };
}

/** A change that was made out: what differs from head. */
export interface Changed {
  readonly stream: LedgerStream;
  readonly id: LedgerId;
  readonly going: GoingLive;
  readonly differences: readonly Difference[];
  readonly source?: EventSource;
}

/** The events of a change, with the activation behind them where it goes live. */
export function changed({ stream, id, going, differences, source }: Changed, asked: Asked): Decision<LedgerTypes> {
  const ledger = stream.state;
  const head = ledger?.head.document ?? Document.empty;
  const tooLarge = leafLimit(head, differences) ?? sizeLimit(head, differences);
  if (tooLarge) return asked.refused(tooLarge);
  const changes = differencesToChanges(differences).map(changeEvent);
  const created = stream.origin === null ? [createdEvent(id)] : [];
  const events: DraftEvent[] = [...created, ...changes];
  const version = changes.length > 0 ? stream.revision + events.length : null;
  const live = going.basis && activationAfterEdit({ ledger, version, differences, going, basis: going.basis }, asked);
  if (live && 'code' in live) return asked.refused(live);
  if (live) events.push(live);
  if (events.length === 0 && ledger !== null) return asked.done([]);
  // An abandoned first set left a LedgerCreated behind, and nothing is to be changed: one harmless event makes the ledger exist.
  return asked.done(events.length > 0 ? events : [createdEvent(id)], null, source);
}

function leafLimit(head: Document, differences: readonly Difference[]): LedgerRefusal | null {
  const added = differences.filter((difference) => !('before' in difference)).length;
  const removed = differences.filter((difference) => !('after' in difference)).length;
  const leaves = head.leafCount + added - removed;
  if (leaves <= DOCUMENT_LEAVES_MAX || added <= removed) return null;
  const message = `The document would have ${leaves} leaves, more than ${DOCUMENT_LEAVES_MAX}`;
  return refuse('DOCUMENT_TOO_LARGE', null, message, 'Split it over several services');
}

/** A change that makes a document smaller is taken whatever its size is. */
function sizeLimit(head: Document, differences: readonly Difference[]): LedgerRefusal | null {
  let added = 0;
  for (const difference of differences) {
    if ('after' in difference) added += jsonSize(difference.after) + difference.path.length;
    if ('before' in difference) added -= jsonSize(difference.before) + difference.path.length;
  }
  if (added <= 0 || head.size + added <= DOCUMENT_CHARACTERS_MAX) return null;
  const message = `The document would have more than ${DOCUMENT_CHARACTERS_MAX / MEBI} MiB of JSON`;
  return refuse('DOCUMENT_TOO_LARGE', null, message, 'Split it over several services');
}

const MEBI = 1024 * 1024;

interface Edited {
  readonly ledger: Ledger | null;
  /** The version that the edit makes; null when it changes nothing. */
  readonly version: number | null;
  readonly differences: readonly Difference[];
  readonly going: GoingLive;
  readonly basis: Basis;
}

/** `activate: true` takes live what this call wrote and nothing else; 'all' accepts what was pending before. */
function activationAfterEdit({ ledger, going, basis, ...edit }: Edited, { context }: Asked): UnsignedActivation | LedgerRefusal | null {
  const { id, guards } = context;
  const live = ledger?.active ?? null;
  const running = live === null ? null : activeLayers(live).own;
  if (ledger && going.activate === true && ledger.head.version !== null && ledger.head.document.digest !== running)
    return pendingChanges(id, ledger);
  const version = edit.version ?? ledger?.head.version ?? null;
  if (version === null) return going.isAsked ? nothingToActivate(id) : null;
  const head = ledger?.head.document ?? Document.empty;
  const content = edit.version === null ? head : head.apply(revisedChanges(edit.differences, edit.version));
  if (live !== null && content.digest === running && edit.version === null) return unexpected(id, live.digest, guards.expectedDigest);
  return activationOf(ledger, { version, pending: 0 }, { own: content, head: content, ...basis }, context);
}

/** The changes as they are folded when they are events: `version` is the revision of the last. */
function revisedChanges(differences: readonly Difference[], version: number) {
  const changes = differencesToChanges(differences);
  const first = version - changes.length + 1;
  return changes.map((change, index) => ({ revision: first + index, ...change }));
}

function nothingToActivate(id: LedgerId): LedgerRefusal {
  const message = `${id.text} has no version that could be activated`;
  return refuse('NOTHING_TO_ACTIVATE', 'activate', message, 'Write a value first, or leave activate out');
}

function pendingChanges(id: LedgerId, { pending, head }: Ledger): LedgerRefusal {
  const message = `${id.text} has ${pending} pending version${pending === 1 ? '' : 's'} that this call did not write`;
  const remedy = `Look at them, then activate version ${head.version} on purpose, or send activate: "all"`;
  return refuse('PENDING_CHANGES', 'activate', message, remedy);
}
