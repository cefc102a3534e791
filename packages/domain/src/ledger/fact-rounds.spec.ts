// A decision names all facts that it needs at once: two rounds are enough for every command, on every ledger, with nothing known before.
import { expect, test } from 'vitest';
import { documentOf, inheriting, parent } from '../../../../test/support/src/layers.js';
import { created, given, set, carriedOut, type Given, type History, type When } from '../../../../test/support/src/ledger-spec.js';
import type { Command, Guards } from './commands.js';
import { ACTIVATIONS_KEPT } from './state.js';

const environment = inheriting(['base']);
const base5 = parent('base', 5, { limit: 100 });
const base9 = parent('base', 9, { limit: 999 });
const at5: When = { environment, parents: [base5], statement: 2 };

const versions: Given[] = [[created(), set('a', 1)], [set('a', 2)], [set('a', 3)], [set('a', 4)]];
const many = (when: When): Given[] =>
  Array.from({ length: ACTIVATIONS_KEPT + 4 }, (_, index) => carriedOut({ type: 'Activate', version: 2 + (index % 2) }, when));

/** In each: versions 1 to 4, of which only the last is at hand. */
const LEDGERS: [string, readonly Given[]][] = [
  ['that does not exist', []],
  ['of which only the first event is there', [[created()]]],
  ['of which nothing runs', versions],
  ['that runs an old version of form 1', [...versions, { type: 'Activate', version: 1 }]],
  ['that ran more of form 1 than its state keeps', [...versions, { type: 'Activate', version: 1 }, ...many({ statement: 1 })]],
  ['that stands on layers', [...versions, carriedOut({ type: 'Activate', version: 1 }, at5)]],
  ['that ran more on layers than its state keeps', [...versions, carriedOut({ type: 'Activate', version: 1 }, at5), ...many(at5)]],
  [
    'that is pinned',
    [
      ...versions,
      carriedOut({ type: 'Activate', version: 1 }, at5),
      carriedOut({ type: 'Activate', version: 2 }, { ...at5, parents: [base9] }),
      carriedOut({ type: 'RollbackTo', activation: 5 }, { ...at5, parents: [base9] }),
    ],
  ],
];

const ROUNDS: When[] = [
  { statement: 2 },
  { statement: 1 },
  { environment: inheriting(['base'], { policy: { writes: 'live' } }), parents: [base9], statement: 2 },
  { environment: inheriting(['base']), parents: [base9], statement: 2 },
  { environment: inheriting(['base']), parents: [], statement: 1 },
  { environment: inheriting(['base', 'more'], { before: ['base'], definition: 9 }), parents: [base9], statement: 2 },
];

const NAMES = [0, 1, 2, 3, 4, 99, 'latest', 'active', 'previous', 'no-tag'] as const;
const LAYERS = [undefined, 'recorded', 'kept', 'newest'] as const;
const GUARDS: readonly Guards[] = [{}, { activate: true }, { activate: 'all' }, { activate: false }];

const EDITS: Command[] = [
  { type: 'Create', configuration: { a: 9 } },
  { type: 'Replace', configuration: { a: 9, $inherit: { hide: ['limit'] } } },
  { type: 'Merge', patch: { a: 9 } },
  { type: 'DeleteAll' },
  { type: 'Set', path: 'a', value: 4 },
  { type: 'Set', path: 'a', value: 9 },
  { type: 'Delete', path: 'a' },
  { type: 'Batch', operations: [{ id: '1', type: 'SET', key: 'a', value: 9 }] },
  { type: 'Inherit' },
  { type: 'Retire' },
  { type: 'Restore' },
];

const COMMANDS: Command[] = [
  ...EDITS,
  ...NAMES.flatMap((version): Command[] => [
    { type: 'Activate', version },
    { type: 'Activate', version, layers: 'kept' },
    { type: 'Tag', version, tag: 't', move: false },
    { type: 'Untag', version, tag: 't' },
    ...LAYERS.map((layers): Command => ({ type: 'Rollback', version, ...(layers !== undefined && { layers }) })),
  ]),
  ...[0, 4, 5, 6, 99].flatMap((activation) =>
    LAYERS.map((layers): Command => ({ type: 'RollbackTo', activation, ...(layers !== undefined && { layers }) })),
  ),
];

test.each(LEDGERS)('every command to a ledger %s is decided after two rounds of facts at most', (_which, steps) => {
  const { history } = given(...steps);
  for (const when of ROUNDS)
    for (const command of COMMANDS)
      for (const guards of GUARDS)
        expect(roundsOf(history, command, { ...when, guards }), JSON.stringify([command, guards])).toBe('decided');
});

const atMost = (maximum: number) => ({ dialect: '2020-12', schema: { maximum } }) as const;
const RULED: readonly Given[] = [
  ...versions,
  { type: 'SetSchema', mount: 'a', ...atMost(100) },
  carriedOut({ type: 'Activate', version: 1 }, at5),
  carriedOut({ type: 'SetSchema', mount: 'limit', ...atMost(1_000) }, at5),
  ...many(at5),
  carriedOut({ type: 'RemoveSchema', mount: 'a' }, at5),
];
const RESTORING: Command[] = [
  ...[5, 8, 12, 40].map((activation): Command => ({ type: 'RollbackTo', activation, schemas: 'restore' })),
  ...LAYERS.map((layers): Command => ({ type: 'RollbackTo', activation: 6, schemas: 'restore', ...(layers !== undefined && { layers }) })),
  ...NAMES.map((version): Command => ({ type: 'Rollback', version, schemas: 'restore' })),
];
const RULING: Command[] = [
  { type: 'SetSchema', mount: 'a', ...atMost(50) },
  { type: 'SetSchema', mount: 'limit', ...atMost(50) },
  { type: 'RemoveSchema', mount: 'limit' },
  {
    type: 'Batch',
    operations: [
      { id: '1', type: 'SET', key: 'a', value: 9 },
      { id: '2', type: 'SCHEMA_SET', mount: 'a', ...atMost(50) },
    ],
  },
  { type: 'Promote', from: 'base.trading-engine', version: 'latest', paths: null, prune: false },
];
const promoted = { kind: 'found', version: 4, document: documentOf({ a: 7 }) } as const;

test('every command to a ledger with schemas, or about them, is decided after three rounds of facts', () => {
  const { history } = given(...RULED);
  const inherited = parent('base', 9, { limit: 999 });
  for (const environment of [inheriting(['base']), inheriting(['base', 'more'], { before: ['base'], definition: 9 })])
    for (const command of [...COMMANDS, ...RESTORING, ...RULING])
      for (const guards of GUARDS) {
        const when: When = { environment, parents: [inherited], statement: 2, promoted, guards };
        expect(roundsOf(history, command, when), JSON.stringify([command, guards])).toBe('decided');
      }
});

/** 'decided', or what was said of a third round. A newer fact than what runs is set back is a fault of the log, not of the rounds. */
function roundsOf(history: History, command: Command, when: When): string {
  try {
    history.decide(command, when);
    return 'decided';
  } catch (error) {
    return error instanceof Error ? error.message : 'fault';
  }
}
