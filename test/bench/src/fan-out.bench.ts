// From the moment a client sends a change with `activate: true` to the moment a node in another process has swapped its
// snapshot (signature and digest verified). The system clock that both processes read is monotonic.
import { startPostgres } from '@confledger/test-support';
import { startChild } from './children.js';
import { Connection } from './load.js';
import { Report, median, quantile } from './report.js';

const ACTIVATIONS = 2_000;
const WARM_UP = 300;

const postgres = await startPostgres({ durable: true });
const api = await startChild('api-server', { BENCH_POSTGRES_URL: await postgres.createDatabase('bench_fan_out') });
const { url = '', token = '', publicKey = '' } = api.ready;
const connection = await Connection.open(url, { authorization: `Bearer ${token}` });
const put = (value: number) => connection.request('PUT', '/api/v1/configurations/engine/risk.max?activate=true', `{"value":${value}}`);
await put(-1);
const node = await startChild('node', { BENCH_URL: url, BENCH_TOKEN: token, BENCH_PUBLIC_KEY: publicKey });

const now = (): number => Number(process.hrtime.bigint()) / 1e6;
let onSwap: (at: number) => void = () => undefined;
node.on((message) => {
  if (typeof message === 'object' && message !== null && 'swapped' in message && 'at' in message) onSwap(Number(message.at));
});

const toSwap: number[] = [];
const toAnswer: number[] = [];
for (let turn = 0; turn < WARM_UP + ACTIVATIONS; turn += 1) {
  const swapped = new Promise<number>((resolve) => (onSwap = resolve));
  const sent = now();
  const answer = await put(turn);
  const answered = now();
  if (answer.status !== 200) throw new Error(answer.body);
  const at = await swapped;
  if (turn >= WARM_UP) {
    toSwap.push(at - sent);
    toAnswer.push(answered - sent);
  }
}
const report = new Report();
report.atMost('request sent to snapshot swapped, median', median(toSwap), 'ms', 1.5);
report.atMost('request sent to snapshot swapped, p99', quantile(toSwap, 0.99), 'ms', 7);
report.add('request sent to answer, median', median(toAnswer), 'ms');
report.add('request sent to answer, p99', quantile(toAnswer, 0.99), 'ms');
report.add('swapped / answered, medians', median(toSwap) / median(toAnswer), '×');
report.save();
connection.close();
await node.stop();
await api.stop();
await postgres.stop();
