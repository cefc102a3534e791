// What trading nodes say of themselves, who runs what, and the stream that feeds them.
import { z } from 'zod';
import type { NodeReport } from '@confledger/application';
import type { NodeItem, NodeReportBody } from '@confledger/contracts';
import { success } from '../answers/envelope.js';
import type { ApiContext } from '../context.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { byCatalogue } from '../errors/failure.js';
import { refuse } from '../errors/request-refused.js';
import { checkService, environmentOf, ledgerOf } from '../request/environments.js';
import { watchNodes, type WatchedNode } from '../runtime/watched-nodes.js';
import { successOf } from '../schemas/answers.js';
import { nodeItem } from '../schemas/lists.js';
import { environmentQuery, feedQuery, nodeReportBody, nodesQuery } from '../schemas/requests.js';
import { BODY_ERRORS, LEDGER_ADDRESS_ERRORS } from './error-groups.js';

const GROUP = 'Nodes';
const NODE_NAME = /^[A-Za-z0-9._:-]{1,128}$/;

/** The endpoints of nodes. */
export function nodeEndpoints(context: ApiContext): Endpoint[] {
  return [report(context), listNodes(context), feed(context)];
}

function report(context: ApiContext): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/nodes/{name}',
    name: 'reportNode',
    group: GROUP,
    summary: 'A node says what it runs, or why it does not',
    query: environmentQuery,
    body: { schema: nodeReportBody, required: true },
    answer: successOf(z.strictObject({ name: z.string(), reportedAt: z.iso.datetime({ precision: 3 }) })),
    statuses: [201],
    errors: [...LEDGER_ADDRESS_ERRORS, ...BODY_ERRORS, 'NODE_NAME_INVALID', 'READ_MODEL_UNAVAILABLE'],
    handle: async ({ parameters, query, body, reply }) => {
      const name = checkNodeName(parameters.name);
      const { environment, service } = ledgerOf(body.service, { query: query.environment, body: body.environment }, context.environments);
      const reportedAt = new Date(context.clock.now()).toISOString();
      await context.reports.put({ ...body, environment, service, name, reportedAt });
      reply.code(201);
      return success({ name, reportedAt }, context.clock);
    },
  });
}

function checkNodeName(name: string): string {
  if (NODE_NAME.test(name)) return name;
  throw refuse('NODE_NAME_INVALID', {
    path: 'name',
    rule: 'node-name',
    message: `${JSON.stringify(name.slice(0, 160))} cannot be the name of a node`,
  });
}

function listNodes(context: ApiContext): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/nodes',
    name: 'listNodes',
    group: GROUP,
    summary: 'Who runs what: the newest report of every node, and whether it runs what is active now',
    query: nodesQuery,
    body: null,
    answer: successOf(z.strictObject({ items: z.array(nodeItem), next: z.null() })),
    statuses: [200],
    errors: ['ENVIRONMENT_UNKNOWN', 'SERVICE_NAME_INVALID', 'READ_MODEL_UNAVAILABLE', 'EVENT_STORE_UNAVAILABLE', 'LOG_SET_BACK'],
    handle: async ({ query }) => {
      const environment = environmentOf({ query: query.environment }, context.environments);
      const service = query.service === undefined ? undefined : checkService(query.service);
      const nodes = await watchNodes(context, {
        ...(environment === undefined ? {} : { environment }),
        ...(service === undefined ? {} : { service }),
      });
      const items = nodes.map(showNode);
      return success({ items, next: null }, context.clock);
    },
  });
}

function showNode({ report, active, upToDate }: WatchedNode): NodeItem {
  const { name, environment, service, running, rejected, reportedAt } = report;
  const version = active.kind === 'active' ? active.version : null;
  return { name, environment, service, state: stateOf(report), running, rejected, reportedAt, active: version, upToDate };
}

const STATES: readonly NodeReportBody['state'][] = ['connecting', 'waiting', 'ready', 'stale', 'closed'];

function stateOf({ state }: NodeReport): NodeReportBody['state'] {
  return STATES.find((known) => known === state) ?? 'stale';
}

function feed(context: ApiContext): Endpoint {
  return endpoint({
    method: 'GET',
    path: '/feed',
    name: 'feed',
    group: GROUP,
    summary: 'The active configuration as server-sent events: everything, then every activation',
    query: feedQuery,
    body: null,
    answer: z.string().meta({ contentType: 'text/event-stream' }),
    streaming: true,
    statuses: [200],
    errors: [...LEDGER_ADDRESS_ERRORS, 'FEED_NOT_HERE', 'EVENT_STORE_UNAVAILABLE', 'LOG_SET_BACK'],
    handle: async ({ request, reply, query }) => {
      const { environment, service } = ledgerOf(query.service, { query: query.environment }, context.environments);
      if (context.feed === null) throw byCatalogue('FEED_NOT_HERE');
      const lastEventId = request.headers['last-event-id'];
      await context.feed.subscribe(
        `${environment}.${service}`,
        typeof lastEventId === 'string' ? lastEventId : null,
        reply.raw,
        context.closing,
      );
      reply.hijack();
      return 'sent';
    },
  });
}
