// The document as an immutable tree: reading, editing, sharing, and the faults of careless callers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { document, documentOf, object, segments } from './arbitraries.js';
import { canonicalJson } from './canonical.js';
import { differencesToChanges } from './diff.js';
import { Document } from './document.js';
import { isJsonObject, type JsonValue } from './json.js';
import { compareSegments, formatPath, parsePath } from './path.js';
import { DocumentFault } from './problem.js';

const sample = documentOf(
  {
    risk: { parameters: { maxPositionSize: 100_000, symbols: ['BTC-USD', { b: 1, a: -0 }] }, none: {} },
    'a.b': { 'c\\': true },
    toString: null,
  },
  7,
);

/** Everything frozen, all the way down. */
function isDeepFrozen(value: JsonValue): boolean {
  return typeof value !== 'object' || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen));
}

describe('reading a document', () => {
  it('gives its JSON back, frozen, with -0 as 0', () => {
    fc.assert(
      fc.property(object, (json) => {
        const made = documentOf(json);
        expect(canonicalJson(made.toJson())).toBe(canonicalJson(json));
        expect(isDeepFrozen(made.toJson())).toBe(true);
        expect(made.toJson()).toBe(made.toJson());
      }),
    );
    expect(Object.is((sample.valueAt('risk.parameters.symbols') as readonly { a: number }[])[1]?.a, 0)).toBe(true);
  });

  it('does not keep or freeze what it was made from', () => {
    const list = [1, { a: 1 }];
    const made = documentOf({ list });
    list.push(2);
    expect(made.valueAt('list')).toEqual([1, { a: 1 }]);
    expect(Object.isFrozen(list)).toBe(false);
  });

  it('orders members by name, those inside arrays too', () => {
    const made = documentOf({ b: 1, a: { d: 1, c: [{ z: 1, y: 2 }] } });
    expect(JSON.stringify(made.toJson())).toBe('{"a":{"c":[{"y":2,"z":1}],"d":1},"b":1}');
  });

  it('finds nodes by path and by segments, and only own names', () => {
    expect(sample.valueAt('risk.parameters.maxPositionSize')).toBe(100_000);
    expect(sample.valueAt('a\\.b.c\\\\')).toBe(true);
    expect(sample.valueAt(['a.b', 'c\\'])).toBe(true);
    expect(sample.valueAt('toString')).toBe(null);
    expect(sample.valueAt('risk.none')).toEqual({});
    expect(sample.nodeAt('')).toBe(sample.root);
    expect(sample.nodeAt([])).toBe(sample.root);
  });

  it.each(['hasOwnProperty', 'risk.toString', 'risk.parameters.symbols.0', 'risk.parameters.symbols.length', 'nothing', 'a..b', 'a.\\x'])(
    'finds nothing at %s',
    (path) => {
      expect(sample.valueAt(path)).toBe(undefined);
    },
  );

  it('walks leaves in path order, `{}` among them', () => {
    expect([...sample.leaves()]).toEqual([
      { path: 'a\\.b.c\\\\', value: true, revision: 7 },
      { path: 'risk.none', value: {}, revision: 7 },
      { path: 'risk.parameters.maxPositionSize', value: 100_000, revision: 7 },
      { path: 'risk.parameters.symbols', value: ['BTC-USD', { b: 1, a: 0 }], revision: 7 },
      { path: 'toString', value: null, revision: 7 },
    ]);
    expect([...sample.leaves('risk.none')].map((leaf) => leaf.path)).toEqual(['risk.none']);
    const one = [...sample.leaves(['risk', 'parameters', 'maxPositionSize'])];
    expect(one.map((leaf) => leaf.path)).toEqual(['risk.parameters.maxPositionSize']);
    expect([...sample.leaves('risk.parameters')].length).toBe(2);
    expect([...sample.leaves('nothing')]).toEqual([]);
    expect([...Document.empty.leaves()]).toEqual([]);
  });

  it('counts its leaves', () => {
    fc.assert(
      fc.property(document, (made) => {
        const leaves = [...made.leaves()];
        expect(made.leafCount).toBe(leaves.length);
        const order = leaves.map((leaf) => parsePath(leaf.path)).map((parsed) => (parsed.ok ? parsed.value : []));
        expect([...order].sort(compareSegments)).toEqual(order);
      }),
    );
    expect(Document.empty.leafCount).toBe(0);
    expect(documentOf({}).root.members.size).toBe(0);
  });

  it('says which leaf blocks an address, never a `{}`', () => {
    expect(sample.blockedBy('risk.parameters.maxPositionSize.x.y')).toBe('risk.parameters.maxPositionSize');
    expect(sample.blockedBy('risk.parameters.symbols.0')).toBe('risk.parameters.symbols');
    expect(sample.blockedBy(['a.b', 'c\\', 'd'])).toBe('a\\.b.c\\\\');
    for (const path of ['risk.parameters.maxPositionSize', 'risk.none.x', 'nothing.x.y', '', 'risk']) {
      expect(sample.blockedBy(path)).toBe(undefined);
    }
  });
});

describe('applying changes', () => {
  it('sets and deletes leaves; an object goes with its last leaf, its parents too', () => {
    const edited = sample.apply([{ path: 'risk.new.deep', value: 1 }, { path: 'a\\.b.c\\\\' }, { path: 'toString', value: [2] }]);
    expect(edited.toJson()).toEqual({ risk: { ...(sample.toJson()['risk'] as object), new: { deep: 1 } }, toString: [2] });
    expect(edited.nodeAt(['a.b'])).toBe(undefined);
    expect(
      documentOf({ a: { b: { c: 1 } } })
        .apply([{ path: 'a.b.c' }])
        .toJson(),
    ).toEqual({});
    expect(
      documentOf({ a: { b: { c: 1 }, d: {} } })
        .apply([{ path: 'a.b.c' }])
        .toJson(),
    ).toEqual({ a: { d: {} } });
  });

  it('replaces a `{}` silently when something is set below it, and lets it be set and deleted as a leaf', () => {
    const start = documentOf({ a: {}, b: 1 });
    expect(start.apply([{ path: 'a.x.y', value: 1 }]).toJson()).toEqual({ a: { x: { y: 1 } }, b: 1 });
    expect(start.apply([{ path: 'a.x', value: 1 }, { path: 'a.x' }]).toJson()).toEqual({ b: 1 });
    expect(start.apply([{ path: 'a' }]).toJson()).toEqual({ b: 1 });
    expect(start.apply([{ path: 'a', value: 5 }]).toJson()).toEqual({ a: 5, b: 1 });
    expect(start.apply([{ path: 'b', value: {} }]).toJson()).toEqual({ a: {}, b: {} });
    expect(start.apply([{ path: 'b', value: {} }]).leafCount).toBe(2);
  });

  it('sees earlier changes of the same call', () => {
    const start = documentOf({ a: { b: 1 } });
    expect(start.apply([{ path: 'a.b' }, { path: 'a', value: 2 }]).toJson()).toEqual({ a: 2 });
    expect(start.apply([{ path: 'a.b' }, { path: 'a.b', value: 3 }]).toJson()).toEqual({ a: { b: 3 } });
    expect(() =>
      start.apply([
        { path: 'x.y', value: 1 },
        { path: 'x', value: 1 },
      ]),
    ).toThrow(DocumentFault);
  });

  it('leaves the document that it starts from alone', () => {
    const before = canonicalJson(sample.toJson());
    sample.apply([{ path: 'risk.none.x', value: 1 }, { path: 'toString' }]);
    expect(canonicalJson(sample.toJson())).toBe(before);
    expect(sample.leafCount).toBe(5);
  });

  it('gives the same document back when nothing changes', () => {
    expect(sample.apply([])).toBe(sample);
    expect(sample.apply([{ path: 'toString', value: null, revision: 7 }])).toBe(sample);
  });

  it('makes the document of its leaves, whatever their order', () => {
    fc.assert(
      fc.property(
        document.chain((made) => fc.tuple(fc.constant(made), fc.shuffledSubarray([...made.leaves()], { minLength: made.leafCount }))),
        ([made, leaves]) => {
          const again = Document.empty.apply(leaves);
          expect(again.digest).toBe(made.digest);
          expect(again.leafCount).toBe(made.leafCount);
          expect(JSON.stringify(again.toJson())).toBe(JSON.stringify(made.toJson()));
        },
      ),
    );
  });

  it('answers like a plain model of the rules, change by change', () => {
    const change = fc.record({
      path: segments.map((names) => names.slice(0, 3)),
      value: fc.option(fc.constantFrom<JsonValue>(1, 'x', [1], {}, null), { nil: undefined }),
    });
    fc.assert(
      fc.property(document, fc.array(change, { maxLength: 15 }), (start, changes) => {
        const legal: { path: string; value?: JsonValue; revision: number }[] = [];
        const leaves = new Map([...start.leaves()].map((leaf) => [leaf.path, leaf.value]));
        let now = start;
        changes.forEach(({ path, value }, index) => {
          const text = formatPath(path);
          const next = value === undefined ? { path: text, revision: index } : { path: text, value, revision: index };
          const node = now.nodeAt(path);
          const interior = node?.kind === 'object' && node.members.size > 0;
          const allowed = !interior && (value === undefined ? node !== undefined : now.blockedBy(path) === undefined);
          if (!allowed) {
            expect(() => now.apply([next])).toThrow(DocumentFault);
            return;
          }
          if (value === undefined) leaves.delete(text);
          else {
            for (let depth = 1; depth < path.length; depth++) leaves.delete(formatPath(path.slice(0, depth)));
            leaves.set(text, value);
          }
          now = now.apply([next]);
          legal.push(next);
        });
        const modelled = Document.empty.apply([...leaves].map(([path, value]) => ({ path, value })));
        const atOnce = start.apply(legal);
        for (const made of [now, atOnce]) {
          expect(made.digest).toBe(modelled.digest);
          expect(made.leafCount).toBe(leaves.size);
        }
        expect([...atOnce.leaves()]).toEqual([...now.leaves()]);
        expect(atOnce.revision).toBe(now.revision);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a set below a leaf', { path: 'toString.x', value: 1 }],
    ['a set below an array', { path: 'risk.parameters.symbols.0', value: 1 }],
    ['a set over an object with members', { path: 'risk', value: 1 }],
    ['a set of `{}` over an object with members', { path: 'risk', value: {} }],
    ['a set of an object with members', { path: 'new', value: { a: 1 } }],
    ['a delete of an object with members', { path: 'risk.parameters' }],
    ['a delete of what is not there', { path: 'nothing' }],
    ['a delete below what is not there', { path: 'nothing.at.all' }],
    ['a delete below a leaf', { path: 'toString.x' }],
    ['a path that is none', { path: 'a..b', value: 1 }],
    ['the empty path', { path: '', value: 1 }],
    ['a value that is not JSON', { path: 'new', value: Number.NaN }],
    ['a value with something inside that is not JSON', { path: 'new', value: [() => 1] as never }],
  ])('is a fault for %s, and changes nothing', (_, change) => {
    const digest = sample.digest;
    expect(() => sample.apply([{ path: 'ok', value: 1 }, change])).toThrow(DocumentFault);
    expect(sample.digest).toBe(digest);
  });
});

describe('revisions', () => {
  it('of a node are that of the last change at or below it, deletions included', () => {
    const start = documentOf({ a: { b: 1, c: 2 }, d: { e: 3 } }, 3);
    const next = start.apply([
      { path: 'a.b', value: 9, revision: 4 },
      { path: 'a.c', revision: 5 },
    ]);
    expect(next.revision).toBe(5);
    expect(next.nodeAt('a')?.revision).toBe(5);
    expect(next.nodeAt('a.b')?.revision).toBe(4);
    expect(next.nodeAt('d')?.revision).toBe(3);
    expect(documentOf({ a: 1 }).nodeAt('a')?.revision).toBe(-1);
    expect(Document.empty.revision).toBe(-1);
  });

  it('move on when a value is set that is there already, and nothing else does', () => {
    const start = documentOf({ a: { list: [1], empty: {} }, d: 1 }, 3);
    const json = start.toJson();
    const next = start.apply([
      { path: 'a.list', value: [1], revision: 8 },
      { path: 'a.empty', value: {}, revision: 9 },
    ]);
    expect(next.nodeAt('a.list')?.revision).toBe(8);
    expect(next.nodeAt('a.empty')?.revision).toBe(9);
    expect(next.revision).toBe(9);
    expect(next.toJson()).toBe(json);
    expect(next.digest).toBe(start.digest);
    expect(start.diff(next)).toEqual([]);
  });
});

describe('sharing', () => {
  it('keeps the JSON of every subtree in which nothing differs', () => {
    fc.assert(
      fc.property(document, document, (a, b) => {
        const before = new Map(subtrees(a).map((path) => [path, a.valueAt(path)]));
        const changes = differencesToChanges(a.diff(b));
        const next = a.apply(changes);
        for (const [path, value] of before) {
          const text = formatPath(path);
          const touched = changes.some((change) => change.path === text || change.path.startsWith(`${text}.`));
          const now = next.valueAt(path);
          const same = now !== undefined && JSON.stringify(now) === JSON.stringify(value);
          if (!touched && same && isKept(path, changes)) expect(now).toBe(value);
        }
      }),
    );
  });

  it('lays JSON of many members out as JSON.parse does, names of the prototype and numbers included', () => {
    const names = ['toString', '10', 'a.b', ...Array.from({ length: 40 }, (_, index) => `n${index}`)];
    const json = Object.fromEntries(names.map((name, index) => [name, index]));
    expect(documentOf({ json, list: [json] }).toJson()).toEqual({ json, list: [json] });
  });
});

function subtrees(made: Document): (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const walk = (path: readonly string[], json: JsonValue): void => {
    found.push(path);
    if (isJsonObject(json)) for (const [name, member] of Object.entries(json)) walk([...path, name], member);
  };
  for (const [name, member] of Object.entries(made.toJson())) walk([name], member);
  return found;
}

/** No change deletes or replaces something above the path. */
function isKept(path: readonly string[], changes: readonly { path: string }[]): boolean {
  return path.every((_, depth) => !changes.some((change) => change.path === formatPath(path.slice(0, depth))));
}

describe('nearest', () => {
  it.each([
    ['risk.parameters.maxPositionSze', 'risk.parameters.maxPositionSize'],
    ['risk.parameters.max_position_size', 'risk.parameters.maxPositionSize'],
    ['rsik.parametres.maxPositionSize', 'risk.parameters.maxPositionSize'],
    ['maxPositionSize', 'risk.parameters.maxPositionSize'],
    ['Risk', 'risk'],
  ])('of %s is %s', (path, expected) => expect(sample.nearest(path)).toBe(expected));

  it('is nothing where nothing is close', () => {
    expect(sample.nearest('completely.different.thing')).toBe(undefined);
    expect(sample.nearest('')).toBe(undefined);
    expect(Document.empty.nearest('a')).toBe(undefined);
  });
});
