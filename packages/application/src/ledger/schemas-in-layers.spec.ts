// Schemas of an installation whose environments inherit: which rules come with a layer, what a process without memory judges by, and what the
// history says of a schema that is only proposed. Judged by a plain judge; what schemas mean in full is its adapter's business.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LedgerId, type Command, type Guards } from '@confledger/domain';
import { eventually } from '@confledger/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { defineFirst, layeredCore, SERVICE, type LayeredCore } from '../../../../test/support/src/layered-installation.js';
import { plainlyExamined, plainlySaid } from '../../../../test/support/src/plain-judge.js';
import { createInMemoryEventStore, type InMemoryEventStore } from '../in-memory/event-store.js';
import { InMemoryLayerDocuments } from '../in-memory/layer-documents.js';
import { memorySchemaJudge } from '../in-memory/schema-judge.js';
import type { WhatIf, WhatIfLine } from './ledger-rules.js';
import { SchemaJudgeUnavailable } from '../ports/schemas.js';
import type { CommandOutcome } from './ledgers.js';

const LIVE = { activate: true } as const;
const LIVE_ALL = { activate: 'all' } as const;
const [BASE, STAGING] = [LedgerId.of('base', SERVICE), LedgerId.of('staging', SERVICE)];
const set = (path: string, value: number): Command => ({ type: 'Set', path, value });
const atMost = (maximum: number, mount = 'limit'): Command => ({ type: 'SetSchema', mount, dialect: '2020-12', schema: { maximum } });

let store: InMemoryEventStore;
let documents: InMemoryLayerDocuments;
let faults: unknown[];

const judge = () =>
  memorySchemaJudge({
    examine: plainlyExamined,
    judge: ({ rules, ...what }) => plainlySaid({ rules: { rules, annotating: rules, switchedOff: [], key: '' }, ...what }),
  });
const core = (): LayeredCore =>
  layeredCore(store, { judge: judge(), layerDocuments: documents, onSnapshotFault: (error) => faults.push(error) });

async function done(of: LayeredCore, environment: string, command: Command, guards: Guards = {}) {
  const outcome = await of.execute(environment, command, guards);
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.refusal));
  return outcome;
}

const codeOf = (outcome: CommandOutcome): string => (outcome.kind === 'refused' ? outcome.refusal.code : outcome.kind);

async function lines(of: LayeredCore, id: LedgerId, asked: Partial<WhatIf> & Pick<WhatIf, 'schema'>): Promise<WhatIfLine[]> {
  const answer = await of.ledgers.whatIf(
    id,
    { mount: 'limit', dialect: '2020-12', of: 'versions', ...asked },
    new AbortController().signal,
  );
  if (answer.kind === 'refused') throw new Error(answer.refusal.message);
  const all: WhatIfLine[] = [];
  for await (const line of answer.lines) all.push(line);
  return all;
}

beforeEach(async () => {
  [store, documents, faults] = [createInMemoryEventStore(), new InMemoryLayerDocuments(), []];
  await defineFirst(store);
  const first = core();
  await first.define('base', { type: 'development', edition: 0 });
  await first.define('staging', { type: 'staging', edition: 0, inheritsFrom: ['base'], policy: { inherited: 'explicit' } });
  await done(first, 'base', { type: 'Create', configuration: { limit: 1, venue: 'a' } }, LIVE);
  await done(first, 'staging', { type: 'Create', configuration: { own: 1 } }, LIVE);
});

describe('the rules of a layer', () => {
  test('are those of its activation: a schema of the parent that is not activated yet holds nobody below', async () => {
    const api = core();
    await done(api, 'base', atMost(10));
    expect(codeOf(await api.execute('staging', set('limit', 11)))).toBe('done');
    await done(api, 'base', { type: 'Activate', version: 'latest' });
    expect(codeOf(await api.execute('staging', set('limit', 12)))).toBe('VALIDATION_ERROR');
    expect(codeOf(await api.execute('staging', set('limit', 9)))).toBe('done');
  });

  test('do not touch what runs over an older activation, until the newer one is taken', async () => {
    const api = core();
    await done(api, 'base', atMost(10));
    await done(api, 'base', { type: 'Activate', version: 'latest' });
    expect(codeOf(await api.execute('staging', set('limit', 11), LIVE))).toBe('done');
    const taken = await done(api, 'staging', { type: 'Activate', version: 'latest' });
    expect(taken.notes?.standing).toMatchObject([{ path: 'limit', mount: 'limit', keyword: 'maximum' }]);
    expect(codeOf(await api.execute('staging', set('limit', 12), LIVE))).toBe('VALIDATION_ERROR');
  });

  test('are shown with where they come from, and with what is wrong by them already', async () => {
    const api = core();
    await done(api, 'base', atMost(10));
    await done(api, 'base', { type: 'Activate', version: 'latest' });
    await done(api, 'staging', atMost(5));
    const found = await api.ledgers.rules(STAGING);
    expect(found).toMatchObject({
      kind: 'found',
      rules: [
        { mount: 'limit', origin: { kind: 'own' }, inForce: true },
        { mount: 'limit', origin: { kind: 'parent', ledger: BASE.text, revision: 4 }, inForce: false },
      ],
      head: { violations: [] },
    });
    await done(api, 'base', set('limit', 7), LIVE);
    expect(await api.ledgers.rules(STAGING)).toMatchObject({ head: { violations: [{ path: 'limit' }] }, running: { violations: [] } });
  });
});

describe('a process that begins', () => {
  const breakBase = (): void => store.alter(BASE.stream, 1, ({ data }) => ({ data: data.replace('"value":1', '"value":7') }));

  beforeEach(async () => {
    const first = core();
    await done(first, 'base', atMost(10));
    await done(first, 'base', { type: 'Activate', version: 'latest' });
    await done(first, 'staging', { type: 'Activate', version: 'latest' });
    const layer = (await first.ledgers.effective(STAGING, { version: 'active' })) as { layers: readonly { activation: number }[] };
    await eventually(async () => (await documents.get(BASE.text, layer.layers[0]?.activation ?? -1)) !== null);
  });

  test('judges by the rules that are stored with a layer although the stream of the parent cannot be read', async () => {
    breakBase();
    expect(codeOf(await core().execute('staging', set('limit', 11), LIVE))).toBe('VALIDATION_ERROR');
    expect(codeOf(await core().execute('staging', set('limit', 9), LIVE))).toBe('done');
  });

  test('judges by the rules of an activation as it was made, not as they were when it was tried on those that follow', async () => {
    const first = core();
    await first.define('below', { type: 'staging', edition: 0, inheritsFrom: ['staging'] });
    await done(first, 'below', { type: 'Create', configuration: { mine: 1 } }, LIVE);
    await first.execute('staging', atMost(5), LIVE, true);
    for (let turns = 0; turns < 20; turns += 1) await nextTurn();
    const { activated } = await done(first, 'staging', atMost(5), LIVE);
    await done(first, 'below', { type: 'Activate', version: 'latest' });
    await eventually(async () => expect(await documents.get(STAGING.text, activated?.activation ?? -1)).not.toBeNull());
    expect(codeOf(await core().execute('below', set('limit', 7), LIVE))).toBe('VALIDATION_ERROR');
    expect(codeOf(await core().execute('below', set('limit', 4), LIVE))).toBe('done');
  });

  test('uses no stored rules that somebody altered, and reports them', async () => {
    for (let activation = 0; activation < 9; activation += 1) {
      const body = await documents.get(BASE.text, activation);
      const text = JSON.stringify(body).replace('"maximum":10', '"maximum":99');
      if (body !== null) await documents.put({ ledger: BASE.text, activation, digest: '', body: JSON.parse(text) as typeof body });
    }
    expect(codeOf(await core().execute('staging', set('limit', 11), LIVE))).toBe('VALIDATION_ERROR');
    expect(faults).toMatchObject([{ name: 'StoredDocumentUnfit', message: expect.stringContaining('rules') as string }]);
  });
});

describe('while nobody can judge', () => {
  const unavailable = (): LayeredCore => {
    const none = () => Promise.reject(new SchemaJudgeUnavailable('no child can be started'));
    return layeredCore(store, {
      judge: { examineNow: () => undefined, examine: none, judgeNow: () => undefined, judge: none, close: none },
    });
  };

  test('nothing that would have to be judged is written, and an emergency rollback that accepts violations goes on', async () => {
    const api = core();
    await done(api, 'base', atMost(10));
    await done(api, 'base', set('limit', 2), LIVE_ALL);
    const without = unavailable();
    for (const [command, guards] of [
      [set('limit', 3), {}],
      [set('limit', 3), LIVE_ALL],
      [{ type: 'Rollback', version: 'previous' }, {}],
    ] as const)
      expect(codeOf(await without.execute('base', command, guards))).toBe('SCHEMA_JUDGE_UNAVAILABLE');
    await expect(without.execute('base', atMost(5))).rejects.toThrow(SchemaJudgeUnavailable);
    const back = await without.execute('base', { type: 'Rollback', version: 'previous' }, { acceptViolations: true });
    expect(back).toMatchObject({ kind: 'done', rollback: { version: 2 } });
  });
});

describe('a what-if', () => {
  test('names each stretch of versions with the same violations, and what was looked at', async () => {
    const api = core();
    for (const limit of [2, 30, 40, 3]) await done(api, 'base', set('limit', limit));
    await done(api, 'base', set('fee', 1));
    expect(await lines(api, BASE, { schema: { maximum: 10 } })).toMatchObject([
      { kind: 'stretch', from: 2, to: 4, ran: 2, count: 0 },
      { kind: 'stretch', from: 5, to: 5, ran: 1, count: 1, errors: [{ path: 'limit', keyword: 'maximum' }] },
      { kind: 'stretch', from: 6, to: 6, ran: 1, count: 1 },
      { kind: 'stretch', from: 7, to: 8, ran: 2, count: 0 },
      { kind: 'end', looked: 6, refused: 2 },
    ]);
  });

  test('of activations judges what ran, inherited values included', async () => {
    const api = core();
    await done(api, 'base', set('limit', 30), LIVE);
    await done(api, 'staging', { type: 'Activate', version: 'latest' });
    expect(await lines(api, STAGING, { of: 'activations', schema: { maximum: 10 } })).toMatchObject([
      { from: 2, to: 2, count: 0 },
      { from: 3, to: 3, count: 1 },
      { kind: 'end', looked: 2, refused: 1 },
    ]);
  });

  test('is one at a time, refused for a schema that is none, and ended by its signal', async () => {
    const api = core();
    const ask = (schema: object, signal = new AbortController().signal) =>
      api.ledgers.whatIf(BASE, { mount: 'limit', dialect: '2020-12', schema: schema as never, of: 'versions' }, signal);
    expect(await ask({ broken: 1 })).toMatchObject({ kind: 'refused', refusal: { code: 'SCHEMA_INVALID' } });
    const ending = new AbortController();
    const first = await ask({ maximum: 1 }, ending.signal);
    expect(await ask({ maximum: 1 })).toMatchObject({ kind: 'refused', refusal: { code: 'WHAT_IF_RUNNING' } });
    ending.abort();
    if (first.kind !== 'answering') throw new Error('refused');
    await expect(first.lines[Symbol.asyncIterator]().next()).rejects.toThrow('aborted');
    expect(await ask({ maximum: 1 })).toMatchObject({ kind: 'answering' });
  });
});
