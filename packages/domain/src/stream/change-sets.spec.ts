import { describe, expect, test } from 'vitest';
import { changeSetsOf, eventsOf, gather, type OpenChangeSet } from './change-sets.js';

const place = (id: string, index: number, size: number) => ({ id, index, size });
const event = (id: string, index: number, size: number) => ({ metadata: { changeSet: place(id, index, size) } }) as never;

describe('gathering a change set', () => {
  test('is complete with its last event', () => {
    const first = gather<string>(null, place('s', 0, 2), 'a');
    expect(first).toMatchObject({ isComplete: false, abandoned: null, misfit: null });
    const second = gather(first.set, place('s', 1, 2), 'b');
    expect(second).toMatchObject({ isComplete: true, misfit: null });
    expect(eventsOf(second.set)).toEqual(['a', 'b']);
  });

  test('ends with an event of another, which abandons it', () => {
    const { set } = gather<string>(null, place('s', 0, 2), 'a');
    const next = gather(set, place('t', 0, 1), 'b');
    expect(next).toMatchObject({ isComplete: true, misfit: null, abandoned: { id: 's', count: 1 } });
  });

  test.each([
    ['a gap', place('s', 2, 3)],
    ['another size', place('s', 1, 4)],
    ['an index at its size', place('s', 1, 1)],
  ])('says a misfit: %s', (_, at) => {
    const { set } = gather<string>(null, place('s', 0, 3), 'a');
    expect(gather(set, at, 'b').misfit).toMatch(/^its change set says \d of \d, expected was 1 of 3$/);
  });

  test('keeps two futures of one set apart, and the set itself as it was', () => {
    const { set } = gather<string>(null, place('s', 0, 3), 'a');
    const one = gather(set, place('s', 1, 3), 'b').set;
    const other = gather(set, place('s', 1, 3), 'c').set;
    const ends = [one, other].map((open: OpenChangeSet<string>) => eventsOf(gather(open, place('s', 2, 3), 'd').set));
    expect(ends).toEqual([
      ['a', 'b', 'd'],
      ['a', 'c', 'd'],
    ]);
    expect(eventsOf(set)).toEqual(['a']);
  });
});

test('the change sets of a stretch of events are told apart: whole, abandoned, begun before it, and still open', () => {
  const events = [
    event('before', 1, 2),
    event('whole', 0, 2),
    event('whole', 1, 2),
    event('cut', 0, 3),
    event('cut', 1, 3),
    event('one', 0, 1),
    event('open', 0, 2),
  ];
  expect([...changeSetsOf(events)].map((set) => [set.events.length, set.isComplete])).toEqual([
    [1, false],
    [2, true],
    [2, false],
    [1, true],
    [1, false],
  ]);
});
