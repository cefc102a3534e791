// The projector's own port: health for orchestrators, metrics for Prometheus. Holds no secrets and takes no commands.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProjectorStatus, RunningProjector } from './start-projector.js';

export interface HealthServer {
  /** `http://<host>:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Longer than this no answer about health is worth waiting for. */
const STATUS_TIMEOUT_MS = 2_000;

export async function serveHealth(
  projector: RunningProjector,
  at: { readonly host: string; readonly port: number; readonly version: string },
): Promise<HealthServer> {
  const server = createServer((request, response) => void answer(projector, at.version, request, response));
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

async function answer(projector: RunningProjector, version: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.resume();
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'Only GET is served here.\n');
  if (path === '/health/live') return send(response, 200, 'application/json', '{"live":true}\n');
  if (path !== '/health' && path !== '/health/ready' && path !== '/metrics') {
    return send(response, 404, 'text/plain', 'There are /health, /health/live, /health/ready and /metrics.\n');
  }
  const status = await statusWithin(projector);
  if (path === '/metrics')
    return send(
      response,
      status === null ? 503 : 200,
      'text/plain; version=0.0.4; charset=utf-8',
      status === null ? '' : metricsOf(status),
    );
  const healthy = status !== null && (status.state === 'active' || status.state === 'standby');
  const body = { healthy, checks: checksOf(status), timestamp: new Date().toISOString(), version };
  return send(response, healthy ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
}

/** Null when the log or the read model does not answer. */
async function statusWithin(projector: RunningProjector): Promise<ProjectorStatus | null> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => (timer = setTimeout(resolve, STATUS_TIMEOUT_MS, null)));
  try {
    return await Promise.race([projector.status(), silence]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function checksOf(status: ProjectorStatus | null): object {
  if (status === null) return { projector: { healthy: false, problem: 'the log or the read model does not answer' } };
  const { state, position, last, lag, parked } = status;
  return {
    projector: {
      healthy: state === 'active' || state === 'standby',
      state,
      position: String(position),
      last: String(last),
      lag: String(lag),
      parked,
    },
  };
}

function metricsOf({ state, position, last, lag, projected, parked, failures }: ProjectorStatus): string {
  const lines = [
    gauge('projector_active', '1 when this process projects, 0 on standby', state === 'active' ? 1 : 0),
    gauge('log_position', 'Position of the newest event', last),
    gauge('read_model_position', 'Position that the read model is valid at', position),
    gauge('read_model_lag_positions', 'How far the read model is behind the log, in positions', lag),
    counter('projector_events_total', 'Events folded by this process', projected),
    counter('projector_parked_total', 'Events that this process could not apply', parked),
    counter('projector_failures_total', 'Failures that were tried again', failures),
  ];
  return lines.join('');
}

const gauge = (name: string, help: string, value: number | bigint): string => metric('gauge', name, help, value);
const counter = (name: string, help: string, value: number | bigint): string => metric('counter', name, help, value);

function metric(type: string, name: string, help: string, value: number | bigint): string {
  return `# HELP confledger_${name} ${help}\n# TYPE confledger_${name} ${type}\nconfledger_${name} ${value}\n`;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
