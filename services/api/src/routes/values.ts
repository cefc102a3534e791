// Single values and subtrees, by path in the URL or by `value?key=`.
import { leafWeight, type JsonValue } from '@confledger/document';
import type { ValueQuery } from '@confledger/contracts/http';
import { isOfRun, type LedgerId } from '@confledger/domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { success } from '../answers/envelope.js';
import { RawBody } from '../answers/forms.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { PATH_ERRORS, PATH_QUERY_ERRORS, READ_ERRORS, WRITE_ERRORS } from '../errors/groups.js';
import { keyNotFound } from '../errors/key-not-found.js';
import { write } from '../ledger/execute-command.js';
import { readAnswer, selectedDocument, tagOf, type Found } from '../ledger/selected-document.js';
import { pathInUrl, readablePath } from '../request/addresses.js';
import { answeredByTag } from '../request/conditions.js';
import { namedPath } from '../request/words.js';
import type { WriteCall } from '../request/write-options.js';
import { successOf, valueAnswer, writeAnswer } from '../schemas/answers.js';
import {
  contentWriteQuery,
  keyQuery,
  optionsBody,
  pathContentWriteQuery,
  valueBody,
  valueQuery,
  writeQuery,
  writeValueQuery,
} from '../schemas/requests.js';

/** The endpoints of values. */
export function valueEndpoints(context: ApiContext): Endpoint[] {
  return [...readEndpoints(context), ...setEndpoints(context), ...deleteEndpoints(context)];
}

interface ReadCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly query: ValueQuery;
  readonly ledger: LedgerId;
}

function readEndpoints(context: ApiContext): Endpoint[] {
  const common = {
    body: null,
    answer: successOf(valueAnswer),
    statuses: [200, 304],
    errors: [...READ_ERRORS, ...PATH_ERRORS, 'KEY_NOT_FOUND', 'PATH_RESERVED'],
  } as const;
  const read = async (call: ReadCall, key: string) => valueAt(context, call, await selectedDocument(context, call), key);
  return [
    endpoint(context, 'readValueByKey', {
      ...common,
      errors: [...common.errors, ...PATH_QUERY_ERRORS],
      query: keyQuery,
      handle: async (call) => read(call, readablePath(namedPath(call.query))),
    }),
    endpoint(context, 'readValue', {
      ...common,
      query: valueQuery,
      handle: async (call) => read(call, readablePath(pathInUrl(call.parameters.path))),
    }),
  ];
}

async function valueAt(context: ApiContext, call: ReadCall, found: Found, key: string) {
  const node = found.document.nodeAt(key);
  const inherits = (context.environments.facts.known(found.standing.environment)?.ancestors.length ?? 0) > 0;
  const ran = isOfRun(call.query.version);
  if (node === undefined) throw keyNotFound(found, key, inherits && !ran);
  const tag = tagOf(call.query, () => found.document.digestAt(key) ?? '', node.revision);
  if (answeredByTag(call, tag)) return 'sent';
  await context.largeAnswers.turn({ leafCount: leafWeight(node), size: node.size });
  const value = found.document.valueAt(key);
  if (value === undefined) throw keyNotFound(found, key);
  // The number of an event in another ledger would mean nothing here.
  const revision = inherits && ran ? null : node.revision;
  if (call.query.raw === 'true') return RawBody.of(value);
  return success(Object.assign(readAnswer(context, found), { key, value, revision }), context.clock);
}

function setEndpoints(context: ApiContext): Endpoint[] {
  const common = {
    body: { schema: valueBody, required: true, plain: 'value' },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: [...WRITE_ERRORS, ...PATH_ERRORS, 'PATH_BELOW_LEAF', 'PATH_RESERVED'],
  } as const;
  const set = async (call: WriteCall & { readonly body: { readonly value: JsonValue } }, path: string) =>
    success((await write(context, call, { type: 'Set', path, value: call.body.value })).answer, context.clock);
  return [
    endpoint(context, 'setValueByKey', {
      ...common,
      errors: [...common.errors, ...PATH_QUERY_ERRORS],
      query: pathContentWriteQuery,
      handle: (call) => set(call, namedPath(call.query)),
    }),
    endpoint(context, 'setValue', {
      ...common,
      query: contentWriteQuery,
      handle: async (call) => set(call, pathInUrl(call.parameters.path)),
    }),
  ];
}

function deleteEndpoints(context: ApiContext): Endpoint[] {
  const common = {
    body: { schema: optionsBody, required: false },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: [...WRITE_ERRORS, ...PATH_ERRORS, 'LEDGER_UNKNOWN', 'KEY_NOT_FOUND', 'PATH_RESERVED'],
  } as const;
  const remove = async (call: WriteCall, path: string) =>
    success((await write(context, call, { type: 'Delete', path })).answer, context.clock);
  return [
    endpoint(context, 'deleteValueByKey', {
      ...common,
      errors: [...common.errors, ...PATH_QUERY_ERRORS],
      query: writeValueQuery,
      handle: (call) => remove(call, namedPath(call.query)),
    }),
    endpoint(context, 'deleteValue', {
      ...common,
      query: writeQuery,
      handle: async (call) => remove(call, pathInUrl(call.parameters.path)),
    }),
  ];
}
