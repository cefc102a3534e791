// Changes that are applied again to the same document give the same document; anything else is applied anew.
import { expect, test } from 'vitest';
import { Document } from './document.js';

const base = Document.empty.apply([{ path: 'a', value: 1, revision: 1 }]);
const change = { path: 'b', value: 2, revision: 2 } as const;

test('the same changes on the same document give the same object, so that its digest is made once', () => {
  expect(base.apply([change])).toBe(base.apply([{ ...change }]));
});

test.each([
  ['another value', { ...change, value: 3 }],
  ['another path', { ...change, path: 'c' }],
  ['another revision', { ...change, revision: 3 }],
  ['no value', { path: 'a', revision: 2 }],
])('changes with %s are applied anew', (_, other) => {
  const first = base.apply([change]);
  const second = base.apply([other]);
  expect(second).not.toBe(first);
  expect(second.toSnapshot()).toEqual(Document.fromSnapshot(base.toSnapshot()).apply([other]).toSnapshot());
});

test('the same changes on another document, and more or fewer of them, are applied anew', () => {
  const first = base.apply([change]);
  expect(Document.empty.apply([change]).leafCount).toBe(1);
  base.apply([change]);
  expect(base.apply([change, { path: 'c', value: 3, revision: 3 }]).leafCount).toBe(3);
  base.apply([change]);
  expect(base.apply([])).toBe(base);
  expect(first.leafCount).toBe(2);
});

test('an array that its owner altered since is applied as it is now', () => {
  const value = [1];
  base.apply([{ path: 'b', value, revision: 2 }]);
  value.push(2);
  expect(base.apply([{ path: 'b', value, revision: 2 }]).toJson()).toEqual({ a: 1, b: [1, 2] });
});

test('changes that their owner alters afterwards do not alter what is remembered', () => {
  const own: { path: string; value: number } = { path: 'b', value: 1 };
  base.apply([own]);
  own.value = 2;
  expect(base.apply([own]).toJson()).toEqual({ a: 1, b: 2 });
  const changes = [{ ...change }, { path: 'c', value: 3, revision: 3 }];
  base.apply(changes);
  changes.pop();
  expect(base.apply(changes).leafCount).toBe(2);
});
