// What an api serves at its port before it knows which installation it belongs to: health for probes, and 503 for everything else.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@confledger/application';
import { BASE } from '@confledger/contracts/http';
import { Edge } from '../edge/limits.js';
import { createEdgeServer } from '../edge/server.js';
import { failure } from '../errors/failure.js';
import { STATUS_OF } from '../errors/status.js';
import { RequestRefused } from '../errors/request-refused.js';

export interface WaitingServer {
  close(): Promise<void>;
}

/** Listens until closed. `detail` says why the api waits, without hosts and users: probes need no token. */
export async function serveWhileWaiting(
  at: { readonly host: string; readonly port: number; readonly version: string },
  clock: Clock,
  detail: () => string,
): Promise<WaitingServer> {
  const { server } = createEdgeServer({ edge: new Edge(), clock, onFull: () => undefined }, (request, response) => {
    request.resume();
    const now = new Date(clock.now()).toISOString();
    const health = healthPath(request);
    if (health === null)
      return send(response, STATUS_OF.EVENT_STORE_UNAVAILABLE, failure(RequestRefused.of('EVENT_STORE_UNAVAILABLE'), randomUUID(), now));
    const checks = health === '/live' ? {} : { eventStore: { healthy: false, detail: detail(), tookMs: 0 } };
    send(response, health === '/live' ? 200 : 503, { healthy: health === '/live', checks, timestamp: now, version: at.version });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at.port, at.host, resolve));
  return {
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** '', '/live' or '/ready' of a health call, under the base or outside it; null for any other. */
function healthPath({ method, url = '' }: IncomingMessage): string | null {
  if (method !== 'GET' && method !== 'HEAD') return null;
  const path = url.split('?')[0] ?? '';
  return (
    /^(?:\/health)(\/live|\/ready)?$/
      .exec(path.startsWith(BASE) ? path.slice(BASE.length) : path)
      ?.at(0)
      ?.slice('/health'.length) ?? null
  );
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', 'retry-after': '1' });
  response.end(JSON.stringify(body));
}
