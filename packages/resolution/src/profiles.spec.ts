import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@confledger/document';
import { documentOf } from './fixtures.js';
import { COMBINATIONS_MAX, combinationsOf, conditionsHold, laidOver, misshapenPaths, profilesOf, type Moment } from './index.js';

const at = (instant: string, more: Partial<Moment> = {}): Moment => ({
  environment: 'production',
  nowMs: Date.parse(instant),
  isLoaded: () => false,
  ...more,
});

function isOn(conditions: JsonObject, moment: Moment, rest: JsonObject = {}): boolean {
  const document = documentOf({ ...rest, profiles: { p: { priority: 1, conditions, overrides: {} } } });
  const { all, flaws } = profilesOf(document);
  expect(flaws).toEqual([]);
  return conditionsHold(all[0]?.conditions ?? null, document, moment);
}

const NIGHT = { from: '22:00', to: '06:00', zone: 'UTC' };

describe('conditions of a profile', () => {
  it.each<[string, JsonObject, string, boolean]>([
    ['the beginning', NIGHT, '2026-11-30T22:00:00Z', true],
    ['before it', NIGHT, '2026-11-30T21:59:59Z', false],
    ['over midnight', NIGHT, '2026-12-01T03:00:00Z', true],
    ['the end', NIGHT, '2026-12-01T06:00:00Z', false],
    ['a day', { from: '08:00', to: '17:30', zone: 'UTC' }, '2026-12-01T17:29:59Z', true],
    ['another zone', { from: '08:00', to: '17:30', zone: 'Asia/Tokyo' }, '2026-12-01T00:00:00Z', true],
    ['a weekday', { weekdays: ['tuesday'], zone: 'UTC' }, '2026-12-01T12:00:00Z', true],
    ['another weekday', { weekdays: ['monday'], zone: 'UTC' }, '2026-12-01T12:00:00Z', false],
    [
      "the night of the weekday on which it began, a Friday's on Saturday",
      { ...NIGHT, weekdays: ['friday'] },
      '2026-12-05T03:00:00Z',
      true,
    ],
    ["and not the night before, a Thursday's on Friday", { ...NIGHT, weekdays: ['friday'] }, '2026-12-04T03:00:00Z', false],
    ['Sunday before Monday', { ...NIGHT, weekdays: ['sunday'] }, '2026-12-07T03:00:00Z', true],
    [
      'the hour that daylight saving removes, at whose end the clock shows 03:00',
      { from: '02:00', to: '03:00', zone: 'Europe/Zurich' },
      '2027-03-28T01:00:00Z',
      false,
    ],
    ['what goes on behind that hour', { from: '02:30', to: '03:30', zone: 'Europe/Zurich' }, '2027-03-28T01:15:00Z', true],
    ['the hour that it repeats, the first time', { from: '02:00', to: '03:00', zone: 'Europe/Zurich' }, '2026-10-25T00:30:00Z', true],
    ['the hour that it repeats, the second time', { from: '02:00', to: '03:00', zone: 'Europe/Zurich' }, '2026-10-25T01:30:00Z', true],
    ['no condition', {}, '2026-12-01T12:00:00Z', false],
    ['its environment', { environment: 'production' }, '2026-12-01T12:00:00Z', true],
    ['another environment', { environment: 'staging' }, '2026-12-01T12:00:00Z', false],
  ])('know %s', (_what, conditions, instant, expected) => {
    expect(isOn(conditions, at(instant))).toBe(expected);
  });

  it('know whether a flag is enabled', () => {
    const flags = { calm: { enabled: false }, thin: { enabled: true } };
    expect(isOn({ flag: 'thin' }, at('2026-12-01T12:00:00Z'), { flags })).toBe(true);
    expect(isOn({ flag: 'calm' }, at('2026-12-01T12:00:00Z'), { flags })).toBe(false);
    expect(isOn({ flag: 'absent' }, at('2026-12-01T12:00:00Z'), { flags })).toBe(false);
  });

  it('look at the load only where the node does', () => {
    expect(isOn({ load: { cpuPercent: 90 } }, at('2026-12-01T12:00:00Z'))).toBe(false);
    expect(isOn({ load: { cpuPercent: 90 } }, at('2026-12-01T12:00:00Z', { isLoaded: ({ cpuPercent }) => cpuPercent === 90 }))).toBe(true);
  });

  it('must all hold', () => {
    expect(isOn({ ...NIGHT, environment: 'staging' }, at('2026-12-01T03:00:00Z'))).toBe(false);
  });
});

describe('profiles', () => {
  it.each<[string, JsonObject, string]>([
    ['no object', { p: 1 } as never, 'profiles.p'],
    ['no priority', { p: { overrides: {} } }, 'profiles.p.priority'],
    ['no overrides', { p: { priority: 1 } }, 'profiles.p.overrides'],
    ['an unknown zone', { p: { priority: 1, overrides: {}, conditions: { ...NIGHT, zone: 'Mars/Olympus' } } }, 'profiles.p.conditions'],
    ['the same start and end', { p: { priority: 1, overrides: {}, conditions: { ...NIGHT, to: '22:00' } } }, 'profiles.p.conditions'],
    ['a time that is none', { p: { priority: 1, overrides: {}, conditions: { ...NIGHT, to: '24:00' } } }, 'profiles.p.conditions'],
    ['a time without a zone', { p: { priority: 1, overrides: {}, conditions: { from: '01:00', to: '02:00' } } }, 'profiles.p.conditions'],
    ['a misspelt condition', { p: { priority: 1, overrides: {}, conditions: { enviroment: 'x' } } }, 'profiles.p.conditions'],
    [
      'a weekday that is none',
      { p: { priority: 1, overrides: {}, conditions: { weekdays: ['caturday'], zone: 'UTC' } } },
      'profiles.p.conditions',
    ],
    ['flags among the overrides', { p: { priority: 1, overrides: { flags: { x: 1 } } } }, 'profiles.p.overrides.flags'],
    ['$inherit among the overrides', { p: { priority: 1, overrides: { $inherit: { hide: ['a'] } } } }, 'profiles.p.overrides.$inherit'],
  ])('with %s are flaws', (_what, profiles, path) => {
    const read = profilesOf(documentOf({ profiles }));
    expect(read.all).toEqual([]);
    expect(read.flaws).toMatchObject([{ path, message: expect.stringMatching(/\.$/) }]);
  });

  it('stand by priority, and those of the same by name: the later wins', () => {
    const profile = (priority: number, value: number): JsonObject => ({
      priority,
      conditions: { environment: 'production' },
      overrides: { a: { b: value } },
    });
    const document = documentOf({ a: { b: 0, c: 0 }, profiles: { z: profile(1, 1), m: profile(5, 2), k: profile(5, 3) } });
    const { all } = profilesOf(document);
    expect(all.map(({ name }) => name)).toEqual(['z', 'k', 'm']);
    expect(laidOver(document, all).valueAt('a')).toEqual({ b: 2, c: 0 });
  });

  it('are named where they turn a value into a section or back', () => {
    const document = documentOf({
      a: 1,
      b: { c: 1 },
      e: { f: 1 },
      profiles: { p: { priority: 1, overrides: { a: { x: 1 }, b: 2, d: { new: 1 }, e: { f: 2 } } } },
    });
    const [profile] = profilesOf(document).all;
    expect(profile && misshapenPaths(profile, document)).toEqual(['a', 'b']);
  });
});

describe('combinations of profiles', () => {
  const profilesWith = (all: readonly JsonObject[], more: JsonObject = {}) =>
    documentOf({
      ...more,
      profiles: Object.fromEntries(all.map((conditions, index) => [`p${index}`, { priority: index, conditions, overrides: { x: index } }])),
    });
  const namesOf = (document: ReturnType<typeof documentOf>) =>
    combinationsOf(document, 'production', () => true)?.map((each) => each.map(({ name }) => name).join('+'));

  it('leave out what can never be on', () => {
    const document = profilesWith([{ environment: 'staging' }, {}, { flag: 'off' }, { environment: 'production' }]);
    expect(namesOf(document)).toEqual(['p3']);
  });

  it('leave out times of one zone that do not meet, and keep those of different zones', () => {
    const [morning, noon, night, tokyo] = [
      { from: '06:00', to: '12:00', zone: 'UTC' },
      { from: '12:00', to: '13:00', zone: 'UTC' },
      { from: '22:00', to: '06:30', zone: 'UTC' },
      { from: '12:00', to: '13:00', zone: 'Asia/Tokyo' },
    ];
    expect(namesOf(profilesWith([morning, noon, night, tokyo]))).toEqual([
      'p0',
      'p0+p2',
      'p0+p2+p3',
      'p0+p3',
      'p1',
      'p1+p3',
      'p2',
      'p2+p3',
      'p3',
    ]);
  });

  it('know that weekdays are those of the start', () => {
    const friday = { from: '22:00', to: '06:00', zone: 'UTC', weekdays: ['friday'] };
    expect(namesOf(profilesWith([friday, { weekdays: ['saturday'], zone: 'UTC' }]))).toContain('p0+p1');
    expect(namesOf(profilesWith([friday, { weekdays: ['sunday'], zone: 'UTC' }]))).not.toContain('p0+p1');
  });

  it(`are too many beyond ${COMBINATIONS_MAX}, which seven that overlap make`, () => {
    const any = { environment: 'production' };
    expect(namesOf(profilesWith(Array.from({ length: 6 }, () => any)))).toHaveLength(COMBINATIONS_MAX - 1);
    expect(namesOf(profilesWith(Array.from({ length: 7 }, () => any)))).toBeUndefined();
  });

  it('have every set of profiles that is on at some minute of the week', () => {
    const clock = fc
      .tuple(fc.nat(23), fc.constantFrom(0, 30))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const days = fc.subarray(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'], { minLength: 1 });
    const conditions = fc
      .record({ from: clock, to: clock, weekdays: fc.option(days, { nil: undefined }) })
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, weekdays }) => ({ from, to, zone: 'UTC', ...(weekdays !== undefined && { weekdays }) }));
    fc.assert(
      fc.property(fc.array(conditions, { minLength: 1, maxLength: 4 }), (all) => {
        const document = profilesWith(all);
        const seen = new Set<string>();
        for (let minute = 0; minute < 7 * 24 * 60; minute += 30) {
          const moment = at('2026-11-30T00:00:00Z');
          const now = { ...moment, nowMs: moment.nowMs + minute * 60_000 };
          const on = profilesOf(document).all.filter(({ conditions: held }) => conditionsHold(held, document, now));
          if (on.length > 0) seen.add(on.map(({ name }) => name).join('+'));
        }
        const names = new Set(namesOf(document));
        for (const each of seen) expect(names).toContain(each);
      }),
      { numRuns: 30 },
    );
  });
});
