// The root member `$inherit`, which says what a ledger does not take from the ledgers that it is built on. It is no part of what nodes run.
// Activations of form 1 know nothing of it: there it is a name like any other.
import { comparePaths, parsePath, type Difference, type Document, type JsonValue } from '@confledger/document';
import { refuse } from '../stream/refusals.js';
import type { LedgerRefusal } from './commands.js';

export const RESERVED_NAME = '$inherit';

/** The one member that it may have: the paths that are hidden. */
export const HIDE_PATH = `${RESERVED_NAME}.hide`;

/** Paths that one ledger may hide. */
export const HIDDEN_PATHS_MAX = 1_000;

/** Whether a document holds the reserved member. */
export function holdsReserved(document: Document): boolean {
  return document.nodeAt([RESERVED_NAME]) !== undefined;
}

/** The paths of its layers that a document hides; none where it does not say so as it must. */
export function hiddenPaths(document: Document): readonly string[] {
  const value = document.nodeAt([RESERVED_NAME]) === undefined ? undefined : document.valueAt(HIDE_PATH);
  return value === undefined || hideProblem(value) !== null ? [] : (value as readonly string[]);
}

/** A document without the reserved member. */
export function withoutReserved(document: Document): Document {
  return holdsReserved(document) ? document.without([RESERVED_NAME]) : document;
}

/** Whether what stands at the reserved member means what is hidden. Older releases took it for a name like any other. */
export function isWellFormed(document: Document): boolean {
  const node = document.nodeAt([RESERVED_NAME]);
  if (node === undefined) return true;
  if (node.kind !== 'object' || node.members.size !== 1) return false;
  const value = document.valueAt(HIDE_PATH);
  return value !== undefined && hideProblem(value) === null;
}

/** What a write to the reserved member meets in its ledger. */
export interface ReservedUse {
  /** The environment inherits, so that there is something to hide. */
  readonly hasParents: boolean;
  /** What runs holds the name as an older release let it in. */
  readonly isOrdinaryName: boolean;
}

/** The refusal of changes that set something at the reserved member or below it which may not stand there; null for all others. */
export function reservedNameRefusal(differences: readonly Difference[], use: ReservedUse): LedgerRefusal | null {
  for (const difference of differences) {
    const refusal = 'after' in difference && isReserved(difference.path) ? refusalAt(difference, use) : null;
    if (refusal !== null) return refusal;
  }
  return null;
}

function refusalAt(written: Difference, use: ReservedUse): LedgerRefusal | null {
  if (!use.hasParents) return nameReserved(written.path);
  if (use.isOrdinaryName) return nameInUse(`${written.path} cannot be written`);
  if (written.path !== HIDE_PATH) return hideInvalid(written.path, `${RESERVED_NAME} has the member hide and no other`);
  const problem = written.after === undefined ? null : hideProblem(written.after);
  return problem === null ? null : hideInvalid(HIDE_PATH, problem);
}

/** A list of hidden paths as it is stored: in path order. Anything else is left as it is, and refused later. */
export function sortedHide(value: JsonValue): JsonValue {
  return Array.isArray(value) && hideProblem(value) === null ? [...(value as string[])].sort(comparePaths) : value;
}

function hideProblem(value: JsonValue): string | null {
  if (!Array.isArray(value)) return `${HIDE_PATH} is not an array of paths`;
  if (value.length > HIDDEN_PATHS_MAX) return `${HIDE_PATH} has ${value.length} paths, more than ${HIDDEN_PATHS_MAX}`;
  for (const path of value) {
    if (typeof path !== 'string') return `${HIDE_PATH} holds something that is not a path`;
    const parsed = parsePath(path);
    if (!parsed.ok) return `${HIDE_PATH} holds ${JSON.stringify(path.slice(0, 100))}: ${parsed.problem.message}`;
    if (parsed.value.some((segment) => segment === '*' || segment === '**')) return `${HIDE_PATH} holds '${path}', and takes no globs`;
    if (parsed.value[0] === RESERVED_NAME) return `${HIDE_PATH} holds '${path}', which is never inherited`;
  }
  return new Set(value).size === value.length ? null : `${HIDE_PATH} names a path twice`;
}

/** Why the reserved member cannot come in as a name like any other; it may stay where an older release let it in. */
export function ordinaryNameRefusal(what: string, inherits: boolean): LedgerRefusal {
  return inherits ? nameInUse(what) : nameReserved(HIDE_PATH);
}

function nameReserved(path: string): LedgerRefusal {
  const message = `${path} cannot be written: the root member ${RESERVED_NAME} is reserved, and the environment inherits from none`;
  return refuse('NAME_RESERVED', path, message, `Choose another name; a member ${RESERVED_NAME} that is there can be read and deleted`);
}

/** `what` is the first half of the sentence that says what cannot be done. */
export function nameInUse(what: string): LedgerRefusal {
  const message = `${what}: the ledger holds the root member ${RESERVED_NAME} from before the name was reserved`;
  return refuse('NAME_IN_USE', RESERVED_NAME, message, `Give what stands there another name, delete ${RESERVED_NAME}, then try again`);
}

function hideInvalid(path: string, message: string): LedgerRefusal {
  const remedy = `Send an array of at most ${HIDDEN_PATHS_MAX} distinct paths as ${HIDE_PATH}, such as ["risk.limits.doge"]`;
  return refuse('INHERIT_HIDE_INVALID', path, message, remedy);
}

function isReserved(path: string): boolean {
  return path === RESERVED_NAME || path.startsWith(`${RESERVED_NAME}.`);
}
