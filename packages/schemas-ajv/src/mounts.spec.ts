// How many places a mount names, counted without listing them.
import { Document, type JsonObject } from '@confledger/document';
import { expect, test } from 'vitest';
import { countPlaces, placesOf } from './mounts.js';

const VALUE: JsonObject = { a: { b: 1, c: { d: 2, e: {} } }, f: { b: 3 }, 'g.h': 4, '*': { '*': 5 } };

test.each(['', '*', 'a.*', '*.*', '*.b', '*.*.*', 'a.c.d', 'a.x', 'g\\.h', '\\*.\\*', 'f.b.*'])('as many as are listed: %s', (mount) => {
  const made = Document.from(VALUE);
  if (!made.ok) throw new Error(made.problem.message);
  const { length } = placesOf(mount, made.value);
  expect(countPlaces(mount, made.value, 100)).toBe(length);
  expect(countPlaces(mount, made.value, 1)).toBe(Math.min(length, 2));
});
