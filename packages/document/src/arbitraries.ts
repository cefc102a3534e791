// Random documents and paths for the property tests of this package; not part of what is built.
// oxlint-disable-next-line no-restricted-imports -- a devDependency of the root; specs import this file, the build leaves it out
import fc from 'fast-check';
import type { JsonObject, JsonValue } from './json.js';
import { Document } from './document.js';
import { stringFlaw } from './text.js';

const escapedNames = ['a.b', 'x\\y', '.', '\\', '\\.'];
const oddNames = ['é', '😀', '\ufb33', 'toString', 'hasOwnProperty', '1', '10', '2', '*', '**', 'A', ' ', '-', '"'];

/** Few names, so that two random documents meet often; odd ones among them. */
export const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
  { weight: 1, arbitrary: fc.constantFrom(...escapedNames, ...oddNames) },
);

export const segments = fc.array(name, { minLength: 1, maxLength: 6 });

export const text = fc
  .oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 10 }))
  .filter((value) => stringFlaw(value) === null);

export const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, true, false, 0, 1, 'x'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  text,
);

export const { value, object, array } = fc.letrec<{ value: JsonValue; object: JsonObject; array: JsonValue[] }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('array')),
  object: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  array: fc.array(tie('value'), { maxLength: 3 }),
}));

/** The document of a value that is known to be legal. */
export function documentOf(json: JsonObject, revision?: number): Document {
  const made = Document.from(json, revision);
  if (!made.ok) throw new Error(`${made.problem.code}: ${made.problem.message}`);
  return made.value;
}

export const document = object.map((json) => documentOf(json));
