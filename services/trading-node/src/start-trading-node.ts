// The reference consumer as a part of a process: follows one service, prints what happens, serves its status.
import { packageVersion, serveHealth } from '@confledger/process';
import { connectNode, type ConnectNodeOptions, type NodeStatus, type TradingNode } from '@confledger/sdk';
import { healthOf } from './health.js';
import { createNarration } from './narration.js';
import { Swaps } from './swaps.js';

export interface StartTradingNodeOptions extends Pick<
  ConnectNodeOptions,
  'environment' | 'service' | 'feed' | 'publicKey' | 'origin' | 'cacheFile' | 'cacheMaxAgeMs'
> {
  readonly name: string;
  /** Where /status, /health and /metrics are served; null: nowhere. Port 0 asks the system for a free one. */
  readonly serveAt: { readonly host: string; readonly port: number } | null;
  /** Takes one human line per swap, rejection and loss. */
  readonly tell: (line: string) => void;
}

export interface RunningTradingNode {
  readonly name: string;
  /** Where the status is served; null when it is not. */
  readonly url: string | null;
  /** The node, once something runs. Rejects when it cannot start (ConfLedgerError), or with an AbortError when it is closed before. */
  readonly connected: Promise<TradingNode>;
  status(): NodeStatus;
  close(): Promise<void>;
}

const NOT_CONNECTED: NodeStatus = {
  state: 'connecting',
  source: 'feed',
  running: null,
  rejected: null,
  lastContactMs: null,
  problem: null,
  gaps: 0,
};

/** Resolves when the status is served. Nothing need be active yet: the node waits for the first activation. */
export async function startTradingNode({ serveAt, tell, ...options }: StartTradingNodeOptions): Promise<RunningTradingNode> {
  const { name, environment, service } = options;
  const stopping = new AbortController();
  const narrate = createNarration(`${environment}/${service}`);
  let node: TradingNode | null = null;
  let latest = NOT_CONNECTED;
  const status = (): NodeStatus => node?.status ?? latest;
  const swaps = new Swaps();
  const health = healthOf({ name, environment, service, status, swaps });
  const server = serveAt === null ? null : await serveHealth(() => [health], { ...serveAt, version: packageVersion(import.meta.url) });
  const connected = connectNode({
    ...options,
    waitForFirst: true,
    signal: stopping.signal,
    onStatus: (next) => {
      latest = next;
      swaps.take(next, Date.now());
      for (const line of narrate(next, Date.now())) tell(line);
    },
    onError: ({ message, remedy }) => tell(`${environment}/${service} ${message}. ${remedy}`),
  }).then((started) => (node = started));
  // Where `node` is not awaited, its rejection must not end the process.
  connected.catch(() => undefined);
  return {
    name,
    url: server?.url ?? null,
    connected,
    status,
    close: async () => {
      stopping.abort();
      await connected.then((started) => started.close()).catch(() => undefined);
      await server?.close();
    },
  };
}
