import { eventually } from '@confledger/test-support';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LOAD_HELD_MS, LoadWatch } from './load-watch.js';
import { rig } from './fixtures.js';

const NIGHT = { from: '22:00', to: '06:00', zone: 'UTC' };
const EVENING = new Date('2026-11-30T21:59:59Z');
const LATE = new Date('2026-11-30T22:00:00Z');
const document = (conditions: Record<string, string>, override: number | string = 500) => ({
  risk: { max: 1000, other: 1 },
  profiles: { night: { priority: 1, conditions, overrides: { risk: { max: override } } } },
});

describe('a node with the option profiles', () => {
  it('lays a profile over the document while its conditions hold, and says which are on', async () => {
    let now = EVENING;
    await using made = await rig(document(NIGHT), {
      profiles: { now: () => now },
      schemas: { risk: z.object({ max: z.number(), other: z.number() }) },
    });
    const { node } = made;
    const risk = node.handle('risk');
    const told: unknown[] = [];
    node.onChange('risk.**', ({ cause, changes }) => told.push([cause, changes]));
    expect(risk.current).toMatchObject({ max: 1000 });
    expect(node.status).not.toHaveProperty('profiles');
    now = LATE;
    await eventually(() => node.snapshot.get('risk.max') === 500);
    expect(risk.current).toEqual({ max: 500, other: 1 });
    expect(node.status.profiles).toEqual(['night']);
    expect(node.snapshot.raw('risk.max')).toBe(1000);
    expect(told).toEqual([['resolution', [{ path: 'risk.max', before: 1000, after: 500 }]]]);
    now = new Date('2026-12-01T06:00:00Z');
    await eventually(() => node.snapshot.get('risk.max') === 1000);
    expect(node.status).not.toHaveProperty('profiles');
  });

  it('stays what it was, and says why, where a profile that begins breaks a schema', async () => {
    let now = EVENING;
    await using made = await rig(document(NIGHT, -1), { profiles: { now: () => now }, schemas: { 'risk.max': z.number().positive() } });
    const { node } = made;
    now = LATE;
    await eventually(() => node.status.rejected !== null);
    expect(node.status.rejected?.problems).toMatchObject([{ path: 'risk.max' }]);
    expect(node.snapshot.get('risk.max')).toBe(1000);
    expect(node.status.state).toBe('ready');
  });

  it('ends a profile of what runs while a newer activation is refused', async () => {
    let now = LATE;
    await using made = await rig(document(NIGHT), { profiles: { now: () => now }, schemas: { 'risk.other': z.number().max(10) } });
    const { node, feed } = made;
    await feed.activate({ risk: { other: 99 } });
    expect(node.status.rejected?.problems).toMatchObject([{ path: 'risk.other' }]);
    now = new Date('2026-12-01T06:00:00Z');
    await eventually(() => node.snapshot.get('risk.max') === 1000);
    expect(node.status.rejected?.problems).toMatchObject([{ path: 'risk.other' }]);
    expect(node.snapshot.get('risk.other')).toBe(1);
  });

  it('does not start with a profile that it cannot read, and says where', async () => {
    const failed = await rig(document({ ...NIGHT, zone: 'Mars/Olympus' }), { profiles: {} }).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'PROFILE_INVALID',
      problems: [{ path: 'profiles.night.conditions', message: expect.stringContaining('IANA') }],
    });
  });

  it('looks at the load only where the option says so', async () => {
    const busy = { read: () => ({ cpuPercent: 100, memoryPercent: 100 }) };
    const watch = new LoadWatch(busy);
    const limits = { cpuPercent: 90, memoryPercent: null };
    expect(watch.isLoaded(limits)).toBe(false);
    watch.sample(0);
    watch.sample(LOAD_HELD_MS - 1);
    expect(watch.isLoaded(limits)).toBe(false);
    watch.sample(LOAD_HELD_MS);
    expect(watch.isLoaded(limits)).toBe(true);
    const loaded = {
      ...document({}),
      profiles: { busy: { priority: 1, conditions: { load: { cpuPercent: 1 } }, overrides: { risk: { max: 1 } } } },
    };
    await using off = await rig(loaded, { profiles: {} });
    expect(off.node.status).not.toHaveProperty('load');
    await using on = await rig(loaded, { profiles: { load: true } });
    expect(on.node.status.load).toEqual({ cpuPercent: expect.any(Number), memoryPercent: expect.any(Number) });
  });

  it('leaves the load behind only when it has been below the limit by a margin for as long', () => {
    let cpuPercent = 95;
    const watch = new LoadWatch({ read: () => ({ cpuPercent, memoryPercent: 0 }) });
    const limits = { cpuPercent: 90, memoryPercent: null };
    watch.isLoaded(limits);
    for (const at of [0, LOAD_HELD_MS]) watch.sample(at);
    cpuPercent = 86;
    for (const at of [LOAD_HELD_MS + 1, 3 * LOAD_HELD_MS]) watch.sample(at);
    expect(watch.isLoaded(limits)).toBe(true);
    cpuPercent = 84;
    for (const at of [4, 5]) watch.sample(at * LOAD_HELD_MS);
    expect(watch.isLoaded(limits)).toBe(false);
  });
});

describe('a node without the option profiles', () => {
  it('takes profiles for values, whatever they are', async () => {
    await using made = await rig({ profiles: { night: 7 }, a: 1 });
    expect(made.node.snapshot.toJson()).toEqual({ profiles: { night: 7 }, a: 1 });
  });
});
