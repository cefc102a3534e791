// Differences and the changes that they become.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { document, documentOf } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import { differencesToChanges } from './diff.js';
import { Document } from './document.js';
import type { JsonObject } from './json.js';
import { comparePaths } from './path.js';

/** All items, in any order. */
const shuffled = <T>(items: T[]): fc.Arbitrary<T[]> => fc.shuffledSubarray(items, { minLength: items.length });

const changes = (before: JsonObject, after: JsonObject) => differencesToChanges(documentOf(before).diff(documentOf(after)));

describe('diff', () => {
  it('names each leaf that differs, sorted by path, with what is absent left out', () => {
    const before = documentOf({ a: { b: 1, same: 1 }, gone: [1], 'a b': 0 });
    const after = documentOf({ a: { b: 2, same: 1 }, new: { x: {} }, 'a b': 0 });
    expect(before.diff(after)).toEqual([
      { path: 'a.b', before: 1, after: 2 },
      { path: 'gone', before: [1] },
      { path: 'new.x', after: {} },
    ]);
  });

  it('goes leaf by leaf where an object takes the place of a leaf', () => {
    expect(documentOf({ a: 1 }).diff(documentOf({ a: { b: 2, c: {} } }))).toEqual([
      { path: 'a', before: 1 },
      { path: 'a.b', after: 2 },
      { path: 'a.c', after: {} },
    ]);
    expect(documentOf({ a: {} }).diff(documentOf({ a: { b: 2 } }))).toEqual([
      { path: 'a', before: {} },
      { path: 'a.b', after: 2 },
    ]);
    expect(documentOf({ a: { b: 2 } }).diff(documentOf({ a: {} }))).toEqual([
      { path: 'a', after: {} },
      { path: 'a.b', before: 2 },
    ]);
  });

  it('tells null from absent', () => {
    expect(documentOf({ a: null }).diff(Document.empty)).toEqual([{ path: 'a', before: null }]);
    expect(documentOf({ a: null }).diff(documentOf({ a: false }))).toEqual([{ path: 'a', before: null, after: false }]);
  });

  it('is empty exactly where digests are equal, is sorted, and is the reverse of the way back', () => {
    fc.assert(
      fc.property(document, document, fc.boolean(), (a, b, digestsKnown) => {
        if (digestsKnown) expect([a.digest, b.digest]).toHaveLength(2);
        const forth = a.diff(b);
        const paths = forth.map((difference) => difference.path);
        expect([...paths].sort(comparePaths)).toEqual(paths);
        expect(new Set(paths).size).toBe(paths.length);
        expect(forth.length === 0).toBe(a.digest === b.digest);
        expect(b.diff(a).map(({ path, before, after }) => canonicalJson([path, after ?? 'absent', before ?? 'absent']))).toEqual(
          forth.map(({ path, before, after }) => canonicalJson([path, before ?? 'absent', after ?? 'absent'])),
        );
      }),
    );
  });

  it('does not look into subtrees that both versions share', () => {
    const section = Object.fromEntries(Array.from({ length: 50 }, (_, item) => [`i${item}`, item]));
    const wide = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`s${index}`, section]));
    const before = documentOf(wide);
    const after = before.apply([{ path: 's7.i3', value: 'new' }]);
    let reads = 0;
    for (const [name, node] of before.root.members) {
      if (name === 's7' || node.kind !== 'object') continue;
      Object.defineProperty(node, 'members', { get: () => (reads++, new Map()) });
    }
    expect(before.diff(after)).toEqual([{ path: 's7.i3', before: 3, after: 'new' }]);
    expect(reads).toBe(0);
  });
});

describe('differencesToChanges', () => {
  it('puts deletes before sets, each sorted by path', () => {
    expect(changes({ z: 1, a: { x: 1 }, m: 1 }, { b: 1, m: 2, a: 5 })).toEqual([
      { path: 'a.x' },
      { path: 'z' },
      { path: 'a', value: 5 },
      { path: 'b', value: 1 },
      { path: 'm', value: 2 },
    ]);
  });

  it('needs no change for a `{}` that gets members, at any depth', () => {
    expect(changes({ a: {} }, { a: { b: { c: 1 } } })).toEqual([{ path: 'a.b.c', value: 1 }]);
    expect(changes({ a: {}, ab: {} }, { a: {}, abc: 1 })).toEqual([{ path: 'ab' }, { path: 'abc', value: 1 }]);
    expect(changes({ a: {} }, {})).toEqual([{ path: 'a' }]);
    expect(changes({ a: {} }, { a: 1 })).toEqual([{ path: 'a', value: 1 }]);
  });

  it('sorts differences that come in another order', () => {
    const differences = [
      { path: 'b', after: 1 },
      { path: 'a.x', after: 2 },
      { path: 'a', before: {} },
    ];
    expect(differencesToChanges(differences)).toEqual([
      { path: 'a.x', value: 2 },
      { path: 'b', value: 1 },
    ]);
  });

  it('leads from any document to any other: same digest, leaves and JSON as from scratch', () => {
    fc.assert(
      fc.property(document, document, fc.boolean(), (a, b, digestKnown) => {
        if (digestKnown) expect(a.digest).toHaveLength(64);
        if (digestKnown) a.toJson();
        const reached = a.apply(differencesToChanges(a.diff(b)).map((change, revision) => ({ ...change, revision })));
        expect(reached.digest).toBe(b.digest);
        expect(reached.leafCount).toBe(b.leafCount);
        expect(JSON.stringify(reached.toJson())).toBe(JSON.stringify(b.toJson()));
      }),
      { numRuns: 1000 },
    );
  });

  it('leads there in whatever order the deletes and the sets are shuffled among themselves', () => {
    fc.assert(
      fc.property(
        fc.tuple(document, document).chain(([a, b]) => {
          const all = differencesToChanges(a.diff(b));
          const deletes = all.filter((change) => change.value === undefined);
          const sets = all.filter((change) => change.value !== undefined);
          return fc.tuple(fc.constant(a), fc.constant(b), shuffled(deletes), shuffled(sets));
        }),
        ([a, b, deletes, sets]) => {
          expect(a.apply([...deletes, ...sets]).digest).toBe(b.digest);
        },
      ),
    );
  });
});
