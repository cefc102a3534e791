// Schedules in which a parent moves while its child is decided, and what the answers about a ledger on layers say.
import { LedgerId, StreamCorrupt, type Command, type EventMetadata } from '@confledger/domain';
import { describe, expect, test } from 'vitest';
import { defineFirst, layeredCore, SERVICE, type LayeredCore } from '../../../../test/support/src/layered-installation.js';
import { createInMemoryEventStore } from '../in-memory/event-store.js';
import type { EventStore } from '../ports/event-store.js';
import type { CommandDone } from './ledgers.js';

const LIVE = { activate: true } as const;
const set = (path: string, value: number): Command => ({ type: 'Set', path, value });
const stream = (environment: string): string => LedgerId.of(environment, SERVICE).stream;

/** Staging stands on base by way of regional, which has no ledger of the service. */
async function given(store: EventStore = createInMemoryEventStore()): Promise<{ readonly store: EventStore; readonly core: LayeredCore }> {
  await defineFirst(store);
  const core = layeredCore(store);
  await core.define('base', { type: 'development' });
  await core.define('regional', { type: 'development', inheritsFrom: ['base'] });
  await core.define('staging', { type: 'staging', inheritsFrom: ['regional'] });
  await core.execute('base', { type: 'Create', configuration: { limit: 1 } }, LIVE);
  await core.execute('staging', { type: 'Create', configuration: { own: 1 } }, LIVE);
  return { store, core };
}

async function done(core: LayeredCore, environment: string, command: Command, guards = {}): Promise<CommandDone> {
  const outcome = await core.execute(environment, command, guards);
  if (outcome.kind === 'refused') throw new Error(outcome.refusal.message);
  return outcome;
}

/** The same store; `before` runs once, ahead of the next append to a stream. */
function interrupted(store: EventStore, name: string, before: () => Promise<unknown>): EventStore {
  let isFirst = true;
  return {
    ...store,
    async append(to, ...rest) {
      if (to === name && isFirst) {
        isFirst = false;
        await before();
      }
      return store.append(to, ...rest);
    },
  };
}

/** Another process, whose first append to staging comes when the parent was activated and staging has followed. */
function beingOvertaken(store: EventStore, core: LayeredCore, limit: number): LayeredCore {
  return layeredCore(
    interrupted(store, stream('staging'), async () => {
      await done(core, 'base', set('limit', limit), LIVE);
      await done(core, 'staging', { type: 'Inherit' });
    }),
  );
}

async function json(core: LayeredCore, environment: string): Promise<unknown> {
  return (await core.ledgers.active(LedgerId.of(environment, SERVICE)))?.document.toJson();
}

describe('a middle environment without a ledger', () => {
  test('lets its own parents stand in its place', async () => {
    const { core } = await given();
    expect(await json(core, 'staging')).toEqual({ limit: 1, own: 1 });
  });

  test('changes nothing but its own leaf when its first ledger stands between', async () => {
    const { core } = await given();
    await done(core, 'regional', { type: 'Create', configuration: { regional: 1 } }, LIVE);
    const { activated } = await done(core, 'staging', { type: 'Inherit' });
    expect(activated?.layers.map(({ ledger }) => ledger)).toEqual([`regional.${SERVICE}`]);
    expect(activated?.layersMoved).toEqual([
      { ledger: `regional.${SERVICE}`, from: null, to: activated?.layers[0]?.activation },
      { ledger: `base.${SERVICE}`, from: 2, to: null },
    ]);
    expect(await json(core, 'staging')).toEqual({ limit: 1, regional: 1, own: 1 });
  });
});

describe('a parent that moves while its child is decided', () => {
  test('never takes the child backwards: after a lost append the parents are read anew', async () => {
    const { store, core } = await given();
    await done(core, 'base', set('limit', 1.5), LIVE);
    const losing = beingOvertaken(store, core, 2);
    const { activated } = await done(losing, 'staging', { type: 'Activate', version: 'active' });
    expect(activated).toBeNull();
    expect(await json(losing, 'staging')).toEqual({ limit: 2, own: 1 });
  });

  test('makes `previous` mean another activation: the rollback is refused, not carried out on what was bad', async () => {
    const { store, core } = await given();
    await done(core, 'base', set('limit', 999), LIVE);
    await done(core, 'staging', { type: 'Inherit' });
    const slow = beingOvertaken(store, core, 998);
    expect(await slow.execute('staging', { type: 'Rollback', version: 'previous' })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'VERSION_MOVED' },
    });
    expect(await json(core, 'staging')).toEqual({ limit: 998, own: 1 });
  });

  test('does not refuse a rollback to a numbered activation', async () => {
    const { store, core } = await given();
    await done(core, 'base', set('limit', 999), LIVE);
    await done(core, 'staging', { type: 'Inherit' });
    const slow = beingOvertaken(store, core, 998);
    await done(slow, 'staging', { type: 'RollbackTo', activation: 2 });
    expect(await json(core, 'staging')).toEqual({ limit: 1, own: 1 });
  });
});

describe('what is recorded', () => {
  test('names the revision of every stream that an activation was decided on, where one that is not there is -1', async () => {
    const { store, core } = await given();
    await done(core, 'staging', { type: 'Activate', version: 0 });
    const events = await store.readStream(stream('staging'), { direction: 'backwards', limit: 1 });
    const { facts } = JSON.parse(events[0]?.metadata ?? '{}') as EventMetadata;
    const definition = (await store.readStream('environments', { limit: 100 })).length - 1;
    expect(facts).toEqual({ environments: definition, [stream('regional')]: -1, [stream('base')]: 2 });
  });
});

describe('an answer', () => {
  test('says why an activation would change what runs: own, layers, ancestors', async () => {
    const { core } = await given();
    expect((await done(core, 'staging', set('own', 2))).standing.pendingBecause).toEqual(['own']);
    await done(core, 'base', set('limit', 2), LIVE);
    expect((await done(core, 'staging', set('own', 3))).standing.pendingBecause).toEqual(['own', 'layers']);
    await core.define('staging', { type: 'staging', inheritsFrom: ['base'] });
    expect((await done(core, 'staging', set('own', 1))).standing.pendingBecause).toEqual(['layers', 'ancestors']);
    expect((await done(core, 'staging', { type: 'Inherit' })).changed).toBe(false);
    expect((await done(core, 'staging', { type: 'Activate', version: 'latest' })).standing.pendingBecause).toEqual([]);
  });

  test('to a rollback says which parents went back too, and both digests of then and now', async () => {
    const { core } = await given();
    const before = (await done(core, 'staging', { type: 'Activate', version: 'active' })).standing;
    await done(core, 'base', set('limit', 2), LIVE);
    const moved = (await done(core, 'staging', { type: 'Inherit' })).activated;
    const { rollback, standing, activated } = await done(core, 'staging', { type: 'Rollback', version: 'previous' });
    expect(before.activation).toBe(2);
    expect(rollback).toMatchObject({
      version: 1,
      activation: 2,
      before: { version: 1, activation: moved?.activation, digest: moved?.digest, own: moved?.own },
      layers: [{ ledger: `base.${SERVICE}`, from: 4, to: 2 }],
    });
    expect(rollback?.own).toBe(moved?.own);
    expect(rollback?.digest).not.toBe(moved?.digest);
    expect(standing.pin).toMatchObject({ activation: activated?.activation, actor: 'alice' });
    expect(standing.pendingBecause).toEqual(['layers']);
  });
});

describe('a parent’s stream that is another one than was recorded', () => {
  const elsewhere = async (): Promise<{ readonly store: EventStore; readonly core: LayeredCore }> => {
    const { store } = await given();
    const other = await given();
    // The same names in another installation: another origin, and other documents.
    await done(other.core, 'base', set('limit', 7), LIVE);
    const mixed: EventStore = {
      ...store,
      readStream: (name, page) => (name === stream('base') ? other.store : store).readStream(name, page),
    };
    return { store, core: layeredCore(mixed) };
  };

  test('is corruption of the child, for reads and rollbacks, and of no other ledger', async () => {
    const { core } = await elsewhere();
    await expect(core.ledgers.active(LedgerId.of('staging', SERVICE))).rejects.toThrow(StreamCorrupt);
    await expect(core.execute('staging', { type: 'Set', path: 'own', value: 2 }, LIVE)).rejects.toThrow(/another (origin|digest)/);
    expect(await json(core, 'base')).toEqual({ limit: 7 });
    expect((await done(core, 'staging', set('own', 2))).changed).toBe(true);
  });
});
