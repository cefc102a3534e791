// Puts the API together: a Fastify instance over the core and its queries. Used by compose, the standalone service and tests.
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LogGuard, type Clock, type EventStore, type Ledgers, type NodeReports, type ReadModel } from '@confledger/application';
import { BASE } from './answers/standing.js';
import { authenticator, NOBODY, type TokenOwner } from './auth.js';
import type { ApiContext, FeedStreams, SignerPublicKey } from './context.js';
import { serveDocumentation } from './docs/documentation.js';
import { JSON_TYPE, type Endpoint } from './endpoint.js';
import { byCatalogue, failure, isFault, refusalFor } from './errors/failure.js';
import { STATUS_OF } from './errors/status.js';
import { BODY_BYTES_MAX, forgetTypeOfNothing, isCutShort, isDrained, readBodiesStrictly } from './request/body-parser.js';
import { requestIdOf } from './request/identity.js';
import { parseQueryString } from './request/query-string.js';
import { documentEndpoints } from './routes/documents.js';
import { batchEndpoints } from './routes/batches.js';
import { differenceEndpoints } from './routes/differences.js';
import { listEndpoints } from './routes/lists.js';
import { nodeEndpoints } from './routes/nodes.js';
import { healthEndpoints, systemEndpoints } from './routes/system.js';
import { unroutedHandler, type KnownRoute } from './routes/unrouted.js';
import { valueEndpoints } from './routes/values.js';
import { versionEndpoints } from './routes/versions.js';
import { clientErrorHandler } from './runtime/client-errors.js';
import { createMeasurements } from './runtime/measurements.js';
import { logFault, logRequests } from './runtime/request-log.js';

/** The longest parameter in a URL, in characters: beyond the 16 KiB that Node takes, so that our own limits speak. */
const PARAMETER_CHARACTERS_MAX = 32 * 1024;

/** How long a whole request may take to arrive: 10 MiB at 90 KB a second. */
const REQUEST_TIMEOUT_MS = 120_000;

export interface ApiOptions {
  readonly ledgers: Ledgers;
  readonly readModel: ReadModel;
  readonly reports: NodeReports;
  readonly eventStore: Pick<EventStore, 'lastPosition' | 'counts'>;
  /** The guard of the event store's log; absent where nobody watches it. */
  readonly logGuard?: Pick<LogGuard, 'standing' | 'problem'>;
  /** The HTTP feed; null or absent where nodes are fed otherwise. */
  readonly feed?: FeedStreams | null;
  /** How far the feed is complete, for /status and /metrics. */
  readonly feedPosition?: () => bigint;
  readonly tokens: readonly TokenOwner[];
  readonly environments: readonly string[];
  /** Id of the installation. */
  readonly installation: string;
  readonly signerPublicKey: SignerPublicKey;
  readonly logger: FastifyBaseLogger;
  readonly clock?: Clock;
  /** The version of ConfLedger that is shown. */
  readonly version?: string;
  /** Serve /metrics without a token, for scrapers that have none. */
  readonly openMetrics?: boolean;
}

export interface Api {
  readonly app: FastifyInstance;
  /** The endpoints that need a token, and those that do not. */
  readonly endpoints: readonly Endpoint[];
  readonly openEndpoints: readonly Endpoint[];
}

/** Makes the API; the caller listens and closes. Closing ends the streams. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const clock = options.clock ?? { now: () => Date.now() };
  const closing = new AbortController();
  const measurements = createMeasurements();
  const { feed = null, feedPosition = null, version = '0.1.0', logGuard = new LogGuard() } = options;
  const context: ApiContext = {
    ...options,
    feed,
    feedPosition,
    logGuard,
    version,
    clock,
    metrics: { contentType: measurements.contentType, read: () => measurements.text(context) },
    closing: closing.signal,
    startedAt: new Date(clock.now()).toISOString(),
  };
  const app = makeServer(options, clock);
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, url });
  });
  app.addHook('preClose', async () => closing.abort());
  app.addHook('onClose', async () => measurements.close());
  guardRequests(app, options.tokens);
  logRequests(app, options.logger, measurements);
  readBodiesStrictly(app);

  const { endpoints, openEndpoints } = endpointsOf(context, options.openMetrics ?? false);
  for (const each of endpoints) route(app, BASE, each, false);
  for (const each of openEndpoints) route(app, BASE, each, true);
  for (const each of healthEndpoints(context)) route(app, '', each, true);
  await serveDocumentation(app, endpoints, openEndpoints, version);
  app.setNotFoundHandler(unroutedHandler(routes));
  await app.ready();
  return { app, endpoints, openEndpoints };
}

function makeServer({ logger }: ApiOptions, clock: Clock): FastifyInstance {
  const answerFailure = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refused = isCutShort(request) ? byCatalogue('REQUEST_MALFORMED') : refusalFor(error);
    if (isFault(refused)) logFault(logger, request, error);
    if (refused.code === 'BODY_TOO_LARGE' && isDrained(request)) reply.removeHeader('connection');
    // A request that reached no route has not met the hook that sets these.
    if (!reply.hasHeader('x-request-id')) reply.headers(COMMON_HEADERS).header('x-request-id', request.id);
    reply.code(STATUS_OF[refused.code]).headers(refused.headers).header('content-type', JSON_TYPE);
    return reply.send(JSON.stringify(failure(refused, request.id, new Date(clock.now()).toISOString())));
  };
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // One logger for all requests: the lines that are written name the request themselves.
    childLoggerFactory: (shared) => shared,
    genReqId: (request) => requestIdOf(request),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: {
      maxParamLength: PARAMETER_CHARACTERS_MAX,
      querystringParser: (text) => parseQueryString(text) as Record<string, unknown>,
    },
    frameworkErrors: (error, request, reply) => void answerFailure(error, request, reply),
    clientErrorHandler: clientErrorHandler(clock),
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  app.setErrorHandler(answerFailure);
  return app;
}

function guardRequests(app: FastifyInstance, tokens: readonly TokenOwner[]): void {
  const authenticate = authenticator(tokens);
  app.decorateRequest('actor');
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(COMMON_HEADERS).header('x-request-id', request.id);
    request.actor = NOBODY;
    forgetTypeOfNothing(request);
    if (request.is404 || request.routeOptions.config.open === true) return done();
    try {
      request.actor = authenticate(request);
    } catch (error) {
      return done(error as Error);
    }
    done();
  });
}

const COMMON_HEADERS = {
  'cache-control': 'private, no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

function endpointsOf(context: ApiContext, openMetrics: boolean): Pick<Api, 'endpoints' | 'openEndpoints'> {
  const system = systemEndpoints(context);
  const isOpen = ({ name }: Endpoint): boolean => openMetrics && name === 'metrics';
  const endpoints = [
    ...documentEndpoints(context),
    ...valueEndpoints(context),
    ...batchEndpoints(context),
    ...versionEndpoints(context),
    ...differenceEndpoints(context),
    ...listEndpoints(context),
    ...nodeEndpoints(context),
    ...system.filter((each) => !isOpen(each)),
  ];
  return { endpoints, openEndpoints: [...healthEndpoints(context), ...system.filter(isOpen)] };
}

function route(app: FastifyInstance, base: string, { method, path, name, streaming = false, run }: Endpoint, open: boolean): void {
  const url = `${base}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
  app.route({ method, url, config: { open, operation: name, streaming }, exposeHeadRoute: method === 'GET' && !streaming, handler: run });
}
