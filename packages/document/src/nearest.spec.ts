// "Did you mean": close words are found, far ones are not, at a bounded cost.
import { describe, expect, it } from 'vitest';
import { nearestWord } from './nearest.js';

describe('nearestWord', () => {
  it.each([
    ['prodution', ['development', 'production', 'staging'], 'production'],
    ['Production', ['development', 'production'], 'production'],
    ['max_position_size', ['maxOrderSize', 'maxPositionSize'], 'maxPositionSize'],
    ['verison', ['version', 'environment'], 'version'],
    ['stging', ['testing', 'staging'], 'staging'],
    ['ab', ['ba'], 'ba'],
    ['limit', ['limits', 'limit-a', 'lim'], 'limits'],
  ])('of %s among %j is %s', (word, words, expected) => expect(nearestWord(word, words)).toBe(expected));

  it('is nothing where nothing is close', () => {
    expect(nearestWord('environment', ['service', 'version'])).toBe(undefined);
    expect(nearestWord('a', [])).toBe(undefined);
    expect(nearestWord('', ['long'])).toBe(undefined);
  });

  it('looks at the first 10,000 words and the first 255 characters only', () => {
    const endless = (function* () {
      for (let index = 0; ; index++) yield `${index}`.repeat(10);
    })();
    expect(nearestWord('maxPositionSize', endless)).toBe(undefined);
    expect(nearestWord('x'.repeat(1_000_000), ['y'.repeat(1_000_000)])).toBe(undefined);
  });
});
