// Versions of a ledger: list and look at them, activate one, roll back to one, tag one.
import type { ActivateBody, ActivateVersionQuery, RollbackBody, RollbackQuery } from '@confledger/contracts/http';
import type { Command, VersionName } from '@confledger/domain';
import { ledgerPage, showVersion } from '../answers/items.js';
import { success } from '../answers/envelope.js';
import { showStanding } from '../answers/standing.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { ACTIVATION_ERRORS, COMMAND_ERRORS, LEDGER_ADDRESS_ERRORS, LIST_ERRORS, SELECTION_ERRORS } from '../errors/groups.js';
import { write } from '../ledger/execute-command.js';
import { documentAt } from '../ledger/selected-document.js';
import { activationNumber } from '../request/activations.js';
import { pageRequest, READ_MODEL_WAIT_MS_MAX, readModelBehind, waitForPosition } from '../request/pages.js';
import { parseVersion } from '../request/selectors.js';
import { rollbackAnswer, successOf, tagAnswer, writeAnswer } from '../schemas/answers.js';
import { ledgerList, versionAnswer, versionItem } from '../schemas/lists.js';
import {
  activateBody,
  activateQuery,
  activateVersionQuery,
  optionsBody,
  rollbackBody,
  rollbackQuery,
  tagBody,
  tagQuery,
  versionQuery,
  positionedQuery,
  writeQuery,
} from '../schemas/requests.js';
import { oneOf } from '../request/words.js';
import { flag, type WriteCall } from '../request/write-options.js';

const VERSION_ERRORS = [
  'LEDGER_UNKNOWN',
  'VERSION_UNKNOWN',
  'VERSION_NOT_A_VERSION',
  'TAG_UNKNOWN',
  'NOTHING_ACTIVE',
  'NOTHING_PREVIOUS',
] as const;

/** The endpoints of versions. */
export function versionEndpoints(context: ApiContext): Endpoint[] {
  return [listVersions(context), readVersion(context), ...activations(context), ...rollbacks(context), tag(context), untag(context)];
}

function listVersions(context: ApiContext): Endpoint {
  return endpoint(context, 'listVersions', {
    query: positionedQuery,
    body: null,
    answer: successOf(ledgerList(versionItem)),
    statuses: [200],
    errors: [...LEDGER_ADDRESS_ERRORS, ...LIST_ERRORS, 'LEDGER_UNKNOWN'],
    handle: async ({ ledger, query, actor }) => {
      const page = pageRequest(query);
      await waitForPosition(context, query.atLeast);
      const { standing } = await documentAt(context, ledger, {});
      const rows = await context.listReads.run(actor.id, () => context.readModel.versions(ledger.text, page));
      return success(ledgerPage(rows, showVersion, standing, context.installation), context.clock);
    },
  });
}

function readVersion(context: ApiContext): Endpoint {
  return endpoint(context, 'readVersion', {
    query: versionQuery,
    body: null,
    answer: successOf(versionAnswer),
    statuses: [200],
    errors: [...LEDGER_ADDRESS_ERRORS, ...SELECTION_ERRORS, ...LIST_ERRORS],
    handle: async ({ ledger, query, parameters }) => {
      await waitForPosition(context, query.atLeast);
      const { standing } = await documentAt(context, ledger, { version: versionOf(parameters.version) });
      const shown = showStanding(standing, context.installation);
      // The empty document is a version without a change.
      if (standing.version === null || standing.version === 0) return success({ ...shown, item: null }, context.clock);
      // The version stands in the log; the read model may need a moment to have it too.
      const row =
        (await context.readModel.version(ledger.text, standing.version)) ??
        (await afterCatchingUp(context, ledger.text, standing.version, standing.position));
      if (row === null) throw readModelBehind(shown.position);
      return success({ ...shown, item: showVersion(row) }, context.clock);
    },
  });
}

async function afterCatchingUp({ readModel }: ApiContext, ledger: string, version: number, position: bigint) {
  await readModel.waitFor(position, READ_MODEL_WAIT_MS_MAX);
  return readModel.version(ledger, version);
}

function versionOf(text: string): VersionName {
  return parseVersion(text, 'version');
}

function activations(context: ApiContext): Endpoint[] {
  const common = {
    body: { schema: activateBody, required: false },
    answer: successOf(writeAnswer),
    statuses: [200],
    errors: [...COMMAND_ERRORS, ...VERSION_ERRORS, ...ACTIVATION_ERRORS, 'NOTHING_TO_ACTIVATE'],
  } as const;
  const activate = async (call: ActivateCall, version: string) => {
    const layers = oneOf('layers', call.query.layers, call.body.layers);
    const command: Command = { type: 'Activate', version: versionOf(version), ...(layers === undefined ? {} : { layers }) };
    return success((await write(context, call, command)).answer, context.clock);
  };
  return [
    endpoint(context, 'activate', {
      ...common,
      query: activateQuery,
      handle: (call) => activate(call, call.query.version ?? 'latest'),
    }),
    endpoint(context, 'activateVersion', {
      ...common,
      query: activateVersionQuery,
      handle: (call) => activate(call, call.parameters.version),
    }),
  ];
}

/** A write that may say over which activations of the parents it is laid. */
interface ActivateCall extends WriteCall {
  readonly query: ActivateVersionQuery;
  readonly body: ActivateBody;
}

function rollbacks(context: ApiContext): Endpoint[] {
  const common = {
    query: rollbackQuery,
    body: { schema: rollbackBody, required: false },
    answer: successOf(rollbackAnswer),
    statuses: [200],
  } as const;
  const rollBack = async (call: WriteCall & { readonly query: RollbackQuery; readonly body: RollbackBody }, target: RollbackTarget) => {
    const layers = oneOf('layers', call.query.layers, call.body.layers);
    const schemas = oneOf('schemas', call.query.schemas, call.body.schemas);
    const options = { ...(layers === undefined ? {} : { layers }), ...(schemas === undefined ? {} : { schemas }) };
    const { answer, done } = await write(context, call, { ...target, ...options });
    if (done.rollback === null) throw new Error('a rollback was answered without what it restored');
    return success({ ...answer, rollback: done.rollback }, context.clock);
  };
  return [
    endpoint(context, 'rollBack', {
      ...common,
      errors: [...COMMAND_ERRORS, ...VERSION_ERRORS, ...ACTIVATION_ERRORS, ...ROLLBACK_SCHEMA_ERRORS],
      handle: (call) => rollBack(call, { type: 'Rollback', version: versionOf(call.parameters.version) }),
    }),
    endpoint(context, 'rollBackTo', {
      ...common,
      errors: [...COMMAND_ERRORS, ...ACTIVATION_ERRORS, ...ROLLBACK_SCHEMA_ERRORS, 'LEDGER_UNKNOWN', 'ACTIVATION_INVALID'],
      handle: (call) => rollBack(call, { type: 'RollbackTo', activation: activationNumber(call.parameters.activation) }),
    }),
  ];
}

/** What `schemas: restore` may meet. */
const ROLLBACK_SCHEMA_ERRORS = ['ACTIVATION_UNKNOWN'] as const;

type RollbackTarget = Extract<Command, { type: 'Rollback' | 'RollbackTo' }>;

function tag(context: ApiContext): Endpoint {
  return endpoint(context, 'tagVersion', {
    query: tagQuery,
    body: { schema: tagBody, required: false },
    answer: successOf(tagAnswer),
    statuses: [200],
    errors: [...COMMAND_ERRORS, ...VERSION_ERRORS, 'TAG_NAME_INVALID', 'TAG_EXISTS', 'TAG_LIMIT'],
    handle: async (call) => {
      const move = oneOf('move', flag(call.query.move), call.body.move) ?? false;
      const command: Command = { type: 'Tag', version: versionOf(call.parameters.version), tag: call.parameters.tag, move };
      const { answer } = await write(context, call, command);
      return success({ ...answer, tag: call.parameters.tag }, context.clock);
    },
  });
}

function untag(context: ApiContext): Endpoint {
  return endpoint(context, 'untagVersion', {
    query: writeQuery,
    body: { schema: optionsBody, required: false },
    answer: successOf(tagAnswer),
    statuses: [200],
    errors: [...COMMAND_ERRORS, ...VERSION_ERRORS],
    handle: async (call) => {
      const command: Command = { type: 'Untag', version: versionOf(call.parameters.version), tag: call.parameters.tag };
      const { answer } = await write(context, call, command);
      return success({ ...answer, tag: call.parameters.tag }, context.clock);
    },
  });
}
