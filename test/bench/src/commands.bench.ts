// Commands over HTTP, durable: the whole path (strict JSON, decision, hash chain, digest, group commit) beside a bare Fastify
// with a one-row insert on the same Postgres. The two take turns, so that a slow moment of the machine hits both.
import { startPostgres } from '@confledger/test-support';
import { startChild } from './children.js';
import { run, type LoadResult } from './load.js';
import { Report, median, quantile } from './report.js';

const ROUNDS = 5;
const postgres = await startPostgres({ durable: true });
const api = await startChild('api-server', { BENCH_POSTGRES_URL: await postgres.createDatabase('bench_api') });
const bare = await startChild('bare-server', { BENCH_POSTGRES_URL: await postgres.createDatabase('bench_bare') });
const headers = { authorization: `Bearer ${api.ready['token']}` };

let sent = 0;
const ledger = (connections: number, requests: number): Promise<LoadResult> =>
  run({
    url: api.ready['url'] ?? '',
    headers,
    connections,
    requests,
    request: (connection) => ({
      method: 'PUT',
      path: `/api/v1/configurations/engine-${connection}/risk.parameters.maxPositionSize`,
      body: `{"value":${(sent += 1)},"changeReason":"bench"}`,
    }),
  });
const insert = (connections: number, requests: number): Promise<LoadResult> =>
  run({
    url: bare.ready['url'] ?? '',
    headers: {},
    connections,
    requests,
    request: () => ({
      method: 'PUT',
      path: '/values/risk.parameters.maxPositionSize',
      body: `{"value":${(sent += 1)},"changeReason":"bench"}`,
    }),
  });

const report = new Report();
for (const connections of [1, 64]) {
  const requests = connections === 1 ? 1_500 : 20_000;
  await ledger(connections, requests);
  await insert(connections, requests);
  const ours: LoadResult[] = [];
  const theirs: LoadResult[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await ledger(connections, requests));
    theirs.push(await insert(connections, requests));
  }
  const at = `${connections} connection${connections === 1 ? '' : 's'}`;
  const rates = ours.map((each) => each.perSecond);
  const medians = (results: readonly LoadResult[]): number => median(results.map((each) => median(each.latencies)));
  const tails = (results: readonly LoadResult[]): number => median(results.map((each) => quantile(each.latencies, 0.99)));
  if (connections === 64) report.atLeast(`commands, ${at}`, median(rates), '/s', 7_500);
  else report.add(`commands, ${at}`, median(rates), '/s');
  report.add(`bare Fastify + insert, ${at}`, median(theirs.map((each) => each.perSecond)), '/s');
  report.add(`commands, ${at}, median`, medians(ours), 'ms');
  report.add(`commands, ${at}, p99`, tails(ours), 'ms');
  report.add(`bare insert, ${at}, median`, medians(theirs), 'ms');
  report.add(`bare insert, ${at}, p99`, tails(theirs), 'ms');
  if (connections === 1) report.atMost('median of a command / median of a bare insert', medians(ours) / medians(theirs), '×', 1.2);
  else report.add('commands / bare inserts', median(rates) / median(theirs.map((each) => each.perSecond)), '×');
}
report.save();
await api.stop();
await bare.stop();
await postgres.stop();
