// What a command wants the document to be, as leaf differences against head.
import {
  Document,
  canonicalJson,
  checkValue,
  mergePatch,
  parsePath,
  type Difference,
  type DocumentNode,
  type JsonObject,
  type JsonValue,
} from '@confledger/document';
import { refusalOf, refuse, refuseWith } from '../stream/refusals.js';
import { overlappingKeys } from './batch.js';
import type { BatchOperation, Command, LedgerRefusal } from './commands.js';
import { emptyObjectAbove } from './differences.js';
import { HIDE_PATH, reservedNameRefusal, sortedHide, type ReservedUse } from './reserved.js';

/** Operations in one batch. */
export const BATCH_OPERATIONS_MAX = 10_000;

export type EditCommand = Extract<
  Command,
  { type: 'Create' | 'Replace' | 'Merge' | 'DeleteAll' | 'Set' | 'Delete' | 'Batch' | 'SetSchema' | 'RemoveSchema' }
>;
export type Edit =
  | { readonly ok: true; readonly differences: readonly Difference[] }
  | { readonly ok: false; readonly refusal: LedgerRefusal };

/** `reserved`: what a write to the reserved member meets. */
export function editOf(head: Document, command: EditCommand, reserved: ReservedUse): Edit {
  // Of a batch each operation was looked at by itself.
  return command.type === 'Batch' ? batch(head, command.operations, reserved) : unreserved(simpleEditOf(head, command, reserved), reserved);
}

function simpleEditOf(head: Document, command: Exclude<EditCommand, { type: 'Batch' }>, reserved: ReservedUse): Edit {
  switch (command.type) {
    case 'Create':
    case 'Replace':
      return replaced(head, command.configuration);
    case 'Merge':
      return replaced(head, mergePatch(head.toJson(), command.patch));
    case 'DeleteAll':
      return { ok: true, differences: head.diff(Document.empty) };
    case 'Set':
      return setAt(head, command.path, command.value);
    case 'Delete':
      return deleteAt(head, command.path, reserved);
    case 'SetSchema':
    case 'RemoveSchema':
      return { ok: true, differences: [] };
  }
}

function replaced(head: Document, wanted: JsonValue): Edit {
  const document = Document.from(wanted as JsonObject);
  return document.ok ? { ok: true, differences: head.diff(document.value) } : { ok: false, refusal: refusalOf(document.problem) };
}

/** Makes the subtree at a path equal to a value: the leaves that stand there now, against those of the value. */
function setAt(head: Document, path: string, value: JsonValue): Edit {
  const segments = parsePath(path);
  if (!segments.ok) return { ok: false, refusal: refusalOf(segments.problem) };
  const blockedBy = head.blockedBy(segments.value);
  if (blockedBy !== undefined) return { ok: false, refusal: belowLeaf(path, blockedBy, head.nodeAt(blockedBy)) };
  const there = head.nodeAt(segments.value);
  if (there?.kind === 'leaf' && isScalar(value)) return setScalar(path, there.value, value);
  const wanted = Document.from(nest(segments.value, value));
  if (!wanted.ok) return { ok: false, refusal: refusalOf(wanted.problem) };
  return { ok: true, differences: [...emptyObjectAbove(head, segments.value), ...differencesBelow(head, wanted.value, segments.value)] };
}

/** What most commands are: one scalar in the place of another. No tree is built, and no subtree compared. */
function setScalar(path: string, before: JsonValue, value: Scalar): Edit {
  const problem = checkValue(value, path);
  if (problem) return { ok: false, refusal: refusalOf(problem) };
  const after = value === 0 ? 0 : value;
  return { ok: true, differences: before === after ? [] : [{ path, before, after }] };
}

type Scalar = null | boolean | number | string;

const isScalar = (value: JsonValue): value is Scalar => typeof value !== 'object' || value === null;

function deleteAt(head: Document, path: string, { hasParents }: ReservedUse): Edit {
  const segments = parsePath(path);
  if (!segments.ok) return { ok: false, refusal: refusalOf(segments.problem) };
  if (head.nodeAt(segments.value) === undefined) return { ok: false, refusal: keyNotFound(head, path, hasParents) };
  return { ok: true, differences: differencesBelow(head, Document.empty, segments.value) };
}

/** The refusal of a batch of so many operations. */
export function batchTooLarge(count: number): LedgerRefusal {
  const message = `The batch has ${count} operations, more than ${BATCH_OPERATIONS_MAX}`;
  return refuse('BATCH_TOO_LARGE', 'operations', message, 'Split it, or replace the document with PUT');
}

function batch(head: Document, operations: readonly BatchOperation[], reserved: ReservedUse): Edit {
  if (operations.length === 0)
    return { ok: false, refusal: refuse('BATCH_EMPTY', 'operations', 'The batch has no operations', 'Send at least one operation') };
  if (operations.length > BATCH_OPERATIONS_MAX) return { ok: false, refusal: batchTooLarge(operations.length) };
  const values = operations.filter(isOfValue);
  const clash = duplicateIds(operations) ?? overlappingKeys(values);
  if (clash) return { ok: false, refusal: clash };
  return mergeEdits(values, (operation) => editOfOperation(head, operation, reserved));
}

/** Operations on values; the others are on schemas. */
export type ValueOperation = Extract<BatchOperation, { type: 'SET' | 'DELETE' }>;

const isOfValue = (operation: BatchOperation): operation is ValueOperation => operation.type === 'SET' || operation.type === 'DELETE';

function editOfOperation(head: Document, operation: ValueOperation, reserved: ReservedUse): Edit {
  return operation.type === 'SET'
    ? unreserved(setAt(head, operation.key, operation.value), reserved)
    : deleteAt(head, operation.key, reserved);
}

function unreserved(edit: Edit, reserved: ReservedUse): Edit {
  if (!edit.ok) return edit;
  const refusal = reservedNameRefusal(edit.differences, reserved);
  return refusal === null ? { ok: true, differences: edit.differences.flatMap(withSortedHide) } : { ok: false, refusal };
}

/** Hidden paths have no order of their own: the same ones are the same value. */
function withSortedHide(difference: Difference): Difference[] {
  if (difference.path !== HIDE_PATH || difference.after === undefined) return [difference];
  const after = sortedHide(difference.after);
  if (difference.before !== undefined && canonicalJson(difference.before) === canonicalJson(after)) return [];
  return [{ ...difference, after }];
}

/**
 * Operations touch disjoint subtrees, so that their differences add up; only a `{}` above two of them comes twice. The first problem
 * of each is reported under its id.
 */
function mergeEdits(operations: readonly ValueOperation[], edit: (operation: ValueOperation) => Edit): Edit {
  const differences = new Map<string, Difference>();
  const failed: { id: string; refusal: LedgerRefusal }[] = [];
  for (const operation of operations) {
    const result = edit(operation);
    if (result.ok) for (const difference of result.differences) differences.set(difference.path, difference);
    else failed.push({ id: operation.id, refusal: result.refusal });
  }
  const [first] = failed;
  if (!first) return { ok: true, differences: [...differences.values()] };
  const details = failed.flatMap(({ id, refusal }) => refusal.details.map((detail) => ({ ...detail, operation: id })));
  const message =
    failed.length === 1
      ? `Operation ${first.id}: ${first.refusal.message}`
      : `${failed.length} of ${operations.length} operations cannot be applied`;
  return { ok: false, refusal: refuseWith(first.refusal.code, message, details) };
}

function duplicateIds(operations: readonly BatchOperation[]): LedgerRefusal | null {
  const seen = new Set<string>();
  for (const { id } of operations) {
    if (seen.has(id))
      return refuse(
        'BATCH_DUPLICATE_ID',
        'operations',
        `Two operations have the id '${id}'`,
        'Give each operation an id of its own, or none',
      );
    seen.add(id);
  }
  return null;
}

/** Leaf differences at and below an address; both documents hold nothing else that matters there. */
function differencesBelow(head: Document, wanted: Document, at: readonly string[]): Difference[] {
  const before = new Map([...head.leaves(at)].map((leaf) => [leaf.path, leaf.value]));
  const differences: Difference[] = [];
  for (const { path, value } of wanted.leaves(at)) {
    const old = before.get(path);
    before.delete(path);
    if (old === undefined) differences.push({ path, after: value });
    else if (canonicalJson(old) !== canonicalJson(value)) differences.push({ path, before: old, after: value });
  }
  for (const [path, value] of before) differences.push({ path, before: value });
  return differences;
}

function nest(segments: readonly string[], value: JsonValue): JsonObject {
  return segments.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value) as JsonObject;
}

function belowLeaf(path: string, leaf: string, node: DocumentNode | undefined): LedgerRefusal {
  const array = node?.kind === 'leaf' && Array.isArray(node.value);
  const message = `${leaf} is ${array ? 'an array' : 'a single value'}, so that ${path} cannot stand below it`;
  return refuse(
    'PATH_BELOW_LEAF',
    path,
    message,
    array ? `Arrays are one value: send the whole array to ${leaf}` : `Delete ${leaf} first, or set it to an object`,
  );
}

function keyNotFound(head: Document, path: string, hasParents: boolean): LedgerRefusal {
  const near = head.nearest(path);
  const hint = near === undefined ? 'Look at the document for the paths that exist' : `Did you mean ${near}?`;
  const message = hasParents ? `The ledger has no value of its own at ${path}` : `There is no value at ${path}`;
  return refuse('KEY_NOT_FOUND', path, message, hasParents ? `To hide what is inherited, put the path into ${HIDE_PATH}. ${hint}` : hint);
}
