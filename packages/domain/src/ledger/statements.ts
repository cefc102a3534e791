// An activation: the document that runs, and the form of statement that it is signed with.
import { DOCUMENT_CHARACTERS_MAX, DOCUMENT_LEAVES_MAX, type Document } from '@confledger/document';
import type { DecisionContext } from '../stream/aggregate.js';
import { refuse } from '../stream/refusals.js';
import { StreamCorrupt } from '../stream/stream-state.js';
import type { Asked } from './asked.js';
import type { LedgerRefusal } from './commands.js';
import { UNKEPT_ENVIRONMENT, type EnvironmentFact } from './environment.js';
import type { UnsignedActivation } from './events.js';
import { effectiveDocument, layersKey, NO_BASE, type Base } from './layers.js';
import type { LedgerId } from './ledger-id.js';
import type { LedgerTypes } from './ledger-types.js';
import { holdsReserved, isWellFormed, nameInUse } from './reserved.js';
import { activeLayers, type Ledger } from './state.js';
import { statementOf, type StatementFact } from './statement-fact.js';
import { contentOf, type ExistingLedger } from './versions.js';

const hasForm2 = (ledger: Ledger | null): boolean => (ledger?.active?.statement ?? 1) >= 2;

/** What is to be taken live: an own document over layers. */
export interface ToActivate {
  readonly own: Document;
  /** Head after it. */
  readonly head: Document;
  readonly base: Base;
  readonly pinned: boolean;
  /** The revision of `environments` that the layers follow; null where there is none. */
  readonly definition: number | null;
  /** The document that must come of it, because it ran once. */
  readonly recordedDigest?: string;
  /** Globs of places that nodes must not pick up live, as the rules in force say. */
  readonly restart?: readonly string[];
  /** Of what ran once it is known whether the reserved member was a name like any other. */
  readonly ranWithOrdinaryName?: boolean;
}

type Numbers = Pick<UnsignedActivation['data'], 'version' | 'pending' | 'rollbackTo'>;

/** The activation; or why it cannot be. */
export function activationOf(
  ledger: Ledger | null,
  numbers: Numbers,
  what: ToActivate,
  { id, guards, facts }: DecisionContext<LedgerTypes>,
): UnsignedActivation | LedgerRefusal {
  const statement = facts.get('statement', id.text) ?? statementOf(1);
  const { base, pinned, definition } = what;
  const { document: effective, isOrdinary } = documentToRun(ledger, what, facts.get('environment', id.environment));
  const own = what.own.digest;
  // A pin alone does not: where old nodes hold form 2 back, an emergency rollback goes out with form 1, which nothing follows either.
  const restart = restartOf(what, statement);
  const needsForm2 = base.layers.length > 0 || restart.length > 0 || numbers.version === 0 || effective.digest !== own;
  const form = hasForm2(ledger) || needsForm2 || (statement.form === 2 && !isOrdinary) ? 2 : 1;
  const unfit =
    unexpected(id, effective.digest, guards.expectedDigest) ??
    (what.recordedDigest === undefined ? tooLarge(id, effective) : null) ??
    (form === 2 && isOrdinary ? nameInUse(`Version ${numbers.version} cannot be activated`) : null) ??
    (needsForm2 && !isLayered(ledger) && what.recordedDigest === undefined
      ? notYet(id, statement, guards.acceptOldNodes === true || hasForm2(ledger))
      : null);
  if (unfit) return unfit;
  assertRecorded(id, effective.digest, what.recordedDigest);
  const { version, pending, rollbackTo } = numbers;
  const previous = ledger?.active?.version ?? null;
  const data = { version, previous, digest: effective.digest, pending, ...(rollbackTo !== undefined && { rollbackTo }) };
  if (form === 1) return { type: 'VersionActivated', data, statement: { form } };
  const previousActivation = ledger?.active?.activation ?? null;
  const layered = { previousActivation, own, layers: base.layers, restart, pinned, definition };
  return { type: 'VersionActivated', data, statement: { form, ...layered } };
}

/** Old nodes cannot verify what names them: a rollback then goes out without, so that it reaches them. */
function restartOf({ restart = [], recordedDigest }: ToActivate, { form }: StatementFact): readonly string[] {
  return recordedDigest === undefined || form === 2 ? restart : [];
}

/** Whether a schema was set or removed since what runs was taken live. */
export function hasNewerSchemas(ledger: Ledger | null): boolean {
  const changed = ledger?.schemaRevision ?? null;
  return changed !== null && changed > (ledger?.active?.activation ?? -1);
}

/** The document that runs; null where nothing does, undefined while parts of it must be loaded. */
export function runningDocument(existing: ExistingLedger | null, asked: Asked): Document | null | undefined {
  const active = existing?.ledger.active ?? null;
  if (existing === null || active === null) return null;
  const { layers, own } = activeLayers(active);
  const content = contentOf(existing, active.version, asked);
  const base = layers.length === 0 ? NO_BASE : asked.get('laid', layersKey(layers));
  if (content === undefined || base === undefined) return undefined;
  if ('code' in content) throw new StreamCorrupt(`${existing.id.text} runs version ${active.version}, which it does not have`);
  return layers.length === 0 && own === active.digest ? content.document : effectiveDocument(content.document, base.document);
}

/** Whether what runs is exactly this already: form 1 knows no definition, so that the same document again says nothing new. */
export function isRepetition(ledger: Ledger | null, { data, statement }: UnsignedActivation): boolean {
  const active = ledger?.active ?? null;
  return statement.form === 1 && active !== null && active.statement === 1 && active.digest === data.digest;
}

/** The document that an activation would take live, and whether it takes the reserved member for a name like any other. */
export function documentToRun(
  ledger: Ledger | null,
  { own, head, base, ranWithOrdinaryName }: Pick<ToActivate, 'own' | 'head' | 'base' | 'ranWithOrdinaryName'>,
  environment: Pick<EnvironmentFact, 'hasInherited'> = UNKEPT_ENVIRONMENT,
) {
  const isOrdinary = ranWithOrdinaryName ?? [own, head].some((document) => isOrdinaryName(ledger, document, environment.hasInherited));
  return { document: isOrdinary && base.layers.length === 0 ? own : effectiveDocument(own, base.document), isOrdinary };
}

/**
 * An older release took the name for one like any other. It still is one where what stands there hides nothing, where a ledger that never
 * inherited is in an environment that never did, and while the ledger runs such a document.
 */
export function isOrdinaryName(ledger: Ledger | null, document: Document, hasInherited: boolean): boolean {
  if (!holdsReserved(document)) return false;
  if (!isWellFormed(document) || (!hasInherited && !isLayered(ledger))) return true;
  const active = ledger?.active ?? null;
  return active !== null && active.statement === 1 && active.document !== null && holdsReserved(active.document);
}

const isLayered = (ledger: Ledger | null): boolean => {
  const active = ledger?.active ?? null;
  if (active === null) return false;
  const { layers, pinned, own } = activeLayers(active);
  return layers.length > 0 || pinned || own !== active.digest;
};

/** What ran once must come of the same parts again. Anything else is a fault of the log or of a reader, and nothing is taken live on it. */
function assertRecorded({ text }: LedgerId, digest: string, recorded: string | undefined): void {
  if (recorded === undefined || recorded === digest) return;
  throw new StreamCorrupt(`what ran in ${text} cannot be put together again: its digest was ${recorded}, and is ${digest} now`);
}

/** The refusal of another document than the caller saw; also where nothing would be done, and what runs is meant. */
export function unexpected({ text }: LedgerId, digest: string, expected: string | undefined): LedgerRefusal | null {
  if (expected === undefined || expected === digest) return null;
  const message = `expectedDigest is ${expected}, but ${text} would run ${digest}`;
  const remedy = 'Look at the difference again: a parent or the ledger has changed since; then repeat the request with the new digest';
  return refuse('EXPECTED_DIGEST_CONFLICT', 'expectedDigest', message, remedy);
}

function tooLarge({ text }: LedgerId, effective: Document): LedgerRefusal | null {
  const { leafCount } = effective;
  if (leafCount > DOCUMENT_LEAVES_MAX) {
    const message = `With what it inherits ${text} would have ${leafCount} leaves, more than ${DOCUMENT_LEAVES_MAX}`;
    return refuse('DOCUMENT_TOO_LARGE', null, message, 'Hide parts of its parents in $inherit.hide, or split it over several services');
  }
  if (leafCount <= 0 || effective.size <= DOCUMENT_CHARACTERS_MAX) return null;
  const message = `With what it inherits ${text} would have more than ${DOCUMENT_CHARACTERS_MAX / MEBI} MiB of JSON`;
  return refuse('DOCUMENT_TOO_LARGE', null, message, 'Hide parts of its parents in $inherit.hide, or split it over several services');
}

const MEBI = 1024 * 1024;

/** The first activation over layers waits until every api and every live node understands it. `acceptOldNodes`: goes on without the nodes. */
function notYet({ text }: LedgerId, { oldNodes, olderApis }: StatementFact, acceptOldNodes: boolean): LedgerRefusal | null {
  if (olderApis.length > 0) {
    const message = `${text} cannot inherit yet: an api of an older release runs still (${olderApis.join(', ')})`;
    return refuse('UPGRADE_UNFINISHED', null, message, 'Finish the upgrade of all apis, then try again');
  }
  if (oldNodes.length === 0 || acceptOldNodes) return null;
  const message = `Live nodes of ${text} cannot verify what would be signed: ${oldNodes.join(', ')}`;
  return refuse(
    'NODES_TOO_OLD',
    null,
    message,
    'Upgrade their SDK first, or send acceptOldNodes: true: they keep what they run until then',
  );
}
