// The reference trading node of the embedded mode: follows production/trading-engine over the same feed as any other node.
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { operationPath, OPERATIONS } from '@confledger/contracts/http';
import { httpFeed } from '@confledger/sdk';
import { startTradingNode, type RunningTradingNode } from '@confledger/trading-node';
import type { Logs } from './logs.js';
import type { Happening } from './narrator.js';
import type { StandaloneConfig } from './config.js';

/** Its name: in `GET /nodes`, and of its token and its cache in the data directory. */
export const REFERENCE_NODE = 'reference-node';
const ENVIRONMENT = 'production';
const SERVICE = 'trading-engine';

export interface ReferenceNodeOptions {
  readonly url: string;
  /** One that may read and report. */
  readonly token: string;
  readonly publicKey: string;
  readonly config: StandaloneConfig;
  readonly logs: Logs;
  readonly onHappening: ((happening: Happening) => void) | null;
}

/** How long the start waits until the node is listed. Without a read model it is not, and the start goes on. */
const LISTED_WAIT_MS_MAX = 3_000;
const LISTED_POLL_MS = 20;

/** Starts it, and waits until `GET /nodes` has it; nothing need be active yet. */
export async function startReferenceNode({
  url,
  token,
  publicKey,
  config,
  logs,
  onHappening,
}: ReferenceNodeOptions): Promise<RunningTradingNode> {
  const logger = logs.of('node');
  const ledger = `${ENVIRONMENT}/${SERVICE}`;
  const tell = (line: string): void => {
    logger.info(line);
    // The ledger has a column of its own.
    onHappening?.({
      kind: 'node',
      version: null,
      ledger,
      text: `${REFERENCE_NODE} ${line.startsWith(`${ledger} `) ? line.slice(ledger.length + 1) : line}`,
    });
  };
  const cacheFile = path.join(config.dataDirectory, `${REFERENCE_NODE}.cache`);
  // Its status is asked through the api (/nodes), so it serves none of its own.
  const node = await startTradingNode({
    environment: ENVIRONMENT,
    service: SERVICE,
    name: REFERENCE_NODE,
    feed: httpFeed({ url, token }),
    publicKey,
    cacheFile,
    serveAt: null,
    tell,
  });
  await untilListed(url, token);
  return node;
}

async function untilListed(url: string, token: string): Promise<void> {
  const query = new URLSearchParams({ environment: ENVIRONMENT, service: SERVICE }).toString();
  const place = `${url}${operationPath('readNode', { name: REFERENCE_NODE })}?${query}`;
  const signal = AbortSignal.timeout(LISTED_WAIT_MS_MAX);
  while (!signal.aborted) {
    const answer = await fetch(place, { method: OPERATIONS.readNode.method, headers: { authorization: `Bearer ${token}` }, signal }).catch(
      () => null,
    );
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(LISTED_POLL_MS);
  }
}
