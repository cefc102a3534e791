// What a trading node pays for a read on its hot path, beside a plain property read, Map.get, and two libraries from npm.
import { createRequire } from 'node:module';
import { connectNode } from '@confledger/sdk';
import { memoryFeed } from '@confledger/sdk/testing';
import { z } from 'zod';
import { Report, median } from './report.js';

const READS = 5_000_000;
const ROUNDS = 15;
/** The libraries are asked this many times less often. */
const SLOW = 50;
const value = { risk: { parameters: { maxPositionSize: 1_000, maxDrawdown: 0.2 } } };

const feed = memoryFeed(value);
const schemas = { 'risk.parameters': z.object({ maxPositionSize: z.number(), maxDrawdown: z.number() }) };
const node = await connectNode({ environment: 'production', service: 'engine', feed, publicKey: feed.publicKey, schemas });
const handle = node.handle('risk.parameters');
// Replaced each round, as configuration is: what never changes is a constant to the compiler, and reading it costs nothing.
const plain = { current: { maxPositionSize: 1_000 } };
const paths = ['risk.parameters.maxPositionSize', 'risk.parameters.maxDrawdown'];
const map = new Map<string, unknown>(paths.map((path) => [path, 1]));

const require = createRequire(import.meta.url);
process.env['NODE_CONFIG'] = JSON.stringify(value);
process.env['SUPPRESS_NO_CONFIG_WARNING'] = '1';
const config = require('config') as { get(path: string): number };
const convict = require('convict') as (schema: object) => { load(value: object): void; get(path: string): number };
const schema = { risk: { parameters: { maxPositionSize: { format: Number, default: 0 }, maxDrawdown: { format: Number, default: 0 } } } };
const convicted = convict(schema);
convicted.load(value);

/** Each reads into a sum of its own: a sum that outlives the loop would cost an allocation a turn and hide what is measured. */
const contenders: Record<string, (reads: number) => number> = {
  'plain property': (reads) => {
    let sum = 0;
    for (let index = 0; index < reads; index += 1) sum += plain.current.maxPositionSize;
    return sum;
  },
  'handle property': (reads) => {
    let sum = 0;
    for (let index = 0; index < reads; index += 1) sum += handle.current.maxPositionSize;
    return sum;
  },
  'Map.get': (reads) => {
    let sum = 0;
    for (let index = 0; index < reads; index += 1) sum += map.get(paths[index & 1] ?? '') as number;
    return sum;
  },
  'snapshot.get': (reads) => {
    let sum = 0;
    const { snapshot } = node;
    for (let index = 0; index < reads; index += 1) sum += snapshot.get(paths[index & 1] ?? '') as number;
    return sum;
  },
  config: (reads) => {
    let sum = 0;
    for (let index = 0; index < reads / SLOW; index += 1) sum += config.get(paths[index & 1] ?? '');
    return sum;
  },
  convict: (reads) => {
    let sum = 0;
    for (let index = 0; index < reads / SLOW; index += 1) sum += convicted.get(paths[index & 1] ?? '');
    return sum;
  },
};
const slow = new Set(['config', 'convict']);
const nanoseconds = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
let total = 0;
for (let round = 0; round < ROUNDS; round += 1) {
  plain.current = { maxPositionSize: round };
  await feed.activate({ risk: { parameters: { maxPositionSize: round } } });
  for (const [name, read] of Object.entries(contenders)) {
    const begin = performance.now();
    total += read(READS);
    const each = ((performance.now() - begin) * 1e6) / (slow.has(name) ? READS / SLOW : READS);
    if (round >= 3) nanoseconds.get(name)?.push(each);
  }
}
const of = (name: string): number => median(nanoseconds.get(name) ?? []);
const report = new Report();
for (const name of nanoseconds.keys()) report.add(name, of(name), 'ns');
report.atMost('handle / plain property', of('handle property') / of('plain property'), '×', 1.5);
report.atMost('snapshot.get / Map.get', of('snapshot.get') / of('Map.get'), '×', 2);
const before = process.memoryUsage().heapUsed;
contenders['handle property']?.(READS);
contenders['snapshot.get']?.(READS);
report.atMost('heap grown by 10,000,000 reads', Math.max(0, process.memoryUsage().heapUsed - before) / 1024, 'KiB', 64);
report.save();
await node.close();
if (Number.isNaN(total)) console.log(total);
