// What a node's start costs with 10,000 leaves, and its memory with 100,000: in a process of its own, over the HTTP feed, beside reading and
// parsing the same document in one piece, and beside etcd's put, which says how fast the machine is.
import { startPostgres } from '@confledger/test-support';
import { startChild } from './children.js';
import { Http2Connection } from './etcd/http2-client.js';
import { PUT_PATH, putRequest } from './etcd/messages.js';
import { ETCD_MISSING, startEtcd } from './etcd/server.js';
import { largeDocument } from './large-document.js';
import { Connection } from './load.js';
import { quietMoment } from './process-tree.js';
import { Report, median } from './report.js';

const STARTS = 7;
const PUTS_BETWEEN_STARTS = 200;
/** Half of 156 ms where a put takes 0.8 ms. */
const PUTS_PER_START_MAX = 97;
const LEAVES_OF_AIM = 10_000;

const report = new Report();
const postgres = await startPostgres();
const etcd = await startEtcd();
const peer = etcd === null ? null : await Http2Connection.open(etcd.url);
if (peer === null) report.note(`puts of etcd. ${ETCD_MISSING}`);
const api = await startChild('api-server', { BENCH_POSTGRES_URL: await postgres.createDatabase('bench_node_start') });
const { url = '', token = '', publicKey = '' } = api.ready;
const connection = await Connection.open(url, { authorization: `Bearer ${token}` });

/** Milliseconds of each. */
async function putsOfPeer(): Promise<number[]> {
  const times: number[] = [];
  for (let put = 0; peer !== null && put < PUTS_BETWEEN_STARTS; put += 1) {
    const begin = performance.now();
    await peer.unary(PUT_PATH, putRequest('production/engine/risk.max', `{"value":${put}}`));
    times.push(performance.now() - begin);
  }
  return times;
}

await putsOfPeer();
for (const leaves of [LEAVES_OF_AIM, 100_000]) {
  const service = `engine-${leaves}`;
  const put = await connection.request('PUT', `/api/v1/configurations/${service}?activate=true`, largeDocument(leaves));
  if (put.status !== 200) throw new Error(put.body.slice(0, 500));
  const whole: number[] = [];
  const starts: number[] = [];
  const puts: number[] = [];
  let heapBytes = 0;
  for (let start = 0; start < STARTS; start += 1) {
    await quietMoment();
    puts.push(...(await putsOfPeer()));
    const begin = performance.now();
    const { body } = await connection.request('GET', `/api/v1/configurations/${service}?version=active`);
    JSON.parse(body);
    whole.push(performance.now() - begin);
    const node = await startChild('starting-node', {
      BENCH_URL: url,
      BENCH_TOKEN: token,
      BENCH_PUBLIC_KEY: publicKey,
      BENCH_SERVICE: service,
    });
    starts.push(Number(node.ready['startMs']));
    heapBytes = Number(node.ready['heapBytes']);
    await node.stop();
  }
  const name = `${leaves.toLocaleString('en-US')} leaves`;
  report.add(`start of a node, ${name}`, median(starts), 'ms');
  report.add(`one GET of the document and JSON.parse, ${name}`, median(whole), 'ms');
  report.add(`start / GET, ${name}`, median(starts) / median(whole), '×');
  report.add(`heap of a node, ${name}`, heapBytes / 1024 / 1024, 'MiB');
  if (peer === null || leaves !== LEAVES_OF_AIM) continue;
  report.add('put of etcd by node:http2, median', median(puts), 'ms');
  report.atMost(`start of a node, ${name} / put of etcd by node:http2`, median(starts) / median(puts), '×', PUTS_PER_START_MAX);
}
report.save();
connection.close();
peer?.close();
await etcd?.stop();
await api.stop();
await postgres.stop();
