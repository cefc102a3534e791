// etcd as Debian packages it, on free ports of 127.0.0.1 with its data in a temporary directory: the peer of our commands.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { eventually } from '@confledger/test-support';
import { isOnPath } from '../programs.js';
import { temporaryDirectory } from '../temporary-directory.js';

const START_TIMEOUT_MS = 30_000;

export interface EtcdServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** What a table says where there is no etcd. */
export const ETCD_MISSING = 'etcd is not on the PATH. Debian and Ubuntu: apt-get install etcd-server';

/** Starts one, durable as it is by default; null where it is not installed. */
export async function startEtcd(): Promise<EtcdServer | null> {
  if (!isOnPath('etcd')) return null;
  const [clients, peers] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${clients}`;
  const peerUrl = `http://127.0.0.1:${peers}`;
  const directory = temporaryDirectory();
  const child = spawn(
    'etcd',
    [
      ...['--name', 'bench', '--data-dir', path.join(directory, 'data'), '--logger', 'zap', '--log-level', 'error'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl, '--initial-cluster', `bench=${peerUrl}`],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // It warns of its own first connections; what it says matters when it ends.
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  await eventually(async () => child.exitCode !== null || (await isHealthy(url)), { timeoutMs: START_TIMEOUT_MS });
  if (child.exitCode !== null) throw new Error(`etcd ended with ${child.exitCode}: ${said}`);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      process.off('exit', kill);
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/health`).catch(() => null);
  return answer?.ok === true && (await answer.text()).includes('true');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
