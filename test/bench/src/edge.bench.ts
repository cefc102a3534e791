// What the edge costs and what it keeps: ordinary requests beside those of another checkout, built and named by CONFLEDGER_BENCH_BEFORE, and
// how long others wait for /health/live while large bodies are received, parsed and refused or carried out.
import { startPostgres } from '@confledger/test-support';
import { startChild, type Child } from './children.js';
import { Connection, run, type LoadResult } from './load.js';
import { Report, median, quantile } from './report.js';

const ROUNDS = 5;
const ATTACK_ROUNDS = 3;
const BEFORE = process.env['CONFLEDGER_BENCH_BEFORE'];
const postgres = await startPostgres({ durable: true });
const start = async (name: string, checkout?: string): Promise<Child> =>
  startChild('api-server', { BENCH_POSTGRES_URL: await postgres.createDatabase(name) }, checkout);
const now = await start('bench_now');
const before = BEFORE === undefined ? null : await start('bench_before', BEFORE);
const report = new Report();

let sent = 0;
const REQUESTS = {
  'GET /health/live': () => ({ method: 'GET', path: '/health/live', body: '' }),
  'GET of a value': () => ({ method: 'GET', path: '/api/v1/configurations/engine-0/limit', body: '' }),
  'PUT of a value': (connection: number) => ({
    method: 'PUT',
    path: `/api/v1/configurations/engine-${connection}/limit`,
    body: `{"value":${(sent += 1)}}`,
  }),
} as const;

const load = (
  api: Child,
  connections: number,
  requests: number,
  request: (connection: number) => { method: string; path: string; body: string },
) => run({ url: api.ready['url'] ?? '', headers: { authorization: `Bearer ${api.ready['token']}` }, connections, requests, request });

for (const api of [now, ...(before === null ? [] : [before])]) await load(api, 1, 1, REQUESTS['PUT of a value']);
for (const [name, request] of Object.entries(REQUESTS)) {
  for (const connections of [1, 64]) {
    const requests = connections === 1 ? 1_500 : 20_000;
    const results = new Map<Child, LoadResult[]>();
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const api of [now, before]) {
        if (api === null) continue;
        const result = await load(api, connections, requests, request);
        // The first round warms both.
        if (round > 0) results.set(api, [...(results.get(api) ?? []), result]);
      }
    }
    const rateOf = (api: Child): number => median((results.get(api) ?? []).map((each) => each.perSecond));
    report.add(`${name}, ${connections} connections`, rateOf(now), '/s');
    if (before === null) continue;
    report.add(`${name}, ${connections} connections, before`, rateOf(before), '/s');
    report.atLeast(`${name}, ${connections} connections, now / before`, rateOf(now) / rateOf(before), '×', 0.97);
  }
}
if (before === null) console.log('  NOT RUN: the comparison. CONFLEDGER_BENCH_BEFORE names no other checkout.');

const numbered = (count: number, item: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => item(index)).join();
const BODIES = {
  '400,000 leaves, refused': ['PUT', '', `{"configuration":{${numbered(400_000, (index) => `"key${index}":"v${index}"`)}}}`],
  '600,000 names, one twice, refused': [
    'PUT',
    '',
    `{"configuration":{${numbered(600_000, (index) => `"k${index === 599_999 ? 0 : index}":1`)}}}`,
  ],
  '100,000 operations, refused': [
    'POST',
    '/batch',
    `{"operations":[${numbered(100_000, (index) => `{"type":"SET","key":"k${index}","value":1}`)}]}`,
  ],
  '10,000 operations, carried out': [
    'POST',
    '/batch',
    `{"operations":[${numbered(10_000, (index) => `{"type":"SET","key":"k${index}","value":1}`)}]}`,
  ],
} as const;

/** The longest that another connection waited for /health/live until a request was answered, and how long that took. */
async function waited(api: Child, method: string, path: string, body: string): Promise<{ longestMs: number; answeredMs: number }> {
  const url = api.ready['url'] ?? '';
  const health = await Connection.open(url);
  const began = performance.now();
  let isAnswered = false;
  const answer = fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${api.ready['token']}`, 'content-type': 'application/json' },
    body,
  }).then((response) => response.text());
  void answer.finally(() => (isAnswered = true));
  let longestMs = 0;
  while (!isAnswered) {
    const asked = performance.now();
    await health.request('GET', '/health/live');
    longestMs = Math.max(longestMs, performance.now() - asked);
  }
  await answer;
  health.close();
  return { longestMs, answeredMs: performance.now() - began };
}

let ledgers = 0;
for (const [name, [method, place, body]] of Object.entries(BODIES)) {
  for (const [label, api] of [
    ['', now],
    [', before', before],
  ] as const) {
    if (api === null) continue;
    const rounds: { longestMs: number; answeredMs: number }[] = [];
    for (let round = 0; round < ATTACK_ROUNDS; round += 1)
      rounds.push(await waited(api, method, `/api/v1/configurations/wide-${(ledgers += 1)}${place}`, body));
    const longest = quantile(
      rounds.map(({ longestMs }) => longestMs),
      0.5,
    );
    report.add(`${name}${label}: answered after`, median(rounds.map(({ answeredMs }) => answeredMs)), 'ms');
    if (label === '') report.atMost(`${name}: others wait`, longest, 'ms', 100);
    else report.add(`${name}${label}: others wait`, longest, 'ms');
  }
}
report.save();
await now.stop();
await before?.stop();
await postgres.stop();
