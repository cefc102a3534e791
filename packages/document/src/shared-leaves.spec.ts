// Leaves that two documents have in common: counted as a comparison leaf by leaf counts them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Document } from './document.js';
import type { JsonObject } from './json.js';

const documentOf = (value: JsonObject): Document => {
  const made = Document.from(value);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
};

function countedLeafByLeaf(one: Document, other: Document): number {
  const values = new Map([...other.leaves()].map(({ path, value }) => [path, JSON.stringify(value)]));
  return [...one.leaves()].filter(({ path, value }) => values.get(path) === JSON.stringify(value)).length;
}

test('a leaf counts where the other document has an equal one at its path', () => {
  const own = documentOf({ a: 1, b: { c: [1, 2], d: {} }, e: 5, f: { g: 1 } });
  const base = documentOf({ a: 1, b: { c: [1, 2], d: {} }, e: { x: 1 }, f: 1, h: 1 });
  expect(own.sharedLeafCount(base)).toBe(3);
  expect(own.sharedLeafCount(own)).toBe(own.leafCount);
  expect(own.sharedLeafCount(Document.empty)).toBe(0);
  expect(Document.empty.sharedLeafCount(Document.empty)).toBe(0);
});

test('the count is that of a comparison leaf by leaf, also after changes of either document', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.integer({ min: 0, max: 2 }),
      fc.constant([1]),
      fc.dictionary(name, tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  const object = fc.dictionary(name, tree, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>;
  fc.assert(
    fc.property(object, object, object, (first, second, third) => {
      const [one, other, last] = [documentOf(first), documentOf(second), documentOf(third)];
      expect(one.sharedLeafCount(other)).toBe(countedLeafByLeaf(one, other));
      const both = last.over(one);
      expect(both.sharedLeafCount(other)).toBe(countedLeafByLeaf(both, other));
      expect(both.sharedLeafCount(one)).toBe(countedLeafByLeaf(both, one));
      expect(other.sharedLeafCount(both)).toBe(countedLeafByLeaf(other, both));
    }),
  );
});
