// Commands over HTTP, durable: the standalone as `npm start` runs it and the api alone, beside a bare Fastify with a one-row insert and beside
// etcd's put. All take turns, so that a slow moment of the machine hits each; CONFLEDGER_BENCH_BEFORE names another checkout, built, to put beside.
import { startPostgres } from '@confledger/test-support';
import { startChild } from './children.js';
import { apiParty, bareParty, etcdParty, reserveValues, standaloneParty, startApi, type Party } from './command-parties.js';
import { CLIENT_OF_AIMS, ETCD_CLIENT_NAMES } from './etcd/clients.js';
import { ETCD_MISSING, startEtcd } from './etcd/server.js';
import { runFor } from './load.js';
import { CAN_COUNT, costsOf, quietMoment, residentMB, settled } from './process-tree.js';
import { median, quantile, Report } from './report.js';
import { startStandalone } from './standalone.js';
import { HAS_WRK, runWrk, WRK_MISSING } from './wrk.js';

const ROUNDS = 5;
const TURN_MS = 1_200;
const WRK_SECONDS = 1;
/** More than wrk sends in a turn. */
const WRK_REQUESTS_MAX = 100_000;
const BEFORE = process.env['CONFLEDGER_BENCH_BEFORE'];

/** One turn of one party. Milliseconds; of processor time microseconds a request. */
interface Turn {
  readonly perSecond: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly serverUs: number;
  readonly postgresUs: number;
  readonly loadUs: number;
}

const report = new Report();
const postgres = await startPostgres({ durable: true });
const etcd = await startEtcd();
const standalone = await startStandalone();
const api = await startApi(await postgres.createDatabase('bench_api'));
const bare = await startChild('bare-server', { BENCH_POSTGRES_URL: await postgres.createDatabase('bench_bare') });
const standaloneBefore = BEFORE === undefined ? null : await startStandalone(BEFORE);
const apiBefore = BEFORE === undefined ? null : await startApi(await postgres.createDatabase('bench_api_before'), BEFORE);
const clients = etcd === null ? [] : ETCD_CLIENT_NAMES;
const parties: readonly Party[] = [
  standaloneParty('standalone', standalone),
  ...(standaloneBefore === null ? [] : [standaloneParty('standalone, before', standaloneBefore)]),
  apiParty('api alone', api),
  ...(apiBefore === null ? [] : [apiParty('api alone, before', apiBefore)]),
  bareParty(bare),
  ...clients.flatMap((client) => (etcd === null ? [] : [etcdParty(client, etcd)])),
];
if (etcd === null) report.note(`puts of etcd. ${ETCD_MISSING}`);
if (!HAS_WRK) report.note(`load by wrk. ${WRK_MISSING}`);
if (!CAN_COUNT) report.note('processor time and memory, which are read from /proc of Linux');

/** What a server does after its last answer (a projection) is waited for, and is of its turn. */
async function turn(party: Party, connections: number): Promise<Turn> {
  const [before, postgresBefore, own] = [costs(party.pid), costs(process.pid), process.cpuUsage()];
  const { perSecond, latencies } = await runFor({ connections, ms: TURN_MS, open: (connection) => party.lane(connection) });
  const { user, system } = process.cpuUsage(own);
  await settled([party.pid]);
  const each = (ms: number): number => (ms * 1_000) / latencies.length;
  return {
    perSecond,
    medianMs: median(latencies),
    p99Ms: quantile(latencies, 0.99),
    serverUs: each(costs(party.pid).programMs - before.programMs),
    // Of every Postgres that this benchmark started: the others are idle.
    postgresUs: each(costs(process.pid).postgresMs - postgresBefore.postgresMs),
    loadUs: (user + system) / latencies.length,
  };
}

const costs = (pid: number): { programMs: number; postgresMs: number } =>
  CAN_COUNT ? costsOf([pid]) : { programMs: Number.NaN, postgresMs: Number.NaN };

async function wrkTurn({ pid, http }: Party, connections: number): Promise<Pick<Turn, 'perSecond' | 'medianMs' | 'p99Ms'> | null> {
  if (http === null) return null;
  const result = await runWrk({ ...http, connections, seconds: WRK_SECONDS, firstValue: reserveValues(WRK_REQUESTS_MAX) });
  await settled([pid]);
  return result;
}

const turns = new Map<string, Partial<Turn>[]>();
const keep = (row: string, result: Partial<Turn>): void => void turns.set(row, [...(turns.get(row) ?? []), result]);
const of = (row: string, key: keyof Turn): number => median((turns.get(row) ?? []).map((each) => each[key] ?? Number.NaN));

for (const connections of [1, 64]) {
  const at = `${connections} connection${connections === 1 ? '' : 's'}`;
  for (const party of parties) await turn(party, connections);
  for (let round = 0; round < ROUNDS; round += 1) {
    await quietMoment();
    for (const party of parties) keep(`${party.name}, ${at}`, await turn(party, connections));
    for (const party of HAS_WRK ? parties : []) {
      const result = await wrkTurn(party, connections);
      if (result !== null) keep(`${party.name}, ${at}, wrk`, result);
    }
  }
  for (const { name } of parties) show(`${name}, ${at}`);
  for (const { name, http } of parties) if (HAS_WRK && http !== null) show(`${name}, ${at}, wrk`);
  showRatios(at, connections);
}

function show(row: string): void {
  const cell = (column: string, key: keyof Turn, unit: string) => ({ column, value: of(row, key), unit });
  const isCounted = CAN_COUNT && !row.endsWith('wrk');
  // The databases of the others are idle beside etcd.
  const hasPostgres = !row.startsWith('etcd');
  report.row(row, [
    cell('rate', 'perSecond', '/s'),
    cell('median', 'medianMs', 'ms'),
    cell('p99', 'p99Ms', 'ms'),
    ...(isCounted ? [cell('server', 'serverUs', 'µs')] : []),
    ...(isCounted && hasPostgres ? [cell('Postgres', 'postgresUs', 'µs')] : []),
    ...(isCounted ? [cell('load', 'loadUs', 'µs')] : []),
  ]);
}

function showRatios(at: string, connections: number): void {
  const key = connections === 1 ? 'medianMs' : 'perSecond';
  const ratio = (one: string, other: string): number => of(`${one}, ${at}`, key) / of(`${other}, ${at}`, key);
  const name = (one: string, other: string): string => `${one} / ${other}, ${at}, ${connections === 1 ? 'medians' : 'rates'}`;
  const peer = etcd === null ? null : `etcd by ${CLIENT_OF_AIMS}`;
  if (peer !== null && connections === 1) {
    report.atMost(name('standalone', peer), ratio('standalone', peer), '×', 1.3, 1.8);
    report.atMost(name('api alone', peer), ratio('api alone', peer), '×', 1);
  } else if (peer !== null) {
    report.atLeast(name('standalone', peer), ratio('standalone', peer), '×', 1.1, 0.9);
    report.atLeast(name('api alone', peer), ratio('api alone', peer), '×', 1.3);
  }
  const plain = (one: string, other: string): void => report.add(name(one, other), ratio(one, other), '×');
  for (const client of clients.filter((each) => `etcd by ${each}` !== peer))
    for (const one of ['standalone', 'api alone']) plain(one, `etcd by ${client}`);
  if (connections === 1) plain('api alone', 'bare Fastify + insert');
  else {
    const share = ratio('api alone', 'bare Fastify + insert') * 100;
    report.atLeast(name('api alone', 'bare Fastify + insert'), share, '%', 80);
  }
  if (HAS_WRK) {
    const byWrk = of(`api alone, ${at}, wrk`, key) / of(`bare Fastify + insert, ${at}, wrk`, key);
    report.add(`${name('api alone', 'bare Fastify + insert')}, wrk`, byWrk * (connections === 1 ? 1 : 100), connections === 1 ? '×' : '%');
  }
  if (BEFORE !== undefined) for (const one of ['standalone', 'api alone']) plain(one, `${one}, before`);
}

if (CAN_COUNT) {
  report.atMost('memory of the standalone without Postgres, at the end', residentMB([standalone.pid]), 'MB', 700);
  if (standaloneBefore !== null) report.add('memory of the standalone, before', residentMB([standaloneBefore.pid]), 'MB');
}
report.save();
for (const server of [standalone, standaloneBefore, api, apiBefore, bare, etcd]) await server?.stop();
await postgres.stop();
