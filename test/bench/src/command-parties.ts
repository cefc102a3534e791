// Who takes part in the benchmark of commands: the standalone, the api alone, a bare insert and etcd, each a server in processes of its own.
import { startChild, type Child } from './children.js';
import { ETCD_CLIENTS, type EtcdClientName } from './etcd/clients.js';
import { PUT_PATH, putRequest } from './etcd/messages.js';
import type { EtcdServer } from './etcd/server.js';
import { putLane, type Lane } from './load.js';
import type { BenchStandalone } from './standalone.js';

export interface Party {
  readonly name: string;
  /** Of its server. */
  readonly pid: number;
  lane(connection: number): Promise<Lane>;
  /** What wrk needs; null for what speaks no HTTP/1.1. */
  readonly http: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly path: string } | null;
}

const LEAF = 'risk.limits.maxPositionSize';
let sent = 0;
/** Each value differs from the last: a command that changes nothing writes nothing. */
export const nextBody = (): string => `{"value":${(sent += 1)},"changeReason":"bench"}`;
/** Values for so many requests that something else makes. */
export const reserveValues = (count: number): number => (sent += count) - count;

/** One ledger a connection. */
function ledgerParty(name: string, pid: number, url: string, token: string): Party {
  const headers = { authorization: `Bearer ${token}` };
  const path = `/api/v1/configurations/engine-{lane}/${LEAF}`;
  return {
    name,
    pid,
    lane: (connection) => putLane(url, headers, () => ({ path: path.replace('{lane}', String(connection)), body: nextBody() })),
    http: { url, headers, path },
  };
}

export const standaloneParty = (name: string, { pid, url, token }: BenchStandalone): Party => ledgerParty(name, pid, url, token);

export const apiParty = (name: string, { pid, ready }: Child): Party => ledgerParty(name, pid, ready['url'] ?? '', ready['token'] ?? '');

export function bareParty({ pid, ready }: Child): Party {
  const url = ready['url'] ?? '';
  const path = `/values/${LEAF}`;
  return {
    name: 'bare Fastify + insert',
    pid,
    lane: () => putLane(url, {}, () => ({ path, body: nextBody() })),
    http: { url, headers: {}, path },
  };
}

/** The value of a put is as long as the body of ours, the key as long as the path. */
export function etcdParty(client: EtcdClientName, { url, pid }: EtcdServer): Party {
  return {
    name: `etcd by ${client}`,
    pid,
    async lane(connection) {
      const open = await ETCD_CLIENTS[client](url);
      return {
        request: () => open.unary(PUT_PATH, putRequest(`production/engine-${connection}/${LEAF}`, nextBody())),
        close: () => open.close(),
      };
    },
    http: null,
  };
}

/** Starts the api alone, of another checkout where one is named. */
export const startApi = (postgresUrl: string, checkout?: string): Promise<Child> =>
  startChild('api-server', { BENCH_POSTGRES_URL: postgresUrl }, checkout);
