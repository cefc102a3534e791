// One PUT of a document of 100,000 leaves into a new ledger, on the standalone and on the api alone: from sent to answered. They take turns;
// CONFLEDGER_BENCH_BEFORE names another checkout, built, to put beside.
import { startPostgres } from '@confledger/test-support';
import { startApi } from './command-parties.js';
import { largeDocument } from './large-document.js';
import { Connection } from './load.js';
import { CAN_COUNT, quietMoment, residentMB, settled } from './process-tree.js';
import { median, Report } from './report.js';
import { startStandalone } from './standalone.js';

const LEAVES = 100_000;
const ROUNDS = 3;
const SECONDS_MAX = 4;
/** The standalone's projector has as many events to go through as there are leaves. */
const PROJECTION_MS_MAX = 60_000;
const BEFORE = process.env['CONFLEDGER_BENCH_BEFORE'];

interface Side {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly token: string;
  readonly seconds: number[];
  stop(): Promise<void>;
}

const report = new Report();
const postgres = await startPostgres({ durable: true });
const body = largeDocument(LEAVES);

async function standaloneSide(name: string, checkout?: string): Promise<Side> {
  const { pid, url, token, stop } = await startStandalone(checkout);
  return { name, pid, url, token, seconds: [], stop };
}

async function apiSide(name: string, checkout?: string): Promise<Side> {
  const { pid, ready, stop } = await startApi(await postgres.createDatabase(), checkout);
  return { name, pid, url: ready['url'] ?? '', token: ready['token'] ?? '', seconds: [], stop };
}

async function put({ pid, url, token, seconds }: Side, round: number): Promise<void> {
  const connection = await Connection.open(url, { authorization: `Bearer ${token}` });
  const begin = performance.now();
  const answer = await connection.request('PUT', `/api/v1/configurations/large-${round}`, body);
  seconds.push((performance.now() - begin) / 1_000);
  connection.close();
  if (answer.status !== 200) throw new Error(answer.body.slice(0, 500));
  await settled([pid], PROJECTION_MS_MAX);
}

const sides = [await standaloneSide('standalone'), await apiSide('api alone')];
if (BEFORE !== undefined) sides.push(await standaloneSide('standalone, before', BEFORE), await apiSide('api alone, before', BEFORE));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const side of sides) {
    await quietMoment();
    await put(side, round);
  }
}
for (const { name, pid, seconds } of sides) {
  const isNow = !name.endsWith('before');
  const line = `PUT of 100,000 leaves, ${name}`;
  if (isNow) report.atMost(line, median(seconds), 's', SECONDS_MAX);
  else report.add(line, median(seconds), 's');
  if (CAN_COUNT) report.add(`memory after ${ROUNDS} of them, ${name}, without Postgres`, residentMB([pid]), 'MB');
}
report.save();
for (const side of sides) await side.stop();
await postgres.stop();
