// Environments: listed, shown, defined, retired.
import { formatPosition, type CommandRequest } from '@confledger/application';
import type { EnvironmentBody, EnvironmentsQuery, EnvironmentWriteAnswer, ErrorCode } from '@confledger/contracts/http';
import type { Environment, EnvironmentDefinition, EnvironmentGuards, EnvironmentPolicy, EnvironmentsCommand } from '@confledger/domain';
import { environmentAnswer, environmentWriteAnswer as answerOf, showEnvironment } from '../answers/environments.js';
import { success } from '../answers/envelope.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Call, type Endpoint } from '../endpoint.js';
import { BODY_ERRORS, STREAM_ERRORS } from '../errors/groups.js';
import { RequestRefused } from '../errors/request-refused.js';
import { entityTag, writeConditions } from '../request/conditions.js';
import { ledgersAffectedBy } from '../ledger/affected-ledgers.js';
import { environmentUnknown } from '../request/defined-environments.js';
import { flag, plainRequest } from '../request/write-options.js';
import { successOf } from '../schemas/answers.js';
import {
  defineEnvironmentQuery,
  environmentAnswer as environmentAnswerSchema,
  environmentBody,
  environmentsAnswer,
  environmentsQuery,
  environmentWriteAnswer,
  environmentWriteBody,
  environmentWriteQuery,
} from '../schemas/environments.js';
import { noQuery } from '../schemas/requests.js';
import { oneOf } from '../request/words.js';

/** The endpoints of environments. */
export function environmentEndpoints(context: ApiContext): Endpoint[] {
  return [list(context), show(context), define(context), retire(context)];
}

function list(context: ApiContext): Endpoint {
  return endpoint(context, 'listEnvironments', {
    query: environmentsQuery,
    body: null,
    answer: successOf(environmentsAnswer),
    statuses: [200],
    errors: STREAM_ERRORS,
    handle: async ({ query }) => {
      const { state, position } = await read(context);
      const items = [...state.environments.values()].filter((each) => isAsked(each, query)).map(showEnvironment);
      return success({ items, next: null, position }, context.clock);
    },
  });
}

function isAsked({ retired }: Environment, { retired: asked = 'false' }: EnvironmentsQuery): boolean {
  return asked === 'all' || retired === (asked === 'true');
}

function show(context: ApiContext): Endpoint {
  return endpoint(context, 'readEnvironment', {
    query: noQuery,
    body: null,
    answer: successOf(environmentAnswerSchema),
    statuses: [200],
    errors: ['ENVIRONMENT_UNKNOWN', ...STREAM_ERRORS],
    handle: async ({ parameters: { environment: name }, reply }) => {
      const { state, position } = await read(context);
      const environment = state.environments.get(name);
      if (environment === undefined) throw environmentUnknown(name, state);
      reply.header('etag', entityTag(environment.revision));
      return success(environmentAnswer(state, environment, position), context.clock);
    },
  });
}

/** Confirmed by a read that began after the request came. */
async function read({ environments, installation }: ApiContext) {
  const { stream, position } = await environments.kept.fresh();
  return { state: stream.state ?? (await environments.fresh()), position: formatPosition(installation, position) };
}

/** What definitions and retirements may both answer with. */
const WRITE_ERRORS: readonly ErrorCode[] = [
  'ENVIRONMENT_NAME_INVALID',
  'UPGRADE_UNFINISHED',
  ...BODY_ERRORS,
  'OPTION_MISMATCH',
  'REASON_TOO_LONG',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'IF_MATCH_MALFORMED',
  'IF_MATCH_FAILED',
  'WRITE_CONFLICT',
  ...STREAM_ERRORS,
  'READ_MODEL_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
];

const DEFINE_ERRORS: readonly ErrorCode[] = [
  ...WRITE_ERRORS,
  'IF_NONE_MATCH_MALFORMED',
  'IF_NONE_MATCH_FAILED',
  'ENVIRONMENT_PARENT_UNKNOWN',
  'ENVIRONMENT_PARENT_RETIRED',
  'ENVIRONMENT_CYCLE',
  'ENVIRONMENT_ANCESTOR_TWICE',
  'ENVIRONMENT_TOO_DEEP',
  'ENVIRONMENT_TOO_MANY_ANCESTORS',
  'ENVIRONMENT_LIMIT',
  'ENVIRONMENT_TYPE_FIXED',
  'ENVIRONMENT_ABSTRACT_FIXED',
  'ENVIRONMENT_PROPERTIES_TOO_LARGE',
  'EDITION_UNKNOWN',
  'NODES_TOO_OLD',
  'PATH_TOO_LONG',
  'PATH_TOO_DEEP',
  'VALUE_TOO_LARGE',
];

function define(context: ApiContext): Endpoint {
  return endpoint(context, 'defineEnvironment', {
    query: defineEnvironmentQuery,
    body: { schema: environmentBody, required: true },
    answer: successOf(environmentWriteAnswer),
    statuses: [200],
    errors: DEFINE_ERRORS,
    handle: async (call) => {
      const { parameters, query, body } = call;
      const accept = oneOf('acceptOldNodes', flag(query.acceptOldNodes), body.acceptOldNodes);
      const guards = { ...writeConditions(call.request, 'document'), ...(accept === undefined ? {} : { acceptOldNodes: accept }) };
      const command = { type: 'Define', name: parameters.environment, definition: definitionOf(body) } as const;
      return success(await execute(context, call, command, guards), context.clock);
    },
  });
}

function retire(context: ApiContext): Endpoint {
  return endpoint(context, 'retireEnvironment', {
    query: environmentWriteQuery,
    body: { schema: environmentWriteBody, required: false },
    answer: successOf(environmentWriteAnswer),
    statuses: [200],
    errors: [...WRITE_ERRORS, 'ENVIRONMENT_UNKNOWN', 'ENVIRONMENT_INHERITED_FROM', 'IF_NONE_MATCH_MALFORMED', 'IF_NONE_MATCH_FAILED'],
    handle: async (call) => {
      const command = { type: 'Retire', name: call.parameters.environment } as const;
      return success(await execute(context, call, command, writeConditions(call.request, 'document')), context.clock);
    },
  });
}

/** Without members that are undefined: an event has none. */
function definitionOf({ type, inheritsFrom, abstract, properties, policy, edition }: EnvironmentBody): EnvironmentDefinition {
  return {
    type,
    ...(inheritsFrom === undefined ? {} : { inheritsFrom }),
    ...(abstract === undefined ? {} : { abstract }),
    ...(properties === undefined ? {} : { properties }),
    ...(policy === undefined ? {} : { policy: named(policy) }),
    ...(edition === undefined ? {} : { edition }),
  };
}

function named(policy: NonNullable<EnvironmentBody['policy']>): Partial<EnvironmentPolicy> {
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));
}

async function execute(
  context: ApiContext,
  call: Call<'defineEnvironment'> | Call<'retireEnvironment'>,
  command: Exclude<EnvironmentsCommand, { readonly type: 'DefineFirst' }>,
  guards: EnvironmentGuards,
): Promise<EnvironmentWriteAnswer> {
  const request: CommandRequest<EnvironmentGuards> = { ...plainRequest(call), ...{ guards } };
  const outcome = await context.environments.execute(command, request);
  if (outcome.kind === 'refused') throw RequestRefused.from(outcome.refusal);
  const answer = answerOf(outcome, command.name, context.installation);
  if (!outcome.dryRun) call.reply.header('etag', entityTag(answer.revision));
  if (outcome.replayed) call.reply.header('idempotency-replayed', 'true');
  return { ...answer, ...{ affected: await ledgersAffectedBy(context, outcome, command.name) } };
}
