// Sections that no schema describes: a leaf is known where a mount matches it or a place above it, the root's mount aside.
import { Document, type JsonObject } from '@confledger/document';
import { expect, test } from 'vitest';
import type { Rule } from './rules.js';
import { unknownSections } from './unknown-sections.js';

const rule = (mount: string): Rule => ({ mount, dialect: '2020-12', schema: { title: 'any' }, origin: { kind: 'own', revision: 1 } });

function unknown(json: JsonObject, ...mounts: string[]): string[] {
  const document = Document.from(json);
  if (!document.ok) throw new Error(document.problem.message);
  return unknownSections(document.value, mounts.map(rule)).map(({ path }) => path);
}

test.each([
  ['a mount makes everything below it known', { a: { b: { c: 1 } } }, ['a'], []],
  ['what stands beside a mount is unknown', { a: { b: 1, c: 2 } }, ['a.b'], ['a.c']],
  ['what stands above a mount is unknown', { a: 1 }, ['a.b'], ['a']],
  ['an empty object above a mount is unknown', { a: {} }, ['a.b'], ['a']],
  ['a wildcard stands for any one segment', { token: { x: { y: 1 }, z: 1 }, other: 1 }, ['token.*'], ['other']],
  ['the mount of the root makes nothing known', { a: 1 }, [''], ['a']],
  ['the nearest place to the root is named', { x: { y: { z: 1 } } }, [], ['x']],
  ['profiles and flags are known under every edition', { profiles: { night: 1 }, flags: { f: true } }, [], []],
  ['a name with a dot is one segment', { 'a.b': 1, a: { b: 1 } }, ['a\\.b'], ['a']],
] as const)('%s', (_, json, mounts, expected) => {
  expect(unknown(json, ...mounts)).toEqual(expected);
});

test('a section that is unknown is the same violation whatever stands in it', () => {
  const violations = [1, 2].map((value) => unknownSections((Document.from({ a: value }) as { value: Document }).value, []));
  expect(violations[0]?.[0]?.identity).toBe(violations[1]?.[0]?.identity);
});
