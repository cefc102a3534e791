// Texts of subtrees: what is read from them is what stands in the document, and no piece is long.
import { Document, parseJsonText, type DocumentNode, type JsonObject } from '@confledger/document';
import { expect, test } from 'vitest';
import { arrayPieces, PIECE_LENGTH } from './subtree-text.js';

function documentOf(value: JsonObject): Document {
  const made = Document.from(value);
  if (!made.ok) throw new Error(made.problem.message);
  return made.value;
}

const read = (nodes: readonly DocumentNode[]): unknown => parseJsonText([...arrayPieces(nodes)].join(''));

test('what stands at places is read back as it is', () => {
  const value = { a: { b: [1, { c: null }], d: {} }, 'x"y\\z': { 'é\\t': 'ü "q"', n: -1.5e-7 }, t: true };
  const document = documentOf(value);
  const nodes = ['a', 'a.b', 'a.d', 't'].flatMap((path) => document.nodeAt(path) ?? []);
  expect(read([document.root, ...nodes])).toEqual([value, value.a, value.a.b, {}, true]);
  expect(read([])).toEqual([]);
  expect(read([Document.empty.root])).toEqual([{}]);
});

test('a large document is written in pieces that are short, and its members stay whole', () => {
  const section = (mark: string): JsonObject =>
    Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`${mark}${index}`, { value: index, text: 'x'.repeat(20) }]));
  const value = { 'o"ne': section('a'), two: { deep: section('b') }, small: 1 };
  const document = documentOf(value);
  const pieces = [...arrayPieces([document.root])];
  expect(pieces.length).toBeGreaterThan(10);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(2 * PIECE_LENGTH);
  expect(parseJsonText(pieces.join(''))).toEqual([value]);
});
