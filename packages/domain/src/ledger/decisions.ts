// What a command does to a ledger: events, nothing, a refusal, or the need of an older version. Pure.
import {
  DOCUMENT_CHARACTERS_MAX,
  DOCUMENT_LEAVES_MAX,
  Document,
  differencesToChanges,
  jsonSize,
  type Difference,
} from '@confledger/document';
import type { Decision, DecisionContext } from '../stream/aggregate.js';
import { refuse } from '../stream/refusals.js';
import type { Command, Guards, LedgerRefusal } from './commands.js';
import { editOf, type EditCommand } from './edits.js';
import type { DraftEvent, UnsignedActivation, UnsignedStatement } from './events.js';
import { guardRefusal } from './guards.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerStream, LedgerTypes } from './ledger-types.js';
import { reservedNameRefusal } from './reserved.js';
import { retiredRefusal, retirement } from './retirement.js';
import type { Ledger } from './state.js';
import { activationOf, statementFor, statementNeed } from './statements.js';
import { tagged, untagged } from './tags.js';
import { isWord, resolveVersion, versionNumber, type ExistingLedger, type VersionContent } from './versions.js';

type LedgerDecision = Decision<LedgerTypes>;
type Context = DecisionContext<LedgerTypes>;
/** What a command does with the version that it names. */
type VersionCommand = Extract<Command, { type: 'Activate' | 'Rollback' | 'Tag' | 'Untag' }>;

export function decideLedger(stream: LedgerStream, command: Command, context: Context): LedgerDecision {
  const { id, guards } = context;
  const ledger = stream.state;
  const unfit = retiredRefusal(id, ledger, command) ?? guardRefusal({ id, ledger, path: pathOf(command) }, guards);
  if (unfit) return refused(unfit);
  switch (command.type) {
    case 'Create':
      return ledger !== null ? refused(ledgerExists(id)) : edited(stream, command, context);
    case 'Replace':
    case 'Merge':
    case 'Set':
    case 'Batch':
      return edited(stream, command, context);
    case 'DeleteAll':
    case 'Delete':
      return ledger === null ? refused(ledgerUnknown(id)) : edited(stream, command, context);
    case 'Activate':
    case 'Rollback':
    case 'Tag':
    case 'Untag':
      return ledger === null ? refused(ledgerUnknown(id)) : onVersion({ id, ledger, revision: stream.revision }, command, context);
    case 'Retire':
    case 'Restore':
      return ledger === null ? refused(ledgerUnknown(id)) : labelled(retirement(ledger, command), null);
  }
}

/** The path that a command addresses; null for those that address the document. */
export const pathOf = (command: Command): string | null => (command.type === 'Set' || command.type === 'Delete' ? command.path : null);

const refused = (refusal: LedgerRefusal): LedgerDecision => ({ kind: 'refused', refusal });

function edited(stream: LedgerStream, command: EditCommand, context: Context): LedgerDecision {
  const { id, guards } = context;
  const ledger = stream.state;
  const statement = guards.activate === undefined || guards.activate === false ? null : statementFor(ledger, context);
  if (statement === 'unknown') return { kind: 'needs', needs: [statementNeed(id)], meant: null };
  const head = ledger?.head.document ?? Document.empty;
  const edit = editOf(head, command);
  if (!edit.ok) return refused(edit.refusal);
  const tooLarge = leafLimit(head, edit.differences) ?? sizeLimit(head, edit.differences);
  if (tooLarge) return refused(tooLarge);
  const changes = differencesToChanges(edit.differences).map(changeEvent);
  const created = stream.origin === null ? [createdEvent(id)] : [];
  const events: DraftEvent[] = [...created, ...changes];
  const version = changes.length > 0 ? stream.revision + events.length : null;
  const live = statement && activationAfterEdit({ id, ledger }, guards, { version, differences: edit.differences, statement });
  if (live && 'code' in live) return refused(live);
  if (live) events.push(live);
  if (events.length === 0 && ledger !== null) return { kind: 'nothing', meant: null };
  // An abandoned first set left a LedgerCreated behind, and nothing is to be changed: one harmless event makes the ledger exist.
  return { kind: 'accepted', events: events.length > 0 ? events : [createdEvent(id)], meant: null };
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
  /** The version that the edit makes; null when it changes nothing. */
  readonly version: number | null;
  readonly differences: readonly Difference[];
  /** How the activation is to be signed. */
  readonly statement: UnsignedStatement;
}

/** `activate: true` takes live what this call wrote and nothing else; 'all' accepts what was pending before. */
function activationAfterEdit(
  { id, ledger }: { readonly id: LedgerId; readonly ledger: Ledger | null },
  { activate = false }: Guards,
  edit: Edited,
): UnsignedActivation | LedgerRefusal | null {
  const live = ledger?.active ?? null;
  if (ledger && activate === true && ledger.head.version !== null && ledger.head.document.digest !== live?.digest)
    return pendingChanges(id, ledger);
  const version = edit.version ?? ledger?.head.version ?? null;
  if (version === null) return nothingToActivate(id);
  const head = ledger?.head.document ?? Document.empty;
  const content = edit.version === null ? head : head.apply(revisedChanges(edit.differences, edit.version));
  const { digest } = content;
  if (digest === live?.digest && edit.version === null) return null;
  const data = { version, previous: live?.version ?? null, digest, pending: 0 };
  return activationOf(ledger, data, edit.statement, { content, head: content });
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

function onVersion(existing: ExistingLedger, command: VersionCommand, context: Context): LedgerDecision {
  const { facts } = context;
  const version = versionNumber(existing, command.version);
  if (typeof version !== 'number') return refused(version);
  const meant = isWord(command.version) ? version : null;
  if (command.type === 'Untag') return labelled(untagged(existing, command.tag, version), meant);
  const statement = command.type === 'Tag' ? FORM_1 : statementFor(existing.ledger, context);
  const resolved = resolveVersion(existing, version, (wanted) => facts.get('version', wanted));
  if (resolved.kind === 'refused') return resolved;
  if (resolved.kind === 'needs' || statement === 'unknown') {
    const ofVersion = resolved.kind === 'needs' ? [{ sort: 'version', key: resolved.version } as const] : [];
    return { kind: 'needs', needs: [...ofVersion, ...(statement === 'unknown' ? [statementNeed(existing.id)] : [])], meant };
  }
  return labelled(eventsFor(existing, command, resolved.content, statement), meant);
}

/** For commands that activate nothing. */
const FORM_1: UnsignedStatement = { form: 1 };

function labelled(events: DraftEvent[] | LedgerRefusal, meant: number | null): LedgerDecision {
  if ('code' in events) return refused(events);
  return events.length === 0 ? { kind: 'nothing', meant } : { kind: 'accepted', events, meant };
}

function eventsFor(
  existing: ExistingLedger,
  command: Exclude<VersionCommand, { type: 'Untag' }>,
  content: VersionContent,
  statement: UnsignedStatement,
): DraftEvent[] | LedgerRefusal {
  switch (command.type) {
    case 'Activate':
      return activated(existing.ledger, content, statement);
    case 'Rollback':
      return rolledBack(existing, content, statement);
    case 'Tag':
      return tagged(existing, command, content.version);
  }
}

function activated(
  ledger: Ledger,
  { version, ordinal, document }: VersionContent,
  statement: UnsignedStatement,
): DraftEvent[] | LedgerRefusal {
  const { active, head } = ledger;
  if (active?.digest === document.digest) return [];
  const data = { version, previous: active?.version ?? null, digest: document.digest, pending: head.ordinal - ordinal };
  const activation = activationOf(ledger, data, statement, { content: document, head: head.document });
  return 'code' in activation ? activation : [activation];
}

/** Makes head equal to an older version and takes it live. Where head matches already, the activation alone: in an emergency it must not refuse. */
function rolledBack(
  { ledger, revision }: ExistingLedger,
  content: VersionContent,
  statement: UnsignedStatement,
): DraftEvent[] | LedgerRefusal {
  const { digest } = content.document;
  const differences = ledger.head.document.diff(content.document);
  if (differences.length === 0 && ledger.active?.digest === digest) return [];
  const reserved = reservedNameRefusal(differences);
  if (reserved) return reserved;
  const changes = differencesToChanges(differences).map(changeEvent);
  const version = changes.length > 0 ? revision + changes.length : (ledger.head.version ?? content.version);
  const data = { version, previous: ledger.active?.version ?? null, digest, pending: 0, rollbackTo: content.version };
  const activation = activationOf(ledger, data, statement, { content: content.document, head: content.document });
  return 'code' in activation ? activation : [...changes, activation];
}

function changeEvent(change: { readonly path: string; readonly value?: unknown }): DraftEvent {
  const { path, value } = change as { path: string; value?: Extract<DraftEvent, { type: 'ConfigSet' }>['data']['value'] };
  return value === undefined ? { type: 'ConfigDeleted', data: { path } } : { type: 'ConfigSet', data: { path, value } };
}

function createdEvent({ environment, service }: LedgerId): DraftEvent {
  return { type: 'LedgerCreated', data: { environment, service } };
}

const ledgerExists = ({ text }: LedgerId): LedgerRefusal =>
  refuse('LEDGER_EXISTS', null, `${text} exists already`, 'Use PUT to replace its document, or PATCH to merge into it');

const ledgerUnknown = ({ text }: LedgerId): LedgerRefusal =>
  refuse(
    'LEDGER_UNKNOWN',
    null,
    `There is no ledger ${text}`,
    'Write its first value with PUT or POST, or look at GET /configurations for those that exist',
  );
