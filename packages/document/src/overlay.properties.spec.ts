// Overlay against golden files, which never change, and against a second implementation on plain JSON.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseByReference } from '../../../test/support/src/reference-json.js';
import { document, documentOf, object, scalar, segments } from './arbitraries.js';
import { Document } from './document.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { formatPath } from './path.js';

/** The rule on JSON, as plainly as it can be written. */
function naive(upper: JsonObject, lower: JsonObject): JsonObject {
  const merged = new Map(Object.entries(lower));
  for (const [name, value] of Object.entries(upper)) {
    const below = merged.get(name);
    merged.set(name, hasMembers(value) && hasMembers(below) ? naive(value, below) : value);
  }
  return Object.fromEntries(merged);
}

function hasMembers(value: JsonValue | undefined): value is JsonObject {
  return value !== undefined && isJsonObject(value) && Object.keys(value).length > 0;
}

function naiveWithout(json: JsonObject, paths: readonly (readonly string[])[]): JsonObject {
  const isHidden = (name: string): boolean => paths.some((path) => path.length === 1 && path[0] === name);
  const kept = Object.entries(json).flatMap(([name, value]): [string, JsonValue][] => {
    if (isHidden(name)) return [];
    if (!hasMembers(value)) return [[name, value]];
    const rest = naiveWithout(
      value,
      paths.filter((path) => path[0] === name).map((path) => path.slice(1)),
    );
    return hasMembers(rest) ? [[name, rest]] : [];
  });
  return Object.fromEntries(kept);
}

/** Levels nearest first, hidden paths taken out of the layers once these are laid. */
function effective([own = Document.empty, ...layers]: readonly Document[], hide: readonly string[] = []): Document {
  const laid = layers.reduceRight((lower, upper) => upper.over(lower), Document.empty);
  return own.over(laid.without(hide));
}

function naiveEffective([own = {}, ...layers]: readonly JsonObject[], hide: readonly (readonly string[])[]): JsonObject {
  const laid = layers.reduceRight((lower, upper) => naive(upper, lower), {});
  return naive(own, naiveWithout(laid, hide));
}

interface GoldenOverlay {
  /** Nearest first: the own document, then the layers. */
  readonly levels: readonly JsonObject[];
  readonly hide: readonly string[];
  readonly effective: JsonObject;
  readonly digest: string;
}

const folder = new URL('./golden/overlay/', import.meta.url);
const goldenNames = readdirSync(folder).map((file) => file.replace('.json', ''));
const levelsOf = fc.array(object, { minLength: 1, maxLength: 4 });

describe('the effective document', () => {
  it.each(goldenNames)('of %s is the golden one', (name) => {
    const golden = parseByReference(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as GoldenOverlay;
    const made = effective(
      golden.levels.map((json) => documentOf(json)),
      golden.hide,
    );
    expect(made.toJson()).toEqual(golden.effective);
    expect(made.digest).toBe(golden.digest);
    expect(made.leafCount).toBe(documentOf(golden.effective).leafCount);
  });

  it('is the one made of plain JSON: digest, leaves, size and order of members', () => {
    fc.assert(
      fc.property(levelsOf, fc.array(segments, { maxLength: 3 }), (levels, hide) => {
        const made = effective(
          levels.map((json) => documentOf(json)),
          hide.map(formatPath),
        );
        const expected = documentOf(naiveEffective(levels, hide));
        expect(made.digest).toBe(expected.digest);
        expect(made.leafCount).toBe(expected.leafCount);
        expect(made.size).toBe(expected.size);
        expect(JSON.stringify(made.toJson())).toBe(JSON.stringify(expected.toJson()));
      }),
      { numRuns: 500 },
    );
  });

  it('is unchanged by a document without leaves, over or under, and by one laid over itself', () => {
    fc.assert(
      fc.property(document, object, (made, json) => {
        expect(Document.empty.over(made)).toBe(made);
        expect(made.over(Document.empty).root).toBe(made.leafCount === 0 ? Document.empty.root : made.root);
        expect(made.over(made)).toBe(made);
        const [one, other] = [documentOf(json, 1), documentOf(json, 2)];
        expect(one.over(other).digest).toBe(one.digest);
      }),
    );
  });

  it('is the same from scratch and after any sequence of changes to any level', () => {
    const edit = fc.record({ level: fc.nat({ max: 3 }), path: segments, value: fc.option(scalar, { nil: undefined }) });
    fc.assert(
      fc.property(levelsOf, fc.array(edit, { maxLength: 8 }), fc.array(segments, { maxLength: 2 }), (levels, edits, hidden) => {
        const hide = Object.freeze(hidden.map(formatPath));
        let documents = levels.map((json) => documentOf(json));
        for (const [revision, { level, path, value }] of edits.entries()) {
          documents = documents.map((made, index) => (index === level % levels.length ? edited(made, path, value, revision) : made));
          const fresh = documents.map((made) => documentOf(made.toJson()));
          expect(effective(documents, hide).digest).toBe(effective(fresh, [...hide]).digest);
          expect(effective(documents, hide).digest).toBe(documentOf(effective(fresh, hide).toJson()).digest);
        }
      }),
    );
  });
});

/** The document with the leaf at the path set or deleted; with whatever stood in the way gone. */
function edited(made: Document, path: readonly string[], value: JsonValue | undefined, revision: number): Document {
  const text = formatPath(path);
  const blocked = made.blockedBy(path);
  const free = made.without(blocked === undefined ? [text] : [blocked, text]);
  return value === undefined ? free : free.apply([{ path: text, value, revision }]);
}
