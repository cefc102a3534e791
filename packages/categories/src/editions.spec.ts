// Editions never change; defaults and descriptions are complete.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { canonicalJson, type JsonObject, type JsonValue } from '@confledger/document';
import { describe, expect, test } from 'vitest';
import { categoriesOf, defaultsOf, EDITION_NEWEST } from './index.js';

const folder = fileURLToPath(new URL('golden/', import.meta.url));
/** Writes the files that are not there yet; none that is there is ever written again. */
const UPDATE = process.env['CONFLEDGER_UPDATE_DUMPS'] === 'true';

/** What an edition says, as one text. */
function textOf(edition: number): string {
  const schemas = (categoriesOf(edition) ?? []).map(({ category, mount, dialect, schema }) => ({ category, mount, dialect, schema }));
  return `${canonicalJson(schemas)}\n`;
}

const numbers: number[] = [];
for (let edition = 1; categoriesOf(edition) !== undefined; edition++) numbers.push(edition);

test.each(numbers)('edition %i never changes (CONFLEDGER_UPDATE_DUMPS=true writes that of a new one)', (edition) => {
  const file = `${folder}edition-${edition}.json`;
  if (UPDATE && !existsSync(file)) writeFileSync(file, textOf(edition));
  expect(textOf(edition)).toBe(readFileSync(file, 'utf8'));
});

test('no edition is ever taken away', () => {
  expect(readdirSync(folder).toSorted()).toEqual(numbers.map((edition) => `edition-${edition}.json`).toSorted());
});

test('the newest edition and all before it are known, and none that is no number of an edition', () => {
  for (let edition = 0; edition <= EDITION_NEWEST; edition++) expect(categoriesOf(edition)).toBeDefined();
  for (const edition of [-1, 0.5, numbers.length + 1, Number.NaN]) expect(categoriesOf(edition), `${edition}`).toBeUndefined();
  expect(categoriesOf(0)).toEqual([]);
});

test('a category has one mount in an edition, and no two the same', () => {
  for (const edition of numbers) {
    const all = categoriesOf(edition) ?? [];
    expect(new Set(all.map(({ category }) => category)).size).toBe(all.length);
    expect(new Set(all.map(({ mount }) => mount)).size).toBe(all.length);
  }
});

test('what is shared by all who import it cannot be changed', () => {
  for (const edition of [0, ...numbers]) expect(allFrozen(categoriesOf(edition)), `${edition}`).toBe(true);
});

function allFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(allFrozen);
}

test('defaults are those of the schemas, and only stated ones', () => {
  for (const edition of numbers)
    for (const { category, schema } of categoriesOf(edition) ?? [])
      expect(defaultsOf(category, edition), category).toEqual(defaultsIn(schema));
  expect(defaultsOf('circuitBreaker', 1)).toEqual({
    latencyThresholdMs: 200,
    errorRateThreshold: 0.05,
    failureThreshold: 5,
    recoveryTimeoutSecs: 60,
    halfOpenMaxRequests: 3,
  });
  expect(defaultsOf('risk', 1)).toEqual({});
  expect(defaultsOf('risk', 0)).toBeUndefined();
});

function defaultsIn({ properties = {} }: JsonObject): JsonObject {
  const members = Object.entries(properties as Readonly<Record<string, JsonObject>>);
  return Object.fromEntries(members.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])));
}

describe.each(numbers)('edition %i', (edition) => {
  const members = (categoriesOf(edition) ?? []).flatMap(({ category, schema }) => membersOf(schema, category));

  test.each(members)('%s has title, description, label, and a unit if it is a number', (_, schema) => {
    expect(schema['title']).toMatch(/^[A-Z][^.]*$/);
    expect(schema['description']).toMatch(/^[A-Z].*\.$/s);
    expect(schema['x-label']).toBe(schema['title']);
    const isNumber = schema['type'] === 'number' || schema['type'] === 'integer';
    expect(typeof schema['x-unit']).toBe(isNumber ? 'string' : 'undefined');
  });

  test.each(members.filter(([, { type }]) => type === 'object'))('%s says whether other members may stand in it', (_, schema) => {
    expect(schema['additionalProperties']).toBeDefined();
  });
});

/** A schema and those of all its members, by their places. */
function membersOf(schema: JsonObject, place: string): (readonly [string, JsonObject])[] {
  const { properties = {}, additionalProperties, items } = schema as Readonly<Record<string, JsonValue>>;
  const inner: [string, JsonValue | undefined][] = [
    ...Object.entries(properties as JsonObject),
    ['*', additionalProperties],
    ['[]', items],
  ];
  const described = inner.filter((one): one is [string, JsonObject] => typeof one[1] === 'object');
  return [[place, schema], ...described.flatMap(([name, member]) => membersOf(member, `${place}.${name}`))];
}
