// What trading nodes say of themselves, who runs what, and the stream that feeds them.
import { z } from 'zod';
import type { NodeReport } from '@confledger/application';
import { FEED_DOCUMENT_ASKED, FEED_DOCUMENT_HEADER } from '@confledger/contracts';
import {
  readSdkHeader,
  SDK_HEADER,
  type ErrorCode,
  type NodeItem,
  type NodeReportBody,
  type NodesQuery,
  type ResolutionReport,
} from '@confledger/contracts/http';
import { success } from '../answers/envelope.js';
import type { ApiContext } from '../context.js';
import { serverBusy } from '../edge/busy.js';
import { onceGone } from '../edge/gone.js';
import { endpoint, type Endpoint } from '../endpoint.js';
import { BODY_ERRORS, LEDGER_ADDRESS_ERRORS, STREAM_ERRORS } from '../errors/groups.js';
import { requireDefined, requireNodes } from '../request/defined-environments.js';
import { checkService, environmentOf } from '../request/environments.js';
import { checkNodeName, nodeAmbiguous, nodeUnknown } from '../request/node-names.js';
import { watchNodes, type WatchedNode } from '../runtime/watched-nodes.js';
import { successOf } from '../schemas/answers.js';
import { nodeItem, nodeReportAnswer, nodesAnswer } from '../schemas/lists.js';
import { environmentQuery, feedQuery, nodeReportBody, nodesQuery } from '../schemas/requests.js';
import { RequestRefused } from '../errors/request-refused.js';

/** The endpoints of nodes. */
export function nodeEndpoints(context: ApiContext): Endpoint[] {
  return [report(context), listNodes(context), readNode(context), feed(context)];
}

function report(context: ApiContext): Endpoint {
  return endpoint(context, 'reportNode', {
    query: environmentQuery,
    body: { schema: nodeReportBody, required: true },
    answer: successOf(nodeReportAnswer),
    statuses: [201],
    errors: [...LEDGER_ADDRESS_ERRORS, 'ENVIRONMENT_ABSTRACT', ...BODY_ERRORS, 'NODE_NAME_INVALID', 'READ_MODEL_UNAVAILABLE'],
    handle: async ({ request, parameters, ledger, body, reply }) => {
      const { environment, service } = ledger;
      await requireNodes(context, ledger, 'report');
      const name = checkNodeName(parameters.name);
      const reportedAt = new Date(context.clock.now()).toISOString();
      const { state, running, rejected } = body;
      const resolution = resolutionOf(body);
      const sdk = sdkOf(request.headers[SDK_HEADER]);
      await context.reports.put({ environment, service, name, state, running, rejected, sdk, resolution, reportedAt });
      reply.code(201);
      return success({ name, reportedAt }, context.clock);
    },
  });
}

/** Null where the header is missing or cannot be read. */
function sdkOf(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && readSdkHeader(header) !== null ? header.trim() : null;
}

/** What every reading of nodes may answer with. */
const NODES_ERRORS: readonly ErrorCode[] = [
  'ENVIRONMENT_UNKNOWN',
  'SERVICE_NAME_INVALID',
  'READ_MODEL_UNAVAILABLE',
  'EVENT_STORE_UNAVAILABLE',
  'LOG_SET_BACK',
  'TOO_MANY_REQUESTS',
];

function listNodes(context: ApiContext): Endpoint {
  return endpoint(context, 'listNodes', {
    query: nodesQuery,
    body: null,
    answer: successOf(nodesAnswer),
    statuses: [200],
    errors: NODES_ERRORS,
    handle: async ({ query, actor }) => {
      const filter = await filterOf(context, query);
      const nodes = await context.listReads.run(actor.id, () => watchNodes(context, filter));
      const items = nodes.map(showNode);
      return success({ items, next: null }, context.clock);
    },
  });
}

function readNode(context: ApiContext): Endpoint {
  return endpoint(context, 'readNode', {
    query: nodesQuery,
    body: null,
    answer: successOf(nodeItem),
    statuses: [200],
    errors: [...NODES_ERRORS, 'NODE_NAME_INVALID', 'NODE_UNKNOWN', 'NODE_AMBIGUOUS'],
    handle: async ({ parameters, query, actor }) => {
      const name = checkNodeName(parameters.name);
      const filter = await filterOf(context, query);
      const node = await context.listReads.run(actor.id, async () => {
        const [found, ...others] = await watchNodes(context, { ...filter, name });
        if (found === undefined) throw nodeUnknown(name, filter, await context.reports.list({}));
        if (others.length > 0)
          throw nodeAmbiguous(
            name,
            [found, ...others].map(({ report }) => report),
          );
        return found;
      });
      return success(showNode(node), context.clock);
    },
  });
}

interface NodesFilter {
  readonly environment?: string;
  readonly service?: string;
}

async function filterOf(context: ApiContext, query: NodesQuery): Promise<NodesFilter> {
  const environment = environmentOf({ query: query.environment }, context.environments.known);
  await requireDefined(context, environment);
  const service = query.service === undefined ? undefined : checkService(query.service);
  return { ...(environment === undefined ? {} : { environment }), ...(service === undefined ? {} : { service }) };
}

function showNode({ report, active, upToDate }: WatchedNode): NodeItem {
  const { name, environment, service, running, rejected, sdk, reportedAt, resolution } = report;
  const version = active.kind === 'active' ? active.version : null;
  const remedy = remedyOf(report);
  return {
    name,
    environment,
    service,
    state: stateOf(report),
    running,
    rejected,
    sdk,
    reportedAt,
    active: version,
    upToDate,
    ...(remedy !== null && { remedy }),
    ...resolution,
  };
}

/** What a report says of the node's own place. */
function resolutionOf({ unreadReferences, unresolved, profiles, overridden, pendingRestart }: ResolutionReport): ResolutionReport {
  return {
    ...(unreadReferences !== undefined && { unreadReferences }),
    ...(unresolved !== undefined && { unresolved }),
    ...(profiles !== undefined && { profiles }),
    ...(overridden !== undefined && { overridden }),
    ...(pendingRestart !== undefined && { pendingRestart }),
  };
}

function remedyOf({ rejected, resolution }: NodeReport): string | null {
  if (rejected?.mixture === true) return 'Restart it: its schemas refuse the new values beside those that it keeps until it is restarted';
  if (resolution.pendingRestart !== undefined) return 'Restart it to run the values of pendingRestart';
  if (resolution.overridden !== undefined) return 'Remove the variables that override values on this node, or set the values in the ledger';
  return null;
}

const STATES: readonly NodeReportBody['state'][] = ['connecting', 'waiting', 'ready', 'stale', 'closed'];

function stateOf({ state }: NodeReport): NodeReportBody['state'] {
  return STATES.find((known) => known === state) ?? 'stale';
}

function feed(context: ApiContext): Endpoint {
  return endpoint(context, 'feed', {
    query: feedQuery,
    body: null,
    answer: z.string().meta({ contentType: 'text/event-stream' }),
    statuses: [200],
    errors: [
      ...LEDGER_ADDRESS_ERRORS,
      'ENVIRONMENT_ABSTRACT',
      'ENVIRONMENT_RETIRED',
      'QUERY_PARAMETER_MISSING',
      'FEED_NOT_HERE',
      ...STREAM_ERRORS,
    ],
    handle: async ({ request, reply, ledger }) => {
      if (context.feed === null) throw RequestRefused.of('FEED_NOT_HERE');
      await requireNodes(context, ledger, 'feed');
      if (!context.edge.feedClients.take())
        throw serverBusy('feed-clients', `${context.edge.feedClients.max} clients follow the feed of this api`);
      // The answer ends, whatever happens: with a failure, or when its client goes.
      onceGone(reply.raw, () => context.edge.feedClients.give());
      const { 'last-event-id': lastEventId, [FEED_DOCUMENT_HEADER]: asked } = request.headers;
      // A stream is written to the raw response, which does not have the headers of the reply.
      reply.raw.setHeader('x-request-id', request.id);
      await context.feed.subscribe(ledger.text, {
        response: reply.raw,
        lastEventId: typeof lastEventId === 'string' ? lastEventId : null,
        takesDocument: asked === FEED_DOCUMENT_ASKED,
        signal: context.closing,
        turn: (cost) => context.largeAnswers.turnOfFeed(cost),
      });
      reply.hijack();
      return 'sent';
    },
  });
}
