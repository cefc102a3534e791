// Single values and subtrees, by path in the URL or by `value?key=`.
import type { JsonValue } from '@confledger/document';
import { success } from '../answers/envelope.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Call, type Endpoint } from '../endpoint.js';
import { refuse } from '../errors/request-refused.js';
import { pathInUrl, readablePath } from '../request/addresses.js';
import { successOf, valueAnswer, writeAnswer } from '../schemas/answers.js';
import { keyQuery, optionsBody, valueBody, valueQuery, writeQuery, writeValueQuery } from '../schemas/requests.js';
import { answeredByTag } from './documents.js';
import { PATH_ERRORS, READ_ERRORS, WRITE_ERRORS } from './error-groups.js';
import { read, readAnswer, type Found } from './reading.js';
import { write, type WriteCall } from './write.js';

const GROUP = 'Values';
const IN_URL = '/configurations/{service}/{path}';
const BY_KEY = '/configurations/{service}/value';

/** The endpoints of values. */
export function valueEndpoints(context: ApiContext): Endpoint[] {
  return [...readEndpoints(context), ...setEndpoints(context), ...deleteEndpoints(context)];
}

function readEndpoints(context: ApiContext): Endpoint[] {
  const common = {
    method: 'GET',
    group: GROUP,
    summary: 'Read a value or a subtree',
    body: null,
    answer: successOf(valueAnswer),
    statuses: [200, 304],
    errors: [...READ_ERRORS, ...PATH_ERRORS, 'KEY_NOT_FOUND', 'PATH_RESERVED'],
  } as const;
  const answer = (call: Call<object, unknown>, found: Found, key: string) => valueAt(context, call, found, key);
  return [
    endpoint({
      ...common,
      path: BY_KEY,
      name: 'readValueByKey',
      query: keyQuery,
      handle: async (call) => answer(call, await read(context, call), readablePath(call.query.key)),
    }),
    endpoint({
      ...common,
      path: IN_URL,
      name: 'readValue',
      query: valueQuery,
      handle: async (call) => {
        const key = readablePath(pathInUrl(call.parameters.path));
        return answer(call, await read(context, call), key);
      },
    }),
  ];
}

function valueAt(context: ApiContext, call: Call<object, unknown>, found: Found, key: string) {
  const node = found.document.nodeAt(key);
  const value = found.document.valueAt(key);
  if (node === undefined || value === undefined) throw notFound(found, key);
  if (answeredByTag(call, node.revision)) return 'sent';
  return success({ ...readAnswer(context, found), key, value, revision: node.revision }, context.clock);
}

function notFound({ document, standing }: Found, key: string): Error {
  const nearest = document.nearest(key);
  const where = standing.version === null ? 'the empty document' : `version ${standing.version}`;
  return refuse('KEY_NOT_FOUND', {
    path: key,
    rule: 'key-not-found',
    message: `there is no value at ${key} in ${where}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`,
    remedy: nearest === undefined ? 'Read the document to see what is there.' : `Ask for ${nearest}.`,
  });
}

function setEndpoints(context: ApiContext): Endpoint[] {
  const common = {
    method: 'PUT',
    group: GROUP,
    summary: 'Set a value; an object makes the subtree equal to it',
    body: { schema: valueBody, required: true },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: [...WRITE_ERRORS, ...PATH_ERRORS, 'PATH_BELOW_LEAF', 'PATH_RESERVED'],
  } as const;
  const set = async (call: WriteCall & { readonly body: { readonly value: JsonValue } }, path: string) =>
    success((await write(context, call, { type: 'Set', path, value: call.body.value })).answer, context.clock);
  return [
    endpoint({ ...common, path: BY_KEY, name: 'setValueByKey', query: writeValueQuery, handle: (call) => set(call, call.query.key) }),
    endpoint({
      ...common,
      path: IN_URL,
      name: 'setValue',
      query: writeQuery,
      handle: async (call) => set(call, pathInUrl(call.parameters.path)),
    }),
  ];
}

function deleteEndpoints(context: ApiContext): Endpoint[] {
  const common = {
    method: 'DELETE',
    group: GROUP,
    summary: 'Delete a value, or every leaf of a subtree',
    body: { schema: optionsBody, required: false },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: [...WRITE_ERRORS, ...PATH_ERRORS, 'LEDGER_UNKNOWN', 'KEY_NOT_FOUND', 'PATH_RESERVED'],
  } as const;
  const remove = async (call: WriteCall, path: string) =>
    success((await write(context, call, { type: 'Delete', path })).answer, context.clock);
  return [
    endpoint({ ...common, path: BY_KEY, name: 'deleteValueByKey', query: writeValueQuery, handle: (call) => remove(call, call.query.key) }),
    endpoint({
      ...common,
      path: IN_URL,
      name: 'deleteValue',
      query: writeQuery,
      handle: async (call) => remove(call, pathInUrl(call.parameters.path)),
    }),
  ];
}
