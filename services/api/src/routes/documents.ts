// The document of a ledger as a whole: read, create, replace, merge, delete.
import type { JsonObject } from '@confledger/document';
import { CREATED_ONLY_TAG, type Command } from '@confledger/domain';
import { success } from '../answers/envelope.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Call, type Endpoint, type EndpointSpec, type Method } from '../endpoint.js';
import { entityTag, readCondition } from '../request/conditions.js';
import { configurationAnswer, successOf, writeAnswer } from '../schemas/answers.js';
import { configurationBody, optionsBody, readQuery, writeQuery } from '../schemas/requests.js';
import { READ_ERRORS, WRITE_ERRORS } from './error-groups.js';
import { read, readAnswer, type Found } from './reading.js';
import { write } from './write.js';

const GROUP = 'Configurations';
const DOCUMENT = '/configurations/{service}';
const DOCUMENT_IN_ENVIRONMENT = '/configurations/{service}/environments/{environment}';

/** The endpoints of documents. */
export function documentEndpoints(context: ApiContext): Endpoint[] {
  return [
    readDocument(context, DOCUMENT, 'readConfiguration'),
    readDocument(context, DOCUMENT_IN_ENVIRONMENT, 'readConfigurationIn'),
    writeDocument(context, {
      method: 'POST',
      name: 'createConfiguration',
      summary: 'Create the ledger',
      command: (configuration) => ({ type: 'Create', configuration }),
      errors: ['LEDGER_EXISTS'],
    }),
    replaceDocument(context, DOCUMENT, 'replaceConfiguration'),
    replaceDocument(context, DOCUMENT_IN_ENVIRONMENT, 'replaceConfigurationIn'),
    writeDocument(context, {
      method: 'PATCH',
      name: 'mergeConfiguration',
      summary: 'Merge into the document (RFC 7396: null deletes)',
      command: (patch) => ({ type: 'Merge', patch }),
    }),
    deleteDocument(context),
  ];
}

function readDocument(context: ApiContext, path: string, name: string): Endpoint {
  return endpoint({
    method: 'GET',
    path,
    name,
    group: GROUP,
    summary: 'Read the document: the newest version unless told otherwise',
    query: readQuery,
    body: null,
    answer: successOf(configurationAnswer),
    statuses: [200, 304],
    errors: READ_ERRORS,
    handle: async (call) => {
      const found = await read(context, call);
      const tag = found.standing.version ?? CREATED_ONLY_TAG;
      if (answeredByTag(call, tag)) return 'sent';
      const configuration = call.query.format === 'flat' ? flatten(found) : found.document.toJson();
      return success({ ...readAnswer(context, found), configuration }, context.clock);
    },
  });
}

/** Sets the entity tag; answers 304 when the client has that already. */
export function answeredByTag({ request, reply }: Call<unknown, unknown>, tag: number): boolean {
  const condition = readCondition(request, tag);
  reply.header('etag', entityTag(tag));
  if (condition === 'content') return false;
  reply.code(304).send();
  return true;
}

function flatten({ document }: Found): JsonObject {
  const flat: { [path: string]: JsonObject[string] } = {};
  for (const { path, value } of document.leaves()) flat[path] = value;
  return flat;
}

interface DocumentWrite {
  readonly method: Method;
  readonly path?: string;
  readonly name: string;
  readonly summary: string;
  readonly command: (configuration: JsonObject) => Command;
  readonly errors?: EndpointSpec<unknown, unknown, unknown>['errors'];
}

function replaceDocument(context: ApiContext, path: string, name: string): Endpoint {
  const command = (configuration: JsonObject): Command => ({ type: 'Replace', configuration });
  return writeDocument(context, { method: 'PUT', path, name, summary: 'Make the document equal to this one', command });
}

function writeDocument(context: ApiContext, { method, path = DOCUMENT, name, summary, command, errors = [] }: DocumentWrite): Endpoint {
  return endpoint({
    method,
    path,
    name,
    group: GROUP,
    summary,
    query: writeQuery,
    body: { schema: configurationBody, required: true },
    answer: successOf(writeAnswer),
    statuses: method === 'POST' ? [200, 201] : [200],
    errors: [...WRITE_ERRORS, 'DOCUMENT_NOT_OBJECT', ...errors],
    handle: async (call) => success((await write(context, call, command(call.body.configuration))).answer, context.clock),
  });
}

function deleteDocument(context: ApiContext): Endpoint {
  return endpoint({
    method: 'DELETE',
    path: DOCUMENT,
    name: 'deleteConfiguration',
    group: GROUP,
    summary: 'Delete every leaf; the history stays',
    query: writeQuery,
    body: { schema: optionsBody, required: false },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: [...WRITE_ERRORS, 'LEDGER_UNKNOWN'],
    handle: async (call) => success((await write(context, call, { type: 'DeleteAll' })).answer, context.clock),
  });
}
