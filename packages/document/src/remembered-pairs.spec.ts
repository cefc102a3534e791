import { describe, expect, it } from 'vitest';
import { documentOf } from './arbitraries.js';
import { RememberedPairs } from './remembered-pairs.js';

describe('remembered pairs', () => {
  it('are, of each first object, the two used last', () => {
    const pairs = new RememberedPairs<object, object, string>();
    const [one, another, first, second, third] = [{}, {}, {}, {}, {}];
    const remembered = () => [first, second, third].map((other) => pairs.get(one, other));
    pairs.remember(another, first, 'of another');
    pairs.remember(one, first, 'with the first');
    pairs.remember(one, second, 'with the second');
    pairs.remember(one, third, 'with the third');
    expect(remembered()).toEqual([undefined, 'with the second', 'with the third']);
    expect(pairs.get(another, first)).toBe('of another');
    expect(pairs.get(one, second)).toBe('with the second');
    pairs.remember(one, first, 'with the first');
    expect(remembered()).toEqual(['with the first', 'with the second', undefined]);
  });

  it('let go of what a child was laid over before', () => {
    const child = documentOf({ own: 1 });
    const made = [1, 2, 3].map((value) => {
      const version = documentOf({ inherited: value });
      return { version, root: child.over(version).root };
    });
    expect(made.toReversed().map(({ version, root }) => child.over(version).root === root)).toEqual([true, true, false]);
  });
});
