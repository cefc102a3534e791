// References and profiles in a ledger: what is refused when it is written, what only when it would run, and what stands.
import { describe, test } from 'vitest';
import { digestOf, inheriting } from '../../../../test/support/src/layers.js';
import { activated, carriedOut, created, given, refused, set, type When } from '../../../../test/support/src/ledger-spec.js';
import { categoryRules } from '../schemas/in-force.js';
import type { Command } from './commands.js';

const setValue = (path: string, value: string | number | readonly string[]): Command => ({ type: 'Set', path, value: value as never });
const activate: Command = { type: 'Activate', version: 'latest' };
const setSchema = (mount: string, schema: never): Command => ({ type: 'SetSchema', mount, dialect: '2020-12', schema });

const on: When = { environment: inheriting([], { policy: { references: 'on' } }) };
const abstract: When = { environment: inheriting([], { policy: { references: 'on' }, abstract: true }) };
const begun = [created(), set('a', 1)];

describe('references, where the policy has them on', () => {
  test.each<[string, string | readonly string[], RegExp]>([
    ['a text that is none', '${symbol} hit ${price}', /malformed reference/],
    ['a reference to itself', 'x ${path:b}', /lead back to it/],
    ['a credential', '${credential:k}', /keeps none/],
    ['one inside an array', ['ok', '${nope}'], /malformed reference/],
  ])('%s is refused when it is written', (_what, value, says) => {
    given(begun)
      .when(setValue('b', value), on)
      .then(refused('VALIDATION_ERROR', { at: 'b', says }));
    given(begun).when(setValue('b', value)).then('accepted');
  });

  test('a path that gives nothing is a draft, and does not run', () => {
    given(begun).when(setValue('b', '${path:c}'), on).then('accepted');
    given(begun, carriedOut(setValue('b', '${path:c}'), on))
      .when(activate, on)
      .then(refused('VALIDATION_ERROR', { at: 'b', says: /gives nothing/ }));
    given(begun, carriedOut(setValue('b', '${path:c}'), on), carriedOut(setValue('c', 5), on))
      .when(activate, on)
      .then('accepted');
    given(begun)
      .when(setValue('b', '${path:c:-x}'), { ...on, guards: { activate: 'all' } })
      .then('accepted');
    given(begun, carriedOut(setValue('b', '${path:c}'), abstract))
      .when(activate, abstract)
      .then('accepted');
  });

  test('what stood before they were on stands, and refuses nothing', () => {
    const before = [
      created(),
      set('b', '${symbol}'),
      activated({ version: 1, previous: null, digest: digestOf({ b: '${symbol}' }), pending: 0 }),
    ];
    given(before).when(setValue('a', 1), on).then('accepted');
    given(before, setValue('a', 1)).when(activate, on).then('accepted');
    given(before)
      .when(setValue('b', '${other}'), on)
      .then(refused('VALIDATION_ERROR', { at: 'b' }));
  });

  test('are refused where a schema says that a place must hold the value itself, in profiles too', () => {
    const literal = carriedOut(setSchema('risk.max', { 'x-reference': false } as never), on);
    given(begun, literal)
      .when(setValue('risk.max', '${env:MAX|number}'), on)
      .then(refused('VALIDATION_ERROR', { at: 'risk.max', says: /x-reference/ }));
    given(begun, literal)
      .when(setValue('profiles.night.overrides.risk.max', '${env:MAX|number}'), on)
      .then(refused('VALIDATION_ERROR', { at: 'profiles.night.overrides.risk.max' }));
    given(begun, literal).when(setValue('risk.max', '$${plain}'), on).then('accepted');
  });
});

const category = (categoryRules(1) ?? []).filter(({ mount }) => mount === 'profiles.*');
const edition: When = { environment: inheriting([], { categories: category, policy: { references: 'on' } }) };
const profile = (name: string, overrides: unknown, conditions: unknown = { environment: 'production' }): Command => ({
  type: 'Merge',
  patch: { profiles: { [name]: { priority: 1, conditions, overrides } } } as never,
});
const merge = (patch: unknown): Command => ({ type: 'Merge', patch: patch as never });

describe('profiles, where their category is in force', () => {
  const limited = [
    begun,
    carriedOut(setValue('limit', 5), edition),
    carriedOut(setSchema('limit', { maximum: 10 } as never), edition),
  ] as const;

  test('are judged as if they were on', () => {
    given(...limited)
      .when(profile('night', { limit: 9 }), edition)
      .then('accepted');
    given(...limited)
      .when(profile('night', { limit: 11 }), edition)
      .then(refused('VALIDATION_ERROR', { at: 'limit', says: /^While profile night is on: limit breaks maximum/ }));
    given(...limited)
      .when(profile('night', { limit: 11 }, { environment: 'staging' }), edition)
      .then('accepted');
    given(...limited)
      .when(profile('night', { limit: 11 }, {}), edition)
      .then('accepted');
  });

  test('are judged in each combination that can be on at once', () => {
    const all = [
      begun,
      carriedOut(merge({ p: { a: 1, b: 1 } }), edition),
      carriedOut(setSchema('p', { required: ['a', 'b'] } as never), edition),
    ] as const;
    given(...all)
      .when(merge({ profiles: { one: { priority: 1, conditions: { environment: 'production' }, overrides: { p: { a: 2 } } } } }), edition)
      .then('accepted');
    given(...limited)
      .when(
        merge({
          profiles: {
            high: { priority: 2, conditions: { environment: 'production' }, overrides: { limit: 7 } },
            low: { priority: 1, conditions: { environment: 'production' }, overrides: { limit: 70 } },
          },
        }),
        edition,
      )
      .then(refused('VALIDATION_ERROR', { at: 'limit', says: /While profile low is on/ }));
  });

  test('are refused where more combinations touch a mount than can be judged', () => {
    const seven = Object.fromEntries(
      Array.from({ length: 7 }, (_none, index) => [
        `p${index}`,
        { priority: index, conditions: { environment: 'production' }, overrides: { limit: index } },
      ]),
    );
    given(...limited)
      .when(merge({ profiles: seven }), edition)
      .then(refused('VALIDATION_ERROR', { at: 'profiles', says: /more than 64/ }));
    const { p6: _dropped, ...six } = seven;
    given(...limited)
      .when(merge({ profiles: six }), edition)
      .then('accepted');
  });

  test.each<[string, Command, string, RegExp]>([
    [
      'a zone that is not known',
      profile('night', { limit: 1 }, { from: '22:00', to: '06:00', zone: 'Mars/Olympus' }),
      'profiles.night.conditions',
      /IANA/,
    ],
    ['a value for a section', profile('night', { s: 1 }), 'profiles.night.overrides.s', /turns s from a value into a section/],
    ['a section for a value', profile('night', { limit: { x: 1 } }), 'profiles.night.overrides.limit', /turns limit/],
    ['what they inherit', profile('night', { $inherit: { hide: ['a'] } }), 'profiles.night.overrides.$inherit', /no profile can override/],
    ['a place that needs a restart', profile('night', { pool: 1 }), 'profiles.night.overrides.pool', /x-reload: restart/],
    [
      'a path that leads back to itself while they are on',
      profile('night', { limit: '${path:limit}' }),
      'limit',
      /While profile night is on: .* lead back/,
    ],
  ])('are refused with %s', (_what, command, at, says) => {
    const before = [
      ...limited,
      carriedOut(merge({ s: { x: 1 } }), edition),
      carriedOut(setSchema('pool', { 'x-reload': 'restart' } as never), edition),
    ];
    given(...before)
      .when(command, edition)
      .then(refused('VALIDATION_ERROR', { at, says }));
  });

  test('are refused where there are more than 200, whatever they touch', () => {
    const profiles = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_none, index) => [`p${index}`, { priority: 1, overrides: { other: index } }]));
    given(...limited)
      .when(merge({ profiles: profiles(201) }), edition)
      .then(refused('VALIDATION_ERROR', { at: 'profiles', says: /201 profiles, more than 200/ }));
    given(...limited)
      .when(merge({ profiles: profiles(200) }), edition)
      .then('accepted');
  });

  test('are values like any other in an edition without them', () => {
    given(begun).when(setValue('profiles', 7), on).then('accepted');
    given(begun)
      .when(profile('night', { flags: 1 }), on)
      .then('accepted');
  });
});
