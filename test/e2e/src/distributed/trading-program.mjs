// A trading program as a user would write one, over Kafka: says in lines of JSON what it runs, each time that changes. Started by follower.ts.
import { existsSync } from 'node:fs';
import { kafkaFeed } from '@confledger/feed-kafka';
import { connectNode } from '@confledger/sdk';

const {
  FOLLOW_BROKERS = '',
  FOLLOW_NAMESPACE = '',
  FOLLOW_SERVICE = '',
  FOLLOW_NAME = '',
  FOLLOW_PUBLIC_KEY = '',
  FOLLOW_CACHE = '',
  FOLLOW_SESSION_MS = '10000',
} = process.env;

/** A program without a cache ends where the feed says nothing for this long: on a busy machine, the relay that makes the topic starts slowly. */
const FIRST_START_TIMEOUT_MS = 60_000;

/** @type {import('@confledger/sdk').TradingNode | null} */
let node = null;
let told = -1;

/** The load writes these three in one change set, always equal. */
function isTorn() {
  const values = ['batch.x', 'batch.y', 'batch.z'].map((path) => node?.snapshot.get(path));
  return new Set(values).size > 1;
}

/** @param {import('@confledger/sdk').NodeStatus} status */
function tell({ state, source, running, problem }) {
  if (node === null || running === null) return;
  const swapped = running.activation !== told;
  told = running.activation;
  console.log(JSON.stringify({ swapped, state, source, ...running, torn: isTorn(), problem, at: Date.now() }));
}

node = await connectNode({
  environment: 'production',
  service: FOLLOW_SERVICE,
  name: FOLLOW_NAME,
  feed: kafkaFeed({
    brokers: FOLLOW_BROKERS.split(','),
    namespace: FOLLOW_NAMESPACE,
    sessionTimeoutMs: Number(FOLLOW_SESSION_MS),
    reconnectDelayMsMax: 1_000,
  }),
  publicKey: FOLLOW_PUBLIC_KEY,
  cacheFile: FOLLOW_CACHE,
  ...(existsSync(FOLLOW_CACHE) ? {} : { startTimeoutMs: FIRST_START_TIMEOUT_MS }),
  waitForFirst: true,
  onStatus: tell,
});
tell(node.status);
