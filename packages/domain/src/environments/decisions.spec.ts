// What each command to the environments comes to: given(commands).when(command).then(events | refused | nothing).
import { describe, expect, test } from 'vitest';
import { FIRST_START, givenEnvironments as given, refusedEnvironment as refused } from '../../../../test/support/src/environments-spec.js';
import { EDITION_NEWEST } from '@confledger/categories';
import type { EnvironmentDefinition, EnvironmentsCommand } from './commands.js';
import { ENVIRONMENT_PROPERTIES_BYTES_MAX, ENVIRONMENTS_MAX } from './definition-rules.js';
import { ENVIRONMENT_TYPES, type EnvironmentDefined, type EnvironmentsEvent, type EnvironmentType } from './events.js';
import { ENVIRONMENT_ANCESTORS_MAX, ENVIRONMENT_DEPTH_MAX } from './graph-rules.js';
import { POLICY_OF_TYPE } from './policies.js';

type Rest = Partial<EnvironmentDefinition>;

const define = (name: string, rest: Rest = {}): EnvironmentsCommand => ({
  type: 'Define',
  name,
  definition: { type: 'testing', edition: 0, ...rest },
});
const below = (name: string, ...inheritsFrom: string[]): EnvironmentsCommand => define(name, { inheritsFrom });
const retire = (name: string): EnvironmentsCommand => ({ type: 'Retire', name });
const defined = (name: string, type: EnvironmentType, rest: Partial<EnvironmentDefined['data']> = {}): EnvironmentsEvent => ({
  type: 'EnvironmentDefined',
  data: {
    name,
    type,
    inheritsFrom: [],
    abstract: false,
    properties: {},
    policy: { ...POLICY_OF_TYPE[type], references: 'on' },
    edition: 0,
    ...rest,
  },
});
const retired = (name: string): EnvironmentsEvent => ({ type: 'EnvironmentRetired', data: { name } });

/** As the first start of the specs defines them: with plain texts. */
const first = (name: string, type: EnvironmentType): EnvironmentsEvent => defined(name, type, { policy: POLICY_OF_TYPE[type] });
const FOUR = ENVIRONMENT_TYPES.map((type) => first(type, type));

describe('DefineFirst', () => {
  test('defines the four environments with their types, and nothing is known to be older', () => {
    const { state } = given().when(FIRST_START).then(FOUR);
    expect(state).toMatchObject({ existedBefore: false, hasLaterEvents: false });
    expect(state.environments.get('production')).toMatchObject({ retired: false, revision: 3 });
  });
  test('gives a new installation the edition that it asks for, and an older one none', () => {
    given()
      .when({ ...FIRST_START, edition: 1 } as EnvironmentsCommand)
      .then(FOUR.map((each) => ({ ...each, data: { ...each.data, edition: 1 } }) as EnvironmentsEvent));
    given()
      .when({ ...FIRST_START, existedBefore: true, edition: 1 } as EnvironmentsCommand)
      .then(FOUR);
  });
  test('takes strings for references in a new installation, and not in an older one', () => {
    const policiesOf = (existedBefore: boolean) => {
      const { state } = given()
        .when({ ...FIRST_START, existedBefore, references: 'on' } as EnvironmentsCommand)
        .then('accepted');
      return new Set([...state.environments.values()].map(({ policy }) => policy.references));
    };
    expect(policiesOf(false)).toEqual(new Set(['on']));
    expect(policiesOf(true)).toEqual(new Set([undefined]));
  });
  test('defines other names of the settings as production, each name once', () => {
    given()
      .when({ type: 'DefineFirst', names: ['qa', 'testing', 'qa'], existedBefore: false, edition: 0, references: 'off' })
      .then([...FOUR, first('qa', 'production')]);
  });
  test('records the installation that existed before as a fact, from which the fold reads it', () => {
    const { history, when } = given();
    when({ type: 'DefineFirst', names: [], existedBefore: true, edition: 0, references: 'off' }).then(FOUR);
    expect(history.asked).toEqual(['installation installation']);
    expect(history.events[0]?.metadata.facts).toEqual({ installation: 2 });
    expect(history.state.existedBefore).toBe(true);
  });
  test('does nothing where the stream has events', () => {
    given(FIRST_START)
      .when({ type: 'DefineFirst', names: ['qa'], existedBefore: true, edition: 0, references: 'off' })
      .then('nothing');
  });
  test('refuses a name that no environment can have, and too many', () => {
    given()
      .when({ type: 'DefineFirst', names: ['QA'], existedBefore: false, edition: 0, references: 'off' })
      .then(refused('ENVIRONMENT_NAME_INVALID', { says: /'QA'/ }));
    given()
      .when({ type: 'DefineFirst', names: numbered(ENVIRONMENTS_MAX - 3), existedBefore: false, edition: 0, references: 'off' })
      .then(refused('ENVIRONMENT_LIMIT'));
    given()
      .when({ type: 'DefineFirst', names: numbered(ENVIRONMENTS_MAX - 4), existedBefore: false, edition: 0, references: 'off' })
      .then('accepted');
  });
});

describe('Define', () => {
  test('stores the whole definition, the policy with all its members', () => {
    const policy = { ...POLICY_OF_TYPE.production, writes: 'live' as const, references: 'on' as const };
    given(FIRST_START)
      .when(
        define('prod-eu', { type: 'production', inheritsFrom: ['production'], properties: { region: 'eu' }, policy: { writes: 'live' } }),
      )
      .then([defined('prod-eu', 'production', { inheritsFrom: ['production'], properties: { region: 'eu' }, policy })]);
  });
  test('takes what is left out from nothing that was there before', () => {
    given(FIRST_START, define('qa', { inheritsFrom: ['testing'], properties: { a: 1 }, policy: { reasonRequired: true } }))
      .when(define('qa'))
      .then([defined('qa', 'testing')]);
  });
  test('is nothing where the definition is the same, whatever the order of its members', () => {
    given(FIRST_START, define('qa', { properties: { a: 1, b: 2 } }))
      .when(define('qa', { properties: { b: 2, a: 1 }, policy: { writes: 'draft' } }))
      .then('nothing');
  });
  test('brings a retired environment back', () => {
    const { state } = given(FIRST_START, define('qa'), retire('qa'))
      .when(define('qa'))
      .then([defined('qa', 'testing')]);
    expect(state.environments.get('qa')).toMatchObject({ retired: false, revision: 6 });
  });
  test('refuses another type or abstract, also over a retirement', () => {
    for (const before of [
      [FIRST_START, define('qa')],
      [FIRST_START, define('qa'), retire('qa')],
    ]) {
      given(...before)
        .when(define('qa', { type: 'staging' }))
        .then(refused('ENVIRONMENT_TYPE_FIXED', { at: 'type', says: /testing/ }));
      given(...before)
        .when(define('qa', { abstract: true }))
        .then(refused('ENVIRONMENT_ABSTRACT_FIXED', { at: 'abstract' }));
    }
  });
  test.each(['', 'QA', '-qa', 'q.a', 'q a', 'a'.repeat(64)])('refuses the name %j', (name) => {
    given(FIRST_START)
      .when(define(name))
      .then(refused('ENVIRONMENT_NAME_INVALID', { at: 'name' }));
  });
  test('takes a name of 63 characters', () => {
    given(FIRST_START)
      .when(define('a'.repeat(63)))
      .then('accepted');
  });
  test('without an edition takes the newest where the environment is new, and keeps the one in force otherwise', () => {
    const withoutEdition = (rest: Rest = {}): EnvironmentsCommand => ({
      type: 'Define',
      name: 'qa',
      definition: { type: 'testing', ...rest },
    });
    given(FIRST_START)
      .when(withoutEdition())
      .then([defined('qa', 'testing', { edition: EDITION_NEWEST })]);
    given(FIRST_START, define('qa'))
      .when(withoutEdition({ properties: { a: 1 } }))
      .then([defined('qa', 'testing', { properties: { a: 1 } })]);
  });
  test('without a word on references keeps what holds, and turns them on in an environment that is defined first', () => {
    const referencesAfter = (name: string, ...before: EnvironmentsCommand[]) =>
      given(FIRST_START, ...before)
        .when(define(name, { type: name === 'qa' ? 'testing' : 'production', properties: { a: 1 } }))
        .then('accepted')
        .state.environments.get(name)?.policy.references;
    expect(referencesAfter('production')).toBeUndefined();
    expect(referencesAfter('production', define('production', { type: 'production', policy: { references: 'on' } }))).toBe('on');
    expect(referencesAfter('qa')).toBe('on');
    expect(referencesAfter('qa', define('qa', { policy: { references: 'off' } }))).toBeUndefined();
  });
  test('refuses an edition that this release does not know', () => {
    given(FIRST_START)
      .when(define('qa', { edition: EDITION_NEWEST + 1 }))
      .then(refused('EDITION_UNKNOWN', { at: 'edition' }));
  });
  test('refuses properties that are too large or hold what no document may', () => {
    const filling = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });
    given(FIRST_START)
      .when(define('qa', { properties: filling(ENVIRONMENT_PROPERTIES_BYTES_MAX) }))
      .then('accepted');
    given(FIRST_START)
      .when(define('qa', { properties: filling(ENVIRONMENT_PROPERTIES_BYTES_MAX + 1) }))
      .then(refused('ENVIRONMENT_PROPERTIES_TOO_LARGE', { at: 'properties' }));
    given(FIRST_START)
      .when(define('qa', { properties: { a: '\ud800' } }))
      .then(refused('STRING_LONE_SURROGATE'));
  });
  test('refuses more environments than the limit; retired ones do not count', () => {
    const names = numbered(ENVIRONMENTS_MAX - 4);
    const full: EnvironmentsCommand = { type: 'DefineFirst', names, existedBefore: false, edition: 0, references: 'off' };
    given(full).when(define('qa')).then(refused('ENVIRONMENT_LIMIT'));
    given(full, retire('e-1')).when(define('qa')).then('accepted');
    given(full, retire('e-1'), define('qa'))
      .when(define('e-1', { type: 'production' }))
      .then(refused('ENVIRONMENT_LIMIT'));
    given(full)
      .when(define('testing', { properties: { a: 1 } }))
      .then('accepted');
  });
  test('is refused before the first start has been', () => {
    given().when(define('qa')).then(refused('UPGRADE_UNFINISHED'));
  });
});

describe('the graph of inheritance', () => {
  test('refuses parents that are unknown or retired', () => {
    given(FIRST_START)
      .when(below('qa', 'nothing'))
      .then(refused('ENVIRONMENT_PARENT_UNKNOWN', { at: 'inheritsFrom', says: /nothing.*development/ }));
    given(FIRST_START, retire('staging')).when(below('qa', 'staging')).then(refused('ENVIRONMENT_PARENT_RETIRED'));
    given(FIRST_START, below('qa', 'staging'), retire('qa'), retire('staging'))
      .when(below('qa', 'staging'))
      .then(refused('ENVIRONMENT_PARENT_RETIRED'));
  });
  test('refuses a cycle, and names the way', () => {
    given(FIRST_START)
      .when(below('testing', 'testing'))
      .then(refused('ENVIRONMENT_CYCLE', { says: /testing from testing/ }));
    given(FIRST_START).when(below('qa', 'qa')).then(refused('ENVIRONMENT_CYCLE'));
    given(FIRST_START, below('b', 'testing'), below('c', 'b'))
      .when(below('testing', 'staging', 'c'))
      .then(refused('ENVIRONMENT_CYCLE', { says: /testing from c from b from testing/ }));
  });
  test('refuses an ancestor that is reached by two ways, a parent named twice included', () => {
    given(FIRST_START)
      .when(below('qa', 'testing', 'testing'))
      .then(refused('ENVIRONMENT_ANCESTOR_TWICE', { says: /^qa would inherit from testing by two ways/ }));
    given(FIRST_START, below('a', 'testing'), below('b', 'testing'))
      .when(below('c', 'a', 'b'))
      .then(refused('ENVIRONMENT_ANCESTOR_TWICE', { says: /^c would inherit from testing/ }));
    given(FIRST_START, below('a', 'testing'))
      .when(below('c', 'a', 'testing'))
      .then(refused('ENVIRONMENT_ANCESTOR_TWICE'));
  });
  test('refuses for those below what it refuses for the environment itself', () => {
    given(FIRST_START, define('top'), below('a', 'top'), define('b'), below('c', 'a', 'b'))
      .when(below('b', 'top'))
      .then(refused('ENVIRONMENT_ANCESTOR_TWICE', { says: /^c, which inherits from b, would inherit from top/ }));
    given(FIRST_START, define('n-1'), ...chain(2, ENVIRONMENT_DEPTH_MAX))
      .when(below('n-1', 'testing'))
      .then(refused('ENVIRONMENT_TOO_DEEP', { says: /^n-8, which inherits from n-1, would be 9 levels deep/ }));
    given(FIRST_START, ...fan(ENVIRONMENT_ANCESTORS_MAX))
      .when(below('p-1', 'testing'))
      .then(refused('ENVIRONMENT_TOO_MANY_ANCESTORS', { says: /^child, which inherits from p-1, would have 17/ }));
  });
  test('takes 8 levels and 16 ancestors, and refuses one more', () => {
    given(FIRST_START, define('n-1'), ...chain(2, ENVIRONMENT_DEPTH_MAX))
      .when(below('n-9', 'n-8'))
      .then(refused('ENVIRONMENT_TOO_DEEP', { says: /^n-9 would be 9 levels deep/ }));
    given(FIRST_START, ...fan(ENVIRONMENT_ANCESTORS_MAX))
      .when(below('child', ...parents(ENVIRONMENT_ANCESTORS_MAX), 'testing'))
      .then(refused('ENVIRONMENT_TOO_MANY_ANCESTORS'));
  });
  test('does not look below a retired environment', () => {
    given(FIRST_START, define('top'), below('a', 'top'), define('b'), below('c', 'a', 'b'), retire('c'))
      .when(below('b', 'top'))
      .then('accepted');
  });
});

describe('Retire', () => {
  test('is one event, and nothing where it is retired already', () => {
    const { history, when } = given(FIRST_START);
    when(retire('staging')).then([retired('staging')]);
    expect(history.state.environments.get('staging')).toMatchObject({ retired: true, revision: 4, type: 'staging' });
    when(retire('staging')).then('nothing');
  });
  test('is refused for one that is not defined, with the nearest name', () => {
    given(FIRST_START)
      .when(retire('stagng'))
      .then(refused('ENVIRONMENT_UNKNOWN', { says: /Did you mean staging/ }));
  });
  test('is refused while others inherit from it; retired ones do not count', () => {
    given(FIRST_START, below('qa', 'staging'))
      .when(retire('staging'))
      .then(refused('ENVIRONMENT_INHERITED_FROM', { says: /qa/ }));
    given(FIRST_START, below('qa', 'staging'), retire('qa')).when(retire('staging')).then('accepted');
  });
});

describe('the guards', () => {
  test('hold a definition and a retirement to the entity tag that was seen', () => {
    const { when } = given(FIRST_START);
    for (const command of [define('production', { type: 'production', properties: { a: 1 } }), retire('production')]) {
      when(command, { guards: { ifMatch: 2 } }).then(refused('IF_MATCH_FAILED', { says: /it is at "3"/ }));
      when(command, { guards: { ifNoneMatch: '*' } }).then(refused('IF_NONE_MATCH_FAILED'));
    }
    when(retire('production'), { guards: { ifMatch: 3 } }).then('accepted');
    when(define('production', { type: 'production' }), { guards: { ifNoneMatch: '*' } }).then(refused('IF_NONE_MATCH_FAILED'));
    when(define('production', { type: 'production' }), { guards: { ifMatch: '*' } }).then('accepted');
  });
  test('take a new environment with If-None-Match: *, and refuse If-Match for it', () => {
    const { when } = given(FIRST_START);
    for (const ifMatch of [0, '*'] as const)
      when(define('qa'), { guards: { ifMatch } }).then(refused('IF_MATCH_FAILED', { says: /does not exist/ }));
    when(define('qa'), { guards: { ifNoneMatch: '*' } }).then('accepted');
  });
});

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `e-${index + 1}`);
}

/** `n-<from>` below `n-<from - 1>` and so on. */
function chain(from: number, to: number): EnvironmentsCommand[] {
  return Array.from({ length: to - from + 1 }, (_, index) => below(`n-${from + index}`, `n-${from + index - 1}`));
}

const parents = (count: number): string[] => Array.from({ length: count }, (_, index) => `p-${index + 1}`);

/** `child` with so many parents. */
function fan(count: number): EnvironmentsCommand[] {
  return [...parents(count).map((name) => define(name)), below('child', ...parents(count))];
}
