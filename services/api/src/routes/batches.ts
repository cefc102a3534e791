// Batches: many operations as one change set, and many values of one version.
import type { CommandDone } from '@confledger/application';
import { DOCUMENT_CHARACTERS_MAX, leafWeight, parsePath, type JsonValue } from '@confledger/document';
import type { BatchBody, BatchFailure, BatchOperationAnswer, PathsQuery, ProblemDetail } from '@confledger/contracts/http';
import { BATCH_OPERATIONS_MAX, batchTooLarge, mountOf, type BatchOperation, type LedgerRefusal } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import { cutMembers } from '../answers/truncated.js';
import type { ApiContext } from '../context.js';
import type { AnswerCost } from '../edge/large-answers.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { failure } from '../errors/failure.js';
import { PATH_ERRORS, PATH_QUERY_ERRORS, READ_ERRORS, SCHEMA_WRITE_ERRORS, WRITE_ERRORS } from '../errors/groups.js';
import { detailOf, RequestRefused } from '../errors/request-refused.js';
import { STATUS_OF } from '../errors/status.js';
import { answerTo, execute } from '../ledger/execute-command.js';
import { readAnswer, selectedDocument, type Found } from '../ledger/selected-document.js';
import { readablePath } from '../request/addresses.js';
import { eitherWord, pathMissing } from '../request/words.js';
import { successOf, valuesAnswer } from '../schemas/answers.js';
import { batchBody, batchFailure, batchQuery, batchSuccess } from '../schemas/batches.js';
import { DIALECT_DEFAULT } from '../schemas/mounts.js';
import { keysQuery } from '../schemas/requests.js';

/** Of a refused batch, the operations that the answer shows. */
const SHOWN_MAX = 100;

/** The endpoints of batches. */
export function batchEndpoints(context: ApiContext): Endpoint[] {
  return [writeBatch(context), readBatch(context)];
}

function writeBatch(context: ApiContext): Endpoint {
  return endpoint(context, 'writeBatch', {
    query: batchQuery,
    body: { schema: batchBody, required: true, precheck: refuseTooMany },
    answer: batchSuccess,
    failure: batchFailure,
    statuses: [200],
    errors: [
      ...WRITE_ERRORS,
      ...PATH_ERRORS,
      ...SCHEMA_WRITE_ERRORS,
      'BATCH_OPERATION_INVALID',
      'BATCH_EMPTY',
      'BATCH_TOO_LARGE',
      'BATCH_DUPLICATE_ID',
      'BATCH_OVERLAPPING_KEYS',
      'PATH_BELOW_LEAF',
      'KEY_NOT_FOUND',
    ],
    handle: async (call) => {
      const operations = batchOperations(call.body.operations);
      const outcome = await execute(context, call, { type: 'Batch', operations });
      const timestamp = new Date(context.clock.now()).toISOString();
      if (outcome.kind === 'refused') {
        call.reply.code(STATUS_OF[outcome.refusal.code]);
        return refusedBatch(operations, outcome.refusal, call.request.id, timestamp);
      }
      const commit = answerTo(context, call, outcome);
      return { success: true, data: operationsDone(operations, outcome), commit, timestamp };
    },
  });
}

/** Refuses more operations than a batch may have, before they are looked at. */
export function refuseTooMany(body: object): void {
  const count = 'operations' in body && Array.isArray(body.operations) ? body.operations.length : 0;
  if (count > BATCH_OPERATIONS_MAX) throw RequestRefused.from(batchTooLarge(count));
}

/** The operations of a batch as the ledger takes them. */
export function batchOperations(operations: BatchBody['operations']): readonly BatchOperation[] {
  return operations.map(withId);
}

function withId(operation: BatchBody['operations'][number], index: number): BatchOperation {
  const id = operation.id ?? String(index);
  if (operation.type === 'SCHEMA_SET')
    return {
      id,
      type: operation.type,
      mount: operation.mount ?? '',
      dialect: operation.dialect ?? DIALECT_DEFAULT,
      schema: operation.schema,
    };
  if (operation.type === 'SCHEMA_REMOVE') return { id, type: operation.type, mount: operation.mount };
  const key = eitherWord(`operations.${index}.key`, operation.key, 'path', operation.path);
  if (key === undefined) throw operationWithoutPath(index);
  return operation.type === 'SET' ? { id, type: 'SET', key, value: operation.value } : { id, type: 'DELETE', key };
}

function operationWithoutPath(index: number): RequestRefused {
  return RequestRefused.of('BATCH_OPERATION_INVALID', {
    path: `operations.${index}.key`,
    rule: 'batch-operation',
    message: `Operation ${index} names no path: give it key or path`,
  });
}

/** Keys do not overlap, so every change belongs to the one operation whose key stands at or above it. */
function operationsDone(
  operations: readonly BatchOperation[],
  { changes, schemaChanges }: Pick<CommandDone, 'changes' | 'schemaChanges'>,
): BatchOperationAnswer[] {
  const counts = countsOf(operations);
  const mounts = new Set(schemaChanges.map(({ mount }) => mount));
  for (const { path } of changes) {
    const key = ownerOf(path, counts);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return operations.map((operation) => {
    const changeCount = 'key' in operation ? (counts.get(operation.key) ?? 0) : Number(mounts.has(mountText(operation.mount)));
    return { operation: operation.id, success: true, result: { changed: changeCount > 0, changeCount } };
  });
}

const countsOf = (operations: readonly BatchOperation[]): Map<string, number> =>
  new Map(operations.flatMap((each) => ('key' in each ? [[each.key, 0]] : [])));

/** A mount in its one form. */
function mountText(text: string): string {
  const mount = mountOf(text);
  return typeof mount === 'string' ? mount : text;
}

function ownerOf(path: string, keys: ReadonlyMap<string, number>): string | undefined {
  if (keys.has(path)) return path;
  for (let end = path.lastIndexOf('.'); end > 0; end = path.lastIndexOf('.', end - 1)) {
    const above = path.slice(0, end);
    if (keys.has(above) && parsePath(above).ok) return above;
  }
  return undefined;
}

function refusedBatch(operations: readonly BatchOperation[], refusal: LedgerRefusal, requestId: string, timestamp: string): BatchFailure {
  const problemOf = problemsOf(operations, refusal);
  // Of many, those that the batch was refused for are worth showing.
  const worthShowing = operations.length <= SHOWN_MAX ? operations : operations.filter((each) => problemOf(each) !== undefined);
  const shown = worthShowing.slice(0, SHOWN_MAX).map((each) => refusedOperation(each, problemOf(each)));
  const failed = failure(RequestRefused.from(refusal), requestId, timestamp);
  return {
    ...failed,
    operations: shown,
    operationCount: operations.length,
    detailCount: refusal.details.length,
    truncated: [...cutMembers({ operations: shown.length < operations.length }), ...(failed.truncated ?? [])],
  };
}

/** A violation belongs to the operation that wrote the place where it lies, or that set the schema. */
function problemsOf(
  operations: readonly BatchOperation[],
  refusal: LedgerRefusal,
): (operation: BatchOperation) => ProblemDetail | undefined {
  const keys = countsOf(operations);
  const byOperation = new Map<string, ProblemDetail>();
  const byPath = new Map<string | null, ProblemDetail>();
  const byMount = new Map<string, ProblemDetail>();
  for (const detail of refusal.details.toReversed()) {
    const shown = detailOf(detail);
    if (detail.operation !== undefined) byOperation.set(detail.operation, shown);
    else byPath.set((detail.path !== null && ownerOf(detail.path, keys)) || detail.path, shown);
    if (detail.mount !== undefined) byMount.set(detail.mount, shown);
  }
  return (operation) =>
    byOperation.get(operation.id) ?? ('key' in operation ? byPath.get(operation.key) : byMount.get(mountText(operation.mount)));
}

function refusedOperation({ id }: BatchOperation, problem: ProblemDetail | undefined): BatchOperationAnswer {
  return problem === undefined
    ? { operation: id, success: false, error: NOT_CARRIED_OUT }
    : { operation: id, success: false, error: problem.message, problem };
}

const NOT_CARRIED_OUT = 'Not carried out, because the batch was refused.';

function readBatch(context: ApiContext): Endpoint {
  return endpoint(context, 'readBatch', {
    query: keysQuery,
    body: null,
    answer: successOf(valuesAnswer),
    statuses: [200],
    errors: [...READ_ERRORS, ...PATH_ERRORS, ...PATH_QUERY_ERRORS, 'BATCH_TOO_LARGE'],
    handle: async (call) => {
      const keys = keysOf(call.query).map(readablePath);
      const found = await selectedDocument(context, call);
      await context.largeAnswers.turn(costOf(found, keys));
      const values: { [key: string]: JsonValue } = {};
      const missing: string[] = [];
      for (const key of keys) {
        const value = found.document.valueAt(key);
        if (value === undefined) missing.push(key);
        else values[key] = value;
      }
      return success(Object.assign(readAnswer(context, found), { values, missing }), context.clock);
    },
  });
}

/** Keys may overlap: what is asked for may be many times the document. */
function costOf({ document }: Found, keys: readonly string[]): AnswerCost {
  const cost = { leafCount: 0, size: 0 };
  for (const key of keys) {
    const node = document.nodeAt(key);
    cost.leafCount += node === undefined ? 1 : leafWeight(node);
    cost.size += node?.size ?? 0;
  }
  if (cost.size <= DOCUMENT_CHARACTERS_MAX) return cost;
  throw RequestRefused.of('BATCH_TOO_LARGE', {
    path: 'path',
    rule: 'values-size',
    message: `The values of these paths have more than ${DOCUMENT_CHARACTERS_MAX / (1024 * 1024)} MiB of JSON together`,
    remedy: 'Ask for fewer paths, or for none that lies above another.',
  });
}

function keysOf({ path, key, keys }: PathsQuery): string[] {
  const given = [path, key].flatMap((each) => (each === undefined ? [] : [each].flat()));
  const all = [...given, ...(keys === undefined ? [] : keys.split(','))];
  if (all.length > 0) return [...new Set(all)];
  throw pathMissing('Name paths as path=a&path=b or keys=a,b.');
}
