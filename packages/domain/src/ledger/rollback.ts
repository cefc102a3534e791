// What a rollback comes to: it gives back what ran, own document and layers, whatever moved since.
import { differencesToChanges, type Document } from '@confledger/document';
import { haveSameAncestors } from '../environments/ancestors.js';
import type { Decision } from '../stream/aggregate.js';
import { refuse } from '../stream/refusals.js';
import type { Asked } from './asked.js';
import { keptBasis, newestBasis, recordedBasis, type Basis } from './bases.js';
import type { Command, LedgerRefusal } from './commands.js';
import type { EnvironmentFact } from './environment.js';
import type { DraftEvent } from './events.js';
import { INHERITANCE_ACTOR_ID } from './inheritance.js';
import { haveSameLayers } from './layers.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerTypes } from './ledger-types.js';
import { editsTo, withEdits, type SchemaEdit } from '../schemas/mounts.js';
import { activationJudged, needsBeside } from './activation-judged.js';
import { judgementRefusal, notesOf, violationCount, type Judged } from './judging.js';
import { changeEvent, schemaEvent } from './outlines.js';
import { holdsReserved, ordinaryNameRefusal, RESERVED_NAME } from './reserved.js';
import { activeLayers, type Ledger, type PastActivation } from './state.js';
import { activationOf, hasNewerSchemas, isOrdinaryName, isRepetition, unexpected, type ToActivate } from './statements.js';
import {
  contentOf,
  isOfRun,
  isWord,
  nothingActive,
  nothingPrevious,
  versionNumber,
  type ExistingLedger,
  type RunName,
  type VersionContent,
} from './versions.js';

type RollbackCommand = Extract<Command, { type: 'Rollback' | 'RollbackTo' }>;

/** What a rollback goes back to. */
interface Target {
  readonly version: number;
  /** The activation that it gives back; null for a version that never ran. */
  readonly past: PastActivation | null;
  /** What the command's word meant; null without one. */
  readonly meant: number | null;
}

export function rolledBack(existing: ExistingLedger, command: RollbackCommand, asked: Asked): Decision<LedgerTypes> {
  asked.askStatement();
  const target = targetOf(existing, command, asked);
  if (target === undefined) {
    askAhead(existing, command, asked);
    return asked.needs();
  }
  if ('code' in target) return asked.refused(target);
  const content = contentOf(existing, target.version, asked);
  if (content !== undefined && 'code' in content) return asked.refused(content);
  const { environment } = asked;
  const basis = basisOf(existing.ledger, command, target, environment, asked);
  const restored = schemaEditsOf(existing, command, target, asked);
  if (restored !== undefined && 'code' in restored) return asked.refused(restored);
  if (content === undefined || basis === undefined || restored === undefined || asked.isWaiting)
    return needsBeside(existing, asked, target.meant);
  const isRecorded = (command.layers ?? 'recorded') === 'recorded';
  // By its number a version is asked for, and not that what runs stays: to keep it, its activation is named.
  const pins = command.type === 'RollbackTo' || isOfRun(command.version);
  const past = isRecorded ? target.past : null;
  const run = past && asItRan(past, content.document);
  const what = { own: content.document, head: content.document, ...basis, ...run };
  const judgement = activationJudged(existing, what, withEdits(existing.ledger.schemas, restored), asked);
  if (judgement === undefined) return asked.needs(target.meant);
  const { added } = judgement;
  // Nobody could say what needs a restart: what it needed when it ran.
  const restart = judgement.isUnavailable === true ? (target.past?.restart ?? []) : judgement.restart;
  const events = eventsOf(existing, { content, basis, pins, past, restored, restart }, asked);
  const unfit = 'code' in events || events.length === 0 ? null : rollbackViolates(asked, judgement);
  if (unfit) return asked.refused(unfit);
  const ran = { version: target.version, activation: target.past?.activation ?? null };
  const source = { kind: 'rollback', ...ran, ...(added.length > 0 && { acceptedViolations: added.length }) } as const;
  return asked.done(events, { meant: target.meant, source, notes: notesOf(judgement, added) });
}

/** What ran is given back although today's rules refuse it, where its sender has seen that they do. */
function rollbackViolates({ context }: Asked, judgement: Judged): LedgerRefusal | null {
  const refusal = context.guards.acceptViolations === true ? null : judgementRefusal(context.id, judgement);
  if (refusal === null || judgement.isUnavailable === true) return refusal;
  const { added } = judgement;
  const message = `What would be given back breaks rules of today that what runs keeps: ${violationCount(added.length)}`;
  return { ...refusal, message: `${message}; send acceptViolations: true to go on with them` };
}

/** What gives back the schemas of the activation; nothing where those of today stay. Undefined while they must be looked up. */
function schemaEditsOf(
  { id, ledger }: ExistingLedger,
  { schemas = 'current' }: RollbackCommand,
  { version, past }: Target,
  asked: Asked,
): readonly SchemaEdit[] | LedgerRefusal | undefined {
  if (schemas === 'current') return [];
  if (past === null) {
    const message = `Version ${version} of ${id.text} never ran, so that no schemas belong to it`;
    return refuse('ACTIVATION_UNKNOWN', 'schemas', message, 'Leave schemas out, or name an activation');
  }
  const { active } = ledger;
  const then = active?.activation === past.activation ? active.schemas : asked.get('schemasAt', past.activation);
  return then && editsTo(ledger.schemas, then);
}

/** Undefined while it must be looked up in the history. */
function targetOf(existing: ExistingLedger, command: RollbackCommand, asked: Asked): Target | LedgerRefusal | undefined {
  if (command.type === 'RollbackTo') return ranAt(existing, command.activation, asked, null);
  const { active } = existing.ledger;
  if (isOfRun(command.version)) {
    if (active === null) return nothingActive(existing);
    const activation = meantBefore(existing.ledger, command.version, asked) ?? ranWith(active, command.version);
    return activation === null ? nothingPrevious(existing) : ranAt(existing, activation, asked, activation);
  }
  const version = versionNumber(existing, command.version);
  if (typeof version !== 'number') return version;
  const past = latestOf(existing, version, asked);
  return past === undefined ? undefined : { version, past, meant: isWord(command.version) ? version : null };
}

const ranWith = ({ activation, previousActivation }: Pick<PastActivation, 'activation' | 'previousActivation'>, word: RunName) =>
  word === 'active' ? activation : previousActivation;

/**
 * The activation that the word meant when the command came, where nothing moved since but what the ledger inherits. A parent that is
 * activated again and again would keep an emergency rollback from being done. Null before that, and where anybody else took something live.
 */
function meantBefore({ activations }: Ledger, word: RunName, { context }: Asked): number | null {
  const { meant = null } = context;
  if (meant === null) return null;
  const index = activations.findIndex((each) => ranWith(each, word) === meant);
  const since = activations.slice(index + 1);
  return index !== -1 && since.every(({ actor }) => actor === INHERITANCE_ACTOR_ID) ? meant : null;
}

function ranAt({ id, ledger }: ExistingLedger, activation: number, asked: Asked, meant: number | null): Target | LedgerRefusal | undefined {
  const past = ledger.activations.find((each) => each.activation === activation) ?? asked.get('activation', activation);
  if (past === undefined) return undefined;
  if (past !== null) return { version: past.version, past, meant };
  return activationUnknown(id, activation);
}

/** The refusal of a number that is no activation of the ledger. */
export function activationUnknown({ text, service }: LedgerId, activation: number): LedgerRefusal {
  const message = `${text} has no activation ${activation}: an activation is the number of its event`;
  const remedy = `Look at GET /configurations/${service}/activations for those that there are`;
  return refuse('ACTIVATION_UNKNOWN', 'activation', message, remedy);
}

/** The latest activation of a version; null where it never ran, undefined while that must be looked up. */
function latestOf({ ledger }: ExistingLedger, version: number, asked: Asked): PastActivation | null | undefined {
  const kept = ledger.activations.findLast((each) => each.version === version);
  const [oldest] = ledger.activations;
  if (kept !== undefined || oldest === undefined || oldest.previousActivation === null) return kept ?? null;
  const { environment } = asked;
  // Without anything to inherit, now or ever, what it ran over makes no difference.
  const stoodAlone = ledger.active?.statement === 1;
  if (stoodAlone && (environment === undefined || environment.ancestors.length === 0)) return environment === undefined ? undefined : null;
  return asked.get('latestActivation', version);
}

/** What a version that never ran needs, while it is looked up in a history of form 1 whether it did: there is no third round. */
function askAhead(existing: ExistingLedger, command: RollbackCommand, asked: Asked): void {
  const { ledger } = existing;
  if (command.type !== 'Rollback' || ledger.active?.statement !== 1) return;
  const version = versionNumber(existing, command.version);
  if (typeof version === 'number') contentOf(existing, version, asked);
  // A version that did run needs no parent, whose stream may be one that cannot be read.
  asked.ahead(() => newestBasis(ledger, asked.environment, asked));
}

function basisOf(
  ledger: Ledger,
  { layers = 'recorded' }: RollbackCommand,
  { past }: Target,
  environment: EnvironmentFact | undefined,
  asked: Asked,
): Basis | undefined {
  if (layers === 'kept') return keptBasis(ledger, environment, asked);
  return layers === 'newest' || past === null ? newestBasis(ledger, environment, asked) : recordedBasis(past, environment, asked);
}

interface GivenBack {
  readonly content: VersionContent;
  readonly basis: Basis;
  /** What ran exactly so; null where other layers were asked for. */
  readonly past: PastActivation | null;
  /** It is to stay, also where it runs already. */
  readonly pins: boolean;
  /** What gives back its schemas. */
  readonly restored: readonly SchemaEdit[];
  readonly restart: readonly string[];
}

/** Makes head equal to what ran and takes it live. Where head matches already, the activation alone: in an emergency it must not refuse. */
function eventsOf(
  { ledger, revision }: ExistingLedger,
  { content, basis, past, pins, restored, restart }: GivenBack,
  { context, environment }: Asked,
): DraftEvent[] | LedgerRefusal {
  const { id, guards } = context;
  const own = content.document;
  const differences = ledger.head.document.diff(own);
  const runs = ledger.active;
  const runsAlready = !pins && past !== null && past.activation === runs?.activation;
  const isUnchanged = differences.length === 0 && restored.length === 0 && !hasNewerSchemas(ledger);
  if (isUnchanged && runs !== null && (runsAlready || isSame(activeLayers(runs), own.digest, basis, environment)))
    return unexpected(id, runs.digest, guards.expectedDigest) ?? [];
  const inherits = (environment?.ancestors.length ?? 0) > 0;
  const bringsName = holdsReserved(own) && differences.some(({ path }) => path.startsWith(RESERVED_NAME));
  const isOrdinary =
    past === null ? isOrdinaryName(ledger, own, environment?.hasInherited ?? false) : asItRan(past, own).ranWithOrdinaryName;
  if (bringsName && isOrdinary) return ordinaryNameRefusal(`Version ${content.version} cannot be restored`, inherits);
  const schemas = restored.map(schemaEvent);
  const changes = differencesToChanges(differences).map(changeEvent);
  const version = changes.length > 0 ? revision + schemas.length + changes.length : (ledger.head.version ?? content.version);
  const numbers = { version, pending: 0, rollbackTo: content.version };
  const what = { own, head: own, ...basis, ...{ restart }, ...(past && asItRan(past, own)) };
  const activation = activationOf(ledger, numbers, what, context);
  if ('code' in activation) return activation;
  return isUnchanged && isRepetition(ledger, activation) ? [] : [...schemas, ...changes, activation];
}

/** The document that must come of it, and whether the reserved member was part of it: then it was a name like any other. */
function asItRan(
  { digest, own: ownDigest }: PastActivation,
  own: Document,
): Pick<ToActivate, 'recordedDigest'> & { readonly ranWithOrdinaryName: boolean } {
  return { recordedDigest: digest, ranWithOrdinaryName: holdsReserved(own) && digest === ownDigest };
}

/** The same document over the same layers, which follow the same ancestors. */
function isSame(
  { own, layers, pinned, definition }: ReturnType<typeof activeLayers>,
  digest: string,
  { base, pinned: pins, definition: followed }: Basis,
  environment: EnvironmentFact | undefined,
): boolean {
  if (own !== digest || pinned !== pins || !haveSameLayers(layers, base.layers)) return false;
  return environment === undefined || haveSameAncestors(environment.ancestorsAt(definition), environment.ancestorsAt(followed));
}
