// The HTTP server of the api: what comes in passes the gate, whatever kind of request it is, and Node's own answers have our shape.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { BASE } from '@confledger/contracts/http';
import { RequestRefused } from '../errors/request-refused.js';
import { serverBusy } from './busy.js';
import { clientErrorHandler, refuseOn, refuseWith, type RawAnswers } from './client-errors.js';
import { Connections } from './connections.js';
import { Gate, type Handle } from './gate.js';
import type { Edge } from './limits.js';
import { UnreadAnswers } from './unread-answers.js';

/** How long a connection is kept for a next request: longer than the 60 s of common load balancers. */
const KEEP_ALIVE_MS = 72_000;
/** How often Node looks for connections that are late. */
const LATE_INTERVAL_MS_MAX = 2_000;

export interface EdgeServerOptions extends RawAnswers {
  readonly edge: Edge;
  /** A connection found no place. Called for each. */
  readonly onFull: () => void;
}

export interface EdgeServer {
  readonly server: Server;
  /** Closes connections without a request under way. */
  closeIdle(): void;
}

/** Makes the server; requests are handed on to `handle`, at most one of each connection at a time. */
export function createEdgeServer({ edge, onFull, ...raw }: EdgeServerOptions, handle: Handle): EdgeServer {
  const gate = new Gate(edge.limits.waitingRequests, () => edge.waitingRequests.refuse());
  const connections = new Connections(edge, gate, onFull);
  const unread = new UnreadAnswers(edge, gate);
  const served: Handle = (request, response) => {
    if (request.headers.host === undefined && request.httpVersion === '1.1') return refuseWith(response, hostMissing(), raw);
    if (!connections.isForHealthOnly(request.socket)) return handle(request, response);
    response.setHeader('connection', 'close');
    if (isForProbes(request.url ?? '')) return handle(request, response);
    refuseWith(response, serverBusy('connections', 'All connections are in use'), raw);
  };
  const pass = (then: Handle) => (request: IncomingMessage, response: ServerResponse) => gate.pass(request, response, then);
  const server = createServer({
    headersTimeout: edge.limits.headersMs,
    requestTimeout: edge.limits.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Node's own answer would not have our shape.
    requireHostHeader: false,
    connectionsCheckingInterval: Math.min(LATE_INTERVAL_MS_MAX, edge.limits.headersMs),
  });
  server.on('connection', (socket) => connections.accept(socket));
  server.on('request', pass(served));
  server.on(
    'checkContinue',
    pass((request, response) => {
      response.writeContinue();
      served(request, response);
    }),
  );
  server.on(
    'checkExpectation',
    pass((_request, response) => refuseWith(response, RequestRefused.of('EXPECTATION_FAILED'), raw)),
  );
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    // Its socket is no longer read as HTTP. Behind a request that is under way it cannot be answered.
    if (gate.isBusy(request.socket)) return void socket.destroy();
    refuseOn(socket, RequestRefused.of('METHOD_UNKNOWN', { path: null, message: 'CONNECT is for proxies, and this is none' }), raw);
  });
  server.on('clientError', clientErrorHandler(gate, raw));
  server.on('close', () => unread.stop());
  return { server, closeIdle: () => connections.closeIdle() };
}

function hostMissing(): RequestRefused {
  return RequestRefused.of('REQUEST_MALFORMED', {
    path: 'host',
    rule: 'host',
    message: 'The header Host is missing',
    remedy: 'Send it: HTTP/1.1 asks for it.',
  });
}

const PROBES = /^(?:\/health(?:\/live|\/ready)?|\/metrics)(?:\?|$)/;

function isForProbes(url: string): boolean {
  return PROBES.test(url.startsWith(BASE) ? url.slice(BASE.length) : url);
}
