// A retired ledger: it stands as it did, and refuses every command but the one that restores it.
import { describe, expect, test } from 'vitest';
import { abandoned, created, given, refused, restored, retired, set, tagged } from '../../../../test/support/src/ledger-spec.js';
import { decodeStream, encodeStream } from '../stream/snapshots.js';
import type { Command } from './commands.js';
import { ledgerAggregate } from './ledger.js';

/** Version 1 { a: 1 } is active and tagged, version 4 { a: 2 } is pending. */
const running = [
  [created(), set('a', 1)],
  { type: 'Activate', version: 1 },
  [tagged(1, 'good')],
  { type: 'Set', path: 'a', value: 2 },
] as const;

const RETIRE: Command = { type: 'Retire' };
const RESTORE: Command = { type: 'Restore' };

const OTHERS: readonly Command[] = [
  { type: 'Create', configuration: { a: 1 } },
  { type: 'Replace', configuration: { b: 1 } },
  { type: 'Replace', configuration: { a: 2 } },
  { type: 'Merge', patch: { b: 1 } },
  { type: 'DeleteAll' },
  { type: 'Set', path: 'b', value: 1 },
  { type: 'Set', path: 'a', value: 2 },
  { type: 'Delete', path: 'a' },
  { type: 'Delete', path: 'nothing.here' },
  { type: 'Batch', operations: [{ id: '0', type: 'SET', key: 'b', value: 1 }] },
  { type: 'Activate', version: 'latest' },
  { type: 'Activate', version: 1 },
  { type: 'Rollback', version: 1 },
  { type: 'Rollback', version: 'previous' },
  { type: 'Tag', version: 4, tag: 'new', move: false },
  { type: 'Untag', version: 1, tag: 'good' },
];

describe('Retire', () => {
  test('is one event, a change set of its own, and makes no version', () => {
    const { head, active, pending, tags } = given(...running).history.ledger;
    const { ledger } = given(...running)
      .when(RETIRE)
      .then([retired()]);
    expect(ledger).toMatchObject({ head: { version: head.version, ordinal: head.ordinal }, pending, tags, retired: true });
    expect(ledger.active).toMatchObject({ activation: active?.activation, version: 1 });
  });
  test('of a retired ledger is nothing', () => {
    given(...running, RETIRE)
      .when(RETIRE)
      .then('nothing');
  });
  test('takes a ledger without a version too', () => {
    given([created()]).when(RETIRE).then([retired()]);
  });
  test('of no ledger is refused', () => {
    given().when(RETIRE).then(refused('LEDGER_UNKNOWN'));
    given(abandoned(created(), set('a', 1)))
      .when(RETIRE)
      .then(refused('LEDGER_UNKNOWN'));
  });
  test('is guarded by what the client says it saw', () => {
    given(...running)
      .when(RETIRE, { guards: { expectedVersion: 1 } })
      .then(refused('EXPECTED_VERSION_CONFLICT'));
    given(...running)
      .when(RETIRE, { guards: { ifMatch: 1 } })
      .then(refused('IF_MATCH_FAILED'));
    given(...running)
      .when(RETIRE, { guards: { ifMatch: 4, expectedVersion: 4, expectedActive: 1 } })
      .then([retired()]);
  });
});

describe('a retired ledger', () => {
  test.each(OTHERS)('refuses %j', (command) => {
    given(...running, RETIRE)
      .when(command)
      .then(refused('LEDGER_RETIRED', { at: null, says: /POST \/configurations\/trading-engine\/restore\?environment=production/ }));
  });
  test('says so whatever else is wrong with the command', () => {
    const write: Command = { type: 'Set', path: 'b', value: 1 };
    for (const guards of [{ expectedVersion: 1 }, { ifMatch: 1 }, { ifNoneMatch: '*' }, { activate: true }] as const)
      given(...running, RETIRE)
        .when(write, { guards })
        .then(refused('LEDGER_RETIRED'));
  });
  test('answers the repetition of a command that it took before', () => {
    const { history } = given(...running);
    history.execute({ type: 'Set', path: 'b', value: 1 }, { key: 'k' });
    history.execute(RETIRE);
    expect(history.decide({ type: 'Set', path: 'b', value: 1 }, { key: 'k' })).toMatchObject({ kind: 'repeated' });
    expect(history.decide({ type: 'Set', path: 'b', value: 1 }, { key: 'another' })).toMatchObject({ kind: 'refused' });
  });
});

describe('Restore', () => {
  test('is one event, after which the ledger takes commands as before', () => {
    const history = given(...running, RETIRE)
      .when(RESTORE)
      .then([restored()]);
    expect(history.ledger).toMatchObject({ head: { version: 4 }, active: { version: 1 }, pending: 1, retired: false });
    history.execute({ type: 'Set', path: 'a', value: 3 });
    expect(history.ledger.head.document.toJson()).toEqual({ a: 3 });
  });
  test('of a ledger that is not retired is nothing, and of none is refused', () => {
    given(...running)
      .when(RESTORE)
      .then('nothing');
    given(...running, RETIRE, RESTORE)
      .when(RESTORE)
      .then('nothing');
    given().when(RESTORE).then(refused('LEDGER_UNKNOWN'));
  });
  test('and Retire may follow one another as often as one likes', () => {
    given(...running, RETIRE, RESTORE, RETIRE, RESTORE)
      .when(RETIRE)
      .then([retired()]);
  });
});

test('A retirement that another change set cut short never took effect', () => {
  const history = given(...running, abandoned(retired()))
    .when({ type: 'Set', path: 'a', value: 3 })
    .then([set('a', 3)]);
  expect(history.ledger.retired).toBe(false);
});

describe('a snapshot', () => {
  const { snapshots } = ledgerAggregate;
  if (snapshots === null) throw new Error('ledgers have snapshots');

  test.each([true, false])('keeps whether the ledger is retired: %s', (isRetired) => {
    const { stream } = given(...running, RETIRE, ...(isRetired ? [] : [RESTORE])).history;
    const { name, revision, hash, occurredAt } = stream;
    expect(decodeStream(snapshots, { name, revision, hash, occurredAt }, encodeStream(snapshots, stream)).state?.retired).toBe(isRetired);
  });
  test('of a release before retirement is not taken for one of this release', () => {
    expect(snapshots.version).toBeGreaterThan(2);
  });
});

test('a ledger that others run over is not retired, and the refusal names them', () => {
  given([created(), set('a', 1)])
    .when({ type: 'Retire' }, { usedBy: ['staging.trading-engine', 'canary.trading-engine'] })
    .then(refused('LEDGER_INHERITED', { says: /staging\.trading-engine, canary\.trading-engine/ }));
});
