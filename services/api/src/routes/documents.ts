// The document of a ledger as a whole: read, create, replace, merge, delete.
import type { JsonObject } from '@confledger/document';
import { CREATED_ONLY_TAG, type Command } from '@confledger/domain';
import { operationPath } from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import { flatten, RawBody } from '../answers/forms.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { READ_ERRORS, WRITE_ERRORS } from '../errors/groups.js';
import { write } from '../ledger/execute-command.js';
import { readAnswer, selectedDocument, tagOf } from '../ledger/selected-document.js';
import { answeredByTag } from '../request/conditions.js';
import { configurationAnswer, successOf, writeAnswer } from '../schemas/answers.js';
import { configurationBody, contentWriteQuery, documentQuery, optionsBody, writeQuery } from '../schemas/requests.js';

/** The endpoints of documents. */
export function documentEndpoints(context: ApiContext): Endpoint[] {
  const replace = (configuration: JsonObject): Command => ({ type: 'Replace', configuration });
  const merge = (patch: JsonObject): Command => ({ type: 'Merge', patch });
  return [
    readDocument(context, 'readConfiguration'),
    readDocument(context, 'readConfigurationIn'),
    createDocument(context),
    changeDocument(context, 'replaceConfiguration', replace),
    changeDocument(context, 'replaceConfigurationIn', replace),
    changeDocument(context, 'mergeConfiguration', merge),
    deleteDocument(context),
  ];
}

function readDocument(context: ApiContext, name: 'readConfiguration' | 'readConfigurationIn'): Endpoint {
  return endpoint(context, name, {
    query: documentQuery,
    body: null,
    answer: successOf(configurationAnswer),
    statuses: [200, 304],
    errors: READ_ERRORS,
    handle: async (call) => {
      const found = await selectedDocument(context, call);
      const tag = tagOf(call.query, () => found.document.digest, found.standing.version ?? CREATED_ONLY_TAG);
      if (answeredByTag(call, tag)) return 'sent';
      await context.largeAnswers.turn(found.document);
      const configuration = call.query.format === 'flat' ? flatten(found.document) : found.document.toJson();
      if (call.query.raw === 'true') return RawBody.of(configuration);
      return success(Object.assign(readAnswer(context, found), { configuration }), context.clock);
    },
  });
}

const DOCUMENT_ERRORS = [...WRITE_ERRORS, 'DOCUMENT_NOT_OBJECT'] as const;

function createDocument(context: ApiContext): Endpoint {
  return endpoint(context, 'createConfiguration', {
    query: contentWriteQuery,
    body: { schema: configurationBody, required: true, plain: 'configuration' },
    answer: successOf(writeAnswer),
    statuses: [200, 201],
    errors: [...DOCUMENT_ERRORS, 'LEDGER_EXISTS'],
    handle: async (call) => {
      const { answer } = await write(context, call, { type: 'Create', configuration: call.body.configuration });
      // A dry run makes nothing.
      if (!answer.dryRun) call.reply.code(201).header('location', operationPath('readConfigurationIn', call.ledger));
      return success(answer, context.clock);
    },
  });
}

function changeDocument(
  context: ApiContext,
  name: 'replaceConfiguration' | 'replaceConfigurationIn' | 'mergeConfiguration',
  command: (configuration: JsonObject) => Command,
): Endpoint {
  return endpoint(context, name, {
    query: contentWriteQuery,
    body: { schema: configurationBody, required: true, plain: 'configuration' },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: DOCUMENT_ERRORS,
    handle: async (call) => success((await write(context, call, command(call.body.configuration))).answer, context.clock),
  });
}

function deleteDocument(context: ApiContext): Endpoint {
  return endpoint(context, 'deleteConfiguration', {
    query: writeQuery,
    body: { schema: optionsBody, required: false },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: [...WRITE_ERRORS, 'LEDGER_UNKNOWN'],
    handle: async (call) => success((await write(context, call, { type: 'DeleteAll' })).answer, context.clock),
  });
}
