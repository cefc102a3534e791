// A document laid over another, and without hidden paths: rules by example, sharing, and faults.
import { describe, expect, it } from 'vitest';
import { documentOf } from './arbitraries.js';
import { Document } from './document.js';
import type { JsonObject, JsonValue } from './json.js';
import { DocumentFault } from './problem.js';

const overlay = (upper: JsonObject, lower: JsonObject): JsonValue => documentOf(upper).over(documentOf(lower)).toJson();

describe('laying one document over another', () => {
  it('merges objects member by member and keeps members in name order', () => {
    const made = documentOf({ risk: { b: 1, d: 2 }, z: 1 }).over(documentOf({ risk: { a: 1, b: 0, c: 3 }, y: 1 }));
    expect(JSON.stringify(made.toJson())).toBe('{"risk":{"a":1,"b":1,"c":3,"d":2},"y":1,"z":1}');
    expect(made.leafCount).toBe(6);
    expect(made.digest).toBe(documentOf(made.toJson()).digest);
    expect(made.size).toBe(documentOf(made.toJson()).size);
  });

  it.each<[string, JsonValue, JsonValue]>([
    ['a scalar over a scalar', 1, 2],
    ['a scalar over an object', 1, { a: 1 }],
    ['an object over a scalar', { a: 1 }, 1],
    ['{} over an object', {}, { a: 1 }],
    ['{} over a scalar', {}, 1],
    ['an object over {}', { a: 1 }, {}],
    ['a scalar over {}', 1, {}],
    ['null over an object', null, { a: 1 }],
    ['an array over an array', [1], [2, 3]],
    ['an array over an object', [1], { 0: 2 }],
  ])('replaces what lies below: %s', (_, upper, lower) => {
    expect(overlay({ at: upper, inner: { at: upper } }, { at: lower, inner: { at: lower } })).toEqual({ at: upper, inner: { at: upper } });
  });

  it('hides nothing by an empty root, over or under', () => {
    const made = documentOf({ a: { b: 1 } }, 3);
    expect(Document.empty.over(made)).toBe(made);
    expect(made.over(Document.empty)).toBe(made);
    expect(documentOf({}, 9).over(made)).toBe(made);
    expect(Document.empty.over(Document.empty).leafCount).toBe(0);
  });

  it('depends on where the layers are joined, so the farthest two are laid first', () => {
    const [near, middle, far] = [documentOf({ x: { p: 1 } }), documentOf({ x: 5 }), documentOf({ x: { q: 2 } })] as const;
    expect(near.over(middle.over(far)).toJson()).toEqual({ x: { p: 1 } });
    expect(near.over(middle).over(far).toJson()).toEqual({ x: { p: 1, q: 2 } });
  });

  it('gives merged objects the higher revision, and leaves their own', () => {
    const made = documentOf({ x: { a: 1 } }, 4).over(documentOf({ x: { a: 2, b: 2 }, y: 1 }, 9));
    expect(made.revision).toBe(9);
    expect(made.nodeAt('x')?.revision).toBe(9);
    expect([...made.leaves()].map(({ path, revision }) => [path, revision])).toEqual([
      ['x.a', 4],
      ['x.b', 9],
      ['y', 9],
    ]);
  });
});

describe('an overlay shares', () => {
  it('the node of what only one side has', () => {
    const upper = documentOf({ up: { a: 1 }, both: { a: 1 } });
    const lower = documentOf({ low: { b: 1 }, both: { b: 1 } });
    const made = upper.over(lower);
    for (const path of ['up', 'both.a']) expect(made.nodeAt(path)).toBe(upper.nodeAt(path));
    for (const path of ['low', 'both.b']) expect(made.nodeAt(path)).toBe(lower.nodeAt(path));
  });

  it('an object of one side that has all members of the result', () => {
    const upper = documentOf({ x: { a: 1, b: { c: 1 } }, y: 1 });
    const lower = documentOf({ x: { a: 2, b: { c: 2 } }, z: 1 });
    expect(upper.over(lower).nodeAt('x')).toBe(upper.nodeAt('x'));
    expect(upper.over(documentOf({ x: { a: 2 } }))).toBe(upper);
    expect(upper.over(upper)).toBe(upper);
    expect(upper.over(upper.over(lower)).root).toBe(upper.over(lower).root);
  });

  it('merged objects with the overlay before it, except those above a change', () => {
    const wide = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`m${index}`, { x: index, y: index }]));
    const [upper, lower] = [
      documentOf({ wide, other: { a: { p: 1 } } }),
      documentOf({ wide: { m3: { z: 1 }, m4: { z: 1 } }, other: { a: { q: 1 } } }),
    ];
    const before = upper.over(lower);
    expect(upper.over(lower).root).toBe(before.root);
    const after = upper.over(lower.apply([{ path: 'wide.m3.z', value: 2 }]));
    for (const path of ['other', 'wide.m4']) expect(after.nodeAt(path)).toBe(before.nodeAt(path));
    expect(after.valueAt('wide.m3.z')).toBe(2);
    expect(before.valueAt('wide.m3.z')).toBe(1);
  });
});

describe('a document without hidden paths', () => {
  const made = documentOf({ a: { b: { c: 1, d: 2 }, e: {} }, f: [1], 'g.h': 1 }, 5);

  it.each<[string, string[], JsonObject]>([
    ['a leaf', ['f'], { a: { b: { c: 1, d: 2 }, e: {} }, 'g.h': 1 }],
    ['a leaf deep down', ['a.b.c'], { a: { b: { d: 2 }, e: {} }, f: [1], 'g.h': 1 }],
    ['an object', ['a.b'], { a: { e: {} }, f: [1], 'g.h': 1 }],
    ['a {}', ['a.e'], { a: { b: { c: 1, d: 2 } }, f: [1], 'g.h': 1 }],
    ['a path with an escape', ['g\\.h'], { a: { b: { c: 1, d: 2 }, e: {} }, f: [1] }],
    ['a path and what lies below it', ['a.b.c', 'a.b', 'a.b.d'], { a: { e: {} }, f: [1], 'g.h': 1 }],
  ])('lacks %s', (_, paths, expected) => {
    const rest = made.without(paths);
    expect(rest.toJson()).toEqual(expected);
    expect(rest.leafCount).toBe(documentOf(expected).leafCount);
    expect(rest.digest).toBe(documentOf(expected).digest);
  });

  it('lacks objects that are emptied, up to the root, whose revision stays', () => {
    const rest = documentOf({ a: { b: { c: 1 } }, d: 1 }, 5).without(['a.b.c']);
    expect(rest.toJson()).toEqual({ d: 1 });
    const nothing = rest.without(['d']);
    expect(nothing.digest).toBe(Document.empty.digest);
    expect(nothing.leafCount).toBe(0);
    expect(nothing.revision).toBe(5);
  });

  it('is the same document where nothing stands at the paths', () => {
    expect(made.without([])).toBe(made);
    expect(made.without(['x', 'a.x', 'f.x', 'a.e.x', 'a.b.c.d', 'g.h'])).toBe(made);
  });

  it('is remembered, by a frozen array and by the paths used last', () => {
    const frozen = Object.freeze(['a.b.c']);
    const first = made.without(frozen).root;
    expect(made.without(['a.b.d']).root).toBe(made.without(['a.b.d']).root);
    expect(made.without(frozen).root).toBe(first);
    const changed = made.apply([{ path: 'f', value: 1 }]).without(frozen);
    expect(changed.nodeAt('a')).toBe(made.without(frozen).nodeAt('a'));
  });

  it('follows an array that was altered after the call before', () => {
    const paths = ['f'];
    expect(made.without(paths).valueAt('f')).toBe(undefined);
    paths[0] = 'a';
    expect(made.without(paths).toJson()).toEqual({ f: [1], 'g.h': 1 });
  });

  it('is refused where a path is invalid', () => {
    expect(() => made.without(['a..b'])).toThrow(DocumentFault);
    expect(() => made.without([''])).toThrow('hidden path ""');
  });
});
