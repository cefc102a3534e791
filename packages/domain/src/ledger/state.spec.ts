// What events add up to, in the cases that only a fold can get wrong: open and abandoned change sets, two futures of one state.
import { describe, expect, test } from 'vitest';
import {
  FIRST_INSTANT_MS,
  History,
  ID,
  abandoned,
  activated,
  created,
  deleted,
  given,
  set,
  tagged,
} from '../../../../test/support/src/ledger-spec.js';
import { COMMANDS_REMEMBERED_MAX } from '../stream/command-window.js';
import type { Recorded } from '../stream/events.js';
import { StreamCorrupt, emptyStream, follow, followAll } from '../stream/stream-state.js';
import type { LedgerEvent } from './events.js';
import { ledgerAggregate } from './ledger.js';
import type { LedgerStream } from './ledger-types.js';

const { apply } = ledgerAggregate;

const documentOf = ({ state }: LedgerStream) => (state === null ? null : state.head.document.toJson());

describe('a change set', () => {
  test('takes effect with its last event, not before', () => {
    const { history } = given([created(), set('a', 1)]);
    const before = history.stream;
    history.record([set('a', 2), set('b', 1)], { size: 3 });
    expect(history.stream).toMatchObject({ revision: 3, open: { count: 2 } });
    expect(history.stream.state).toBe(before.state);
    expect(history.stream.commands).toBe(before.commands);
  });

  test('that another one cuts short never took effect: it counts for revision, chain and time only', () => {
    const { history } = given([created(), set('a', 1)], abandoned(set('a', 2), set('b', 1)), set('c', 1));
    expect(history.stream).toMatchObject({ revision: 4, state: { head: { version: 4, ordinal: 2 }, pending: 2 }, open: null });
    expect(documentOf(history.stream)).toEqual({ a: 1, c: 1 });
    expect(history.stream.commands.toArray().map((each) => each.commandId)).toEqual(['command-1', 'command-3']);
  });

  test('may be abandoned by one that is abandoned too', () => {
    const { history } = given([created(), set('a', 1)], abandoned(set('a', 2)), abandoned(set('a', 3)), [set('a', 4), set('b', 4)]);
    expect(documentOf(history.stream)).toEqual({ a: 4, b: 4 });
  });

  test('with an activation and no change makes no version', () => {
    const { history } = given([created(), set('a', 1)], { type: 'Activate', version: 1 }, [tagged(1, 'x')]);
    expect(history.stream).toMatchObject({ state: { head: { version: 1, ordinal: 1 }, pending: 0 }, revision: 3 });
  });

  test('of 25,000 events is folded in time that grows with its length alone', () => {
    const { history } = given([created()]);
    history.record(Array.from({ length: 25_000 }, (_, index) => set(`k${index}`, index)));
    expect(history.ledger.head).toMatchObject({ version: 25_000, ordinal: 1 });
    expect(history.ledger.head.document.leafCount).toBe(25_000);
  });
});

describe('two futures of one state', () => {
  const begun = (): { stream: LedgerStream; future: (value: number) => Recorded<LedgerEvent>[] } => {
    const { history } = given([created(), set('a', 0)]);
    history.record([set('b', 1)], { size: 3, envelope: { changeSetId: 'shared' } });
    return {
      stream: history.stream,
      // Both are continuations of the same open change set, as when a store rewinds, or two reads fold the same page.
      future: (value) => {
        const fork = new History();
        fork.stream = history.stream;
        const record = (path: string, index: number) => {
          const [event] = fork.record([set(path, value)], { size: 1, envelope: { changeSetId: 'shared', now: FIRST_INSTANT_MS } });
          if (!event) throw new Error('no event');
          return { ...event, metadata: { ...event.metadata, changeSet: { id: 'shared', index, size: 3 } } };
        };
        fork.stream = { ...history.stream, open: null };
        const second = record('c', 1);
        const third = record('d', 2);
        return [second, third];
      },
    };
  };

  test('do not mix, whichever is folded first, and however far', () => {
    const { stream, future } = begun();
    const [one, other] = [future(1), future(2)];
    const first = follow(apply, stream, one[0] as Recorded<LedgerEvent>);
    const second = follow(apply, stream, other[0] as Recorded<LedgerEvent>);
    expect(documentOf(follow(apply, second, other[1] as Recorded<LedgerEvent>))).toEqual({ a: 0, b: 1, c: 2, d: 2 });
    expect(documentOf(follow(apply, first, one[1] as Recorded<LedgerEvent>))).toEqual({ a: 0, b: 1, c: 1, d: 1 });
    expect(documentOf(followAll(apply, stream, other))).toEqual({ a: 0, b: 1, c: 2, d: 2 });
    expect(documentOf(followAll(apply, stream, one))).toEqual({ a: 0, b: 1, c: 1, d: 1 });
  });

  test('an event that does not fit leaves the state as good as it was', () => {
    const { stream, future } = begun();
    const [second, third] = future(1) as [Recorded<LedgerEvent>, Recorded<LedgerEvent>];
    const gap = { ...second, metadata: { ...second.metadata, changeSet: { id: 'shared', index: 2, size: 3 } } };
    expect(() => follow(apply, stream, gap)).toThrow(StreamCorrupt);
    expect(documentOf(followAll(apply, stream, [second, third]))).toEqual({ a: 0, b: 1, c: 1, d: 1 });
  });
});

describe('a history that contradicts itself is refused', () => {
  const { history } = given([created(), set('a', 1)], [set('a', 2), deleted('a')]);
  const [, second, third, fourth] = history.events as [
    Recorded<LedgerEvent>,
    Recorded<LedgerEvent>,
    Recorded<LedgerEvent>,
    Recorded<LedgerEvent>,
  ];
  const upTo = (count: number): LedgerStream => followAll(apply, emptyStream(ID.stream), history.events.slice(0, count));

  test('a revision is missing, or comes twice', () => {
    expect(() => follow(apply, upTo(1), third)).toThrow(/revision 2 does not follow 0/);
    expect(() => follow(apply, upTo(2), second)).toThrow(StreamCorrupt);
  });
  test('the chain is broken', () => {
    expect(() => follow(apply, upTo(1), { ...second, metadata: { ...second.metadata, previousHash: 'x' } })).toThrow(/previousHash/);
  });
  test('a change set has a gap, or goes on behind its end', () => {
    const at = (event: Recorded<LedgerEvent>, index: number, size: number) => ({
      ...event,
      metadata: { ...event.metadata, changeSet: { ...event.metadata.changeSet, index, size } },
    });
    expect(() => follow(apply, upTo(2), at(third, 1, 2))).toThrow(/its change set says 1 of 2, expected was 0 of 2/);
    expect(() => follow(apply, upTo(3), at(fourth, 1, 1))).toThrow(StreamCorrupt);
  });
  test('an event does not fit the document', () => {
    const below = new History();
    below.record([created(), set('a', 1)]);
    expect(() => below.record([set('a.b', 1)])).toThrow(/event 2 of config-production.trading-engine does not fit.*a leaf stands above/);
    expect(() => below.record([deleted('nothing.here')])).toThrow(StreamCorrupt);
  });
});

test('a ledger forgets the commands before its last 1,000', () => {
  const { history } = given([created()]);
  for (let index = 0; index < COMMANDS_REMEMBERED_MAX; index += 1) history.record([set('a', index)]);
  expect(history.stream.commands.find('alice', 'command-1')).toBeUndefined();
  expect(history.stream.commands.find('alice', 'command-2')).toMatchObject({ firstRevision: 1 });
});

test('an activation of an older version says that its document is to be read from the history', () => {
  const { history } = given([created(), set('a', 1)], set('a', 2), { type: 'Activate', version: 'latest' });
  expect(history.ledger.active?.document).toBe(history.ledger.head.document);
  history.record([activated({ version: 1, previous: 2, digest: 'd', pending: 1 })]);
  expect(history.ledger.active).toMatchObject({ version: 1, document: null });
});
