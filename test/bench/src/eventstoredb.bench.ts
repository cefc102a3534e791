// Commands a second on EventStoreDB, through the core and through the api as it is shipped, and appends by the adapter alone; beside bare
// appends of the same bytes at the same concurrency on the same server. They take turns, each in a process of its own.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { startPostgres } from '@confledger/test-support';
import { startChild } from './children.js';
import { startEventStore } from './event-store.js';
import type { LanesResult } from './lanes.js';
import { run } from './load.js';
import { Report, median, quantile } from './report.js';
import { startService } from './service-process.js';
import { temporaryDirectory } from './temporary-directory.js';

const ROUNDS = 5;
const REQUESTS: ReadonlyMap<number, number> = new Map([
  [1, 1_000],
  [64, 8_000],
]);

const directory = temporaryDirectory();
const namespace = `bench-${randomUUID()}`;
const [postgres, eventStore] = await Promise.all([startPostgres({ durable: true }), startEventStore()]);
const core = await startChild('core-commands', { BENCH_EVENT_STORE: eventStore.url, BENCH_NAMESPACE: `${namespace}-core` });
const bare = await startChild('bare-appends', {
  BENCH_EVENT_STORE: eventStore.url,
  BENCH_NAMESPACE: namespace,
  BENCH_EVENT: core.ready['event'] ?? '',
});
const api = await startService('api', directory, {
  CONFLEDGER_POSTGRES_URL: await postgres.createDatabase('bench_eventstoredb'),
  CONFLEDGER_EVENT_STORE: 'eventstoredb',
  CONFLEDGER_EVENTSTORE_URL: eventStore.url,
  CONFLEDGER_NAMESPACE: namespace,
  CONFLEDGER_DATA_DIR: directory,
  CONFLEDGER_FEED: 'none',
});
const token = readFileSync(path.join(directory, 'admin.token'), 'utf8').trim();
let value = 100_000;
async function overHttp(connections: number, requests: number): Promise<Omit<LanesResult, 'cpuMs'>> {
  const { perSecond, latencies } = await run({
    url: api.url,
    headers: { authorization: `Bearer ${token}` },
    connections,
    requests,
    request: (connection) => ({
      method: 'PUT',
      path: `/api/v1/configurations/engine-${connection}/risk.limits.maxPositionSize`,
      body: `{"value":${(value += 1)},"changeReason":"bench"}`,
    }),
  });
  return { perSecond, medianMs: median(latencies), p99Ms: quantile(latencies, 0.99) };
}

const report = new Report();
for (const [lanes, requests] of REQUESTS) {
  const parties = [
    { name: 'core', run: () => core.ask<LanesResult>({ work: 'commands', lanes, requests }), results: [] as Partial<LanesResult>[] },
    {
      name: 'adapter alone',
      run: () => core.ask<LanesResult>({ work: 'appends', lanes, requests }),
      results: [] as Partial<LanesResult>[],
    },
    { name: 'bare appends', run: () => bare.ask<LanesResult>({ lanes, requests }), results: [] as Partial<LanesResult>[] },
    { name: 'HTTP', run: () => overHttp(lanes, requests), results: [] as Partial<LanesResult>[] },
  ];
  for (const party of parties) await party.run();
  for (let round = 0; round < ROUNDS; round += 1) for (const party of parties) party.results.push(await party.run());
  const of = (name: string, key: keyof LanesResult): number =>
    median(parties.find((party) => party.name === name)?.results.map((result) => result[key] ?? Number.NaN) ?? []);
  for (const { name } of parties) {
    report.add(`${name}, ${lanes} in flight`, of(name, 'perSecond'), '/s');
    report.add(`${name}, ${lanes} in flight, median`, of(name, 'medianMs'), 'ms');
    report.add(`${name}, ${lanes} in flight, p99`, of(name, 'p99Ms'), 'ms');
    // The load over HTTP comes from a process of its own.
    if (name !== 'HTTP') report.add(`${name}, ${lanes} in flight, processor time of the client, each`, of(name, 'cpuMs'), 'ms');
  }
  const share = (name: string): number => (of(name, 'perSecond') / of('bare appends', 'perSecond')) * 100;
  report.atLeast(`core / bare appends, ${lanes} in flight`, share('core'), '%', 80);
  report.atLeast(`adapter alone / bare appends, ${lanes} in flight`, share('adapter alone'), '%', 80);
  report.add(`HTTP / bare appends, ${lanes} in flight`, share('HTTP'), '%');
}
report.save();
await Promise.all([core.stop(), bare.stop(), api.stop()]);
await Promise.all([postgres.stop(), eventStore.stop()]);
