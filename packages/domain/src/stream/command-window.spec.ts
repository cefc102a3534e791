import { describe, expect, test } from 'vitest';
import { COMMANDS_REMEMBERED_MAX, CommandWindow } from './command-window.js';

const command = (index: number, actor = 'alice') => ({
  commandId: `c${index}`,
  actor,
  fingerprint: `f${index}`,
  firstRevision: index,
  lastRevision: index,
});

/** Around every boundary of the chunks inside. */
const COUNTS = [
  COMMANDS_REMEMBERED_MAX + 1,
  COMMANDS_REMEMBERED_MAX + 23,
  COMMANDS_REMEMBERED_MAX + 24,
  COMMANDS_REMEMBERED_MAX + 25,
  COMMANDS_REMEMBERED_MAX + 64,
  COMMANDS_REMEMBERED_MAX + 87,
  COMMANDS_REMEMBERED_MAX + 88,
  3_000,
];

describe('the commands that a ledger remembers', () => {
  test.each(COUNTS)('of %i exactly the last 1,000', (count) => {
    const window = CommandWindow.of(Array.from({ length: count }, (_, index) => command(index)));
    const found = Array.from({ length: count }, (_, index) => index).filter((index) => window.find('alice', `c${index}`) !== undefined);
    expect(found).toEqual(Array.from({ length: COMMANDS_REMEMBERED_MAX }, (_, index) => count - COMMANDS_REMEMBERED_MAX + index));
    expect(window.toArray().map((each) => each.firstRevision)).toEqual(found);
  });

  test.each([COMMANDS_REMEMBERED_MAX + 1, COMMANDS_REMEMBERED_MAX + 24, 3_000])(
    'of %i a window from a snapshot remembers the same, also later',
    (count) => {
      const window = CommandWindow.of(Array.from({ length: count }, (_, index) => command(index)));
      let folded = window;
      let restored = CommandWindow.of(window.toArray());
      for (let index = count; index < count + 130; index += 1) {
        folded = folded.with(command(index));
        restored = restored.with(command(index));
        const oldest = index - COMMANDS_REMEMBERED_MAX;
        expect([folded.find('alice', `c${oldest}`), restored.find('alice', `c${oldest}`)]).toEqual([undefined, undefined]);
        expect(restored.find('alice', `c${oldest + 1}`)).toEqual(folded.find('alice', `c${oldest + 1}`));
      }
      expect(restored.toArray()).toEqual(folded.toArray());
    },
  );

  test('a key belongs to its actor', () => {
    const window = CommandWindow.of(Array.from({ length: 100 }, (_, index) => command(index)));
    expect(window.find('bob', 'c1')).toBeUndefined();
    expect(window.find('alice', 'c1')?.fingerprint).toBe('f1');
  });

  test('no actor and key can be mistaken for another actor and key', () => {
    const others = Array.from({ length: 70 }, (_, index) => command(index));
    const window = CommandWindow.of([{ ...command(0, 'a\nb'), commandId: 'c' }, ...others]);
    expect(window.find('a', 'b\nc')).toBeUndefined();
    expect(window.find('a\nb', 'c')).toBeDefined();
  });

  test('two futures of one window do not mix', () => {
    const window = CommandWindow.of(Array.from({ length: 63 }, (_, index) => command(index)));
    const one = window.with(command(1_001));
    const other = window.with(command(1_002));
    expect([one.find('alice', 'c1002'), other.find('alice', 'c1001'), window.find('alice', 'c1001')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(one.find('alice', 'c1001')).toBeDefined();
  });
});
