// What holds of the graph of inheritance after any sequence of commands.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EnvironmentsHistory, FIRST_START } from '../../../../test/support/src/environments-spec.js';
import { emptyStream, followAll } from '../stream/stream-state.js';
import { ancestorsAt, ancestorsOf, descendantsOf, haveSameAncestors, type Ancestor } from './ancestors.js';
import type { EnvironmentsCommand } from './commands.js';
import { environmentsAggregate } from './environments.js';
import { ENVIRONMENT_ANCESTORS_MAX, ENVIRONMENT_DEPTH_MAX } from './graph-rules.js';
import type { Environments } from './state.js';

const NAMES = Array.from({ length: 24 }, (_, index) => `e-${index}`);
const names = fc.constantFrom(...NAMES);

/** Parents are mostly the neighbours, so that long chains and wide fans come about. */
const definitions: fc.Arbitrary<EnvironmentsCommand> = fc
  .tuple(fc.nat(NAMES.length - 1), fc.array(fc.oneof(fc.constant(-1), fc.nat(NAMES.length - 1)), { maxLength: 6 }))
  .map(([at, picked]) => ({
    type: 'Define',
    name: NAMES[at] ?? '',
    definition: {
      type: 'testing',
      inheritsFrom: picked.map((each) => NAMES[each === -1 ? Math.max(0, at - 1) : each] ?? ''),
    },
  }));
const commands = fc.oneof(
  { arbitrary: definitions, weight: 9 },
  { arbitrary: names.map((name): EnvironmentsCommand => ({ type: 'Retire', name })), weight: 1 },
);

/** All are defined first, without parents. */
const histories = fc.array(commands, { minLength: 1, maxLength: 80 }).map((all) => {
  const history = new EnvironmentsHistory();
  history.take(FIRST_START);
  for (const name of NAMES) history.take({ type: 'Define', name, definition: { type: 'testing' } });
  for (const command of all) history.take(command);
  return history;
});

const namesIn = (tree: readonly Ancestor[]): string[] => tree.flatMap(({ name, parents }) => [name, ...namesIn(parents)]);
const depthOf = (tree: readonly Ancestor[]): number => 1 + Math.max(0, ...tree.map(({ parents }) => depthOf(parents)));
const live = ({ environments }: Environments) => [...environments.values()].filter(({ retired }) => !retired);

test('no sequence of commands leads to a cycle, an ancestor reached twice, too many of them or too deep a tree', () => {
  fc.assert(
    fc.property(histories, ({ state }) => {
      for (const { name } of live(state)) {
        const tree = ancestorsOf(state, name);
        const above = namesIn(tree);
        expect(above).not.toContain(name);
        expect(new Set(above).size).toBe(above.length);
        expect(above.length).toBeLessThanOrEqual(ENVIRONMENT_ANCESTORS_MAX);
        expect(depthOf(tree)).toBeLessThanOrEqual(ENVIRONMENT_DEPTH_MAX);
        expect(above.filter((each) => state.environments.get(each)?.retired !== false)).toEqual([]);
      }
    }),
    { numRuns: 150 },
  );
});

test('the ancestors at a revision are those of a replay up to it', () => {
  fc.assert(
    fc.property(histories, fc.nat(), fc.nat(), ({ state, events }, at, which) => {
      const first = 3;
      const revision = first + (at % (events.length - first));
      const replayed = followAll(environmentsAggregate.apply, emptyStream('environments'), events.slice(0, revision + 1)).state;
      if (replayed === null) throw new Error('the first start is complete');
      const name = NAMES[which % NAMES.length] ?? '';
      expect(ancestorsAt(state, name, revision)).toEqual(ancestorsOf(replayed, name));
    }),
    { numRuns: 300 },
  );
});

test('who inherits from an environment is who has it among the ancestors', () => {
  fc.assert(
    fc.property(histories, names, ({ state }, name) => {
      const having = live(state).filter((each) => namesIn(ancestorsOf(state, each.name)).includes(name));
      expect([...descendantsOf(state, name)].sort()).toEqual(having.map((each) => each.name).sort());
    }),
    { numRuns: 100 },
  );
});

test('trees are the same when they hold the same names in the same places', () => {
  const leaf = (name: string, ...parents: Ancestor[]): Ancestor => ({ name, parents });
  const tree = [leaf('a', leaf('b')), leaf('c')];
  expect(haveSameAncestors(tree, [leaf('a', leaf('b')), leaf('c')])).toBe(true);
  for (const other of [
    [],
    [leaf('c'), leaf('a', leaf('b'))],
    [leaf('a'), leaf('c', leaf('b'))],
    [leaf('a', leaf('d')), leaf('c')],
    [...tree, leaf('d')],
  ])
    expect(haveSameAncestors(tree, other)).toBe(false);
});

test('a definition that keeps the parents adds nothing to their history', () => {
  const history = new EnvironmentsHistory();
  history.take(FIRST_START);
  for (const [inheritsFrom, at] of [
    [['testing'], 1],
    [['testing'], 2],
    [[], 3],
  ] as const)
    history.take({ type: 'Define', name: 'qa', definition: { type: 'testing', inheritsFrom, properties: { at } } });
  expect(history.state.parents.get('qa')).toEqual([
    { revision: 4, inheritsFrom: ['testing'] },
    { revision: 6, inheritsFrom: [] },
  ]);
});

test('descendants come nearest first', () => {
  const history = new EnvironmentsHistory();
  history.take(FIRST_START);
  const below = (name: string, parent: string) =>
    history.take({ type: 'Define', name, definition: { type: 'testing', inheritsFrom: [parent] } });
  for (const [name, parent] of [
    ['z', 'testing'],
    ['a', 'z'],
    ['y', 'testing'],
  ] as const)
    below(name, parent);
  expect(descendantsOf(history.state, 'testing')).toEqual(['y', 'z', 'a']);
  expect(ancestorsOf(history.state, 'a')).toEqual([{ name: 'z', parents: [{ name: 'testing', parents: [] }] }]);
});
