// The validators of nodes are what the schemas say, and say what the server says. `CONFLEDGER_UPDATE_DUMPS=true` writes them.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { categoriesOf } from '@confledger/categories';
import { categoryProblems, NODE_CATEGORIES } from '@confledger/categories/validators';
import { Document, formatPath, type JsonObject, type JsonValue } from '@confledger/document';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeDocument } from '../../../packages/schemas-ajv/src/judge.js';
import { Validators } from '../../../packages/schemas-ajv/src/validators.js';
import { Verdicts } from '../../../packages/schemas-ajv/src/verdicts.js';
import { validatorsOf } from './category-validators.js';

const FILE = fileURLToPath(new URL('../../../packages/categories/src/validators/edition-1.generated.ts', import.meta.url));

test('the validators of edition 1 are what its schemas make (CONFLEDGER_UPDATE_DUMPS=true writes them)', async () => {
  const made = await validatorsOf(1);
  if (process.env['CONFLEDGER_UPDATE_DUMPS'] === 'true') writeFileSync(FILE, made);
  expect(readFileSync(FILE, 'utf8')).toBe(made);
});

test('the validators import nothing', () => {
  expect(readFileSync(FILE, 'utf8')).not.toMatch(/\b(import|require)\b\s*[({'"]|\bfrom '/);
});

const validators = new Validators();
const odd: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.integer({ min: -5, max: 2_000_000 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -10, max: 2000 }),
  fc.constantFrom<JsonValue>('', 'live', 'paper', 'off', 'x'.repeat(50), '😀'.repeat(11), true, null, [], {}, { a: 1 }, { a: 'info' }),
);

describe.each(NODE_CATEGORIES)('the validator of %s', (name) => {
  const category = (categoriesOf(1) ?? []).find((each) => each.category === name);
  if (category === undefined) throw new Error(name);
  const members = Object.keys((category.schema['properties'] ?? {}) as JsonObject);
  const [, complete] = category.examples;

  const said = (place: readonly string[], value: JsonValue): string[] => {
    const whole = place.toReversed().reduce<JsonValue>((below, segment) => ({ [segment]: below }), value);
    const document = Document.from(whole as JsonObject);
    if (!document.ok) throw new Error(document.problem.message);
    const rules = [{ ...category, origin: { kind: 'category', category: name, edition: 1 } } as const];
    const toJudge = { rules, document: document.value, isAbstract: false, hasReferences: false };
    return judgeDocument(toJudge, { validators, verdicts: new Verdicts() })
      .violations.map(({ path, message }) => `${path}: ${message}`)
      .sort();
  };
  const saidByNode = (place: readonly string[], value: JsonValue): string[] =>
    [
      ...new Set(
        categoryProblems(name, 1, value, place.at(-1) ?? '').map(
          ({ segments, message }) => `${formatPath([...place, ...segments])}: ${message}`,
        ),
      ),
    ].sort();

  test('says what the server says, for any value', () => {
    const place = (name === 'token' ? complete.path : category.mount).split('.');
    const edits = fc.dictionary(fc.constantFrom(...members, 'unknown', 'a/b~c'), fc.option(odd, { nil: undefined }), { maxKeys: 4 });
    const value = fc.oneof(
      { weight: 9, arbitrary: edits.map((changed) => withEdits(complete.value as JsonObject, changed)) },
      { weight: 1, arbitrary: odd },
    );
    let refused = 0;
    fc.assert(
      fc.property(value, (of) => {
        const byServer = said(place, of);
        if (byServer.length > 0) refused += 1;
        expect(saidByNode(place, of)).toEqual(byServer);
      }),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(50);
    for (const example of category.examples)
      expect(categoryProblems(name, 1, example.value, example.path.split('.').at(-1) ?? '')).toEqual([]);
  });
});

function withEdits(base: JsonObject, changed: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries({ ...base, ...changed }).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}
