// What waits for older apis and nodes: facts that a decision asks for, and what it refuses on them.
import { describe, expect, test } from 'vitest';
import { FIRST_START, givenEnvironments as given, refusedEnvironment as refused } from '../../../../test/support/src/environments-spec.js';
import type { EnvironmentsCommand } from './commands.js';

const EXISTING: EnvironmentsCommand = { type: 'DefineFirst', names: [], existedBefore: true, edition: 0, references: 'off' };
const define = (name: string, ...inheritsFrom: string[]): EnvironmentsCommand => ({
  type: 'Define',
  name,
  definition: { type: 'testing', inheritsFrom },
});
const retire = (name: string): EnvironmentsCommand => ({ type: 'Retire', name });
const RULED_OUT = { seen: [], unseenRuledOut: true };

describe('while an older api is seen', () => {
  const olderApis = { seen: ['api-1'], unseenRuledOut: true };
  test.each([define('qa'), retire('staging')])('refuses every event behind the first start: %j', (command) => {
    given(FIRST_START)
      .when(command, { olderApis })
      .then(refused('UPGRADE_UNFINISHED', { says: /api-1/ }));
  });
  test('answers what writes nothing, and lets the first start through', () => {
    given(FIRST_START, define('qa')).when(define('qa'), { olderApis }).then('nothing');
    given().when(FIRST_START, { olderApis }).then('accepted');
  });
});

describe('in an installation that existed before', () => {
  test('refuses the first later event until it is said that no api without a heartbeat runs', () => {
    const { when } = given(EXISTING);
    when(define('qa')).then(refused('UPGRADE_UNFINISHED', { says: /CONFLEDGER_FEATURES=environments/ }));
    when(define('qa'), { olderApis: RULED_OUT }).then('accepted');
    when(define('other')).then('accepted');
  });
  test('asks nothing of a new one', () => {
    given(FIRST_START).when(define('qa')).then('accepted');
  });
});

describe('nodes that cannot verify layers', () => {
  const oldNodes = { below: ['node-2', 'node-1'] };
  test('are asked for where parents are given or changed, of the environment and all below it', () => {
    const { history, when } = given(FIRST_START, define('qa'), define('below', 'qa'));
    when(define('qa', 'testing')).then('accepted');
    expect(history.asked).toEqual(['oldNodes qa', 'oldNodes below', 'olderApis all']);
    when(define('qa', 'staging')).then('accepted');
    expect(history.asked).toContain('oldNodes below');
  });
  test('refuse a definition that gives parents, by their names', () => {
    given(FIRST_START, define('qa'), define('below', 'qa'))
      .when(define('qa', 'testing'), { oldNodes })
      .then(refused('NODES_TOO_OLD', { at: 'inheritsFrom', says: /node-1, node-2/ }));
  });
  test('refuse one that comes back with parents', () => {
    given(FIRST_START, define('below', 'testing'), retire('below'))
      .when(define('below', 'testing'), { oldNodes })
      .then(refused('NODES_TOO_OLD'));
  });
  test('are passed over where the client accepts them', () => {
    given(FIRST_START, define('qa'), define('below', 'qa'))
      .when(define('qa', 'testing'), { oldNodes, guards: { acceptOldNodes: true } })
      .then('accepted');
  });
  test('are not asked for where parents stay or go', () => {
    const { history, when } = given(FIRST_START, define('below', 'testing'));
    when(
      { type: 'Define', name: 'below', definition: { type: 'testing', inheritsFrom: ['testing'], properties: { a: 1 } } },
      { oldNodes },
    ).then('accepted');
    expect(history.asked).toEqual(['olderApis all']);
    when(define('below'), { oldNodes }).then('accepted');
    expect(history.asked).toEqual(['olderApis all']);
  });
});
