// The reference trading node of the embedded mode: follows production/trading-engine over the same feed as any other node. Used by compose.ts.
import path from 'node:path';
import { connectNode, httpFeed, type TradingNode } from '@confledger/sdk';
import type { Logs } from './logs.js';
import type { Happening } from './narrator.js';
import type { Settings } from './settings.js';

const NAME = 'reference-node';
const ENVIRONMENT = 'production';
const SERVICE = 'trading-engine';

export interface ReferenceNodeOptions {
  readonly url: string;
  readonly token: string;
  readonly publicKey: string;
  readonly settings: Settings;
  readonly logs: Logs;
  readonly onHappening: ((happening: Happening) => void) | null;
}

export interface ReferenceNode {
  readonly name: string;
  close(): Promise<void>;
}

/** Starts it; nothing need be active yet. */
export async function startReferenceNode({ url, token, publicKey, settings, logs, onHappening }: ReferenceNodeOptions): Promise<ReferenceNode> {
  const logger = logs.of('node');
  const stopping = new AbortController();
  const tell = (version: number, text: string): void => {
    logger.info({ version }, text);
    onHappening?.({ kind: 'node', version, ledger: `${ENVIRONMENT}/${SERVICE}`, text: `${NAME} ${text}` });
  };
  const connecting = connectNode({
    environment: ENVIRONMENT,
    service: SERVICE,
    name: NAME,
    feed: httpFeed({ url, token }),
    publicKey,
    cacheFile: path.join(settings.dataDirectory, `${NAME}.cache`),
    waitForFirst: true,
    signal: stopping.signal,
    onError: (error) => logger.warn({ err: error }, 'the node goes on'),
  });
  const connected = connecting.then(
    (node) => {
      tell(node.status.running?.version ?? 0, 'runs it');
      node.onChange('**', ({ version, activatedAt }) => tell(version, `runs it, ${Date.now() - Date.parse(activatedAt)} ms after its activation`));
      return node;
    },
    (error: unknown): TradingNode | null => {
      if (!stopping.signal.aborted) logger.error({ err: error }, 'the node could not start');
      return null;
    },
  );
  return {
    name: NAME,
    close: async () => {
      stopping.abort();
      await (await connected)?.close();
    },
  };
}
