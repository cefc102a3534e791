// The node's own port: /status for people and programs, /health for orchestrators. Holds no secrets and takes no commands.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeStatus } from '@confledger/sdk';

export interface StatusSource {
  readonly name: string;
  readonly environment: string;
  readonly service: string;
  status(): NodeStatus;
}

export interface StatusServer {
  /** `http://<host>:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

export async function serveStatus(source: StatusSource, at: { readonly host: string; readonly port: number }): Promise<StatusServer> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') send(response, 405, { error: 'Only GET is served here.' });
    else answer(source, request.url?.split('?')[0] ?? '', response);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(at.port, at.host, resolve));
  const { address, port, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer({ name, environment, service, status }: StatusSource, path: string, response: ServerResponse): void {
  const { state, running, rejected, problem, ...more } = status();
  if (path === '/status') send(response, 200, { name, environment, service, state, running, rejected, problem, ...more });
  else if (path === '/health/live') send(response, 200, { live: true });
  else if (path === '/health' || path === '/health/ready') {
    // A stale node trades on: it is not healthy, but restarting it would help nobody.
    const healthy = state === 'ready';
    send(response, healthy ? 200 : 503, { healthy, checks: { node: { healthy, state, problem } }, timestamp: new Date().toISOString() });
  } else send(response, 404, { error: 'There are /status, /health, /health/live and /health/ready.' });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(`${JSON.stringify(body)}\n`);
}
