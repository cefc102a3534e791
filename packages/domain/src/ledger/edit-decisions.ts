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
import type { SchemaEdit } from '../schemas/mounts.js';
import { needsBeside, NO_SCHEMAS } from './activation-judged.js';
import type { Basis } from './bases.js';
import { judgedEdit } from './edit-judged.js';
import { goingLive, type GoingLive } from './going-live.js';
import { judgementRefusal, notesOf } from './judging.js';
import { askAboutSchemas, schemaEditsOf, schemasRefusal, schemaViolated } from './schema-edits.js';
import type { LedgerRefusal } from './commands.js';
import { editOf, type EditCommand } from './edits.js';
import type { DraftEvent, UnsignedActivation } from './events.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerStream, LedgerTypes } from './ledger-types.js';
import { changeEvent, createdEvent, schemaEvent } from './outlines.js';
import { activeLayers, type Ledger } from './state.js';
import { activationOf, hasNewerSchemas, isOrdinaryName, unexpected } from './statements.js';

export function edited(stream: LedgerStream, command: EditCommand, asked: Asked): Decision<LedgerTypes> {
  const { id } = asked.context;
  const ledger = stream.state;
  const schemas = schemaEditsOf(command, ledger?.schemas ?? NO_SCHEMAS);
  // What they are judged with is known after a round more: they are looked at in the first.
  if (!('code' in schemas)) askAboutSchemas(schemas, asked);
  const going = goingLive(ledger, asked);
  if (going === undefined) return needsBeside(ledger && { id, ledger, revision: stream.revision }, asked);
  const head = ledger?.head.document ?? Document.empty;
  const hasParents = going.environment.ancestors.length > 0;
  const edit = editOf(head, command, { hasParents, isOrdinaryName: isOrdinaryName(ledger, head, going.environment.hasInherited) });
  if (!edit.ok) return asked.refused(edit.refusal);
  if ('code' in schemas) return asked.refused(schemas);
  return changed({ stream, id, going, differences: edit.differences, schemas }, asked);
}

/** A change that was made out: what differs from head. */
export interface Changed {
  readonly stream: LedgerStream;
  readonly id: LedgerId;
  readonly going: GoingLive;
  readonly differences: readonly Difference[];
  /** What is set and removed among the ledger's own schemas. */
  readonly schemas?: readonly SchemaEdit[];
  readonly source?: EventSource;
}

/** The events of a change, with the activation behind them where it goes live. */
export function changed({ stream, id, going, differences, schemas = [], source }: Changed, asked: Asked): Decision<LedgerTypes> {
  const ledger = stream.state;
  const head = ledger?.head.document ?? Document.empty;
  const tooLarge = leafLimit(head, differences) ?? sizeLimit(head, differences);
  if (tooLarge) return asked.refused(tooLarge);
  const unfit = schemas.length > 0 ? schemasRefusal(ledger, schemas, asked) : null;
  if (unfit) return asked.refused(unfit);
  if (asked.isWaiting) return asked.needs();
  const changes = differencesToChanges(differences).map(changeEvent);
  const created = stream.origin === null ? [createdEvent(id)] : [];
  const events: DraftEvent[] = [...created, ...schemas.map(schemaEvent), ...changes];
  const version = changes.length > 0 ? stream.revision + events.length : null;
  const content = version === null ? head : head.apply(revisedChanges(differences, version));
  const judgement = judgedEdit({ stream, id, going, before: head, after: content, schemas }, asked);
  if (judgement === undefined) return asked.needs();
  const { restart, added, violatedBySchemas } = judgement;
  const live = going.basis && activationAfterEdit({ ledger, version, content, schemas, going, basis: going.basis, restart }, asked);
  if (live && 'code' in live) return asked.refused(live);
  if (live) events.push(live);
  const refused = schemaViolated(id, { edits: schemas, violations: violatedBySchemas, added }, asked) ?? judgementRefusal(id, judgement);
  if (refused && events.length > 0) return asked.refused(refused);
  if (events.length === 0 && ledger !== null) return asked.done([]);
  // An abandoned first set left a LedgerCreated behind, and nothing is to be changed: one harmless event makes the ledger exist.
  return asked.done(events.length > 0 ? events : [createdEvent(id)], { source, notes: notesOf(judgement) });
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
  /** The own document behind it. */
  readonly content: Document;
  readonly schemas: readonly SchemaEdit[];
  readonly going: GoingLive;
  readonly basis: Basis;
  readonly restart: readonly string[];
}

/** `activate: true` takes live what this call wrote and nothing else; 'all' accepts what was pending before. */
function activationAfterEdit(
  { ledger, going, basis, content, restart, ...edit }: Edited,
  { context }: Asked,
): UnsignedActivation | LedgerRefusal | null {
  const { id, guards } = context;
  const live = ledger?.active ?? null;
  const running = live === null ? null : activeLayers(live).own;
  if (ledger && going.activate === true && ledger.head.version !== null && ledger.head.document.digest !== running)
    return pendingChanges(id, ledger);
  if (going.activate === true && live !== null && hasNewerSchemas(ledger)) return pendingSchemas(id);
  const version = edit.version ?? ledger?.head.version ?? null;
  if (version === null) return going.isAsked ? nothingToActivate(id) : null;
  const isSame = live !== null && content.digest === running && edit.version === null && edit.schemas.length === 0;
  if (isSame && !hasNewerSchemas(ledger)) return unexpected(id, live.digest, guards.expectedDigest);
  return activationOf(ledger, { version, pending: 0 }, { own: content, head: content, ...basis, ...{ restart } }, context);
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

function pendingSchemas(id: LedgerId): LedgerRefusal {
  const message = `The schemas of ${id.text} were changed since its last activation, by calls before this one`;
  return refuse('PENDING_CHANGES', 'activate', message, 'Look at GET …/schema, then activate on purpose, or send activate: "all"');
}

function pendingChanges(id: LedgerId, { pending, head }: Ledger): LedgerRefusal {
  const message = `${id.text} has ${pending} pending version${pending === 1 ? '' : 's'} that this call did not write`;
  const remedy = `Look at them, then activate version ${head.version} on purpose, or send activate: "all"`;
  return refuse('PENDING_CHANGES', 'activate', message, remedy);
}
