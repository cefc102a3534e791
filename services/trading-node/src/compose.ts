// The composition root of the trading node as a process of its own: the only place here that knows which feeds there are.
import { hostname } from 'node:os';
import { httpFeed } from '@confledger/feed-http';
import type { TradingNodeConfig } from './config.js';
import { startTradingNode, type RunningTradingNode } from './start-trading-node.js';

export function compose(config: TradingNodeConfig, tell: (line: string) => void): Promise<RunningTradingNode> {
  const { url, token, publicKeys, nodeName, host, port, origin, cacheFile, cacheMaxAgeMs, environment, service } = config;
  return startTradingNode({
    environment,
    service,
    name: nodeName ?? `${hostname()}-${process.pid}`,
    feed: httpFeed({ url, ...(token === undefined ? {} : { token }) }),
    publicKey: publicKeys,
    ...(origin === undefined ? {} : { origin }),
    ...(cacheFile === undefined ? {} : { cacheFile }),
    ...(cacheMaxAgeMs === undefined ? {} : { cacheMaxAgeMs }),
    serveAt: { host, port },
    tell,
  });
}
