// Whole histories of a small tree of ledgers, over a real stream of environments: what ran can be computed from the events alone, comes back with
// a rollback, and is the same for a process that begins without memory.
import { LedgerId, type Command, type Guards } from '@confledger/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defineFirst, layeredCore, SERVICE, type LayeredCore } from '../../../../test/support/src/layered-installation.js';
import { Replay, type Replayed } from '../../../../test/support/src/replayed-ledger.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import type { EventStore } from '../ports/event-store.js';

/** `production` is explicit and inherits along two ways; `staging` follows by itself. */
const ENVIRONMENTS = ['base', 'mixin', 'regional', 'staging', 'production'] as const;
type Name = (typeof ENVIRONMENTS)[number];
const PARENTS: readonly (readonly Name[])[] = [['regional', 'mixin'], ['mixin', 'regional'], ['regional'], ['base'], []];
const nameOf = (environment: string): string => `${environment}.${SERVICE}`;

const environments = fc.constantFrom(...ENVIRONMENTS);
const paths = fc.constantFrom('a', 'a.b', 'a.b.c', 'a.d', 'e', 'e.f');
const values = fc.constantFrom(0, 1, 'x', null, [], [1], {}, { b: 2 }, { b: { c: 3 }, d: 4 });
const activate = fc.constantFrom(undefined, undefined, true, 'all' as const);
const layers = fc.constantFrom(undefined, undefined, 'kept' as const, 'newest' as const);
const where = { environment: environments };

type Step =
  | { readonly sort: 'write'; readonly environment: Name; readonly command: Command; readonly activate: Guards['activate'] | undefined }
  | { readonly sort: 'activate'; readonly environment: Name; readonly zero: boolean; readonly layers: 'kept' | 'newest' | undefined }
  | { readonly sort: 'rollback'; readonly environment: Name; readonly choice: number; readonly layers: 'kept' | 'newest' | undefined }
  | { readonly sort: 'inherit'; readonly environment: Name }
  | { readonly sort: 'redefine'; readonly parents: readonly Name[] };

const writes: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('Set' as const), path: paths, value: values }) },
  fc.record({ type: fc.constant('Delete' as const), path: paths }),
  fc.record({
    type: fc.constant('Set' as const),
    path: fc.constant('$inherit.hide'),
    value: fc.uniqueArray(paths, { maxLength: 2 }),
  }),
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ sort: fc.constant('write' as const), ...where, command: writes, activate }) },
  {
    weight: 3,
    arbitrary: fc.record({ sort: fc.constant('activate' as const), ...where, zero: fc.constantFrom(false, false, true), layers }),
  },
  { weight: 3, arbitrary: fc.record({ sort: fc.constant('rollback' as const), ...where, choice: fc.nat(), layers }) },
  { weight: 2, arbitrary: fc.record({ sort: fc.constant('inherit' as const), ...where }) },
  { weight: 1, arbitrary: fc.record({ sort: fc.constant('redefine' as const), parents: fc.constantFrom(...PARENTS) }) },
);
const histories = fc.array(steps, { minLength: 25, maxLength: 60, size: 'max' });

async function installation(store: EventStore): Promise<LayeredCore> {
  await defineFirst(store);
  const core = layeredCore(store);
  await core.define('base', { type: 'development', abstract: true });
  await core.define('mixin', { type: 'development' });
  await core.define('regional', { type: 'development', inheritsFrom: ['base'] });
  await core.define('staging', { type: 'staging', inheritsFrom: ['base'] });
  await core.define('production', { type: 'production', inheritsFrom: ['regional', 'mixin'] });
  for (const environment of ['base', 'staging', 'production'])
    await core.execute(environment, { type: 'Create', configuration: { [environment]: 1, e: { f: environment } } }, { activate: true });
  return core;
}

const replayOf = (store: EventStore, environment: string): Promise<readonly Replayed[]> =>
  new Replay(store).activations(nameOf(environment));

/** Carries a step out; what is refused is refused. Checks what only that step can show. */
async function take(core: LayeredCore, store: EventStore, step: Step): Promise<void> {
  switch (step.sort) {
    case 'redefine':
      return core.define('production', { type: 'production', inheritsFrom: step.parents });
    case 'inherit':
      return inherit(core, store, step.environment);
    case 'rollback':
      return rollBack(core, store, step);
    case 'activate':
      return activateIn(core, step);
    case 'write':
      return write(core, store, step);
  }
}

async function inherit(core: LayeredCore, store: EventStore, environment: Name): Promise<void> {
  const before = await replayOf(store, environment);
  const outcome = await core.execute(environment, { type: 'Inherit' });
  const after = await replayOf(store, environment);
  if (after.length === before.length) return;
  // Never in an explicit environment, never a first activation, never another own version, never what is pinned.
  expect([outcome.kind, environment]).not.toEqual(['done', 'production']);
  const [was, is] = [before.at(-1), after.at(-1)];
  expect({ version: is?.version, own: is?.own, pinned: was?.pinned, kind: is?.kind }).toEqual({
    version: was?.version,
    own: was?.own,
    pinned: false,
    kind: 'inheritance',
  });
  expect(is?.layers).not.toEqual(was?.layers);
}

async function rollBack(core: LayeredCore, store: EventStore, step: Extract<Step, { sort: 'rollback' }>): Promise<void> {
  const past = await replayOf(store, step.environment);
  const target = past[step.choice % Math.max(1, past.length)];
  if (target === undefined) return;
  const command = { type: 'RollbackTo', activation: target.activation, ...(step.layers !== undefined && { layers: step.layers }) } as const;
  const outcome = await core.execute(step.environment, command);
  expect(outcome.kind).toBe('done');
  const runs = (await replayOf(store, step.environment)).at(-1);
  expect(runs?.own).toBe(target.own);
  if (step.layers === undefined) expect(runs).toMatchObject({ digest: target.digest, layers: target.layers });
  if (step.layers === 'kept') expect(runs?.layers).toEqual(past.at(-1)?.layers);
}

async function activateIn(core: LayeredCore, { environment, zero, layers: which }: Extract<Step, { sort: 'activate' }>): Promise<void> {
  const command = { type: 'Activate', version: zero ? 0 : 'latest', ...(which !== undefined && { layers: which }) } as const;
  await core.execute(environment, command);
  const again = await core.execute(environment, command);
  if (again.kind === 'done') expect(again.changed).toBe(false);
}

/** A write takes live what it wrote, and moves no layer; without `activate` nothing. */
async function write(core: LayeredCore, store: EventStore, step: Extract<Step, { sort: 'write' }>): Promise<void> {
  const before = await replayOf(store, step.environment);
  await core.execute(step.environment, step.command, step.activate === undefined ? {} : { activate: step.activate });
  const after = await replayOf(store, step.environment);
  const was = before.at(-1);
  if (step.activate === undefined) expect(after).toHaveLength(before.length);
  else if (was !== undefined) expect(after.at(-1)).toMatchObject({ layers: was.layers, pinned: was.pinned });
}

/** Every digest follows from the streams alone, and no activation stands on a lower one of a parent than the one before unless it went back. */
async function expectReplayed(store: EventStore): Promise<void> {
  const replay = new Replay(store);
  for (const environment of ENVIRONMENTS) {
    const activations = await replay.activations(nameOf(environment));
    for (const [index, each] of activations.entries()) {
      expect(each.recomputed).toBe(each.digest);
      expect(each.recomputedOwn).toBe(each.own);
      const before = activations[index - 1];
      if (before === undefined || each.kind === 'rollback') continue;
      for (const layer of each.layers) {
        const was = before.layers.find(({ ledger }) => ledger === layer.ledger);
        if (was !== undefined) expect(layer.activation).toBeGreaterThanOrEqual(was.activation);
      }
    }
  }
}

/** A process without memory reads the same, and would roll back to the same. */
async function expectSameFromCold(warm: LayeredCore, store: EventStore): Promise<void> {
  const cold = layeredCore(store);
  for (const environment of ENVIRONMENTS) {
    const id = LedgerId.of(environment, SERVICE);
    for (const version of ['active', 'previous', 'latest'] as const)
      expect(digestRead(await cold.ledgers.read(id, { version }))).toEqual(digestRead(await warm.ledgers.read(id, { version })));
    const ran = await new Replay(store).activations(nameOf(environment));
    for (const [version, each] of [
      ['active', ran.at(-1)],
      ['previous', ran.at(-2)],
    ] as const)
      if (each !== undefined) expect(digestRead(await cold.ledgers.read(id, { version }))).toBe(each.digest);
    for (const { activation, digest } of ran)
      for (const core of [layeredCore(store), warm]) {
        const outcome = await core.execute(environment, { type: 'RollbackTo', activation }, {}, true);
        expect(outcome.kind === 'done' ? outcome.rollback?.digest : outcome.refusal.message).toBe(digest);
      }
    expect(digestOfActivation(await cold.execute(environment, { type: 'Activate', version: 'latest' }, {}, true))).toEqual(
      digestOfActivation(await warm.execute(environment, { type: 'Activate', version: 'latest' }, {}, true)),
    );
  }
}

const digestRead = (outcome: Awaited<ReturnType<LayeredCore['ledgers']['read']>>): string =>
  outcome.kind === 'found' ? outcome.document.digest : outcome.refusal.code;

const digestOfActivation = (outcome: Awaited<ReturnType<LayeredCore['execute']>>): string =>
  outcome.kind === 'refused' ? outcome.refusal.code : (outcome.activated?.digest ?? 'nothing');

test('every history of a tree of ledgers keeps the rules, and can be computed from its events alone', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const store = createInMemoryEventStore();
      const core = await installation(store);
      for (const step of history) await take(core, store, step);
      await expectReplayed(store);
    }),
    { numRuns: 60 },
  );
});

test('a process that begins without memory reads, activates and rolls back to the same digests', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const store = createInMemoryEventStore();
      const core = await installation(store);
      for (const step of history) await take(core, store, step);
      await expectSameFromCold(core, store);
    }),
    { numRuns: 15 },
  );
});
