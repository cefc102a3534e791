// A node in a process of its own that tells how long its start took and what its memory is then. Started by the benchmarks node-start and resolution.
import { connectNode, httpFeed } from '@confledger/sdk';
import { ready } from './lifecycle.js';

const { BENCH_URL: url = '', BENCH_TOKEN: token = '', BENCH_PUBLIC_KEY: publicKey = '', BENCH_SERVICE: service = '' } = process.env;
const collect = (globalThis as { gc?: () => void }).gc ?? (() => undefined);
collect();
const before = process.memoryUsage().heapUsed;
const begin = performance.now();
const node = await connectNode({
  environment: 'production',
  service,
  name: 'bench-node',
  feed: httpFeed({ url, token }),
  publicKey,
  startTimeoutMs: 60_000,
  ...(process.env['BENCH_REFERENCES'] === 'true' && { references: {} }),
});
const startMs = performance.now() - begin;
node.snapshot.get('section0.leaf0');
collect();
ready({ startMs: String(startMs), heapBytes: String(process.memoryUsage().heapUsed - before) }, () => node.close());
