// An effective document of 10,000 leaves over three layers after one leaf changed in the farthest: overlay and digest, beside the hash alone
// of one changed leaf in a plain document of the same shape, and beside the same overlay from scratch. They take turns.
import { Document, type JsonObject } from '@confledger/document';
import { Report, median } from './report.js';

const LEAVES = 10_000;
const ROUNDS = 200;
/** Rounds before the measured ones, in which V8 compiles. */
const WARM_ROUNDS = 40;
/** Making everything from scratch is slow: one round in so many does it. */
const SCRATCH_EVERY = 10;
/** The own document and its layers, nearest first: each has one leaf in so many. The farthest has all. */
const ONE_IN = [20, 10, 2, 1] as const;
/** A leaf that only the farthest layer has. */
const CHANGED_LEAF = 1;

interface Shape {
  readonly name: string;
  readonly objects: number;
  readonly overlayMsMax: number;
}

const shapes: readonly Shape[] = [
  { name: '100 objects of 100', objects: 100, overlayMsMax: 1 },
  { name: '10 objects of 1,000', objects: 10, overlayMsMax: 1 },
  { name: 'one object of 10,000', objects: 1, overlayMsMax: 5 },
];

const sectionOf = (leaf: number, objects: number): string => `section${leaf % objects}`;
const leafName = (leaf: number, objects: number): string => `leaf${Math.floor(leaf / objects)}`;

function levelJson(objects: number, level: number): JsonObject {
  const json: Record<string, Record<string, number>> = {};
  for (let leaf = 0; leaf < LEAVES; leaf += 1) {
    // Along an object, so that each object has its share.
    if (Math.floor(leaf / objects) % (ONE_IN[level] ?? 1) !== 0) continue;
    (json[sectionOf(leaf, objects)] ??= {})[leafName(leaf, objects)] = leaf * ONE_IN.length + level;
  }
  return json;
}

function documentOf(json: JsonObject): Document {
  const made = Document.from(json, 1);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

const effectiveOf = (levels: readonly Document[]): Document => levels.reduceRight((lower, upper) => upper.over(lower));

function timed(call: () => unknown): number {
  const begin = performance.now();
  call();
  return performance.now() - begin;
}

interface Times {
  readonly overlay: number[];
  readonly hash: number[];
  readonly scratch: number[];
}

function measure({ name, objects }: Shape): Times {
  const jsons = ONE_IN.map((_, level) => levelJson(objects, level));
  const path = `section0.${leafName(CHANGED_LEAF * objects, objects)}`;
  const times: Times = { overlay: [], hash: [], scratch: [] };
  let levels = jsons.map(documentOf);
  let plain = documentOf(effectiveOf(levels).toJson());
  for (let round = -WARM_ROUNDS; round < ROUNDS; round += 1) {
    const changes = [{ path, value: `round ${round}` }];
    levels = levels.map((level, index) => (index === levels.length - 1 ? level.apply(changes) : level));
    plain = plain.apply(changes);
    const overlay = timed(() => effectiveOf(levels).digest);
    const hash = timed(() => plain.digest);
    if (effectiveOf(levels).digest !== plain.digest) throw new Error(`${name}: the overlay is wrong`);
    if (round < 0) continue;
    times.overlay.push(overlay);
    times.hash.push(hash);
    if (round % SCRATCH_EVERY === 0) times.scratch.push(fromScratch(jsons));
  }
  return times;
}

function fromScratch(jsons: readonly JsonObject[]): number {
  const levels = jsons.map(documentOf);
  return timed(() => effectiveOf(levels).digest);
}

const report = new Report();

for (const shape of shapes) {
  const { name, overlayMsMax } = shape;
  const times = measure(shape);
  const [overlay, hash, scratch] = [median(times.overlay), median(times.hash), median(times.scratch)] as const;
  report.atMost(`${name}: overlay and digest after one change`, overlay, 'ms', overlayMsMax);
  report.add(`${name}: hash of one change in a plain document`, hash, 'ms');
  report.add(`${name}: overlay and digest from scratch`, scratch, 'ms');
  report.add(`${name}: overlay to that hash`, overlay / hash, '×');
  report.add(`${name}: from scratch to overlay`, scratch / overlay, '×');
}
report.save();
