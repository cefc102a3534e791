// A trading node in a process of its own: tells its parent when it has swapped to a version. Started by the fan-out benchmark.
import { connectNode, httpFeed } from '@confledger/sdk';
import { ready } from './lifecycle.js';

const { BENCH_URL: url = '', BENCH_TOKEN: token = '', BENCH_PUBLIC_KEY: publicKey = '' } = process.env;
const node = await connectNode({
  environment: 'production',
  service: 'engine',
  name: 'bench-node',
  feed: httpFeed({ url, token }),
  publicKey,
  waitForFirst: true,
});
node.onChange('**', ({ version }) => process.send?.({ swapped: version, at: Number(process.hrtime.bigint()) / 1e6 }));
ready({ state: node.status.state }, () => node.close());
