// What schemas may say about a document, in any number and length, and what is made of it.
import { Document } from '@confledger/document';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import { View } from './resolving/view.js';
import { PROBLEMS_MAX, SchemaSet } from './schema-set.js';

type Result = StandardSchemaV1.Result<unknown>;

function judge(
  json: { [name: string]: string | number },
  path: string,
  validate: (value: unknown) => Result,
): ReturnType<SchemaSet['judge']> {
  const document = Document.from(json);
  if (!document.ok) throw new Error(document.problem.message);
  return new SchemaSet({ [path]: { '~standard': { version: 1, vendor: 'test', validate } } }).judge(new View(document.value), new Map());
}

test('no more problems are kept than a report can carry, and none of any length', () => {
  const issues = Array.from({ length: PROBLEMS_MAX + 50 }, () => ({ message: 'x'.repeat(10_000) }));
  const judgement = judge({ a: 1 }, 'a', () => ({ issues }));
  if (judgement.kind !== 'refused') throw new Error(judgement.kind);
  expect(judgement.problems).toHaveLength(PROBLEMS_MAX);
  expect(judgement.problems.every(({ message }) => message.length <= 500)).toBe(true);
});

test('paths are written as the ledger writes them, the document itself has none', () => {
  const issues: StandardSchemaV1.Issue[] = [{ message: 'm', path: ['a.b', { key: 'c' }, 0] }, { message: 'whole' }];
  const judgement = judge({ a: 1 }, '', () => ({ issues }));
  expect(judgement).toMatchObject({ problems: [{ path: String.raw`a\.b.c.0` }, { path: null, message: 'whole' }] });
});

test.each([
  ['Expected "x" but got "hunter2"', 'hunter2', 'Expected "x" but got (the value)'],
  ['got hunter2!', 'hunter2', 'got (the value)!'],
  ['is a number', 'a', 'is a number'],
  ['got "a"', 'a', 'got (the value)'],
  ['1234567 is too much', 1_234_567, '(the value) is too much'],
])('%s about %s is told as: %s', (message, value, told) => {
  expect(judge({ key: value }, 'key', () => ({ issues: [{ message }] }))).toMatchObject({ problems: [{ path: 'key', message: told }] });
});

test('what a schema makes is frozen all the way down; instances of classes keep their own ways', () => {
  class Money {
    cents = 1;
  }
  const cyclic: { list: object[]; self?: object } = { list: [{ x: 1 }] };
  cyclic.self = cyclic;
  const output = Object.freeze({ cyclic, date: new Date(0), money: new Money() });
  const judgement = judge({ a: 1 }, 'a', () => ({ value: output }));
  if (judgement.kind !== 'accepted') throw new Error(judgement.kind);
  expect(judgement.judged.get('a')?.output).toBe(output);
  expect([cyclic, cyclic.list, cyclic.list[0]].every((each) => Object.isFrozen(each))).toBe(true);
  expect(Object.isFrozen(output.money)).toBe(false);
});
