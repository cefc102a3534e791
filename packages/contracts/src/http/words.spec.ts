// One word for each thing: the members of requests and answers against the list of words in packages/docs/words.md.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Tables of operations and errors, and what ties shapes to operations, are no shapes of requests and answers. */
const NOT_SHAPES = /^(?:operations|exchanges|errors|index|sdk-header|base-url)/;
const folder = new URL('.', import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !NOT_SHAPES.test(name))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

interface Word {
  readonly word: string;
  readonly meaning: string;
  readonly not: readonly string[];
}

const listed: readonly Word[] = readFileSync(new URL('../../../docs/words.md', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => /^\| `(\w+)` \| (.+?) \|(.*)\|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, word = '', meaning = '', not = '']) => ({
    word,
    meaning,
    not: not
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean),
  }));

/** Headers, which HTTP names, have quotes. */
const used = new Set(sources.flatMap((source) => [...source.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1] ?? '')));
const words = new Set(listed.map(({ word }) => word));
/** Headers whose names have no dash. */
const HEADERS: ReadonlySet<string> = new Set(['traceparent', 'prefer']);
const isCount = (word: string): boolean => word.endsWith('Count');

test('every member of a request or an answer is a word of the list', () => {
  expect(used.size).toBeGreaterThan(100);
  expect([...used].filter((word) => !isCount(word) && !words.has(word) && !HEADERS.has(word))).toEqual([]);
});

test('every word of the list is used', () => {
  expect([...words].filter((word) => !used.has(word))).toEqual([]);
});

test('no word is listed twice, and no two words have one meaning', () => {
  expect(listed).toHaveLength(words.size);
  expect(new Set(listed.map(({ meaning }) => meaning)).size).toBe(listed.length);
});

test('a word that stands for a thing that has another word is no member', () => {
  const others = listed.flatMap(({ not }) => not);
  expect(others.length).toBeGreaterThan(30);
  expect(others.filter((other) => !other.startsWith('(') && (used.has(other) || words.has(other)))).toEqual([]);
});

test('a count is named after one of what it counts', () => {
  expect([...used].filter((word) => /(?:s|ies)Count$/.test(word))).toEqual([]);
});
