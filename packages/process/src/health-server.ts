// The port of a service that has no API: health for orchestrators, metrics for Prometheus, and pages of its own. Holds no secrets and takes
// no commands.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A part that says how it is. */
export interface HealthSource {
  /** Its name under `checks`. */
  readonly name: string;
  /** May reject or take long: then the part is unhealthy, and `unknown` says why. */
  readonly report: () => Promise<HealthReport>;
  readonly unknown: string;
  /** What it serves as JSON besides, by path. */
  readonly pages?: Readonly<Record<string, () => object>>;
}

export interface HealthReport {
  readonly healthy: boolean;
  /** What `checks` says beside it. */
  readonly details: object;
  readonly metrics: readonly Metric[];
}

export interface Metric {
  readonly type: 'gauge' | 'counter';
  /** Without the prefix `confledger_`. */
  readonly name: string;
  readonly help: string;
  readonly value: number | bigint;
}

/** A value that goes up and down. */
export function gauge(name: string, help: string, value: number | bigint): Metric {
  return { type: 'gauge', name, help, value };
}

/** A value that only goes up while the process lives. */
export function counter(name: string, help: string, value: number | bigint): Metric {
  return { type: 'counter', name, help, value };
}

export interface HealthServer {
  /** `http://<host>:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Longer than this no answer about health is worth waiting for. */
const REPORT_TIMEOUT_MS = 2_000;

/**
 * Serves /health, /health/live, /health/ready, /metrics and the pages of the parts that `sources` answers at each request. `version` is the
 * service's; port 0 asks the system for a free one.
 */
export async function serveHealth(
  sources: () => readonly HealthSource[],
  at: { readonly host: string; readonly port: number; readonly version: string },
): Promise<HealthServer> {
  const server = createServer((request, response) => void answer(sources(), at.version, request, response));
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

async function answer(
  sources: readonly HealthSource[],
  version: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  const path = request.url?.split('?')[0];
  if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, 'text/plain', 'Only GET is served here.\n');
  if (path === '/health/live') return send(response, 200, 'application/json', '{"live":true}\n');
  const pages = new Map(sources.flatMap((source) => Object.entries(source.pages ?? {})));
  const page = pages.get(path ?? '');
  if (page !== undefined) return send(response, 200, 'application/json', `${JSON.stringify(page())}\n`);
  if (path !== '/health' && path !== '/health/ready' && path !== '/metrics') {
    const paths = [...pages.keys(), '/health', '/health/live', '/health/ready'];
    return send(response, 404, 'text/plain', `There are ${paths.join(', ')} and /metrics.\n`);
  }
  const reports = await Promise.all(sources.map(async (source) => ({ source, report: await reportWithin(source) })));
  if (path === '/metrics') {
    const known = reports.flatMap(({ report }) => report?.metrics ?? []);
    return send(response, known.length === 0 ? 503 : 200, 'text/plain; version=0.0.4; charset=utf-8', known.map(metricText).join(''));
  }
  const healthy = reports.every(({ report }) => report?.healthy === true);
  const checks = Object.fromEntries(reports.map(({ source, report }) => [source.name, checkOf(source, report)]));
  const body = { healthy, checks, timestamp: new Date().toISOString(), version };
  return send(response, healthy ? 200 : 503, 'application/json', `${JSON.stringify(body)}\n`);
}

function checkOf({ unknown }: HealthSource, report: HealthReport | null): object {
  return report === null ? { healthy: false, problem: unknown } : { healthy: report.healthy, ...report.details };
}

/** Null when it cannot be known. */
async function reportWithin(source: HealthSource): Promise<HealthReport | null> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => (timer = setTimeout(resolve, REPORT_TIMEOUT_MS, null)));
  try {
    return await Promise.race([source.report(), silence]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function metricText({ type, name, help, value }: Metric): string {
  return `# HELP confledger_${name} ${help}\n# TYPE confledger_${name} ${type}\nconfledger_${name} ${value}\n`;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
