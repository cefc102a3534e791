// What a node's start costs with 10,000 leaves, and its memory with 100,000: in a process of its own, over the HTTP feed,
// beside reading and parsing the same document in one piece.
import { startPostgres } from '@confledger/test-support';
import { startChild } from './children.js';
import { Connection } from './load.js';
import { Report, median } from './report.js';

const STARTS = 7;
const postgres = await startPostgres();
const api = await startChild('api-server', { BENCH_POSTGRES_URL: await postgres.createDatabase('bench_node_start') });
const { url = '', token = '', publicKey = '' } = api.ready;
const connection = await Connection.open(url, { authorization: `Bearer ${token}` });
const report = new Report();

for (const leaves of [10_000, 100_000]) {
  const service = `engine-${leaves}`;
  const configuration: Record<string, Record<string, number>> = {};
  for (let leaf = 0; leaf < leaves; leaf += 1) (configuration[`section${leaf % 100}`] ??= {})[`leaf${Math.floor(leaf / 100)}`] = leaf;
  const put = await connection.request('PUT', `/api/v1/configurations/${service}?activate=true`, JSON.stringify({ configuration }));
  if (put.status !== 200) throw new Error(put.body.slice(0, 500));
  const whole: number[] = [];
  const starts: number[] = [];
  let heapBytes = 0;
  for (let start = 0; start < STARTS; start += 1) {
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
}
report.save();
connection.close();
await api.stop();
await postgres.stop();
