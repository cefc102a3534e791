// What resolving costs a node: its start with 1,000 references among 10,000 leaves beside the same without, a profile that begins over 1,000
// leaves, and reads on the hot path beside those of a node without options.
import { startPostgres } from '@confledger/test-support';
import { connectNode, type ConnectNodeOptions, type NoSchemas } from '@confledger/sdk';
import { memoryFeed } from '@confledger/sdk/testing';
import type { JsonObject } from '@confledger/document';
import { startChild } from './children.js';
import { Connection } from './load.js';
import { quietMoment } from './process-tree.js';
import { Report, median } from './report.js';

const LEAVES = 10_000;
const REFERENCES = 1_000;
const STARTS = 9;
const SWITCHES = 40;
const READS = 5_000_000;
const ROUNDS = 12;
const GROUP = 100;

const report = new Report();

/** Groups of 100 leaves; every tenth leaf of all refers to a variable, to a path, or takes a default. */
function document(references: number): JsonObject {
  const every = references === 0 ? Infinity : LEAVES / references;
  const leaf = (index: number): string | number => {
    if (index % every !== 0) return index;
    return ['${env:CONFLEDGER_REF_HOST}:80', '${path:g0.k1}', '${env:CONFLEDGER_REF_NONE|number:-7}'][(index / every) % 3] ?? index;
  };
  return Object.fromEntries(
    Array.from({ length: LEAVES / GROUP }, (_none, group) => [
      `g${group}`,
      Object.fromEntries(Array.from({ length: GROUP }, (_each, index) => [`k${index}`, leaf(group * GROUP + index)])),
    ]),
  );
}

async function starts(): Promise<void> {
  const postgres = await startPostgres();
  const api = await startChild('api-server', { BENCH_POSTGRES_URL: await postgres.createDatabase('bench_resolution') });
  const { url = '', token = '', publicKey = '' } = api.ready;
  const connection = await Connection.open(url, { authorization: `Bearer ${token}` });
  for (const references of [0, REFERENCES]) {
    const body = JSON.stringify({ configuration: document(references) });
    const put = await connection.request('PUT', `/api/v1/configurations/engine-${references}?activate=true`, body);
    if (put.status !== 200) throw new Error(put.body.slice(0, 500));
  }
  const times = new Map<number, number[]>([0, REFERENCES].map((references) => [references, []]));
  for (let start = 0; start < STARTS; start += 1) {
    for (const [references, all] of times) {
      await quietMoment();
      const node = await startChild('starting-node', {
        BENCH_URL: url,
        BENCH_TOKEN: token,
        BENCH_PUBLIC_KEY: publicKey,
        BENCH_SERVICE: `engine-${references}`,
        CONFLEDGER_REF_HOST: 'db.example',
        ...(references > 0 && { BENCH_REFERENCES: 'true' }),
      });
      all.push(Number(node.ready['startMs']));
      await node.stop();
    }
  }
  const [without, with1000] = [median(times.get(0) ?? []), median(times.get(REFERENCES) ?? [])];
  report.add(`start of a node, ${LEAVES.toLocaleString('en-US')} leaves`, without, 'ms');
  report.add('the same with 1,000 references', with1000, 'ms');
  report.atMost('with / without references', with1000 / without, '×', 1.3);
  connection.close();
  await api.stop();
  await postgres.stop();
}

const connected = (feed: ReturnType<typeof memoryFeed>, more: Partial<ConnectNodeOptions> = {}) =>
  connectNode<NoSchemas>({ environment: 'production', service: 'engine', feed, publicKey: feed.publicKey, ...more });

/** From the moment that the node looks until the values of the profile run: by the clock of the test, all within one look. */
async function switches(): Promise<void> {
  const plain = document(0);
  const overrides = Object.fromEntries(
    Object.entries(plain)
      .slice(0, REFERENCES / GROUP)
      .map(([group, leaves]) => [group, Object.fromEntries(Object.keys(leaves as JsonObject).map((name) => [name, -1]))]),
  );
  const conditions = { from: '22:00', to: '06:00', zone: 'UTC' };
  const feed = memoryFeed({ ...plain, profiles: { night: { priority: 1, conditions, overrides } } });
  const [day, night] = [new Date('2026-11-30T12:00:00Z'), new Date('2026-11-30T23:00:00Z')];
  let now = day;
  let lookedAt = 0;
  const profiles = {
    now: () => {
      lookedAt = performance.now();
      return now;
    },
  };
  const node = await connected(feed, { profiles });
  const handle = node.handle('g0.k0');
  const times: number[] = [];
  for (let each = 0; each < SWITCHES; each += 1) {
    const before = handle.current;
    const begin = await new Promise<number>((resolve) => {
      const remove = node.onChange('g0.k0', () => {
        remove();
        resolve(lookedAt);
      });
      now = now === day ? night : day;
    });
    times.push(performance.now() - begin);
    if (handle.current === before) throw new Error('the profile did not switch');
  }
  report.atMost('a profile of 1,000 leaves begins or ends', median(times), 'ms', 5);
  await node.close();
}

async function reads(): Promise<void> {
  const value = { risk: { parameters: { maxPositionSize: 1, label: '${env:CONFLEDGER_REF_HOST:-x}' } } };
  const [plainFeed, feed] = [memoryFeed(value), memoryFeed(value)];
  const plain = await connected(plainFeed);
  const node = await connected(feed, { references: {}, profiles: {}, overrides: { prefix: 'CONFLEDGER_SET_' }, variables: {} });
  const contenders = { 'without options': plain.handle('risk.parameters'), 'with all options': node.handle('risk.parameters') };
  const times = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  let total = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const patch = { risk: { parameters: { maxPositionSize: round } } };
    await Promise.all([plainFeed.activate(patch), feed.activate(patch)]);
    for (const [name, handle] of Object.entries(contenders)) {
      const begin = performance.now();
      let sum = 0;
      for (let index = 0; index < READS; index += 1) sum += (handle.current as { maxPositionSize: number }).maxPositionSize;
      total += sum;
      if (round >= 2) times.get(name)?.push(((performance.now() - begin) * 1e6) / READS);
    }
  }
  for (const [name, all] of times) report.add(`a read by a handle, ${name}`, median(all), 'ns');
  report.atMost(
    'reads with / without options',
    median(times.get('with all options') ?? []) / median(times.get('without options') ?? []),
    '×',
    1.1,
  );
  await Promise.all([plain.close(), node.close()]);
  if (Number.isNaN(total)) console.log(total);
}

// Nothing that a node waits with keeps a process alive.
const alive = setInterval(() => undefined, 1_000);
await starts();
await switches();
await reads();
report.save();
clearInterval(alive);
