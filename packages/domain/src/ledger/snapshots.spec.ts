// A ledger's state comes out of its snapshot as it went in: what decisions on layers need of it included.
import { parseJsonText, type JsonObject } from '@confledger/document';
import { expect, test } from 'vitest';
import { inheriting, parent } from '../../../../test/support/src/layers.js';
import { carriedOut, created, given, ID, set, type Given, type When } from '../../../../test/support/src/ledger-spec.js';
import { decodeStream, encodeStream } from '../stream/snapshots.js';
import type { LedgerStream } from './ledger-types.js';
import { ledgerSnapshots } from './snapshots.js';
import { ACTIVATIONS_KEPT, type Ledger } from './state.js';

const environment = inheriting(['base']);
const at = (activation: number): When => ({ environment, parents: [parent('base', activation, { limit: activation })], statement: 2 });
const running: Given[] = [[created(), set('fee', 1)], carriedOut({ type: 'Activate', version: 1 }, at(5))];

const LEDGERS: [string, readonly Given[]][] = [
  ['of which only the first event is there', [[created()]]],
  ['of which nothing runs', [[created(), set('fee', 1)]]],
  ['that runs form 1', [[created(), set('fee', 1)], { type: 'Activate', version: 1 }, { type: 'Set', path: 'fee', value: 2 }]],
  [
    'that stands on layers, with drafts',
    [...running, { type: 'Set', path: 'fee', value: 2 }, { type: 'Tag', version: 1, tag: 't', move: false }],
  ],
  ['that runs version 0', [carriedOut({ type: 'Activate', version: 0 }, at(5))]],
  [
    'that is pinned and retired',
    [
      ...running,
      carriedOut({ type: 'Activate', version: 1 }, at(9)),
      carriedOut({ type: 'RollbackTo', activation: 2 }, at(9)),
      { type: 'Retire' },
    ],
  ],
  [
    'that ran more than it keeps',
    [
      ...running,
      ...Array.from({ length: ACTIVATIONS_KEPT + 2 }, (_, index) => carriedOut({ type: 'Activate', version: 1 }, at(10 + index))),
    ],
  ],
  [
    'that runs an older version than head',
    [
      ...running,
      { type: 'Set', path: 'fee', value: 2 },
      carriedOut({ type: 'Activate', version: 3 }, at(5)),
      carriedOut({ type: 'Activate', version: 1 }, at(5)),
    ],
  ],
];

test.each(LEDGERS)('the state of a ledger %s', (_which, steps) => {
  const { stream } = given(...steps).history;
  const back = decodeStream(ledgerSnapshots, stream, encodeStream(ledgerSnapshots, stream));
  expect(visible(back as LedgerStream)).toEqual(visible(stream));
  // A body is JSON: nothing of it may depend on the object that it was made of.
  const body = parseJsonText(JSON.stringify(ledgerSnapshots.encode(stateOf(stream)))) as JsonObject;
  expect(ledgerSnapshots.encode(ledgerSnapshots.decode(body))).toEqual(body);
});

test('a state from a snapshot decides as the one that it was made of', () => {
  const { history } = given(...(LEDGERS[5]?.[1].slice(0, -1) ?? []), { type: 'Set', path: 'fee', value: 2 });
  const commands = [
    { type: 'Rollback', version: 'previous' },
    { type: 'Activate', version: 'latest', layers: 'kept' },
    { type: 'Inherit' },
  ] as const;
  const before = commands.map((command) => history.decide(command, at(9)));
  history.stream = decodeStream(ledgerSnapshots, history.stream, encodeStream(ledgerSnapshots, history.stream));
  expect(commands.map((command) => history.decide(command, at(9)))).toEqual(before);
});

function stateOf({ state }: LedgerStream): Ledger {
  if (state === null) throw new Error(`${ID.text} does not exist`);
  return state;
}

function visible(stream: LedgerStream): unknown {
  const { head, active, ...rest } = stateOf(stream);
  return {
    ...rest,
    head: { ...head, document: head.document.toSnapshot() },
    active: active && { ...active, document: active.document?.toSnapshot() ?? null },
    origin: stream.origin,
    commands: stream.commands.toArray(),
  };
}
