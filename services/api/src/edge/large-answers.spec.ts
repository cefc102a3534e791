// Whose turn it is to be written: answers are refused when too many wait, documents of the feed never.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LargeAnswers } from './large-answers.js';
import { Edge } from './limits.js';

const LARGE = { leafCount: 15_000, size: 0 };

/** Turns of the event loop that pass until `work` is done. */
async function turnsOf(work: Promise<void>): Promise<number> {
  let isDone = false;
  const done = work.then(() => (isDone = true));
  let turns = 0;
  for (; !isDone && turns < 1_000; turns += 1) await nextTurn();
  await done;
  return turns;
}

test('a large document of the feed lets others go first, and is not refused where answers are', async () => {
  const answers = new LargeAnswers(new Edge({ waitingAnswers: 0, answerBytes: 0 }));
  await expect(answers.turn(LARGE)).rejects.toThrow('Too many large answers wait');
  expect(await turnsOf(answers.turnOfFeed(LARGE))).toBeGreaterThan(1);
});

test('a small document of the feed is written at once', async () => {
  const answers = new LargeAnswers(new Edge());
  expect(await turnsOf(answers.turnOfFeed({ leafCount: 10, size: 100 }))).toBeLessThanOrEqual(1);
});

test('documents of the feed and answers take turns, one after another', async () => {
  const answers = new LargeAnswers(new Edge());
  const order: string[] = [];
  const answer = answers.turn(LARGE).then(() => order.push('answer'));
  const feed = answers.turnOfFeed({ leafCount: 2_000, size: 0 }).then(() => order.push('feed'));
  await Promise.all([answer, feed]);
  expect(order).toEqual(['answer', 'feed']);
});
