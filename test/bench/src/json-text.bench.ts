// What reading a text costs, by parseJsonText and by JSON.parse: an event, a snapshot of 2.8 MB, and an object that documents lay out for
// quick reads. With a backslash the strict parser reads it, so that names are what they are on every release of Node.
import { Document, parseJsonText, type JsonObject } from '@confledger/document';
import { Report, median } from './report.js';

/** Alternating rounds, so that both meet the same machine. */
const ROUNDS = 41;
const ROUND_MS = 15;
const LEAVES = 87_000;
const READS = 1_000_000;
const OBJECTS = 64;

let sink: unknown;

/** Microseconds of one call, in a round of about ROUND_MS. */
function timed(call: () => unknown, calls: number): number {
  const begin = performance.now();
  for (let each = 0; each < calls; each += 1) sink = call();
  return ((performance.now() - begin) * 1_000) / calls;
}

function compare(text: string): { readonly strictUs: number; readonly nativeUs: number } {
  const strict = (): unknown => parseJsonText(text);
  const native = (): unknown => JSON.parse(text);
  const calls = Math.max(1, Math.round((ROUND_MS * 1_000) / timed(native, Math.max(1, Math.round(20_000 / text.length)))));
  const rounds = Array.from({ length: ROUNDS }, () => [timed(strict, calls), timed(native, calls)] as const);
  return { strictUs: median(rounds.map(([us]) => us)), nativeUs: median(rounds.map(([, us]) => us)) };
}

const event = (value: unknown): string => JSON.stringify({ path: 'risk.parameters.maxPositionSize', value });

/** A snapshot's body: names, revisions and values in arrays, as `Document.toSnapshot` gives them. */
function snapshot(name: (leaf: number) => string): string {
  const json: Record<string, Record<string, unknown>> = {};
  for (let leaf = 0; leaf < LEAVES; leaf += 1)
    (json[`section${leaf % 200}`] ??= {})[name(leaf)] = leaf % 3 === 0 ? `value of leaf ${leaf}` : leaf;
  const made = Document.from(json as JsonObject, 123_456);
  if (!made.ok) throw new Error(made.problem.message);
  return JSON.stringify({ origin: 'x', head: { version: 1, ordinal: 1, document: made.value.toSnapshot() }, active: null });
}

const metadata = {
  actor: { id: 'alice', method: 'token', roles: ['operator', 'writer'] },
  causationId: null,
  changeSet: { id: '00000001-0000-4000-8000-000000000004', index: 0, size: 1 },
  commandId: '00000001-0000-4000-8000-000000000001',
  correlationId: '00000001-0000-4000-8000-000000000002',
  fingerprint: 'd57d19d1bc9e3d9cccf2e9849fcae66c4279616846448bea9d8f0dc7b4fc0148',
  hash: '6b511e4b0de954c5d128fd7d19c94ba8620d7ecb0bea4dcb3fc87ead100096eb',
  occurredAt: '2026-01-05T09:00:00.123Z',
  previousHash: null,
  reason: 'first "limits"',
  schemaVersion: 1,
  traceparent: null,
};

const report = new Report();

function add(name: string, text: string, ratioMax: number): void {
  const { strictUs, nativeUs } = compare(text);
  const unit = strictUs > 1_000 ? { of: 1_000, name: 'ms' } : { of: 1, name: 'µs' };
  report.add(`${name}: JSON.parse`, nativeUs / unit.of, unit.name);
  report.add(`${name}: parseJsonText`, strictUs / unit.of, unit.name);
  report.atMost(`${name}: ratio`, strictUs / nativeUs, '×', ratioMax);
}

add('data of an event', event(1_000), 1.2);
add('data of an event with a backslash', event('a\\b'), 2);
add('data of an event whose names have one', event([{ 'a\\': 1, '"b"': 2 }]), 2);
add('metadata of an event with a backslash', JSON.stringify(metadata), 2);
const whole = snapshot((leaf) => `leaf${leaf}`);
report.add('size of the snapshot', whole.length / 1e6, 'MB');
add('snapshot', whole, 1.2);
add(
  'snapshot with one backslash',
  snapshot((leaf) => (leaf === 7 ? 'leaf\\' : `leaf${leaf}`)),
  2,
);
add(
  'snapshot with a backslash in every tenth name',
  snapshot((leaf) => (leaf % 10 === 0 ? `leaf.\\${leaf}` : `leaf${leaf}`)),
  2,
);
add(
  'snapshot with a backslash in every name',
  snapshot((leaf) => `leaf.\\${leaf}`),
  2,
);

/** Objects of so many members, as a document gives them out; the last name needs an escape, or none does. */
function documentObjects(members: number, last: string): JsonObject[] {
  const names = [...Array.from({ length: members - 1 }, (_, index) => `n${String(index).padStart(3, '0')}`), last];
  const json = Object.fromEntries(names.map((name, index) => [name, index]));
  return Array.from({ length: OBJECTS }, () => {
    const made = Document.from({ json });
    if (!made.ok) throw new Error(made.problem.message);
    return made.value.toJson()['json'] as JsonObject;
  });
}

/** Each layout has a function of its own, as each place of a program has: what V8 learns of one does not serve the other. */
const readers = {
  plain: (object: JsonObject): number => object['n007'] as number,
  escaped: (object: JsonObject): number => object['n007'] as number,
};

/** Nanoseconds of one read, from one object after another. */
function readNs(objects: readonly JsonObject[], read: (object: JsonObject) => number): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const begin = performance.now();
    let sum = 0;
    for (let each = 0; each < READS; each += 1) sum += read(objects[each % OBJECTS] as JsonObject);
    sink = sum;
    return ((performance.now() - begin) * 1e6) / READS;
  });
  return median(rounds);
}

const MEMBERS = 40;
report.add(`read from an object of ${MEMBERS} members`, readNs(documentObjects(MEMBERS, 'z'), readers.plain), 'ns');
report.add('the same, one of whose names needs an escape', readNs(documentObjects(MEMBERS, 'z"'), readers.escaped), 'ns');
for (const [name, last] of [
  ['', 'z'],
  [', one of whose names needs an escape', 'z"'],
] as const) {
  report.add(
    `${OBJECTS} objects of ${MEMBERS} members${name}, made`,
    median(Array.from({ length: ROUNDS }, () => timed(() => documentObjects(MEMBERS, last), 2))) / 1_000,
    'ms',
  );
}
report.save();
if (sink === undefined) throw new Error('nothing was measured');
