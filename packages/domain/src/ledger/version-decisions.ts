// What taking a version live, and naming one, come to.
import { Document } from '@confledger/document';
import type { Decision } from '../stream/aggregate.js';
import type { Asked } from './asked.js';
import { keptBasis, newestBasis, type Basis } from './bases.js';
import { refuse } from '../stream/refusals.js';
import type { Command, LedgerRefusal } from './commands.js';
import type { LedgerId } from './ledger-id.js';
import { followsOthers, type EnvironmentFact } from './environment.js';
import { haveSameLayers } from './layers.js';
import type { LedgerStream, LedgerTypes } from './ledger-types.js';
import { createdEvent, ledgerUnknown } from './outlines.js';
import { activeLayers, type Ledger } from './state.js';
import { activationJudged, needsBeside, NO_SCHEMAS } from './activation-judged.js';
import { judgementRefusal, notesOf } from './judging.js';
import { activationOf, hasNewerSchemas, isRepetition, unexpected } from './statements.js';
import { tagged, untagged } from './tags.js';
import { contentOf, isWord, versionNumber, type ExistingLedger, type VersionContent } from './versions.js';

type LedgerDecision = Decision<LedgerTypes>;

/** The empty document, which every ledger has. */
const VERSION_0: VersionContent = { version: 0, ordinal: 0, document: Document.empty };

export function activated(stream: LedgerStream, command: Extract<Command, { type: 'Activate' }>, asked: Asked): LedgerDecision {
  const { id } = asked.context;
  const ledger = stream.state;
  // A service can run on layers alone: then version 0 makes its ledger.
  if (ledger === null && command.version !== 0) return asked.refused(notThere(id, asked));
  const version = ledger === null ? 0 : versionNumber({ id, ledger, revision: stream.revision }, command.version);
  if (typeof version !== 'number') return asked.refused(version);
  const meant = isWord(command.version) ? version : null;
  asked.askStatement();
  const content = ledger === null ? VERSION_0 : contentOf({ id, ledger, revision: stream.revision }, version, asked);
  if (content !== undefined && 'code' in content) return asked.refused(content);
  const { environment } = asked;
  const basis = (command.layers === 'kept' ? keptBasis : newestBasis)(ledger, environment, asked);
  const existing = ledger && { id, ledger, revision: stream.revision };
  if (content === undefined || environment === undefined || basis === undefined || asked.isWaiting)
    return needsBeside(existing, asked, meant);
  // Nothing to run: a name that is misspelt, as a rule.
  if (ledger === null && basis.base.layers.length === 0) return asked.refused(nothingInherited(id));
  const own = content.document;
  const head = ledger?.head.document ?? Document.empty;
  const judgement = activationJudged(existing, { own, head, ...basis }, ledger?.schemas ?? NO_SCHEMAS, asked);
  if (judgement === undefined) return asked.needs(meant);
  const { restart } = judgement;
  const events = eventsOf({ stream, content, basis, environment, isKept: command.layers === 'kept', restart }, asked);
  const unfit = 'code' in events || events.length === 0 ? null : judgementRefusal(id, judgement);
  return unfit ? asked.refused(unfit) : asked.done(events, { meant, notes: notesOf(judgement) });
}

interface Activating {
  readonly stream: LedgerStream;
  readonly content: VersionContent;
  readonly basis: Basis;
  readonly environment: EnvironmentFact;
  readonly isKept: boolean;
  readonly restart: readonly string[];
}

function eventsOf({ stream, content, basis, environment, isKept, restart }: Activating, { context }: Asked) {
  const { id, guards } = context;
  const ledger = stream.state;
  const own = content.document;
  const runs = ledger?.active ?? null;
  if (
    ledger !== null &&
    runs !== null &&
    activeLayers(runs).own === own.digest &&
    (isKept || isNewest(ledger, basis, environment)) &&
    !hasNewerSchemas(ledger)
  )
    return unexpected(id, runs.digest, guards.expectedDigest) ?? [];
  const pending = (ledger?.head.ordinal ?? 0) - content.ordinal;
  const head = ledger?.head.document ?? Document.empty;
  const activation = activationOf(ledger, { version: content.version, pending }, { own, head, ...basis, ...{ restart } }, context);
  if ('code' in activation) return activation;
  if (isRepetition(ledger, activation) && !hasNewerSchemas(ledger)) return [];
  return stream.origin === null ? [createdEvent(id), activation] : [activation];
}

function notThere(id: LedgerId, { environment }: Asked): LedgerRefusal {
  const inherits = (environment?.ancestors.length ?? 0) > 0;
  if (!inherits) return ledgerUnknown(id);
  const remedy = 'Write its first value, or activate version 0 to run what it inherits alone: POST …/versions/0/activate';
  return refuse('LEDGER_UNKNOWN', null, `There is no ledger ${id.text}`, remedy);
}

function nothingInherited(id: LedgerId): LedgerRefusal {
  const message = `There is no ledger ${id.text}, and nothing of ${id.service} runs in the environments that it inherits from`;
  return refuse('LEDGER_UNKNOWN', null, message, 'Check the name of the service, or write the first value of its ledger');
}

/** What runs is laid over the newest there is, as the environment's definition says today, and free to follow it. */
export function isNewest({ active }: Ledger, { base }: Basis, environment: EnvironmentFact): boolean {
  if (active === null) return false;
  const { layers, pinned, definition } = activeLayers(active);
  return !pinned && haveSameLayers(layers, base.layers) && !followsOthers(definition, environment);
}

/** Commands that name a version and take nothing live. */
export function onVersion(existing: ExistingLedger, command: Extract<Command, { type: 'Tag' | 'Untag' }>, asked: Asked): LedgerDecision {
  const version = versionNumber(existing, command.version);
  if (typeof version !== 'number') return asked.refused(version);
  const meant = isWord(command.version) ? version : null;
  if (command.type === 'Untag')
    return asked.isWaiting ? asked.needs(meant) : asked.done(untagged(existing, command.tag, version), { meant });
  const content = contentOf(existing, version, asked);
  if (content !== undefined && 'code' in content) return asked.refused(content);
  if (content === undefined || asked.isWaiting) return asked.needs(meant);
  return asked.done(tagged(existing, command, content.version), { meant });
}
