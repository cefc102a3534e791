// The composition root of the trading node as a process of its own: the only place here that knows which feeds there are.
import { hostname } from 'node:os';
import { httpFeed } from '@confledger/feed-http';
import { kafkaFeed } from '@confledger/feed-kafka';
import type { NodeFeed } from '@confledger/sdk';
import type { TradingNodeConfig } from './config.js';
import { startTradingNode, type RunningTradingNode } from './start-trading-node.js';

export function compose(config: TradingNodeConfig, tell: (line: string) => void): Promise<RunningTradingNode> {
  const { publicKeys, nodeName, host, port, origin, cacheFile, cacheMaxAgeMs, environment, service } = config;
  return startTradingNode({
    environment,
    service,
    name: nodeName ?? `${hostname()}-${process.pid}`,
    feed: feedOf(config),
    publicKey: publicKeys,
    ...(origin === undefined ? {} : { origin }),
    ...(cacheFile === undefined ? {} : { cacheFile }),
    ...(cacheMaxAgeMs === undefined ? {} : { cacheMaxAgeMs }),
    serveAt: { host, port },
    tell,
  });
}

/** Either way the node reports to the api; over Kafka only where it has a token for it, because nothing else needs the api then. */
function feedOf({ feed, url, token }: TradingNodeConfig): NodeFeed {
  switch (feed.kind) {
    case 'http':
      return httpFeed({ url, ...(token === undefined ? {} : { token }) });
    case 'kafka':
      return kafkaFeed({
        ...feed.access,
        clientId: 'confledger-node',
        namespace: feed.namespace,
        ...(token === undefined ? {} : { reportTarget: { url, token } }),
      });
  }
}
