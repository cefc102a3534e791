// What is remembered of judgements that did not come to an end, and for how long.
import { Document } from '@confledger/document';
import { expect, test } from 'vitest';
import { costVerdict, GIVEN_UP_MS, JudgedVerdicts } from './judged-verdicts.js';

const RULE = { mount: 'a', dialect: '2020-12', schema: true, origin: { kind: 'own', revision: 1 } } as const;
const PLACE = { segments: ['a'], matched: [], node: Document.empty.root } as const;

test('a judgement that was given up is remembered for ten minutes, and tried again after that', () => {
  let nowMs = 0;
  const verdicts = new JudgedVerdicts({ nowMs: () => nowMs });
  expect(verdicts.has('key')).toBe(false);
  verdicts.giveUp('key', costVerdict(RULE, PLACE));
  nowMs = GIVEN_UP_MS - 1;
  expect(verdicts.has('key')).toBe(true);
  expect(verdicts.recall('key')).toEqual(costVerdict(RULE, PLACE));
  nowMs = GIVEN_UP_MS;
  expect(verdicts.has('key')).toBe(false);
  expect(verdicts.recall('key')).toBeUndefined();
});

test('of more than 10,000 the oldest is dropped, and other verdicts are remembered beside them', () => {
  const verdicts = new JudgedVerdicts();
  const holds = { violations: [], unjudged: [] };
  verdicts.remember('other', holds);
  for (let index = 0; index <= 10_000; index += 1) verdicts.giveUp(`key ${index}`, costVerdict(RULE, PLACE));
  expect([verdicts.has('key 0'), verdicts.has('key 1'), verdicts.recall('other')]).toEqual([false, true, holds]);
});
