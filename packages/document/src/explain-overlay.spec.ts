// Where the leaves of an effective document come from: rules by example, and against a second implementation.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { documentOf, object, segments } from './arbitraries.js';
import { Document } from './document.js';
import { explainOverlay, type ExplainedLeaf, type Overridden } from './explain-overlay.js';
import type { JsonObject, JsonValue } from './json.js';
import { formatPath, parsePath, type Segments } from './path.js';
import { DocumentFault } from './problem.js';
import type { DocumentNode } from './tree.js';

/** Each level's revision is ten times its index. */
const levelsOf = (...levels: readonly JsonObject[]): Document[] => levels.map((json, index) => documentOf(json, index * 10));

function leafOf(levels: readonly Document[], path: string, hidden?: readonly string[]): ExplainedLeaf | undefined {
  return [...explainOverlay(levels, hidden)].find((leaf) => leaf.path === path);
}

const leafAt = (level: number, value: JsonValue): Overridden => ({ level, kind: 'leaf', value, revision: level * 10 });

describe('the explanation of an overlay', () => {
  it('names for each leaf, in path order, the level it comes from', () => {
    const levels = levelsOf({ b: { own: 1 } }, { b: { near: 2 }, a: [1] }, { b: { far: {} }, c: null });
    expect([...explainOverlay(levels)]).toEqual([
      { path: 'a', value: [1], revision: 10, level: 1, overrides: [] },
      { path: 'b.far', value: {}, revision: 20, level: 2, overrides: [] },
      { path: 'b.near', value: 2, revision: 10, level: 1, overrides: [] },
      { path: 'b.own', value: 1, revision: 0, level: 0, overrides: [] },
      { path: 'c', value: null, revision: 20, level: 2, overrides: [] },
    ]);
  });

  it('lists what farther levels have at the very path of a leaf, nearest first', () => {
    const levels = levelsOf({ a: 1 }, { b: 1 }, { a: { c: 1 } }, { a: {} }, { a: [2] });
    const digest = documentOf({ c: 1 }).digest;
    expect(leafOf(levels, 'a')).toEqual({
      path: 'a',
      value: 1,
      revision: 0,
      level: 0,
      overrides: [{ level: 2, kind: 'object', digest, revision: 20 }, leafAt(3, {}), leafAt(4, [2])],
    });
  });

  it('lists nothing of a level that a nearer one cuts off by a leaf above', () => {
    const levels = levelsOf({ x: { p: 1 } }, { x: 5 }, { x: { p: 2, q: 2 } });
    expect([...explainOverlay(levels)]).toEqual([{ path: 'x.p', value: 1, revision: 0, level: 0, overrides: [] }]);
  });

  it('leaves hidden paths of the layers out, and brings nothing back that they had replaced', () => {
    const levels = levelsOf({ a: { b: 1 } }, { a: { b: 2, c: 2 }, x: { y: 1 } }, { a: { b: 3, c: 3 }, x: 5 });
    expect(leafOf(levels, 'a.b', ['a.b'])?.overrides).toEqual([]);
    expect(leafOf(levels, 'a.b', ['a'])?.overrides).toEqual([]);
    expect(leafOf(levels, 'a.b', ['a.c'])?.overrides).toEqual([leafAt(1, 2), leafAt(2, 3)]);
    expect([...explainOverlay(levels, ['a', 'x.y'])].map(({ path }) => path)).toEqual(['a.b']);
  });

  it('has no leaves where no level has one', () => {
    expect([...explainOverlay([])]).toEqual([]);
    expect([...explainOverlay(levelsOf({}, {}))]).toEqual([]);
  });

  it('is refused where a hidden path is invalid', () => {
    expect(() => [...explainOverlay(levelsOf({ a: 1 }), ['a..b'])]).toThrow(DocumentFault);
  });

  it('covers exactly the leaves of the effective document, and names level and overrides as a search of all levels does', () => {
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 4 }), fc.array(segments, { maxLength: 3 }), (jsons, hide) => {
        const levels = levelsOf(...jsons);
        const hidden = hide.map(formatPath);
        const explained = [...explainOverlay(levels, hidden)];
        const [own = Document.empty, ...layers] = levels;
        const effective = own.over(layers.reduceRight((lower, upper) => upper.over(lower), Document.empty).without(hidden));
        expect(explained.map(({ path, value, revision }) => ({ path, value, revision }))).toEqual([...effective.leaves()]);
        const shown = [own, ...layers.map((layer) => layer.without(hidden))];
        for (const leaf of explained) expect([leaf.level, ...leaf.overrides.map(({ level }) => level)]).toEqual(searched(shown, leaf.path));
        for (const { path, value, level, overrides } of explained) {
          expect(levels[level]?.valueAt(path)).toEqual(value);
          for (const each of overrides) expect(each).toMatchObject(expectedAt(shown, each.level, path));
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** The levels that have something at the path, up to the first that has a leaf above it. */
function searched(levels: readonly Document[], path: string): number[] {
  const parsed = parsePath(path);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const isCutOff = (document: Document): boolean => above(parsed.value).some((place) => isLeaf(document.nodeAt(place)));
  const cut = levels.findIndex(isCutOff);
  const reaching = cut < 0 ? levels : levels.slice(0, cut);
  return reaching.flatMap((document, level) => (document.nodeAt(path) === undefined ? [] : [level]));
}

const above = (path: Segments): Segments[] => path.slice(1).map((_, index) => path.slice(0, index + 1));
const isLeaf = (node: DocumentNode | undefined): boolean => node?.kind === 'leaf' || node?.members.size === 0;

function expectedAt(levels: readonly Document[], level: number, path: string): object {
  const document = levels[level];
  const node = document?.nodeAt(path);
  if (!isLeaf(node)) return { kind: 'object', digest: document?.digestAt(path), revision: level * 10 };
  return { kind: 'leaf', value: document?.valueAt(path), revision: level * 10 };
}
