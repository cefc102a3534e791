// What a ledger's environment says about its commands: retired or undefined, reasons, and writes that go live.
import { describe, expect, test } from 'vitest';
import { digestOf, inheriting } from '../../../../test/support/src/layers.js';
import { activated, created, deleted, given, refused, set, type Given, type When } from '../../../../test/support/src/ledger-spec.js';
import type { Command } from './commands.js';

const one: Given[] = [[created(), set('a', 1)]];
const running: Given[] = [...one, { type: 'Activate', version: 1 }];
const COMMANDS: Command[] = [
  { type: 'Create', configuration: { a: 1 } },
  { type: 'Replace', configuration: { a: 2 } },
  { type: 'Merge', patch: { a: 2 } },
  { type: 'DeleteAll' },
  { type: 'Set', path: 'a', value: 2 },
  { type: 'Delete', path: 'a' },
  { type: 'Batch', operations: [{ id: '1', type: 'SET', key: 'a', value: 2 }] },
  { type: 'Activate', version: 1 },
  { type: 'Rollback', version: 1 },
  { type: 'RollbackTo', activation: 2 },
  { type: 'Tag', version: 1, tag: 't', move: false },
  { type: 'Untag', version: 1, tag: 't' },
  { type: 'Retire' },
  { type: 'Restore' },
];
const environment = inheriting([]);

describe('a retired environment', () => {
  test.each(COMMANDS)('takes no $type, whatever guards say', (command) => {
    for (const guards of [{}, { activate: true, expectedVersion: 99 }] as const)
      for (const steps of [running, []])
        given(...steps)
          .when(command, { environment: { ...environment, standing: 'retired' }, guards })
          .then(refused('ENVIRONMENT_RETIRED', { at: 'environment', says: /PUT \/environments\/production/ }));
  });
});

describe('an undefined environment', () => {
  test.each(COMMANDS)('takes no $type, and the refusal says how to define it', (command) => {
    given(...running)
      .when(command, { environment: { ...environment, standing: 'undefined', names: ['production-eu', 'staging'] } })
      .then(refused('ENVIRONMENT_UNDEFINED', { at: 'environment', says: /did you mean production-eu.*PUT \/environments\/production/ }));
  });
});

describe('an environment that asks for reasons', () => {
  const strict = inheriting([], { policy: { reasonRequired: true } });

  test.each(COMMANDS)('refuses $type without one, or with one of spaces', (command) => {
    for (const reason of [undefined, '', ' \t '])
      given(...running)
        .when(command, { environment: strict, ...(reason !== undefined && { reason }) })
        .then(refused('REASON_REQUIRED', { at: 'reason', says: /in reason/ }));
  });

  test('takes a command with one', () => {
    given(...running)
      .when({ type: 'Set', path: 'a', value: 2 }, { environment: strict, reason: 'ticket 7' })
      .then([set('a', 2)]);
  });

  test('does not need one of those that do not ask', () => {
    given(...running)
      .when({ type: 'Set', path: 'a', value: 2 }, { environment })
      .then([set('a', 2)]);
  });
});

describe('an environment with writes: live', () => {
  const live: When = { environment: inheriting([], { policy: { writes: 'live' } }) };
  const activation = (version: number, json: Record<string, number>) =>
    activated({ version, previous: 1, digest: digestOf(json), pending: 0 });

  test('takes each write live that does not say otherwise', () => {
    given(...running)
      .when({ type: 'Set', path: 'a', value: 2 }, live)
      .then([set('a', 2), activation(3, { a: 2 })]);
    given(...running)
      .when({ type: 'Merge', patch: { b: 2 } }, live)
      .then([set('b', 2), activation(3, { a: 1, b: 2 })]);
    given(...running)
      .when({ type: 'Delete', path: 'a' }, live)
      .then([deleted('a'), activation(3, {})]);
    given(...running)
      .when({ type: 'Set', path: 'a', value: 1 }, live)
      .then('nothing');
  });

  test('drafts with activate: false', () => {
    given(...running)
      .when({ type: 'Set', path: 'a', value: 2 }, { ...live, guards: { activate: false } })
      .then([set('a', 2)]);
  });

  test('refuses a write while drafts of before the policy are pending, and takes them with `all`', () => {
    const drafted: Given[] = [...running, { type: 'Set', path: 'a', value: 2 }];
    given(...drafted)
      .when({ type: 'Set', path: 'b', value: 1 }, live)
      .then(refused('PENDING_CHANGES', { at: 'activate', says: /1 pending version.*version 3/ }));
    given(...one)
      .when({ type: 'Set', path: 'b', value: 1 }, live)
      .then(refused('PENDING_CHANGES'));
    given(...drafted)
      .when({ type: 'Set', path: 'b', value: 1 }, { ...live, guards: { activate: 'all' } })
      .then([set('b', 1), activation(4, { a: 2, b: 1 })]);
  });

  test('makes an empty ledger without an activation, for there is nothing to take live; asked for, that is refused', () => {
    given().when({ type: 'Create', configuration: {} }, live).then([created()]);
    given()
      .when({ type: 'Create', configuration: {} }, { ...live, guards: { activate: true } })
      .then(refused('NOTHING_TO_ACTIVATE'));
  });

  test('takes live what a ledger without activations is made of', () => {
    given()
      .when({ type: 'Create', configuration: { a: 1 } }, live)
      .then([created(), set('a', 1), activated({ version: 1, previous: null, digest: digestOf({ a: 1 }), pending: 0 })]);
  });

  test('changes nothing about tags, activations and rollbacks', () => {
    expect(given(...running).history.decide({ type: 'Tag', version: 1, tag: 't', move: false }, live)).toMatchObject({
      events: [{ type: 'VersionTagged' }],
    });
  });
});
