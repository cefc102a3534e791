// The relay's own port: health for orchestrators, metrics for Prometheus. Holds no secrets and takes no commands.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RelayStatus, RunningRelay } from './start-relay.js';

export interface HealthServer {
  /** `http://<host>:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Longer than this no answer about health is worth waiting for. */
const STATUS_TIMEOUT_MS = 2_000;

export async function serveHealth(relay: RunningRelay, at: { readonly host: string; readonly port: number; readonly version: string }): Promise<HealthServer> {
  const server = createServer((request, response) => void answer(relay, at.version, request, response));
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

async function answer(relay: RunningRelay, version: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'Only GET is served here.\n');
  if (path === '/health/live') return send(response, 200, 'application/json', '{"live":true}\n');
  if (path !== '/health' && path !== '/health/ready' && path !== '/metrics') {
    return send(response, 404, 'text/plain', 'There are /health, /health/live, /health/ready and /metrics.\n');
  }
  const status = await statusWithin(relay);
  if (path === '/metrics') return send(response, status === null ? 503 : 200, 'text/plain; version=0.0.4; charset=utf-8', status === null ? '' : metricsOf(status));
  const healthy = status !== null && isHealthy(status);
  const body = { healthy, checks: checksOf(status), timestamp: new Date().toISOString(), version };
  return send(response, healthy ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
}

/** Null when the log does not answer. */
async function statusWithin(relay: RunningRelay): Promise<RelayStatus | null> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => (timer = setTimeout(resolve, STATUS_TIMEOUT_MS, null)));
  try {
    return await Promise.race([relay.status(), silence]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function isHealthy({ state }: RelayStatus): boolean {
  return state === 'active' || state === 'standby';
}

function checksOf(status: RelayStatus | null): object {
  if (status === null) return { relay: { healthy: false, problem: 'the log does not answer' } };
  const { state, position, last } = status;
  return { relay: { healthy: isHealthy(status), state, position: String(position), last: String(last), ...(state === 'active' ? { lag: String(lagOf(status)) } : {}) } };
}

function metricsOf(status: RelayStatus): string {
  const { state, position, last, published, failures } = status;
  const lines = [
    metric('gauge', 'relay_active', '1 when this process writes the feed, 0 on standby', state === 'active' ? 1 : 0),
    metric('gauge', 'log_position', 'Position of the newest event', last),
    metric('counter', 'relay_activations_total', 'Activations that this process gave to nodes', published),
    metric('counter', 'relay_failures_total', 'Failures that were tried again', failures),
  ];
  // Only who writes the feed knows where it is.
  if (state === 'active') {
    lines.push(
      metric('gauge', 'feed_position', 'Position that the feed is complete up to', position),
      metric('gauge', 'feed_lag_positions', 'How far the feed is behind the log, in positions', lagOf(status)),
    );
  }
  return lines.join('');
}

function lagOf({ position, last }: RelayStatus): bigint {
  return last > position ? last - position : 0n;
}

function metric(type: string, name: string, help: string, value: number | bigint): string {
  return `# HELP confledger_${name} ${help}\n# TYPE confledger_${name} ${type}\nconfledger_${name} ${value}\n`;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
