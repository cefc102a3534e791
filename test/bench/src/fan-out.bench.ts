// From the moment a client sends a change with `activate: true` to the moment a node in another process has swapped its snapshot (signature and
// digest verified); beside etcd, from a put to the moment a watcher in another process is notified. The system clock that all read is monotonic.
import { setTimeout as pause } from 'node:timers/promises';
import { startPostgres } from '@confledger/test-support';
import { startChild, type Child } from './children.js';
import { startApi } from './command-parties.js';
import { CLIENT_OF_AIMS, ETCD_CLIENT_NAMES, ETCD_CLIENTS, type EtcdClientName } from './etcd/clients.js';
import { PUT_PATH, putRequest } from './etcd/messages.js';
import { ETCD_MISSING, startEtcd, type EtcdServer } from './etcd/server.js';
import { Connection } from './load.js';
import { quietMoment } from './process-tree.js';
import { median, quantile, Report } from './report.js';
import { startStandalone } from './standalone.js';

const ROUNDS = 5;
const IN_A_TURN = 200;
const PAUSES_MS = [0, 5];
const ETCD_KEY = 'production/engine/risk.max';
const BEFORE = process.env['CONFLEDGER_BENCH_BEFORE'];

interface Side {
  readonly name: string;
  /** In another process: a node, or a watcher. */
  readonly receiver: Child;
  send(value: number): Promise<void>;
  close(): void;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

async function ledgerSide(
  name: string,
  server: { readonly url: string; readonly token: string; readonly publicKey: string },
): Promise<Side> {
  const { url, token, publicKey } = server;
  const connection = await Connection.open(url, { authorization: `Bearer ${token}` });
  const send = async (value: number): Promise<void> => {
    const answer = await connection.request('PUT', '/api/v1/configurations/engine/risk.max?activate=true', `{"value":${value}}`);
    if (answer.status !== 200) throw new Error(answer.body);
  };
  await send(-1);
  const receiver = await startChild('node', { BENCH_URL: url, BENCH_TOKEN: token, BENCH_PUBLIC_KEY: publicKey });
  return { name, receiver, send, close: () => connection.close() };
}

async function etcdSide(client: EtcdClientName, { url }: EtcdServer): Promise<Side> {
  const connection = await ETCD_CLIENTS[client](url);
  const receiver = await startChild('etcd-watcher', { BENCH_URL: url, BENCH_KEY: ETCD_KEY, BENCH_CLIENT: client });
  const send = (value: number): Promise<void> => connection.unary(PUT_PATH, putRequest(ETCD_KEY, `{"value":${value}}`));
  return { name: `etcd by ${client}`, receiver, send, close: () => connection.close() };
}

const report = new Report();
const postgres = await startPostgres({ durable: true });
const etcd = await startEtcd();
const standalone = await startStandalone();
const standaloneBefore = BEFORE === undefined ? null : await startStandalone(BEFORE);
const api = await startApi(await postgres.createDatabase('bench_fan_out'));
const apiBefore = BEFORE === undefined ? null : await startApi(await postgres.createDatabase('bench_fan_out_before'), BEFORE);
const sideOfApi = (name: string, { ready }: Child): Promise<Side> =>
  ledgerSide(name, { url: ready['url'] ?? '', token: ready['token'] ?? '', publicKey: ready['publicKey'] ?? '' });
const sides: Side[] = [await ledgerSide('standalone', standalone), await sideOfApi('api alone', api)];
if (standaloneBefore !== null) sides.push(await ledgerSide('standalone, before', standaloneBefore));
if (apiBefore !== null) sides.push(await sideOfApi('api alone, before', apiBefore));
if (etcd === null) report.note(`put to watch of etcd. ${ETCD_MISSING}`);
else for (const client of ETCD_CLIENT_NAMES) sides.push(await etcdSide(client, etcd));

let value = 0;

/** Milliseconds from sent to received, and to answered, of each change of a turn. */
async function turn({ receiver, send }: Side, pauseMs: number): Promise<{ readonly received: number[]; readonly answered: number[] }> {
  const [received, answered]: [number[], number[]] = [[], []];
  let onReceived: (at: number) => void = () => undefined;
  const stop = receiver.on((message) => {
    if (typeof message === 'object' && message !== null && 'swapped' in message && 'at' in message) onReceived(Number(message.at));
  });
  for (let sent = 0; sent < IN_A_TURN; sent += 1) {
    const arrival = new Promise<number>((resolve) => (onReceived = resolve));
    const begin = now();
    await send((value += 1));
    answered.push(now() - begin);
    received.push((await arrival) - begin);
    if (pauseMs > 0) await pause(pauseMs);
  }
  stop();
  return { received, answered };
}

for (const pauseMs of PAUSES_MS) {
  const received = new Map<Side, number[]>(sides.map((side) => [side, []]));
  const answered = new Map<Side, number[]>(sides.map((side) => [side, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    await quietMoment();
    for (const side of sides) {
      const times = await turn(side, pauseMs);
      // The first round warms up.
      if (round === 0) continue;
      received.get(side)?.push(...times.received);
      answered.get(side)?.push(...times.answered);
    }
  }
  const at = pauseMs === 0 ? 'no pause' : `a pause of ${pauseMs} ms`;
  for (const side of sides) {
    report.row(`${side.name}, ${at}`, [
      { column: 'received, median', value: median(received.get(side) ?? []), unit: 'ms' },
      { column: 'received, p99', value: quantile(received.get(side) ?? [], 0.99), unit: 'ms' },
      { column: 'answered, median', value: median(answered.get(side) ?? []), unit: 'ms' },
    ]);
  }
  showRatios(at, (name) => median(sides.flatMap((side) => (side.name === name ? (received.get(side) ?? []) : []))));
}

function showRatios(at: string, medianOf: (name: string) => number): void {
  const peers = (etcd === null ? [] : ETCD_CLIENT_NAMES).map((client) => `etcd by ${client}`);
  for (const name of ['standalone', 'api alone']) {
    for (const peer of peers) {
      const line = [`${name} / ${peer}, received, ${at}`, medianOf(name) / medianOf(peer), '×'] as const;
      if (peer === `etcd by ${CLIENT_OF_AIMS}`) report.atMost(...line, 1.6);
      else report.add(...line);
    }
    if (BEFORE !== undefined) report.add(`${name} / the one before, received, ${at}`, medianOf(name) / medianOf(`${name}, before`), '×');
  }
}

report.save();
for (const { close, receiver } of sides) {
  close();
  await receiver.stop();
}
for (const server of [standalone, standaloneBefore, api, apiBefore, etcd]) await server?.stop();
await postgres.stop();
