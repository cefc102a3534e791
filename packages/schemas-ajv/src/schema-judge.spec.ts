// The judge with its real children: what is answered in place, what crosses, and what hostile schemas cannot do.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Document, type JsonObject } from '@confledger/document';
import type { Rule, SchemaDocument, ToJudge } from '@confledger/domain';
import { eventually } from '@confledger/test-support';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { examineSchema } from './examine.js';
import { judgeDocument } from './judge.js';
import type { JudgementMode } from './mode.js';
import { createSchemaJudge, type AjvSchemaJudge, type SchemaJudgeOptions } from './schema-judge.js';
import { Validators } from './validators.js';
import { Verdicts } from './verdicts.js';

const BUILT = fileURLToPath(new URL('../dist/schema-judge.js', import.meta.url));
/** Longest time for which the event loop may stand still. Measured alone: 30 ms; other tests share the machine. */
const DELAY_MS_MAX = 1_500;

let folder: string;
let judges: AjvSchemaJudge[] = [];
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'confledger-judge-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(async () => {
  for (const judge of judges) await judge.close();
  judges = [];
});

/** With more time than a judgement gets: other tests share the machine. */
function judgeOf(options: SchemaJudgeOptions = {}): AjvSchemaJudge {
  const judge = createSchemaJudge({ ...options, limits: { taskMsMax: 20_000, readMsMax: 20_000, startMsMax: 30_000, ...options.limits } });
  judges.push(judge);
  return judge;
}

function documentOf(value: JsonObject): Document {
  const made = Document.from(value);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

function rule(mount: string, schema: JsonObject | boolean): Rule {
  return { mount, dialect: '2020-12', schema, origin: { kind: 'own', revision: 1 } };
}

const schemaOf = (schema: JsonObject): SchemaDocument => ({ dialect: '2020-12', schema });

function toJudge(rules: readonly Rule[], value: JsonObject): ToJudge {
  return { rules, document: documentOf(value), isAbstract: false, hasReferences: false };
}

/** What the judgement is without any limit, by the thread of the caller. */
function inPlace(judged: ToJudge): unknown {
  return judgeDocument(judged, { validators: new Validators(), verdicts: new Verdicts() });
}

const numbered = <T>(count: number, each: (index: number) => T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, each(index)]));

/** Doubles with each level of the document: refused when it is set, and judged here all the same. */
const EXPONENTIAL = {
  $ref: '#/$defs/node',
  $defs: { node: { allOf: [{ $ref: '#/$defs/down' }, { $ref: '#/$defs/down' }] }, down: { properties: { n: { $ref: '#/$defs/node' } } } },
};
const deep = (levels: number): JsonObject => (levels === 0 ? { leaf: 1 } : { n: deep(levels - 1) });
const HOSTILE = toJudge([rule('', EXPONENTIAL)], deep(28));

const SMALL = toJudge([rule('risk', { properties: { limit: { type: 'number', minimum: 0 } }, required: ['limit'] })], {
  risk: { limit: -1 },
});
const LARGE_RULE = rule('big', {
  additionalProperties: { type: 'number', maximum: 9_990 },
  allOf: Array.from({ length: 30 }, () => ({ additionalProperties: true })),
});
const LARGE = toJudge([LARGE_RULE], { big: numbered(10_000, (index) => index) });

test('a schema of 200 schemas is examined in place, one of more in the child, with the same result', async () => {
  const judge = judgeOf();
  const properties = (count: number): SchemaDocument =>
    schemaOf({ properties: numbered(count, () => ({ type: 'string', 'x-sensitive': true })) });
  const broken = schemaOf({ properties: { a: { type: 'strange' } } });
  expect(judge.examineNow(properties(199))).toEqual(examineSchema(properties(199)));
  expect(judge.examineNow(broken)).toMatchObject({ kind: 'refused' });
  expect(judge.pids).toEqual([]);
  expect(judge.examineNow(properties(200))).toBeUndefined();
  expect(await judge.examine(properties(200))).toEqual(examineSchema(properties(200)));
  expect(await judge.examine(broken)).toEqual(examineSchema(broken));
  expect(judge.pids).toHaveLength(1);
});

test('what is cheap is judged in place and without a child', () => {
  const judge = judgeOf();
  expect(judge.judgeNow(SMALL)).toEqual(inPlace(SMALL));
  expect(judge.judgeNow(SMALL)?.violations).toHaveLength(1);
  expect(judge.pids).toEqual([]);
});

test('what is costly is judged in the child with the same result, and costs nothing from then on', async () => {
  const judge = judgeOf();
  expect(judge.judgeNow(LARGE)).toBeUndefined();
  const judgement = await judge.judge(LARGE);
  expect(judgement).toEqual(inPlace(LARGE));
  expect(judgement.violations).toHaveLength(9);
  expect(judge.judgeNow(LARGE)).toEqual(judgement);
  // The same subtree of another document.
  expect(judge.judgeNow({ ...LARGE, document: LARGE.document.apply([{ path: 'other', value: 1 }]) })).toEqual(judgement);
});

const AT_EACH = rule('token.*.big', {
  // In an abstract environment it violates nothing that this is missing.
  required: ['missing'],
  additionalProperties: { type: 'number', maximum: 100 },
  allOf: Array.from({ length: 30 }, () => ({ additionalProperties: true })),
});
const NAMED = rule('token.*', { properties: { address: { type: 'string', 'x-equalsKey': true } } });

test.each<[mode: string, mode: JudgementMode]>([
  ['in an ordinary environment', { isAbstract: false, hasReferences: false }],
  ['in an abstract one', { isAbstract: true, hasReferences: false }],
  ['with references', { isAbstract: false, hasReferences: true }],
  ['in an abstract one with references', { isAbstract: true, hasReferences: true }],
])('wildcards, names, and places of several rules cross as they are %s', async (_, mode) => {
  const token = (address: string, size: number): JsonObject => ({ address, big: numbered(size, (index) => index) });
  const unknown = { address: '${env:F}', big: { ...numbered(102, (index) => index), text: '${env:X}' } };
  const names = { A: token('A', 5_000), B: token('A', 5_000), 'c.d*': token('c.d*', 102), E: { address: 'E' }, F: unknown };
  const judged = { ...toJudge([NAMED, AT_EACH, LARGE_RULE], { token: names }), ...mode };
  const judge = judgeOf();
  expect(judge.judgeNow(judged)).toBeUndefined();
  const judgement = await judge.judge(judged);
  expect(judgement).toEqual(inPlace(judged));
  expect(judgement.violations.map(({ path }) => path)).toContain('token.B.address');
  expect(judgement.violations.map(({ path }) => path)).toContain('token.c\\.d*.big.m101');
  const ofUnknown = judgement.violations.filter(({ path }) => path === 'token.F.address' || path === 'token.F.big.text');
  expect(ofUnknown).toHaveLength(mode.hasReferences ? 0 : 2);
  expect(judge.judgeNow(judged)).toEqual(judgement);
});

test('a composite rule that the text of a reference happens to keep is listed as not judged in place, too', () => {
  const judged = toJudge([rule('a', { properties: { mode: { enum: ['${env:MODE}'] } } })], { a: { mode: '${env:MODE}' } });
  expect(judgeOf().judgeNow(judged)).toEqual({ violations: [], unjudged: [] });
  const unjudged = [{ mount: 'a', path: 'a.mode', keyword: 'enum' }];
  expect(judgeOf().judgeNow({ ...judged, hasReferences: true })).toEqual({ violations: [], unjudged });
});

test('a schema that must be compiled first and is large is judged in the child', async () => {
  const schema = { properties: numbered(300, () => ({ type: 'number' })) };
  const judged = toJudge([rule('a', schema)], { a: { m7: 'seven' } });
  const judge = judgeOf();
  expect(judge.judgeNow(judged)).toBeUndefined();
  expect(await judge.judge(judged)).toEqual(inPlace(judged));
});

test('a document that breaks much of what would be cheap to accept is judged in the child', async () => {
  const each = { anyOf: Array.from({ length: 50 }, () => ({ type: 'string' })) };
  const judged = (value: string | number): ToJudge =>
    toJudge([rule('a', { additionalProperties: each })], { a: numbered(2_000, () => value) });
  const judge = judgeOf();
  expect(judge.judgeNow(judged('text'))).toEqual({ violations: [], unjudged: [] });
  expect(judge.judgeNow(judged(1))).toBeUndefined();
  expect(await judge.judge(judged(1))).toEqual(inPlace(judged(1)));
});

test('lists in a schema count, which the estimate of costs takes for one', () => {
  const words = Array.from({ length: 4_000 }, (_, index) => `word${index}`);
  const judged = toJudge([rule('a', { additionalProperties: { enum: words } })], { a: numbered(10_000, () => 'word3999') });
  const judge = judgeOf();
  const began = performance.now();
  expect(judge.judgeNow(judged)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(DELAY_MS_MAX);
});

interface Watch {
  /** Longest time for which the event loop stood still. */
  readonly maxMs: () => number;
  /** How often a timer of 10 ms came. */
  readonly ticks: () => number;
}

/** What a health check would notice. */
async function watched<T>(perform: () => Promise<T>): Promise<{ readonly result: T; readonly watch: Watch }> {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 10);
  delay.enable();
  try {
    const result = await perform();
    return { result, watch: { maxMs: () => delay.max / 1e6, ticks: () => ticks } };
  } finally {
    delay.disable();
    clearInterval(timer);
  }
}

const MANY_ERRORS = toJudge([rule('a', { additionalProperties: { anyOf: Array.from({ length: 50 }, () => ({ type: 'string' })) } })], {
  a: numbered(20_000, (index) => index),
});
const LARGE_ARRAY = toJudge([rule('a', { items: { type: 'object', properties: { id: { type: 'number' } } }, uniqueItems: true })], {
  a: Array.from({ length: 10_000 }, (_, id) => ({ id, name: 'n' })),
});

/** Judges everything that is not remembered in the child. */
const ELSEWHERE = { costInPlaceMax: 0 };

test.each([
  ['a schema whose cost doubles with each level', HOSTILE],
  ['1,020,000 errors', MANY_ERRORS],
  ['one large array with uniqueItems', LARGE_ARRAY],
])('%s does not keep the thread that answers everybody, and is given up', { timeout: 60_000 }, async (_what, hostile) => {
  const judge = judgeOf({ ...ELSEWHERE, limits: { taskMsMax: 500 } });
  expect(judge.judgeNow(hostile)).toBeUndefined();
  const { result, watch } = await watched(() => judge.judge(hostile));
  expect(watch.maxMs()).toBeLessThan(DELAY_MS_MAX);
  expect(watch.ticks()).toBeGreaterThan(3);
  const { mount } = hostile.rules[0] ?? { mount: '' };
  expect(result).toMatchObject({ violations: [{ mount, path: mount, pointer: null, keyword: 'cost' }], unjudged: [] });
});

test('a judgement that takes more memory than it may is given up', { timeout: 60_000 }, async () => {
  const judge = judgeOf({ limits: { taskMsMax: 30_000, memoryMiBMax: 150 } });
  const { result, watch } = await watched(() => judge.judge(MANY_ERRORS));
  expect(result).toMatchObject({ violations: [{ mount: 'a', path: 'a', keyword: 'cost' }] });
  expect(watch.maxMs()).toBeLessThan(DELAY_MS_MAX);
});

test('what another ledger asks meanwhile is answered, in place and by a child', { timeout: 60_000 }, async () => {
  const judge = judgeOf({ ...ELSEWHERE, limits: { taskMsMax: 8_000 } });
  let hasEnded = false;
  const judging = judge.judge(HOSTILE).then((judgement) => ((hasEnded = true), judgement));
  expect(judge.examineNow(schemaOf({ type: 'string' }))).toMatchObject({ kind: 'fit' });
  expect(await judge.judge(SMALL)).toEqual(inPlace(SMALL));
  expect(await judge.judge(LARGE)).toEqual(inPlace(LARGE));
  expect(hasEnded).toBe(false);
  expect((await judging).violations.map(({ keyword }) => keyword)).toEqual(['cost']);
});

test(
  'a judgement that was given up is remembered, and is another violation where other content was never judged either',
  { timeout: 60_000 },
  async () => {
    const judge = judgeOf({ ...ELSEWHERE, limits: { taskMsMax: 300 } });
    const first = await judge.judge(HOSTILE);
    expect(judge.pids).toEqual([]);
    expect(judge.judgeNow(HOSTILE)).toEqual(first);
    expect(await judge.judge(HOSTILE)).toEqual(first);
    expect(judge.pids).toEqual([]);
    const changed = { ...HOSTILE, document: HOSTILE.document.apply([{ path: 'other', value: 1 }]) };
    const [violation] = (await judge.judge(changed)).violations;
    expect(violation).toEqual({ ...first.violations[0], identity: violation?.identity });
    expect(violation?.identity).not.toBe(first.violations[0]?.identity);
  },
);

test('one place that is not judged in time does not take the others with it', { timeout: 60_000 }, async () => {
  const judge = judgeOf({ ...ELSEWHERE, limits: { taskMsMax: 700 } });
  const places = { a: deep(2), b: deep(28), c: { n: 'no object' }, d: { n: { n: { wrong: true } } } };
  const judged = toJudge([rule('x.*', { ...EXPONENTIAL, properties: { n: { type: 'object' } } })], { x: places });
  const { violations } = await judge.judge(judged);
  expect(violations.map(({ path, keyword }) => [path, keyword])).toEqual([
    ['x.b', 'cost'],
    ['x.c.n', 'type'],
  ]);
});

test('a call with many hostile mounts ends, and goes on with the rest at the next', { timeout: 90_000 }, async () => {
  const judge = judgeOf({ ...ELSEWHERE, limits: { taskMsMax: 200 } });
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const rules = names.map((name) => rule(name, { ...EXPONENTIAL, title: name }));
  const judged = toJudge(rules, Object.fromEntries(names.map((name) => [name, deep(28)])));
  const first = await judge.judge(judged);
  expect(first.violations.map(({ path, keyword }) => [path, keyword])).toEqual(names.map((name) => [name, 'cost']));
  expect(judge.judgeNow(judged)).toBeUndefined();
  const second = await judge.judge(judged);
  expect(second).toEqual(first);
  expect(judge.judgeNow(judged)).toEqual(first);
});

test('a judgement whose child is killed is made in another', { timeout: 60_000 }, async () => {
  const judge = judgeOf();
  const judging = judge.judge(LARGE);
  const { pids } = judge;
  expect(pids).toHaveLength(1);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  expect(await judging).toEqual(inPlace(LARGE));
  expect(judge.pids).toHaveLength(1);
  expect(judge.pids).not.toEqual(pids);
});

test('a judge whose child cannot start rejects, and goes on in place', { timeout: 60_000 }, async () => {
  const judge = judgeOf({ limits: { program: path.join(folder, 'missing.mjs') } });
  await expect(judge.judge(LARGE)).rejects.toThrow(/The process that judges schemas cannot start: .*missing\.mjs/s);
  await expect(judge.examine(schemaOf({ properties: numbered(300, () => true) }))).rejects.toThrow('cannot start');
  expect(judge.judgeNow(LARGE)).toBeUndefined();
  expect(await judge.judge(SMALL)).toEqual(inPlace(SMALL));
});

test('a schema that throws where it judges is reported and given up', { timeout: 60_000 }, async () => {
  const faults: string[] = [];
  const judge = judgeOf({ onFault: (message) => faults.push(message) });
  const judged = toJudge([rule('a', { type: 'strange' })], { a: 1 });
  expect(judge.judgeNow(judged)).toBeUndefined();
  expect((await judge.judge(judged)).violations.map(({ keyword }) => keyword)).toEqual(['cost']);
  expect(faults.join()).toContain('strange');
});

test('a child ends with its parent, also in the middle of a judgement', { timeout: 60_000 }, async () => {
  const parent = path.join(folder, 'parent.mjs');
  writeFileSync(
    parent,
    `import { createSchemaJudge } from ${JSON.stringify(BUILT)};
     import { Document } from ${JSON.stringify(fileURLToPath(new URL('../../document/dist/index.js', import.meta.url)))};
     const judge = createSchemaJudge({ costInPlaceMax: 0, limits: { taskMsMax: 60_000 } });
     const judged = (rules, value) => ({ rules, document: Document.from(value).value, isAbstract: false, hasReferences: false });
     await judge.judge(judged(${JSON.stringify(SMALL.rules)}, ${JSON.stringify(SMALL.document.toJson())}));
     void judge.judge(judged(${JSON.stringify(HOSTILE.rules)}, ${JSON.stringify(HOSTILE.document.toJson())}));
     process.send(judge.pids);`,
  );
  const running = fork(parent, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [pids] = (await once(running, 'message')) as [readonly number[]];
  expect(pids.filter(isAlive)).toHaveLength(1);
  running.kill('SIGKILL');
  await eventually(() => pids.every((pid) => !isAlive(pid)));
});

test.runIf(process.platform === 'linux')(
  'signals to the whole process group neither end a child nor open the port of its inspector',
  async () => {
    const judge = judgeOf(ELSEWHERE);
    await judge.judge(SMALL);
    const [pid = 0] = judge.pids;
    const sockets = (): number =>
      readdirSync(`/proc/${pid}/fd`).filter((fd) => linkOf(`/proc/${pid}/fd/${fd}`).startsWith('socket:')).length;
    const before = sockets();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.kill(pid, signal);
    for (let turn = 0; turn < 5; turn += 1) {
      await judge.judge({ ...SMALL, document: SMALL.document.apply([{ path: 'risk.limit', value: turn - 10 }]) });
    }
    expect(judge.pids).toEqual([pid]);
    expect(sockets()).toBe(before);
  },
);

test('close ends the children', async () => {
  const judge = judgeOf(ELSEWHERE);
  await judge.judge(SMALL);
  const { pids } = judge;
  expect(pids.filter(isAlive)).toHaveLength(1);
  await judge.close();
  expect(pids.filter(isAlive)).toEqual([]);
  await expect(judge.judge(LARGE)).rejects.toThrow('closed');
});

/** Empty where it has gone meanwhile. */
function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that has ended and was not collected yet is no process any more.
  return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
}

test('patterns that are long to compile or to match are left to the child', () => {
  const patterns = numbered(150, (index) => ({ pattern: `${index}(a|b|c){500}x{300}` }));
  const long = toJudge([rule('a', { additionalProperties: { pattern: '^(a|aa){400}$' } })], {
    a: numbered(3_000, (index) => 'a'.repeat(900) + index),
  });
  const judge = judgeOf();
  const began = performance.now();
  expect(judge.examineNow(schemaOf({ properties: patterns }))).toBeUndefined();
  expect(judge.judgeNow(toJudge([rule('a', { properties: patterns })], { a: {} }))).toBeUndefined();
  expect(judge.judgeNow(long)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(DELAY_MS_MAX);
});

test('a mount with very many places is judged without keeping the thread, and is remembered as a whole', { timeout: 60_000 }, async () => {
  const judged = toJudge(
    [rule('*.*', { type: 'number', maximum: 998 })],
    numbered(20, () => numbered(1_000, (index) => index)),
  );
  const judge = judgeOf();
  expect(judge.judgeNow(judged)).toBeUndefined();
  const { result, watch } = await watched(() => judge.judge(judged));
  expect(result).toEqual(inPlace(judged));
  expect(result.violations).toHaveLength(20);
  expect(watch.maxMs()).toBeLessThan(DELAY_MS_MAX);
  expect(judge.judgeNow(judged)).toBe(result);
  expect(judge.judgeNow({ ...judged, isAbstract: true })).toBeUndefined();
  expect(judge.judgeNow({ ...judged, hasReferences: true })).toBeUndefined();
});

test('more violations than one call may have count as given up', { timeout: 60_000 }, async () => {
  const judged = toJudge([rule('t.*', { additionalProperties: { type: 'string' } })], {
    t: numbered(40, () => numbered(900, (index) => index)),
  });
  const judge = judgeOf();
  const { violations } = await judge.judge(judged);
  const givenUp = violations.filter(({ keyword }) => keyword === 'cost').length;
  expect(givenUp).toBeGreaterThan(10);
  expect(violations.length - givenUp).toBeLessThan(25_000);
  expect(violations.length - givenUp).toBe((40 - givenUp) * 900);
});
