// Puts the API together: a Fastify instance over the core and its queries.
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import Fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { BASE } from '@confledger/contracts/http';
import { limitedWarnings } from '@confledger/process';
import { authenticator, NOBODY, type TokenOwner } from './auth.js';
import type { ApiContext, ApiOptions } from './context.js';
import { Bodies } from './edge/bodies.js';
import { compressAnswers } from './edge/compression.js';
import { Edge } from './edge/limits.js';
import { LargeAnswers } from './edge/large-answers.js';
import { ListReads } from './edge/list-reads.js';
import { createEdgeServer, type EdgeServer } from './edge/server.js';
import { serveDocumentation } from './docs/documentation.js';
import { COMMON_HEADERS, JSON_TYPE } from './answers/envelope.js';
import type { Endpoint } from './endpoint.js';
import { failure, isFault, refusalFor } from './errors/failure.js';
import { STATUS_OF } from './errors/status.js';
import { BODY_BYTES_MAX, forgetTypeOfNothing, isCutShort, isDrained, readBodiesStrictly } from './request/body-parser.js';
import { requestIdOf } from './request/identity.js';
import { parseQueryString } from './request/query-string.js';
import { unroutedHandler, type KnownRoute } from './request/unrouted.js';
import { documentEndpoints } from './routes/documents.js';
import { batchEndpoints } from './routes/batches.js';
import { activationEndpoints } from './routes/activations.js';
import { effectiveEndpoints } from './routes/effective.js';
import { differenceEndpoints } from './routes/differences.js';
import { integrityEndpoints } from './routes/integrity.js';
import { environmentEndpoints } from './routes/environments.js';
import { promotionEndpoints } from './routes/promotion.js';
import { retirementEndpoints } from './routes/retirement.js';
import { schemaEndpoints } from './routes/schemas.js';
import { sealEndpoints } from './routes/seals.js';
import { listEndpoints } from './routes/lists.js';
import { nodeEndpoints } from './routes/nodes.js';
import { systemEndpoints } from './routes/system.js';
import { validationEndpoints } from './routes/validation.js';
import { valueEndpoints } from './routes/values.js';
import { versionEndpoints } from './routes/versions.js';
import { writeHeartbeats } from './runtime/heartbeat.js';
import { createMeasurements } from './runtime/measurements.js';
import { logFault, logRequests } from './runtime/request-log.js';
import { RequestRefused } from './errors/request-refused.js';

/** The longest parameter in a URL, in characters: beyond the 16 KiB that Node takes, so that our own limits speak. */
const PARAMETER_CHARACTERS_MAX = 32 * 1024;

export interface Api {
  readonly app: FastifyInstance;
  /** One for each row of the operations table. */
  readonly endpoints: readonly Endpoint[];
}

/** Makes the API; the caller listens and closes. Closing ends the streams. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { clock, logger, tokens, version } = options;
  const closing = new AbortController();
  // Each stream listens to it: thousands are no leak.
  setMaxListeners(0, closing.signal);
  const measurements = createMeasurements();
  const edge = new Edge(options.edgeLimits);
  const context: ApiContext = {
    ...options,
    metrics: { contentType: measurements.contentType, read: () => measurements.text(context) },
    closing: closing.signal,
    edge,
    largeAnswers: new LargeAnswers(edge),
    listReads: new ListReads(edge),
    apiId: randomUUID(),
    startedAt: new Date(clock.now()).toISOString(),
  };
  const { app, closeIdle } = makeServer(options, edge);
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, url });
  });
  app.addHook('preClose', async () => {
    closing.abort();
    closeIdle();
  });
  app.addHook('onClose', async () => measurements.close());
  writeHeartbeats(app, context);
  const refuseUnrouted = unroutedHandler(routes);
  guardRequests(app, tokens, refuseUnrouted);
  logRequests(app, logger, measurements);
  readBodiesStrictly(app, new Bodies(edge));
  await compressAnswers(app);

  const endpoints = endpointsOf(context);
  for (const each of endpoints) route(app, BASE, each);
  for (const each of endpoints.filter(({ servedBare }) => servedBare === true)) route(app, '', each);
  await serveDocumentation(app, endpoints, version);
  app.setNotFoundHandler(refuseUnrouted);
  // Answers say what environments give from the first one on. While the store is away they do without.
  await context.environments.facts.fresh().catch(() => null);
  await app.ready();
  return { app, endpoints };
}

interface MadeServer {
  readonly app: FastifyInstance;
  /** Closes the connections without a request under way. */
  closeIdle(): void;
}

function makeServer({ logger, clock }: Pick<ApiOptions, 'logger' | 'clock'>, edge: Edge): MadeServer {
  const answerFailure = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    // The edge has answered already: that the body was late.
    if (reply.raw.headersSent) return reply.hijack();
    const refused = isCutShort(request) ? RequestRefused.of('REQUEST_MALFORMED') : refusalFor(error);
    if (isFault(refused)) logFault(logger, request, error);
    // Fastify ends the connection; here the rest of a body that is not too long is read and thrown away.
    if (REFUSES_BODIES.has(refused.code) && (request.raw.complete || isDrained(request))) reply.removeHeader('connection');
    // A request that reached no route has not met the hook that sets these.
    if (!reply.hasHeader('x-request-id')) reply.headers(COMMON_HEADERS).header('x-request-id', request.id);
    reply.code(STATUS_OF[refused.code]).headers(refused.headers).header('content-type', JSON_TYPE);
    return reply.send(JSON.stringify(failure(refused, request.id, new Date(clock.now()).toISOString())));
  };
  const warnings = limitedWarnings(logger);
  const onFull = (): void => warnings.warn({ open: edge.connections.inUse }, 'a connection found no place: all are in use');
  const servers: EdgeServer[] = [];
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests: the lines that are written name the request themselves.
    childLoggerFactory: (shared) => shared,
    genReqId: (request) => requestIdOf(request),
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: {
      maxParamLength: PARAMETER_CHARACTERS_MAX,
      querystringParser: (text) => parseQueryString(text) as Record<string, unknown>,
    },
    frameworkErrors: (error, request, reply) => void answerFailure(error, request, reply),
    serverFactory: (handle) => {
      const made = createEdgeServer({ edge, clock, onFull }, handle);
      servers.push(made);
      return made.server;
    },
    // The server of the factory answers these itself.
    clientErrorHandler: () => undefined,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  app.setErrorHandler(answerFailure);
  const closeIdle = (): void => servers.forEach((each) => each.closeIdle());
  return { app, closeIdle };
}

function guardRequests(app: FastifyInstance, tokens: readonly TokenOwner[], refuseUnrouted: (request: FastifyRequest) => never): void {
  const authenticate = authenticator(tokens);
  app.decorateRequest('actor');
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(COMMON_HEADERS).header('x-request-id', request.id);
    request.actor = NOBODY;
    forgetTypeOfNothing(request);
    // A route that declares nothing takes the most.
    const { access = 'administer' } = request.routeOptions.config;
    if (!request.is404 && access === 'open') return done();
    try {
      // At once: Fastify has an opinion of its own about bodies, and about a QUERY without a content type.
      if (request.is404 || access === 'open') refuseUnrouted(request);
      request.actor = authenticate(request, access);
    } catch (error) {
      return done(error as Error);
    }
    done();
  });
}

/** Refused while a body may still arrive. */
const REFUSES_BODIES: ReadonlySet<string> = new Set(['BODY_TOO_LARGE', 'SERVER_BUSY']);

function endpointsOf(context: ApiContext): readonly Endpoint[] {
  return [
    ...documentEndpoints(context),
    ...promotionEndpoints(context),
    ...retirementEndpoints(context),
    ...valueEndpoints(context),
    ...batchEndpoints(context),
    ...versionEndpoints(context),
    ...activationEndpoints(context),
    ...effectiveEndpoints(context),
    ...differenceEndpoints(context),
    ...listEndpoints(context),
    ...environmentEndpoints(context),
    ...integrityEndpoints(context),
    ...schemaEndpoints(context),
    ...validationEndpoints(context),
    ...sealEndpoints(context),
    ...nodeEndpoints(context),
    ...systemEndpoints(context),
  ];
}

function route(app: FastifyInstance, base: string, { method, path, name, access, answers, body, run }: Endpoint): void {
  const url = `${base}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
  const streaming = answers === 'stream' || answers === 'lines';
  app.route({
    method,
    url,
    config: { access, operation: name, streaming, takesBody: body !== null },
    exposeHeadRoute: method === 'GET' && !streaming,
    ...(method === 'GET' && !streaming ? {} : { compress: false }),
    handler: run,
  });
}
